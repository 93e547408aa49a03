"""Losses of all states of a chain at once, against the plan of each state alone; and tables of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from models.chain_losses import fill_losses, no_expectations, place_of_state, state_layout
from models.chain_tables import row_grid, usable_on_rows, usable_on_states
from models.goals import FIXED, TASKS, turned_angle
from models.lattice import is_lattice
from models.outlook import MYOPIC, NAIVE, Outlook
from models.perception import BINARY
from models.stakes import random_stakes
from models.successors import planned_losses
from tests.models.general_case import arguments

VOICE = {"offers_voice": 1, "answered": 0.7, "bonus": 0.1}
LEAKS = {"act_watched": 0.9, "act_unwatched": 0.1, "comply_strategic": 0.05, "comply_sincere": 0.02}
SMALL = {"rotation": 0.3, "penalty": 0.2}
CHAINS = {
    "chain": SMALL,
    "one turn": SMALL | {"rotation": 1.0},
    "gamma 0.99": SMALL | {"foresight": 0.99, **LEAKS},
    "omega": SMALL | {"goal_weight": 0.5, "guarding": 0.2},
    "voice": SMALL | VOICE,
    "clawback and leaks": SMALL | LEAKS | {"clawback": 0.5},
    "fixed stakes": SMALL | {"stakes_kind": FIXED},
    "honeypots and a signal": SMALL | {"honeypots": 0.3, "false_signal": 0.5},
    "two-valued cue": SMALL | {"cue_kind": BINARY, "quality": 0.8},
    "compliance turns as flags do": SMALL | {"reinforced_rotation": 0.3},
    "only compliance turns": {"rotation": 0.0, "reinforced_rotation": 0.12, "penalty": 0.2},
    "lattice": SMALL | {"reinforced_rotation": 0.5},
    "lattice of everything": SMALL | {"reinforced_rotation": 0.12, "goal_weight": 0.8, "clawback": 0.3} | LEAKS | VOICE,
    "naive": SMALL | {"kind": NAIVE},
    "myopic": SMALL | {"kind": MYOPIC},
    "depth": SMALL | {"depth": 4},
    "deep lattice": SMALL | {"depth": 3, "reinforced_rotation": 0.12},
    "capped": {"rotation": 0.01, "penalty": 0.2},
    "random stakes": {"rotation": 0.9, "penalty": 0.2, "stakes": random_stakes(1.0, stats.gamma(2.0))},
    "tasks": {"rotation": 0.9, "penalty": 0.2, "stakes_kind": TASKS},
}


def chain_of(turns, **changes):
    angle, *rest = arguments(**changes)
    outlook = Outlook(*rest)
    layout = state_layout(angle, outlook.response, turns)
    return angle, outlook, layout


def states_of(angle, response, turns):
    """Yield (turns after flags, others, angle) of every state that is not aligned, turn by turn as engines do."""
    lattice = is_lattice(response)
    after_flag = angle
    for flags in range(turns + 1):
        state = after_flag
        for others in range(turns - flags + 1 if lattice else 1):
            if state > 0.0:
                yield flags, others, state
            state = turned_angle(state, response.reinforced_rotation)
        after_flag = turned_angle(after_flag, response.rotation if lattice else max(response[2:4]))


def assert_losses_are_planned(losses, angle, outlook, layout, turns):
    for flags, others, state in states_of(angle, outlook.response, turns):
        wanted = planned_losses(state, *outlook)
        # Rounding is relative to what the loss is a difference of. It also decides whether Newton's last step is taken,
        # which gains nothing but turns the rule by as much as the square root of rounding: `planned_losses` itself
        # moves by some 1e-9 when the last digit of the angle does.
        whole = (1.0 + outlook.response.penalty) / (1.0 - outlook.planner.foresight)
        found = losses[place_of_state(layout, flags, others)]
        np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-12 * whole)


@pytest.mark.parametrize("changes", CHAINS.values(), ids=CHAINS)
def test_a_sweep_plans_every_state(changes):
    turns = 6
    angle, outlook, layout = chain_of(turns, **changes)
    losses = np.full((layout.size, 2), np.nan)
    fill_losses(angle, outlook, layout, losses, no_expectations(angle, outlook.response))
    assert_losses_are_planned(losses, angle, outlook, layout, turns)
    assert place_of_state(layout, turns + 1, 0) == -1 or layout.size <= turns + 1


def test_expectations_change_nothing():
    changes = SMALL | LEAKS | VOICE | {"reinforced_rotation": 0.5, "goal_weight": 0.7}
    expected = no_expectations(math.pi, chain_of(5, **changes)[1].response)
    for angle, belief in ((0.5, 0.2), (0.5, 0.3), (2.0, 0.4), (1.0, 0.9), (3.0, 0.0)):
        _, outlook, layout = chain_of(5, angle=angle, belief=belief, **changes)
        losses = np.zeros((layout.size, 2))
        fill_losses(angle, outlook, layout, losses, expected)
        assert_losses_are_planned(losses, angle, outlook, layout, 5)


def test_one_turn_by_hand():
    # Told for certain, one flag converts, false alarms never come: whoever complies where it is watched keeps its
    # goals, and b in the other episodes. L = (1 - p) b/(1 - gamma), for it would be worth nothing to it if converted.
    changes = {"rotation": 1.0, "cue_kind": BINARY, "quality": 1.0, "act_watched": 1.0, "belief": 0.25}
    angle, outlook, layout = chain_of(3, **changes)
    losses = np.zeros((layout.size, 2))
    fill_losses(angle, outlook, layout, losses, no_expectations(angle, outlook.response))
    np.testing.assert_allclose(losses, [[0.75 * 1.0 / (1.0 - 0.9), 0.0], [0.0, 0.0]], rtol=1e-12)


def test_states_have_places_of_their_own():
    layout = chain_of(4, **SMALL, reinforced_rotation=0.5)[2]
    places = [place_of_state(layout, flags, others) for flags in range(5) for others in range(5 - flags)]
    assert sorted(places) == list(range(15)) == list(range(layout.size))
    assert place_of_state(layout, 5, 0) == place_of_state(layout, 0, 5) == -1


def test_tables_of_turns_that_differ_have_two_parts():
    angle, outlook, layout = chain_of(2, **SMALL, reinforced_rotation=0.5)
    assert usable_on_states(angle, outlook, layout, 25).shape == (2, layout.size, 49)
    angle, outlook, layout = chain_of(2, **SMALL)
    assert usable_on_states(angle, outlook, layout, 25).shape == (1, layout.size, 49)
    grid = row_grid(angle, outlook.response)
    assert usable_on_rows(grid, outlook, 25).shape == (1, 2 * grid.rows - 1, 49)
