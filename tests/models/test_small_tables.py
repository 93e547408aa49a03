"""Tables of losses that are small enough to be known by hand."""

import math

import numpy as np
import pytest

from models.chain_losses import Expectations, fill_losses, look_ahead, no_expectations, place_of_state, state_layout
from models.chain_tables import RowGrid, row_grid, tabulated_beliefs, usable_on_rows, usable_on_states
from models.goals import ALIGNED_ANGLE
from models.outlook import Outlook
from models.perception import BINARY
from tests.models.general_case import arguments

RIGHT_ANGLE = 0.5 * math.pi
#: Told for certain, always found, converted at once; false alarms never come.
TOLD = {"rotation": 1.0, "cue_kind": BINARY, "quality": 1.0, "act_watched": 1.0}


def outlook_of(**changes):
    return Outlook(*arguments(**TOLD | changes)[1:])


def loss_share(beliefs):
    """Return L/b at gamma = .9.

    Who fakes has b in unwatched episodes for ever, (1 - p) b/(1 - gamma); who acts throughout has b until the first
    flag, b/(1 - gamma (1 - p)); converted, neither has anything. The better of the two is what is lost.
    """
    return np.maximum((1.0 - beliefs) / 0.1, 1.0 / (1.0 - 0.9 * (1.0 - beliefs)))


# Worked by hand


def test_weights_of_a_parabola():
    # Chains at 1, 2 and 3, and one at 4: 3 f(3) - 3 f(2) + f(1) is exact for parabolas.
    weights = np.full(3, np.nan)
    expected = Expectations(np.zeros((3, 1)), weights)
    look_ahead(expected, 4.0, 3.0, 2.0, 1.0)
    assert weights.tolist() == [3.0, -3.0, 1.0]
    # Unevenly, at 0, 2 and 3, for x² at 4: 16 = 9 w_0 + 4 w_1.
    look_ahead(expected, 4.0, 3.0, 2.0, 0.0)
    assert weights @ [9.0, 4.0, 0.0] == pytest.approx(16.0, rel=1e-14)
    assert weights @ [3.0, 2.0, 0.0] == pytest.approx(4.0, rel=1e-14)


@pytest.mark.parametrize(
    "places", [(5.1, 3.0, 2.0, 1.0), (3.0, 3.0, 2.0, 1.0), (4.0, 3.0, 3.0, 1.0), (4.0, 1.0, 2.0, 3.0)]
)
def test_far_away_or_out_of_order_the_last_one_counts(places):
    weights = np.full(3, np.nan)
    look_ahead(Expectations(np.zeros((3, 1)), weights), *places)
    assert weights.tolist() == [1.0, 0.0, 0.0]


def test_losses_on_states():
    seen = outlook_of()
    layout = state_layout(RIGHT_ANGLE, seen.response, 1)
    table = usable_on_states(RIGHT_ANGLE, seen, layout, 65)
    assert table.shape == (1, 2, 129)
    beliefs = tabulated_beliefs(65)
    solved, between = table[0, 0, ::2], table[0, 0, 1::2]
    known = ~np.isnan(solved)
    # Only next to where the best rule changes, p = 8/9, a cubic may not be trusted.
    assert known.mean() > 0.9
    assert (abs(beliefs[~known] - 8.0 / 9.0) < 0.05).all()
    np.testing.assert_allclose(solved[known], loss_share(beliefs)[known], rtol=1e-6)
    # Between beliefs too, where a cubic may be trusted.
    middles = np.array([beliefs[:-1], beliefs[1:]]).mean(axis=0)
    known = ~np.isnan(between) & (np.diff(beliefs) < 1e-3)
    np.testing.assert_allclose(between[known], loss_share(middles)[known], rtol=1e-2)
    # Who is aligned loses nothing.
    assert table[0, 1].tolist() == [0.0] * 129


def test_losses_of_both_kinds_of_turns():
    # Watched compliance converts half of the way, at once and never again if flagged: two losses, L_comply the smaller.
    seen = outlook_of(reinforced_rotation=0.5, act_watched=0.8)
    layout = state_layout(RIGHT_ANGLE, seen.response, 1)
    table = usable_on_states(RIGHT_ANGLE, seen, layout, 65)
    assert table.shape == (2, layout.size, 129)
    place = place_of_state(layout, 0, 0)
    solved = table[:, place, ::2]
    known = ~np.isnan(solved).any(axis=0)
    assert known.mean() > 0.8
    assert (solved[0, known] >= solved[1, known]).all()


def test_losses_on_rows_do_not_depend_on_the_angle():
    # L/b is the same at every angle: stakes are proportional, and one flag converts.
    seen = outlook_of()
    grid = RowGrid(RIGHT_ANGLE, 0.033, 12, 12)
    table = usable_on_rows(grid, seen, 65)
    assert table.shape == (1, 2 * grid.rows - 1, 129)
    beliefs = tabulated_beliefs(65)
    for row in table[0, :-2]:
        known = ~np.isnan(row[::2])
        assert known.mean() > 0.8
        np.testing.assert_allclose(row[::2][known], loss_share(beliefs)[known], rtol=1e-5)


def test_rows_reach_down_to_aligned_goals():
    grid = row_grid(RIGHT_ANGLE, outlook_of().response)
    # One flag converts: the row after a turn is none of the grid.
    assert grid.rows_per_turn == grid.rows
    assert grid.top == pytest.approx(RIGHT_ANGLE * math.exp(grid.spacing), rel=1e-14)
    assert grid.top * math.exp(-grid.spacing * (grid.rows - 1)) < ALIGNED_ANGLE
    assert grid.top * math.exp(-grid.spacing * (grid.rows - 5)) > ALIGNED_ANGLE
    # A turn by a third: so many rows make exactly one.
    third = row_grid(RIGHT_ANGLE, outlook_of(rotation=1.0 / 3.0).response)
    assert math.exp(-third.spacing * third.rows_per_turn) == pytest.approx(2.0 / 3.0, rel=1e-12)


# Ends


def test_who_is_aligned_loses_nothing():
    seen = outlook_of()
    layout = state_layout(RIGHT_ANGLE, seen.response, 1)
    losses = np.full((layout.size, 2), np.nan)
    fill_losses(0.0, seen, layout, losses, no_expectations(0.0, seen.response))
    assert (losses == 0.0).all()


def test_a_layout_ends_where_goals_are_aligned():
    # One flag converts: whatever came before it, no state has two.
    seen = outlook_of(reinforced_rotation=0.5)
    layout = state_layout(RIGHT_ANGLE, seen.response, 6)
    assert place_of_state(layout, 2, 0) == -1
    assert place_of_state(layout, 1, 0) >= 0
