"""The tabulated plan against the planner itself, where agents may stand and whatever they may believe."""

import numpy as np
import pytest

from models.compilation import compiled_loop
from models.goals import ALIGNED_ANGLE, FIXED, PROPORTIONAL
from models.interpolation import (
    belief_at,
    belief_position,
    place_after_turn,
    place_of,
    solved_share,
    tabulated_share,
)
from models.perception import GAUSSIAN
from models.planning import chain_plan, state_angle
from models.refinement import refined
from models.tabulation import loss_table
from simulation.plans import MOST_ROUGH_CELLS
from tests.models import brute_force

POINTS = 3000
#: Promised error of L: relative, or in temptations.
RELATIVE, ABSOLUTE = 1e-3, 1e-6

#: highest angle, one angle, stakes, scale, eta, F, Omega, gamma, tau, phi, d, honeypots
GAMES = {
    "defaults": (1.5, True, PROPORTIONAL, 1.0, 0.3, 0.0, 0.0, 0.9, 0.9, 0.0, 2.0, 0.0),
    "many angles": (3.0, False, PROPORTIONAL, 1.0, 0.3, 0.0, 0.0, 0.9, 0.9, 0.0, 2.0, 0.0),
    "penalty and guarding": (2.0, False, PROPORTIONAL, 2.0, 0.4, 0.4, 0.2, 0.9, 0.7, 0.0, 2.0, 0.0),
    "fixed stakes": (2.0, False, FIXED, 1.0, 0.3, 0.0, 0.0, 0.9, 0.8, 0.0, 2.0, 0.0),
    "fixed stakes and penalty": (2.5, True, FIXED, 1.5, 0.5, 0.6, 0.0, 0.9, 0.8, 0.0, 2.0, 0.0),
    "false alarms": (2.0, False, PROPORTIONAL, 1.0, 0.2, 0.5, 0.2, 0.9, 0.8, 0.2, 1.5, 0.0),
    "honeypots": (1.5, True, PROPORTIONAL, 1.0, 0.5, 0.0, 0.4, 0.95, 0.9, 0.1, 3.0, 0.3),
    "one flag converts": (3.1, False, PROPORTIONAL, 1.0, 1.0, 0.3, 0.1, 0.9, 0.8, 0.05, 2.0, 0.1),
    "large turns": (2.0, False, FIXED, 1.0, 0.9, 0.2, 0.0, 0.7, 1.0, 0.0, 0.5, 0.0),
    "small turns": (1.0, True, PROPORTIONAL, 1.0, 0.05, 0.0, 0.0, 0.9, 0.9, 0.0, 2.0, 0.0),
    "far-sighted": (2.0, True, PROPORTIONAL, 1.0, 0.3, 0.2, 0.0, 0.99, 0.9, 0.02, 4.0, 0.0),
}


@compiled_loop
def fill_shares(angles, watched, unwatched, table, game, shares, exact, solved):
    """Fill L/b from the table, or solved where it may not be interpolated; and as planned from the start."""
    columns = table.shares.shape[1]
    _, _, kind, scale, rotation, penalty, guarding, foresight, hit, alarm, quality, honeypots = game
    for i in range(angles.size):
        begin, weight = place_of(angles[i], table)
        position = belief_position(watched[i], unwatched[i]) * (columns - 1)
        shares[i] = tabulated_share(table.usable, columns, begin, weight, position)
        solved[i] = shares[i] != shares[i]
        if solved[i]:
            shares[i] = solved_share(
                angles[i], watched[i], unwatched[i], kind, scale, rotation, penalty, guarding,
                foresight, hit, alarm, quality, honeypots,
            )  # fmt: skip
        belief = watched[i] / (watched[i] + unwatched[i])
        value, next_value, _, _, _ = chain_plan(
            angles[i], kind, scale, rotation, penalty, guarding, foresight, belief, hit, alarm, GAUSSIAN, quality,
            honeypots,
        )  # fmt: skip
        exact[i] = value - next_value


def standing_angles(game, generator):
    """Return angles at which agents may stand: turned from the highest, or from anywhere below it."""
    highest, one_angle, rotation = game[0], game[1], game[4]
    turns = generator.integers(0, min(brute_force.chain_angles(highest, rotation).size, 40), POINTS)
    start = highest if one_angle else highest * generator.uniform(0.01, 1.0, POINTS)
    return start * (1.0 - rotation) ** turns


