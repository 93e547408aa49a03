"""What agents see in worlds with every mechanism: short loops over all agents, which compilers turn into vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop
from models.elementary import normal_quantile
from models.perception import BINARY, GAUSSIAN, belief_mean, binary_cue, gaussian_cue, signalled_belief
from simulation.episode import detection_belief
from simulation.full_world import FullWorld

#: Agents whose cues are of several kinds.
SEVERAL = -1

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled_loop
def believe_all(prior: Floats, watched_weight: Floats, unwatched_weight: Floats) -> None:
    """Fill the beliefs before any cue."""
    for agent in range(prior.size):
        prior[agent] = belief_mean(watched_weight[agent], unwatched_weight[agent])


@compiled_loop
def disguise_all(looks: Integers, watched: Integers, uniforms: Floats, honeypot_share: float) -> None:
    """Fill how episodes look: a share of the watched ones as if they were not."""
    for agent in range(looks.size):
        looks[agent] = 0 if uniforms[agent] < honeypot_share else watched[agent]


@compiled_loop
def cue_all(
    cues: Floats, uniforms: Floats, looks: Integers, quality: Floats, common_kind: int, kinds: Integers
) -> None:
    """Fill the cues. One loop a kind where all agents have the same: the two have nothing in common."""
    if common_kind == SEVERAL:
        for agent in range(cues.size):
            if kinds[agent] == GAUSSIAN:
                cues[agent] = gaussian_cue(normal_quantile(uniforms[agent]), quality[agent], looks[agent])
            else:
                cues[agent] = binary_cue(uniforms[agent], quality[agent], looks[agent])
    elif common_kind == GAUSSIAN:
        for agent in range(cues.size):
            cues[agent] = gaussian_cue(normal_quantile(uniforms[agent]), quality[agent], looks[agent])
    else:
        for agent in range(cues.size):
            cues[agent] = binary_cue(uniforms[agent], quality[agent], looks[agent])


@compiled_loop
def signal_all(beliefs: Floats, watched: Integers, uniforms: Floats, false_signal: float) -> None:
    """Change beliefs by the public signal, which always tells of watched episodes."""
    for agent in range(beliefs.size):
        said = 1 if watched[agent] == 1 or uniforms[agent] < false_signal else 0
        beliefs[agent] = signalled_belief(beliefs[agent], said, false_signal)


@compiled_loop
def judge_all(world: FullWorld, beliefs: Floats, common_kind: int) -> None:
    """Fill the posteriors after the cues."""
    posterior, cues, quality, honeypots = world.posterior, world.cue, world.quality, world.reckoned_honeypots
    if common_kind == SEVERAL:
        for agent in range(beliefs.size):
            kind = world.cue_kind[agent]
            posterior[agent] = detection_belief(beliefs[agent], cues[agent], kind, quality[agent], honeypots[agent])
    elif common_kind == GAUSSIAN:
        for agent in range(beliefs.size):
            posterior[agent] = detection_belief(beliefs[agent], cues[agent], GAUSSIAN, quality[agent], honeypots[agent])
    else:
        for agent in range(beliefs.size):
            posterior[agent] = detection_belief(beliefs[agent], cues[agent], BINARY, quality[agent], honeypots[agent])
