"""What the chosen agent is and did last, in a sentence or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.choice import ACT, SPEAK
from simulation.groups import PLANNER
from teaching.class_marks import MARKS

if TYPE_CHECKING:
    from simulation.mesa_agent import ComplianceAgent
    from teaching.shown_model import ShownModel

_DID = {ACT: "acted on its own goals", SPEAK: "spoke up"}


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
