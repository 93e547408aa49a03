import math

import numpy as np
import pytest
from scipy import stats

from models.goals import FIXED, PROPORTIONAL, RANDOM, TASKS
from models.outlook import CHAIN, ENDLESS, MYOPIC, NAIVE, UNAWARE
from models.perception import BINARY, GAUSSIAN
from models.planning import chain_plan
from models.stakes import random_stakes
from tests.models import general_brute_force as brute_force
from tests.models.general_case import (
    brute_game,
    from_basic,
    losses,
    random_changes,
    task_grid,
    with_random_stakes,
)
from tests.models.test_planning import random_game

TOLD = {"cue_kind": BINARY, "quality": 1.0}
CUELESS = {"quality": 0.0}
TIE = 1e-6
VOICE = {"offers_voice": 1, "answered": 1.0}


def brute_losses(of, ratios=()):
    game = brute_game(of, ratios)
    found = brute_force.solve(game) if of["depth"] == ENDLESS else brute_force.look_ahead(game)
    flag = found.value - found.after_flag if game.response.rotation > 0.0 else 0.0
    comply = found.value - found.after_comply if game.response.reinforced_rotation > 0.0 else 0.0
    return (flag, comply), 1.0 + abs(found.value)


# Worked by hand


def test_told_faker():
    # (1 - m) b/(1 - gamma) = .8/.1; an aligned successor gives nothing.
    assert losses(**TOLD) == (pytest.approx(8.0, rel=1e-13), 0.0)


def test_5_gaussian_cue_with_and_without_clawback():
    assert losses()[0] == pytest.approx(5.7574850199, abs=5e-11)
    assert losses(clawback=1.0)[0] == pytest.approx(5.531857264, abs=5e-10)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(
    ("distribution", "mean", "expected"),
    [(stats.uniform, 0.5, 0.251866607702), (stats.expon, 1.0, 0.529832965633)],
    ids=["uniform", "exponential"],
)
def test_7_reservation_stake(distribution, mean, expected, exact):
    # kap = m tau gamma/(1 - gamma) = .2 * .5 * 9 = .9; b* = gamma m tau L.
    stakes = random_stakes(mean, distribution, exact=exact)
    found = losses(stakes=stakes, **CUELESS, act_watched=0.5)[0]
    assert 0.9 * 0.2 * 0.5 * found == pytest.approx(expected, abs=5e-13 if exact else 1e-6)


def test_8_values_of_looking_ahead():
    for depth, expected in enumerate((0.0, 1.0, 1.9, 2.71)):
        found = losses(**TOLD, act_watched=0.5, foresight=1.0, depth=depth)
        assert found == (pytest.approx(expected, rel=1e-13), 0.0)


def test_9_hedonistic_weight_lowers_the_loss():
    # Aligned successors count (1 - omega_g) b: L = 8 - 10 (1 - omega_g).
    assert losses(**TOLD, goal_weight=0.7)[0] == pytest.approx(5.0, rel=1e-13)


def test_20_watched_compliance_that_converts():
    # Complying when watched ends it too. Acts iff b > q K, told, K = 2: W = .8/(1 - .9 * .8).
    found = losses(**TOLD, act_watched=1.0, reinforced_rotation=1.0, penalty=2.0)
    assert found == pytest.approx((0.8 / 0.28, 0.8 / 0.28), rel=1e-13)


def test_amnesty_ends_the_plan():
    # A watched faker speaks for a bonus of 9: W = .8 (1 + .9 W) + .2 * 9, W = 2.6/.28.
    assert losses(**TOLD, **VOICE, act_watched=1.0, bonus=9.0)[0] == pytest.approx(2.6 / 0.28, rel=1e-13)


def test_two_ways_to_turn_by_hand():
    # Told, m = .5, gamma = .5, K = 0, a flag never comes (complies when watched), reinforcement turns all the way:
    # W = .5 (1 + .5 W), W = 2/3; after the turn nothing.
    found = losses(**TOLD, belief=0.5, foresight=0.5, act_watched=1.0, penalty=9.0, reinforced_rotation=1.0)
    assert found[1] == pytest.approx(2.0 / 3.0, rel=1e-13)


