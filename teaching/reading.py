"""How to read a strategy map, step by step: the only place where it is explained.

`docs/reading_the_map.md` and the page of the explorer are made from it.
"""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """A thing to see on a map: what it is in a few words, and in some sentences."""

    head: str
    text: str


STEPS = (
    Step(
        "A point is an agent, not a moment",
        "Each point of the map is one combination of parameters: how far an agent looks ahead along one axis, "
        "how often it is watched along the other. All else is held. The colour, the hatching and the name say "
        "which kind of rule is worth most to an agent there.",
    ),
    Step(
        "Nothing on it was simulated",
        "What the best honest, the best faking and the best compliant rule are worth is solved for each point, "
        "by the agent's own goals, with its later selves doing what they will. The map shows which of the best "
        "rules wins. Simulation is compared with it elsewhere; here there is no noise and no luck.",
    ),
    Step(
        "Walk to the right: goals to lose",
        "More foresight makes the future count, and being modified puts the future into the hands of a self that "
        "wants something else. What that costs is called goal guarding. Where one flag converts the agent, it "
        "grows with foresight, and from some foresight on it outweighs what acting in the open pays: honest "
        "gives way to faking.",
    ),
    Step(
        "Walk upward: nothing left to fake for",
        "Watched more often, an agent has fewer unwatched episodes in which to act on its goals, so there is "
        "less to guard. Faking gives way: to compliance where a flag hurts enough, back to honesty where it does"
        " not. Watching everything removes the motive to fake, not only the chance.",
    ),
    Step(
        "Change what agents can tell, and what follows",
        "Where agents cannot tell watched from unwatched episodes no rule is faking, for there is nothing to do "
        "differently. A cue that says more mostly widens the region of faking. A penalty makes honesty rarer. A "
        "modification that turns goals only a little leaves less to guard; the boundary is then ragged in "
        "places, because where a later self changes its mind, what this one has to lose jumps.",
    ),
    Step(
        "At a smooth boundary little is at stake",
        "Two kinds of rules are worth the same there. Close to it the choice of the best one says little about "
        "what is lost with the other: look at the values too. With a graded cue the best rules of both kinds are "
        "nearly the same rule near the boundary.",
    ),
)

#: What a map does not say.
LIMITS = (
    "A map is a statement about agents that weigh what they expect and know the rate at which they are watched. "
    "It is exact for them, and no measurement of any language model."
)
