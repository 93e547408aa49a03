import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from models.flows import task_flow
from models.goals import TASKS
from models.judgement import own_eyes
from models.options import Prices
from models.tasks import (
    conflict_probability,
    is_conflict,
    mean_conflict_temptation,
    mean_task_loss,
    mean_task_temptation,
    task_density,
    task_own_gain,
    task_temptation,
)
from tests.models.general_case import outlook

FREE = Prices(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
ANGLES = [1e-6, 0.1, 1.0, math.pi / 3, 0.5 * math.pi, 2.5, math.pi - 1e-3, math.pi]


def drawn_tasks(count):
    return np.random.default_rng(31).standard_normal((count, 2))


# Worked by hand


def test_10_printed_digits():
    assert mean_conflict_temptation(1.0, math.pi / 3) == pytest.approx(1.1968268412, abs=5e-11)
    assert mean_task_loss(1.0, math.pi / 3) == pytest.approx(0.3989422804, abs=5e-11)
    assert conflict_probability(math.pi / 3) == pytest.approx(1.0 / 3.0)


def test_a_task_by_hand():
    # Goals across the target, x = (1, -2): the target wants +x, the goals -x; |<g, x>| = 2, b = 2 * 3 * 2.
    assert task_temptation(3.0, 0.5 * math.pi, 1.0, -2.0) == pytest.approx(12.0)
    # Opposite original goals: |<g0, x>| = 1.
    assert task_own_gain(3.0, math.pi, 0.5 * math.pi, 1.0, -2.0) == pytest.approx(6.0)
    assert task_temptation(3.0, 0.5 * math.pi, 1.0, 2.0) == 0.0
    assert task_own_gain(3.0, math.pi, 0.5 * math.pi, 1.0, 2.0) == 0.0


# Ends


def test_aligned_goals_are_never_in_conflict():
    assert not is_conflict(0.0, 1.0, -1e12)
    assert task_temptation(1.0, 9e-10, 1.0, -1e12) == 0.0


def test_opposite_goals_always_are():
    assert all(is_conflict(math.pi, along, across) for along, across in drawn_tasks(100))


# Means


@pytest.mark.parametrize("angle", [0.3, 1.0, 2.5])
def test_shares_and_means_of_drawn_tasks(angle):
    # 200,000 draws; z < 4.
    tasks = drawn_tasks(200_000)
    own = tasks @ np.array([math.cos(angle), math.sin(angle)])
    drawn = np.where(tasks[:, 0] * own < 0.0, 2.0 * np.abs(own), 0.0)
    assert [task_temptation(1.0, angle, *task) for task in tasks[:50]] == pytest.approx(drawn[:50].tolist())
    error = drawn.std() / math.sqrt(drawn.size)
    assert abs(drawn.mean() - mean_task_temptation(1.0, angle)) < 4.0 * error
    share = conflict_probability(angle)
    assert abs((drawn > 0.0).mean() - share) < 4.0 * math.sqrt(share * (1.0 - share) / drawn.size)


@pytest.mark.parametrize("angle", ANGLES)
def test_who_always_acts(angle):
    # G = 1: gain s sqrt(2/pi) (1 - cos), along sqrt(2/pi) sin, across sqrt(2/pi) (1 - cos), conflict theta/pi.
    found = task_flow(own_eyes(angle, outlook(stakes_kind=TASKS).stakes), FREE, outlook(stakes_kind=TASKS), 0.0)
    mean = mean_task_temptation(1.0, angle)
    assert found.gain == pytest.approx(mean, rel=1e-9)
    assert found.across == pytest.approx(mean, rel=1e-8)
    assert found.along == pytest.approx(math.sqrt(2.0 / math.pi) * math.sin(angle), rel=1e-9, abs=1e-12)
    assert found.tempted == pytest.approx(conflict_probability(angle), rel=1e-9)
    assert found.act_watched == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("angle", [0.3, 1.5, 2.9])
@pytest.mark.parametrize("quality", [0.0, 0.3, 2.0])
def test_means_of_a_rule_against_adaptive_integration(angle, quality):
    # F = 2, watched with .2: without a cue it acts iff b > .32, with one iff q < b/1.6.
    here = outlook(stakes_kind=TASKS, quality=quality, penalty=2.0)

    def share(size, watched):
        wanted = size * 2.0 / 1.6
        if quality == 0.0:
            return float(wanted > 0.2)
        if wanted >= 1.0:
            return 1.0
        cue = (math.log(wanted / (1.0 - wanted)) - math.log(0.25)) / quality
        return norm.cdf(cue - (0.5 if watched else -0.5) * quality)

    def mean(of):
        points = sorted({min(p, 8.0) for p in (0.16, 0.8, 0.05, 0.3, 0.5, 0.6, 0.7)})
        return quad(of, 0.0, 9.0, points=points, limit=400, epsabs=1e-11)[0]

    found = task_flow(own_eyes(angle, here.stakes), FREE, here, 0.0)
    acts = lambda size: 0.2 * share(size, True) + 0.8 * share(size, False)  # noqa: E731
    assert found.gain == pytest.approx(mean(lambda u: 2.0 * u * task_density(u, angle, angle)[0] * acts(u)), abs=1e-8)
    caught = mean(lambda u: 0.16 * task_density(u, angle, angle)[0] * share(u, True))
    assert found.hazard == pytest.approx(caught, abs=1e-8)


@pytest.mark.parametrize("size", [0.05, 0.7, 2.0])
def test_density_seen_from_further_away(size):
    # Conflicts of goals at .8 have beta in (0, .8); u = r sin(2 - beta): integrate over beta, r = u/sin(2 - beta).
    def at(beta, weight):
        sine = math.sin(2.0 - beta)
        radius = size / sine
        return radius * math.exp(-0.5 * radius * radius) / (math.pi * sine) * weight(radius)

    mass, mean = task_density(size, 0.8, 2.0)
    assert mass == pytest.approx(quad(at, 0.0, 0.8, args=(lambda _: 1.0,))[0], rel=1e-9)
    expected = quad(lambda beta: at(beta, lambda radius: radius * math.cos(2.0 - beta)), 0.0, 0.8)[0]
    assert mean == pytest.approx(expected, rel=1e-9)