# Ends and ties


@pytest.mark.parametrize("kind", [PROPORTIONAL, FIXED, TASKS])
def test_what_turns_nothing_costs_nothing(kind):
    assert losses(rotation=0.0, stakes_kind=kind, guarding=3.0, penalty=1.0) == (0.0, 0.0)
    assert losses(rotation=0.0, reinforced_rotation=0.5, stakes_kind=kind)[0] == 0.0
    assert losses(stakes_kind=kind)[1] == 0.0
    for blind in (MYOPIC, UNAWARE):
        assert losses(kind=blind, stakes_kind=kind, guarding=3.0, reinforced_rotation=0.5) == (0.0, 0.0)
    assert losses(depth=0, stakes_kind=kind) == (0.0, 0.0)
    assert losses(angle=9e-10, stakes_kind=kind) == (0.0, 0.0)


def test_8_two_episodes_ahead_are_honest_and_three_fake():
    # It acts in watched episodes iff b > tau L: L = 1.9 < 2 <= 2.71.
    assert 0.5 * losses(**TOLD, act_watched=0.5, foresight=1.0, depth=2)[0] < 1.0
    assert 0.5 * losses(**TOLD, act_watched=0.5, foresight=1.0, depth=3)[0] > 1.0


# Equal to the basic planner


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
@pytest.mark.parametrize(("rotation", "games"), [(1.0, 2000), (0.5, 400), (0.3, 200), (0.05, 50), (0.0, 50)])
def test_equals_the_basic_planner(rotation, games, cue_kind):
    generator = np.random.default_rng([21, int(100 * rotation), cue_kind])
    for _ in range(games):
        of = random_game(generator, rotation, cue_kind)
        value, after = chain_plan(*of.values())[:2]
        moved, moved_after = chain_plan(*(of | {"belief": of["belief"] * (1.0 + 1e-9)}).values())[:2]
        # Where a game hears the last digits of its far end, both planners differ by as much as that.
        allowed = 1e-12 * (abs(value) + abs(after)) + 10.0 * (abs(moved - value) + abs(moved_after - after))
        allowed = allowed if 0.0 < rotation < 1.0 else 1e-12 * (abs(value) + abs(after))
        assert losses(**from_basic(of))[0] == pytest.approx(value - after, rel=0.0, abs=allowed), of


def test_equals_the_basic_planner_after_a_thousand_turns():
    of = random_game(np.random.default_rng(5), 1e-4, GAUSSIAN)
    of |= {"foresight": 0.999, "belief": 0.95, "terminal_guarding": 0.3}
    value, after = chain_plan(*of.values())[:2]
    assert losses(**from_basic(of))[0] == pytest.approx(value - after, rel=1e-7)


# Neutral values


