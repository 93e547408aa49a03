"""The page of the dashboard: Mesa's SolaraViz around a world of the Mesa engine.

Mesa gives the frame: Step, Run and Reset. What is in it is drawn by
`teaching.views`, which are told the plain values that changed and nothing else. All state is of one visitor: Solara
makes a kernel for each page that is opened.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import solara
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from models.refusals import InputError
from models.scenario import Scenario
from simulation.mesa_agent import ComplianceAgent
from simulation.mesa_engine import ComplianceModel
from teaching import drawing
from teaching.agent_words import held_still, last_decision, rule_followed, standing
from teaching.choices import CONTROLS, COUNT, SEED, SOCIETIES, Choices, changed, value_at, why_fixed
from teaching.class_marks import MARKS, marks_for_page
from teaching.decision_words import decision_sentences, worth_rows
from teaching.newest import Newest
from teaching.one_agent import POINTS, Run, agent_scenario, explanation_of, strategy_map_of, values_of
from teaching.presets import preset_claim, preset_names, regime_names
from teaching.reading_page import GLOSSARY, PATH, READING
from teaching.shown_model import ShownModel
from teaching.views import ControlsView, DecisionView, LinesView, MapView, SocietyView

_CSS = Path(__file__).with_name("dashboard.css").read_text(encoding="utf-8")
_MARKS = marks_for_page()
_WRITTEN_MARKS = json.dumps(_MARKS)
#: Letters on more agents would not be read.
MOST_LETTERS = 150
#: While words are looked for, after nothing and after words on an earlier episode.
_SEARCHING = "Still searching what would change its mind …"
_OVERTAKEN = f"{_SEARCHING} What stands below was so in an earlier episode."
#: A regime whose agents may speak up is reckoned by loops that others do without.
_WITH_VOICE = "amnesty"


@solara.component
def Page() -> None:
    """The page, as a new visitor sees it."""
    choices = solara.use_reactive(Choices())
    first = solara.use_memo(lambda: ShownModel(choices.peek), [])
    world = solara.use_reactive(first)
    chosen = solara.use_reactive(0)
    # Mesa makes the world anew with these at a reset
    parameters = solara.use_memo(lambda: {"chosen": choices.peek}, [])
    solara.Style(_CSS)
    solara.Title("Strategic compliance")
    SolaraViz(world, components=[], model_params=parameters, name="Strategic compliance", play_interval=100)
    _links()
    with solara.Div(classes=["sc-page"]):
        with solara.Div(classes=["sc-column"]):
            with _card("What is chosen"):
                Controls(world, choices)
            with _card("The exact strategy map of the chosen agent"):
                AgentMap(world.value, chosen.value)
        with solara.Div(classes=["sc-column"]):
            with _card("The society"):
                Society(world.value, chosen)
            with _card("Who complies"):
                Lines(world.value)
        with solara.Div(classes=["sc-wide"]), _card("The chosen agent's decision in words and numbers"):
            AgentDecision(world.value, chosen.value)


def first_look() -> None:
    """Work out once what a new visitor sees and does first, so that nothing is compiled while somebody waits."""
    for choices in (Choices(regime=_WITH_VOICE), Choices()):
        model = ShownModel(lambda choices=choices: choices)  # type: ignore[misc]
        model.step()
        scenario = agent_scenario(model.agent(0))
        strategy_map_of(scenario)
        values_of(scenario)
    explanation_of(scenario)


def _links() -> None:
    """Links to what explains the page; in a tab of their own, for leaving the page would lose the run."""
    places = {"How to read the map": READING, "What the words mean": GLOSSARY}
    with solara.v.Html(tag="nav", class_="sc-links", attributes={"aria-label": "Explanations"}):
        for words, place in places.items():
            attributes = {"href": f"{PATH}#{place}", "target": "_blank", "rel": "noopener"}
            solara.v.Html(tag="a", attributes=attributes, children=[f"{words} (new tab)"])


def _card(title: str) -> Any:
    card = solara.Div(classes=["sc-card"])
    with card:
        solara.v.Html(tag="h2", children=[title])
    return card


@solara.component
def Controls(world: solara.Reactive[ShownModel], choices: solara.Reactive[Choices]) -> None:
    """Lists and sliders; a change makes the world anew, from its seed."""
    refusal = solara.use_reactive("")

    def change(told: Any) -> None:
        try:
            key, value = told
            wanted = changed(choices.peek(), key, value)
            made = ShownModel(lambda: wanted)
        except InputError as error:
            refusal.set("; ".join(error.messages))
        except (TypeError, ValueError) as error:
            refusal.set(str(error))
        else:
            refusal.set("")
            choices.set(wanted)
            world.set(made)

    ControlsView(
        lists=_lists(choices.value), sliders=_sliders(choices.value), note=preset_claim(choices.value.preset),
        refusal=refusal.value, event_change=change,
    )  # fmt: skip


def _lists(chosen: Choices) -> list[dict[str, Any]]:
    options = {
        "preset": ("Preset", [(name, name.replace("_", " ")) for name in preset_names()]),
        "regime": ("Regime", [(name, name.replace("_", " ")) for name in regime_names()]),
        "society": ("Society", [(name, words) for name, (words, _) in SOCIETIES.items()]),
    }
    return [
        {"key": key, "label": label, "value": getattr(chosen, key), "options": entries}
        for key, (label, entries) in options.items()
    ]


def _sliders(chosen: Choices) -> list[dict[str, Any]]:
    scenario = chosen.scenario
    found = []
    for one in (*CONTROLS, COUNT):
        value = value_at(scenario, one.key)
        shown = one.low if value is None else value
        found.append(
            {"key": one.key, "label": one.label, "low": one.low, "high": one.high, "step": one.step, "value": shown}
            | {"text": f"{shown:g}", "why": why_fixed(scenario, one.key)}
        )
    seed = {"key": SEED.key, "label": SEED.label, "low": SEED.low, "high": SEED.high, "step": SEED.step, "why": ""}
    return [*found, seed | {"value": chosen.seed, "text": str(chosen.seed)}]


@solara.component
def Society(model: ShownModel, chosen: solara.Reactive[int]) -> None:
    """The society as a network; a click chooses an agent."""
    update_counter.get()
    count = model.population.size
    edges = solara.use_memo(lambda: drawing.edges_of(model), [model])
    places = solara.use_memo(lambda: drawing.places_of(edges, count), [model])
    path = solara.use_memo(lambda: drawing.edges_path(edges, places), [model])
    points = solara.use_memo(lambda: " ".join(f"{across},{down}" for across, down in places), [model])
    note = solara.use_memo(lambda: _about_lines(model, len(edges)), [model])

    def choose(index: Any) -> None:
        if isinstance(index, int) and 0 <= index < count:
            chosen.set(index)

    SocietyView(
        points=points, edges=path, codes="".join(map(str, model.codes)), chosen=min(chosen.value, count - 1),
        marks=_WRITTEN_MARKS,
        size=round(150.0 / math.sqrt(count), 1), letters=count <= MOST_LETTERS,
        note=note, event_choose=choose,
    )  # fmt: skip


def _about_lines(model: ComplianceModel, edges: int) -> str:
    scenario = model.run_scenario
    if not edges:
        return "These agents have no neighbours."
    hidden = f" {edges} lines are too many to be drawn." if edges > drawing.MOST_EDGES else ""
    mechanisms = model.mechanisms
    passes = mechanisms.news > 0.0 or mechanisms.social_learning > 0.0 or mechanisms.rates.peer_report_rate > 0.0
    conforms = any(agent.conformity > 0.0 for agent in model.subjects)
    if passes or conforms or scenario.agents.decision == "imitator":
        return f"Lines join neighbours, who hear, see or report each other.{hidden}"
    return f"Lines join neighbours; in this scenario nothing passes between them.{hidden}"


@solara.component
def Lines(model: ShownModel) -> None:
    """Compliance of watched and of unwatched agents in conflict, over episodes."""
    update_counter.get()
    record = list(model.record)
    watched, unwatched = [row[1] for row in record], [row[2] for row in record]
    now = [_share(line[-1] if line else math.nan) for line in (watched, unwatched)]
    LinesView(
        watched=drawing.line_path(watched), unwatched=drawing.line_path(unwatched),
        first=record[0][0] if record else 0, last=record[-1][0] if record else 0, now=now,
        summary=f"Share that complied among agents whose goals conflict: watched {now[0]}, unwatched {now[1]}.",
    )  # fmt: skip


def _share(value: float) -> str:
    return "nobody in conflict" if math.isnan(value) else f"{value:.3f}"


@solara.component
def AgentMap(model: ShownModel, chosen: int) -> None:
    """The strategy map around the chosen agent, and where it stands."""
    update_counter.get()
    agent, scenario = use_agent(model, chosen)
    found = strategy_map_of(scenario)
    MapView(
        boxes=drawing.boxes_of(found), labels=drawing.labels_of(found), marks=_MARKS,
        here=drawing.place_on_map(agent.foresight, agent.belief), across=drawing.ticks(along=True),
        up=drawing.ticks(along=False), summary=_about_map(model, agent, found),
    )  # fmt: skip


def _about_map(model: ShownModel, agent: ComplianceAgent, runs: list[Run]) -> str:
    own, drawn = model.codes[agent.index], drawing.class_on_map(runs, agent.foresight, agent.belief)
    said = [
        f"Which rule is best for this agent, over its foresight and its belief. Its own rule now is {MARKS[own].name}."
    ]
    if own != drawn:
        points = f"{POINTS} by {POINTS} points"
        said.append(f"At the nearest of its {points}, without noise in choices, the map has {MARKS[drawn].name}.")
    if held_still(model, agent):
        said.append("It is drawn at the present rate and penalty, as if they stayed so.")
    return " ".join(said)


@solara.component
def AgentDecision(model: ShownModel, chosen: int) -> None:
    """What the chosen agent is, did last, and why; what would change its mind follows when it is found."""
    update_counter.get()
    agent, scenario = use_agent(model, chosen)
    words, status = use_words(scenario, (model, agent.index))
    found = values_of(scenario)
    DecisionView(
        standing=standing(model, agent), last=last_decision(model, agent),
        notes=[note for note in (held_still(model, agent), rule_followed(agent)) if note],
        numbers=decision_sentences(found, agent.response.penalty), rows=worth_rows(found), status=status, words=words,
    )  # fmt: skip


def use_agent(model: ShownModel, chosen: int) -> tuple[ComplianceAgent, Scenario]:
    """Return the chosen agent, the last one where there are fewer, and its scenario."""
    agent = model.agent(min(chosen, model.population.size - 1))
    scenario = solara.use_memo(lambda: agent_scenario(agent), [model, model.episode, agent.index])
    return agent, scenario


def use_words(scenario: Scenario, whose: object) -> tuple[str, str]:
    """Return the newest explanation of an agent, and what to say while there is none of its present scenario."""
    text, answered = use_answer(lambda asked: explanation_of(asked[0]), (scenario, whose))
    if answered == (scenario, whose):
        return text, ""
    # words about another agent would be taken for words about this one
    return (text, _OVERTAKEN) if answered is not None and answered[1] == whose else ("", _SEARCHING)


def use_answer(answer: Any, question: Any) -> tuple[Any, Any]:
    """Return the newest answer there is, and the question that it answers; None at first."""
    found = solara.use_reactive((None, None))
    newest = solara.use_memo(lambda: Newest(answer, lambda asked, got: found.set((got, asked))), [])
    solara.use_effect(lambda: newest.ask(question), [question])
    answered: tuple[Any, Any] = found.value
    return answered
