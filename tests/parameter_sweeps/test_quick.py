"""What scaling a study down changes, and what it leaves as it is."""

from __future__ import annotations

import pytest

from parameter_sweeps.catalogue import load_study, shipped_studies
from parameter_sweeps.quick import MOST_AGENTS, MOST_EPISODES, MOST_REPLICATES, quick_study
from parameter_sweeps.study import Study

FORESIGHT = "agents.foresight"


def study_of(**keys: object) -> Study:
    written = {
        "base": "base", "set": {"agents.count": 1000, "run.episodes": 400}, "replicates": 10,
        "vary": {FORESIGHT: {"linspace": [0.0, 0.9, 10]}}, "measures": ["compliance_gap"],
    }  # fmt: skip
    return Study.from_mapping({**written, **keys})


def test_a_study_is_scaled_as_said():
    quick = quick_study(study_of(burn_in=100, record="episodes", record_every=10))
    assert quick.quick
    assert quick.scenario.agents.count == 100
    # 400 episodes are halved: so are the burn-in and the stretches
    assert (quick.scenario.run.episodes, quick.burn_in, quick.record_every) == (200, 50, 5)
    assert quick.scenario.run.replicates == 3
    # 10 values at places 0, 2.25, 4.5, 6.75 and 9, rounded
    assert quick.axes[FORESIGHT] == pytest.approx((0.0, 0.2, 0.4, 0.7, 0.9))


def test_levels_that_the_claim_names_stay():
    claim = {
        "statistic": "difference",
        "measure": "compliance_gap",
        "axis": FORESIGHT,
        "from": 0.1,
        "to": 0.8,
        "above": 0,
    }
    assert {0.1, 0.8} < {*quick_study(study_of(supports_if=claim)).axes[FORESIGHT]}


def test_what_varies_is_not_scaled():
    quick = quick_study(study_of(set={}, vary={"agents.count": [10, 500], "run.episodes": [10, 900]}))
    assert quick.axes == {"agents.count": (10, 500), "run.episodes": (10, 900)}


@pytest.mark.parametrize("name", shipped_studies())
def test_every_shipped_study_can_be_scaled(name):
    study = load_study(name)
    quick = quick_study(study)
    assert quick.scenario.agents.count <= MOST_AGENTS
    assert quick.scenario.run.episodes <= MOST_EPISODES
    assert quick.scenario.run.replicates <= MOST_REPLICATES
    assert {*quick.regimes} == {*study.regimes}
    assert quick_study(quick).digest() == quick.digest()