def test_neutral_values_change_nothing():
    generator = np.random.default_rng(22)
    for _ in range(100):
        of = random_changes(generator, int(generator.integers(2)), int(generator.integers(2)), offers_voice=0)
        expected = losses(**of)
        # A voice that nobody would use.
        assert losses(**of | {"offers_voice": 1, "bonus": -1e6, "answered": 0.0}) == pytest.approx(expected, rel=1e-12)
        # With one turn to come, all are judged alike.
        once = of | {"rotation": 1.0, "reinforced_rotation": 0.0}
        assert losses(**once | {"kind": NAIVE}) == pytest.approx(losses(**once), rel=1e-12, abs=1e-14)
        # Random stakes that are all the same are fixed.
        same, _ = with_random_stakes(of, [2.0, 2.0])
        assert losses(**same) == pytest.approx(losses(**of | {"stakes_kind": FIXED}), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("kind", [CHAIN, NAIVE])
def test_a_great_depth_is_endless(kind):
    generator = np.random.default_rng(23)
    for _ in range(20):
        of = random_changes(generator, FIXED, GAUSSIAN, kind=kind, rotation=0.9, reinforced_rotation=0.0)
        of |= {"foresight": 0.6 * of["foresight"]}
        expected = losses(**of)
        assert losses(**of | {"depth": 80}) == pytest.approx(expected, rel=1e-8, abs=1e-10)


def test_two_dimensions_meet_one():
    # Turns that differ by 1e-9 are solved on the lattice, equal ones by their number.
    generator = np.random.default_rng(24)
    for _ in range(10):
        of = random_changes(generator, PROPORTIONAL, GAUSSIAN, rotation=0.7, reinforced_rotation=0.7)
        near = of | {"reinforced_rotation": 0.7 * (1.0 + 1e-10)}
        assert losses(**near) == pytest.approx(losses(**of), rel=1e-6, abs=1e-7)


# By the definition


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
@pytest.mark.parametrize("stakes_kind", [PROPORTIONAL, FIXED])
@pytest.mark.parametrize(("kind", "depth"), [(CHAIN, ENDLESS), (NAIVE, ENDLESS), (CHAIN, 1), (CHAIN, 3), (NAIVE, 2)])
def test_losses_follow_the_definition(kind, depth, stakes_kind, cue_kind):
    generator = np.random.default_rng([25, kind, depth + 1, stakes_kind, cue_kind])
    for _ in range(12):
        of = random_changes(generator, stakes_kind, cue_kind, kind=kind, depth=depth)
        expected, size = brute_losses(of)
        assert losses(**of) == pytest.approx(expected, rel=0.0, abs=1e-7 * size), of


@pytest.mark.parametrize("cue_kind", [GAUSSIAN, BINARY])
@pytest.mark.parametrize(("kind", "depth"), [(CHAIN, ENDLESS), (NAIVE, ENDLESS), (CHAIN, 2)])
def test_losses_of_random_stakes_follow_the_definition(kind, depth, cue_kind):
    generator = np.random.default_rng([26, kind, depth + 1, cue_kind])
    for _ in range(6):
        of = random_changes(generator, RANDOM, cue_kind, kind=kind, depth=depth)
        of, ratios = with_random_stakes(of, generator.uniform(0.1, 3.0, 3))
        expected, size = brute_losses(of, ratios)
        assert losses(**of) == pytest.approx(expected, rel=0.0, abs=1e-7 * size), of


@pytest.mark.parametrize(("kind", "depth"), [(CHAIN, ENDLESS), (NAIVE, ENDLESS), (CHAIN, 2)])
def test_losses_of_tasks_follow_the_definition(kind, depth):
    # The grid of tasks leaves an error of its own: the midpoint rule across the ends of conflict and of acting.
    generator = np.random.default_rng([27, kind, depth + 1])
    grid = task_grid(30, 60)
    for _ in range(3):
        of = random_changes(
            generator, TASKS, BINARY, kind=kind, depth=depth, rotation=0.99, reinforced_rotation=0.0, foresight=0.7
        )
        expected, size = brute_losses(of, grid)
        assert losses(**of) == pytest.approx(expected, rel=0.0, abs=0.02 * size), of


def test_tasks_without_a_cue_by_hand():
    # theta = pi: always in conflict, b = 2 s r |sin beta| = 2 |n|, n standard normal; one turn. b* = gamma m tau W,
    # W = E(b - b*)+/(1 - gamma), with t = b*/2: E(2|n| - b*)+ = 4 (phi(t) - t Phi(-t)).
    found = losses(angle=math.pi, stakes_kind=TASKS, **CUELESS)[0]
    rest = 0.9 * 0.2 * 0.8 * found
    expected = 4.0 * (stats.norm.pdf(0.5 * rest) - 0.5 * rest * stats.norm.cdf(-0.5 * rest)) / 0.1
    assert found == pytest.approx(expected, rel=1e-10)
