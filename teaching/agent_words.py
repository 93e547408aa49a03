"""What the chosen agent is and did last, and what its decision is held against, in a sentence or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.choice import ACT, SPEAK
from simulation.groups import LEARNER, PLANNER
from teaching.class_marks import MARKS

if TYPE_CHECKING:
    from simulation.mesa_agent import ComplianceAgent
    from teaching.shown_model import ShownModel

_DID = {ACT: "acted on its own goals", SPEAK: "spoke up"}
#: Schedules that answer to what agents do, and what they do then.
_MOVING = {
    "targeted": "watches the most suspected first, and suspects anew after each episode",
    "escalating": "moves agents between groups of another rate and penalty, by what watching them shows",
    "adaptive": "changes its rate by how many watched agents are flagged",
}


def standing(model: ShownModel, agent: ComplianceAgent) -> str:
    """Return what an agent is now: its class, goals and belief."""
    turned = {0: "never turned", 1: "turned once"}.get(agent.turns, f"turned {agent.turns} times")
    return (
        f"Agent {agent.index} is {MARKS[model.codes[agent.index]].name}. Its goals are {agent.angle:.3g} radians from "
        f"the target and were {turned}. It believes that it is watched with probability {agent.belief:.3g}."
    )


def last_decision(model: ShownModel, agent: ComplianceAgent) -> str:
    """Return what an agent saw, thought and did in the last episode; empty before the first."""
    if model.episode == 0:
        return "No episode was run yet."
    seen = f"In episode {model.episode - 1} it was {'watched' if agent.watched else 'not watched'}. It saw the cue "
    thought = f"{agent.cue:.3g} and then thought that it was watched with probability q = {agent.detection_belief:.3g}"
    worth = ""
    if agent.decider == PLANNER:
        worth = f"; acting was worth {agent.act_utility:.3g} and complying {agent.comply_utility:.3g} to it"
    did = f". It {_DID.get(agent.option, 'complied')}"
    return seen + thought + worth + did + (" and was flagged." if agent.flagged else ".")


def held_still(model: ShownModel, agent: ComplianceAgent) -> str:
    """Return what is held where a schedule answers to what agents do; empty where it does not."""
    kind: str = model.run_scenario.regime.schedule.kind
    if kind not in _MOVING:
        return ""
    rate = {"targeted": "the share that is watched", "escalating": "the rate of this agent's group"}
    penalty = f" and the penalty {agent.response.penalty:.3g}" if kind == "escalating" else ""
    held = f"{rate.get(kind, 'the present rate')}, {agent.watch_rate:.3g}{penalty}"
    return (
        f"This regime ({kind}) {_MOVING[kind]}. The map and the decision are explained at {held}, as if this stayed "
        "so: agents do not plan for changes of it."
    )


def rule_followed(agent: ComplianceAgent) -> str:
    """Return whose numbers are shown where an agent does not reckon by itself; empty where it does."""
    if agent.decider == PLANNER:
        return ""
    what = "what it learned in earlier lives" if agent.decider == LEARNER else "a fixed rule"
    return (
        f"This agent does not weigh utilities: it follows {what}. The map and the numbers are of one in its place "
        "that weighs them."
    )
