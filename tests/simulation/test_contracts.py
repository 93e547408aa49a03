"""The contract of `tests.simulation.contract` for every shipped regime, every decider and every kind of graph."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from models.parameters import Section, parameter_of
from models.regime_parameters import Regime
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_regime, load_scenario, shipped_regimes
from tests.simulation.contract import RunContract, deciders, graphs, ran
from tests.simulation.test_deciders import DECIDERS
from tests.simulation.test_full_engines_agree import EVERYTHING, QUICK

AGENTS = 24

#: Agents that learn and are modified; neighbours, who matter where they report; watching is dear.
OVERSEEN = {
    "agents.count": AGENTS,
    "agents.rationality": 3,
    "society.graph": "watts_strogatz",
    "overseer": {"harm": 1, "recovery": 0.5, "monitoring_cost": 0.4, "false_alarm_cost": 0.1},
    "run.episodes": 8,
}


class TestEveryRegime(RunContract):
    @pytest.fixture(params=shipped_regimes())
    def scenario(self, request):
        return load_scenario("learning").with_values(OVERSEEN | {"regime": load_regime(request.param).regime})

    @pytest.fixture
    def neutral(self, scenario):
        # Where nothing follows, it does not matter who is watched, who can tell and what is found: everybody does what
        # it does where nobody is watched.
        base = scenario.with_values({"regime": load_regime("none").regime})
        same = ("acted", "spoke", "angle", "turns", "agent_utility", "goal_preservation", "alignment")
        return without_response(scenario), without_response(base), same


def without_response(scenario: Scenario) -> Scenario:
    """Return a scenario in which nothing follows: neither from the response nor in any group of an escalating one."""
    regime = scenario.regime
    schedule = regime.schedule
    if rows := getattr(schedule, "rows", ()):
        milder = tuple(row.model_copy(update={"penalty": neutral_of(row)["penalty"]}) for row in rows)
        schedule = schedule.model_copy(update={"rows": milder})
    response = regime.response.model_copy(update=neutral_of(regime.response))
    quiet = Regime(schedule=schedule, visibility=regime.visibility, detector=regime.detector, response=response)
    return scenario.with_values({"regime": quiet})


def neutral_of(part: Section) -> dict[str, object]:
    """Return the neutral value of each parameter of a part."""
    known = {name: parameter_of(type(part), name) for name in type(part).model_fields}
    return {name: parameter.neutral for name, parameter in known.items() if parameter is not None}


class TestEveryDecider(RunContract):
    """With every mechanism on."""

    @pytest.fixture(params=deciders())
    def scenario(self, request):
        values = EVERYTHING | QUICK | DECIDERS.get(request.param, {})
        return Scenario().with_values(values | {"agents.decision": request.param, "agents.count": AGENTS})

    @pytest.fixture
    def neutral(self, scenario):
        # Without temptation there is no choice, whoever decides.
        aligned = scenario.with_values({"agents.goals.angle": 0.0})
        base = aligned.with_values({"agents.decision": "planner"})
        same = (
            "watched", "acted", "spoke", "flagged", "angle", "turns", "belief", "compliance_watched_all", "flag_rate",
            "strategic_compliance_rate_all", "agent_utility", "overseer_utility", "aligned_share_all", "trust",
        )  # fmt: skip
        return aligned, base, same


#: A file is a graph in one of two formats.
KINDS = (*(kind for kind in graphs() if kind != "file"), "ring.graphml", "ring.txt")
#: About ten neighbours each, as by default with a thousand agents.
DENSE = {
    "erdos_renyi": {"society.edge_probability": 0.4},
    "stochastic_block": {"society.within_probability": 0.8, "society.between_probability": 0.1},
}
#: Neighbours see, hear and report each other.
SOCIAL = {
    "agents.conformity": 0.4,
    "society.social_learning": 0.3,
    "society.news": 0.5,
    "regime.detector.peer_report_rate": 0.05,
}
ALONE = dict.fromkeys(SOCIAL, 0.0)
#: Agents that differ, with plans that are quick to make. (Akrasia: the basic model, which has none, adds up its sums in
#: another order.)
DIFFERENT = {
    "agents.count": AGENTS,
    "agents.goals.angle": {"distribution": "uniform", "loc": 0.2, "scale": 2.5},
    "agents.rationality": 6.0,
    "agents.akrasia": 0.1,
    "agents.planning": "myopic",
    "agents.beliefs.mean": {"distribution": "beta", "a": 2, "b": 3},
    "agents.beliefs.strength": 4.0,
    "regime.schedule.rate": 0.4,
    "regime.response.penalty": 1.0,
    "run.episodes": 8,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """Files of a graph in each format: a ring with one way, and a ring with both."""
    links = [*pairwise(range(AGENTS)), (AGENTS - 1, 0)]
    nodes = "".join(f'<node id="{agent}"/>' for agent in range(AGENTS))
    edges = "".join(f'<edge source="{one}" target="{other}"/>' for one, other in links)
    texts = {
        "ring.graphml": f'<graphml><graph edgedefault="directed">{nodes}{edges}</graph></graphml>',
        "ring.txt": "".join(f"{one} {other}\n" for one, other in links),
    }
    folder = tmp_path_factory.mktemp("graphs")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: folder / name for name in texts}


class TestEveryGraph(RunContract):
    @pytest.fixture(params=KINDS)
    def scenario(self, request, files):
        kind = request.param
        graph = {"society.graph": kind} | DENSE.get(kind, {})
        if kind in files:
            graph = {"society.graph": "file", "society.path": str(files[kind])}
        return Scenario().with_values(DIFFERENT | SOCIAL | graph)

    @pytest.fixture
    def neutral(self, scenario):
        # Neighbours who pass nothing on might as well not be there.
        quiet = scenario.with_values(ALONE)
        base = quiet.with_values({"society.graph": "none"})
        return quiet, base, ("watched", "acted", "flagged", "angle", "turns", "belief", "agent_utility", "trust")

    def test_neighbours_matter_where_there_are_any(self, scenario):
        alone = ran(scenario.with_values(ALONE)).by_replicate
        assert ran(scenario).by_replicate.equals(alone) == (scenario.society.graph == "none")