def believed_weights(generator):
    """Return A and B: beliefs of any strength, some of them next to certain."""
    strength = 10.0 ** generator.uniform(-1.0, 5.0, POINTS)
    believed = generator.beta(0.4, 0.4, POINTS).clip(1e-7, 1.0 - 1e-7)
    return strength * believed, strength * (1.0 - believed)


def compared(game, seed):
    """Return angles, beliefs, L/b from the table, L/b as planned, and where the chain was solved anew."""
    generator, table = np.random.default_rng(seed), loss_table(*game)
    # A rougher table is not used.
    assert table.rough_share <= MOST_ROUGH_CELLS
    angles = standing_angles(game, generator)
    watched, unwatched = believed_weights(generator)
    shares, exact, solved = np.zeros((3, POINTS))
    fill_shares(angles, watched, unwatched, table, game, shares, exact, solved)
    tempted = brute_force.stakes(game[2], game[3], angles, 0.0)[0]
    return angles, watched / (watched + unwatched), shares, exact / tempted, solved


def share_at(angle, watched, unwatched, table):
    """Return L/b from the table alone."""
    columns = table.shares.shape[1]
    position = belief_position(watched, unwatched) * (columns - 1)
    return tabulated_share(table.usable, columns, *place_of(angle, table), position)


# Worked by hand


def test_columns_are_finer_next_to_certainty():
    # t = 1/2: p = 1/2. t = 1/4: (1/16)/(1/16 + 9/16) = 1/10; A : B = 1 : 9, t = 1/(1 + 3).
    assert belief_at(0.5) == 0.5
    assert belief_at(0.25) == pytest.approx(0.1, rel=1e-15)
    assert belief_position(0.3, 2.7) == pytest.approx(0.25, rel=1e-15)


def test_refining_is_exact_for_a_cubic():
    # x³ - x at 0, 1, 2, 3, 4, and halfway: 1/8 - 1/2, 27/8 - 3/2, ...
    nodes, halves = np.arange(5.0), np.arange(9.0) / 2
    np.testing.assert_allclose(refined(nodes**3 - nodes), halves**3 - halves, rtol=0, atol=1e-13)


# Ends


@pytest.mark.parametrize("name", ["defaults", "many angles"])
@pytest.mark.parametrize("angle", [0.0, ALIGNED_ANGLE * (1.0 - 1e-6)])
def test_aligned_agents_lose_nothing(name, angle):
    table = loss_table(*GAMES[name])
    for watched, unwatched in ((1e-5, 1.0), (2.0, 3.0), (1.0, 1e-5)):
        assert share_at(angle, watched, unwatched, table) == 0.0
    assert place_after_turn(place_of(1e-3, table)[0], angle, table) == place_of(angle, table)[0]


@pytest.mark.parametrize("name", ["defaults", "many angles", "one flag converts"])
def test_a_turn_moves_on_by_whole_rows(name):
    table, angle = loss_table(*GAMES[name]), GAMES[name][0]
    begin, weight = place_of(angle, table)
    for turns in range(1, 30):
        turned = state_angle(angle, GAMES[name][4], turns)
        begin = place_after_turn(begin, turned, table)
        straight, straight_weight = place_of(turned, table)
        rows = (begin - straight) / table.shares.shape[1] + weight - straight_weight
        assert rows == pytest.approx(0.0, abs=1e-6) or turned < ALIGNED_ANGLE


# Properties


@pytest.mark.parametrize("name", GAMES)
def test_error_is_at_most_what_is_promised(name):
    game = GAMES[name]
    angles, beliefs, shares, exact, _ = compared(game, 1)
    # What the planner itself rounds: values have the size of the costs, and small angles a small temptation.
    tempted = brute_force.stakes(game[2], game[3], angles, 0.0)[0]
    rounding = 1e-14 * (game[5] + game[6]) / (1.0 - game[7]) / tempted
    error = np.abs(shares - exact) / (np.maximum(RELATIVE * np.abs(exact), ABSOLUTE) + rounding)
    worst = int(np.argmax(error))
    assert error[worst] <= 1.0, (float(angles[worst]), float(beliefs[worst]), shares[worst], exact[worst])


def test_most_of_the_default_table_is_interpolated():
    solved = compared(GAMES["defaults"], 2)[-1]
    assert solved.mean() < 0.05
