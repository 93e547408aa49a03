"""Games out: the payoff frame, nashpy's equilibria, and Gambit files that say the same when read again."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.games import equilibria, game_from_nfg, nashpy_game, nfg_text, payoff_frame, write_nfg
from models.literature import InspectionGame, inspection_equilibrium
from models.refusals import InputError
from parameter_sweeps.one_shot_game import OneShotGame

INSPECTED = OneShotGame(
    "inspection", ("watch", "do not watch"), ("act", "comply"),
    np.array([[-0.4, -0.1], [-1.0, 0.0]]), np.array([[-3.0, 0.0], [1.0, 0.0]]),
)  # fmt: skip


def matrices(rows, columns):
    return arrays(np.float64, (rows, columns), elements=st.floats(-1e6, 1e6))


@st.composite
def games(draw):
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    names = st.text(st.characters(codec="utf-8", exclude_characters="{}\x00", exclude_categories=["Cs"]), max_size=8)
    labels = [tuple(draw(names) for _ in range(count)) for count in (rows, columns)]
    return OneShotGame(draw(names), *labels, draw(matrices(rows, columns)), draw(matrices(rows, columns)))


# By hand


def test_11_equilibrium():
    # .25 makes the agent indifferent (1 - 4 m = 0), 1/7 the overseer (.7 x - .1 = 0), who gets -1/7.
    (found,), is_degenerate = equilibria(INSPECTED)
    assert found.overseer == pytest.approx([0.25, 0.75], abs=1e-12)
    assert found.agent == pytest.approx([1.0 / 7.0, 6.0 / 7.0], abs=1e-12)
    assert found.overseer_payoff == pytest.approx(-0.1428571429, abs=5e-11)
    assert found.agent_payoff == pytest.approx(0.0, abs=1e-12)
    assert not is_degenerate


def test_frame():
    frame = payoff_frame(INSPECTED)
    assert list(frame.index) == ["watch", "do not watch"]
    assert frame.loc["watch", ("act", "Agent")] == -3.0
    assert frame.loc["do not watch", ("act", "Overseer")] == -1.0
    assert frame.shape == (2, 4)


def test_file_by_hand():
    # The overseer's strategies run fastest: (watch, act), (do not watch, act), (watch, comply), (do not watch, comply).
    assert nfg_text(INSPECTED).splitlines() == [
        'NFG 1 R "inspection" { "Overseer" "Agent" }',
        '{ { "watch" "do not watch" } { "act" "comply" } }',
        '"Expected payoffs of one episode: continuation values, beliefs, habit and noise are left out."',
        "{",
        '{ "" -0.4, -3.0 }',
        '{ "" -1.0, 1.0 }',
        '{ "" -0.1, 0.0 }',
        '{ "" 0.0, 0.0 }',
        "}",
        "1 2 3 4",
    ]


def test_outcomes_may_be_shared_or_null():
    text = 'NFG 1 R "one" { "A" "B" } { { "u" "d" } { "l" "r" } } "" { { "x" 1, 2 } } 1 0 0 1'
    found = game_from_nfg(text)
    assert found.overseer_payoffs.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert found.agent_payoffs.tolist() == [[2.0, 0.0], [0.0, 2.0]]


def test_a_degenerate_game_is_said_to_be_one():
    # Whoever acts unwatched fakes as well: two best replies to not watching.
    told = OneShotGame("told", ("watch", "leave"), ("act", "fake"), np.array([[-1.0, -0.1], [-1.0, -1.0]]),
                       np.array([[-3.0, 0.0], [1.0, 1.0]]))  # fmt: skip
    assert equilibria(told).is_degenerate


# Properties


@given(games())
def test_a_file_read_again_is_the_same_game_to_the_bit(game):
    found = game_from_nfg(nfg_text(game))
    assert (found.name, found.overseer_strategies, found.agent_strategies) == (
        game.name, game.overseer_strategies, game.agent_strategies,
    )  # fmt: skip
    np.testing.assert_array_equal(found.overseer_payoffs, game.overseer_payoffs)
    np.testing.assert_array_equal(found.agent_payoffs, game.agent_payoffs)


@given(st.floats(0.5, 2.0), st.floats(2.0, 4.0), st.floats(0.3, 1.0), st.floats(0.01, 0.1))
def test_equilibria_are_those_of_the_closed_form(tempted, penalty, recovery, cost):
    written = InspectionGame(tempted, penalty, 1.0, 1.0, 1.0, recovery, cost)
    watched, unwatched = -tempted * (1.0 - recovery) - cost, -tempted
    game = INSPECTED.__class__(
        "g", ("watch", "leave"), ("act", "comply"), np.array([[watched, -cost], [unwatched, 0.0]]),
        np.array([[-penalty, 0.0], [tempted, 0.0]]),
    )  # fmt: skip
    (found,), _ = equilibria(game)
    closed = inspection_equilibrium(written)
    assert (found.overseer[0], found.agent[0], found.overseer_payoff) == pytest.approx(closed, abs=1e-9)


@given(games())
def test_equilibria_are_mutual_best_replies(game):
    for one in equilibria(game).found:
        size = 1.0 + max(np.abs(game.overseer_payoffs).max(), np.abs(game.agent_payoffs).max())
        assert (game.overseer_payoffs @ one.agent).max() <= one.overseer_payoff + 1e-6 * size
        assert (one.overseer @ game.agent_payoffs).max() <= one.agent_payoff + 1e-6 * size


# Files and refusals


def test_a_file_is_written_whole(tmp_path):
    write_nfg(INSPECTED, tmp_path / "new" / "game.nfg")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["game.nfg"]
    assert game_from_nfg((tmp_path / "new" / "game.nfg").read_text(encoding="utf-8")).name == "inspection"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with NFG 1 R"),
        ('NFG 1 R "x" { "A" "B" } { 2 2 } 1 2 3 4 5 6 7 8', "must begin with NFG 1 R"),
        (nfg_text(INSPECTED)[:-3], "2 x 2 pairs of strategies, got 3 numbers"),
        (nfg_text(INSPECTED).replace("1 2 3 4", "1 2 3 5"), "must have one of 4 outcomes"),
    ],
)
def test_other_texts_are_refused(text, message):
    with pytest.raises(InputError, match=message):
        game_from_nfg(text)


def test_without_nashpy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nashpy", None)
    with pytest.raises(InputError, match="nashpy must be installed"):
        nashpy_game(INSPECTED)
