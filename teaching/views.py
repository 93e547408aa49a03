"""The parts of the dashboard that are drawn in the page: plain values, of which only those that changed are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

Point = tuple[float, float]


@solara.component_vue("society_view.vue")
def SocietyView(
    points: str,
    edges: str,
    codes: str,
    chosen: int,
    marks: str,
    size: float,
    letters: bool,
    note: str,
    event_choose: Callable[[Any], None],
) -> None:
    """Draw who is whose neighbour; a click or an arrow key chooses an agent.

    `points` are pairs ``x,y`` with blanks between them, `codes` one digit an agent, `marks` JSON.
    """


@solara.component_vue("map_view.vue")
def MapView(
    boxes: list[tuple[float, float, float, float, int]],
    labels: list[tuple[float, float, int]],
    marks: list[dict[str, str]],
    here: Point,
    across: list[tuple[float, str]],
    up: list[tuple[float, str]],
    summary: str,
) -> None:
    """Draw the strategy map of the chosen agent, and where it stands on it."""


@solara.component_vue("lines_view.vue")
def LinesView(watched: str, unwatched: str, first: int, last: int, now: list[str], summary: str) -> None:
    """Draw compliance over time, watched solid and unwatched dashed."""


@solara.component_vue("decision_view.vue")
def DecisionView(
    standing: str,
    last: str,
    notes: list[str],
    numbers: str,
    rows: list[dict[str, Any]],
    status: str,
    words: str,
) -> None:
    """Show the chosen agent's decision: numbers at once, `words` when they are found, `status` while they are not."""


@solara.component_vue("controls_view.vue")
def ControlsView(
    lists: list[dict[str, Any]],
    sliders: list[dict[str, Any]],
    note: str,
    refusal: str,
    event_change: Callable[[Any], None],
) -> None:
    """Show lists and sliders with their values."""
