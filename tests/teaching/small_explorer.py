"""An explorer of 378 cells: enough for every slider to change something."""

import math

from teaching.explored import FORESIGHT, RATE, explored, explored_study

SMALL = {
    "regime.response.rotation": (0.0, 1.0),
    "regime.response.penalty": (0.0, 0.5, 3.0),
    "agents.cue.discrimination": (0.0, 2.0, math.inf),
    RATE: (0.2, 0.6, 1.0),
    # steps of 0.04 around where the told agent of base begins to fake at a watching rate of 0.2
    FORESIGHT: (0.48, 0.52, 0.56, 0.6, 0.64, 0.68, 0.72),
}


def small_explored():
    return explored(explored_study(SMALL))
