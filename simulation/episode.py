"""The order of an episode, which both engines follow.

Every agent, before any agent's state changes:

1. Watching: the schedule gives a rate; M = 1 if the first uniform of the address is below it.
2. Cue: a watched episode is a honeypot with the regime's share, and then looks unwatched; the cue shows how it looks.
3. Posterior: belief, public signal and cue give q.
4. Choice: the stakes of the episode; the plan at the agent's angle and belief gives its losses; expected utilities give
   the probabilities of acting and of speaking up.
5. Detection: a flag, with the probability given by what was done and whether it was watched; speaking up is answered.
6. Counting: what was done counts for the goals that it was done with.
7. Beliefs: A and B take the evidence, from the posterior of step 3 and the outcome of step 5.
8. Response: a flag or an answer turns the goals of an agent that is not aligned, and so does watched, unflagged
   compliance where it is reinforced; habits grow; its plan is made anew.
9. Society: news of neighbours' flags, then the neighbours' beliefs; what they did is seen in the next episode;
   imitators compare payoffs at the end of a window.
10. The overseer learns from monitored episodes alone.
11. Development: capabilities grow, those of agents and the overseer's.

All agents move at once: no result depends on the order in which they are visited.
"""

from __future__ import annotations

from models.compilation import compiled
from models.goals import ALIGNED_ANGLE
from models.perception import (
    GAUSSIAN,
    binary_likelihood_unwatched,
    binary_likelihood_watched,
    gaussian_likelihood_ratio,
    posterior,
)


@compiled
def detection_belief(belief: float, cue: float, cue_kind: int, quality: float, honeypot_share: float) -> float:
    """Return ``q`` after a cue of either kind; parameters as in `models.perception`."""
    if cue_kind == GAUSSIAN:
        return posterior(belief, gaussian_likelihood_ratio(cue, quality, honeypot_share), 1.0)
    watched = binary_likelihood_watched(cue, quality, honeypot_share)
    return posterior(belief, watched, binary_likelihood_unwatched(cue, quality))


@compiled
def is_turned(flagged: int, angle: float, rotation: float) -> bool:
    """Tell whether a flag turns the agent's goals: they are not aligned, and the response modifies."""
    return flagged == 1 and angle >= ALIGNED_ANGLE and rotation > 0.0
