"""What a study may say of when its claim is supported, that it changes no results, and what is refused."""

from __future__ import annotations

import math

import pytest

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import study_text
from parameter_sweeps.support_conditions import REFERENCES, SIDES_OF_AGREEMENT, STATISTICS, conditions_of
from parameter_sweeps.yaml_loader import parse_yaml

FORESIGHT = "agents.foresight"
HOLDS = {"statistic": "value", "measure": "compliance_gap", "above": 0.1}


def study_of(**keys: object) -> Study:
    written = {
        "base": "base", "regimes": ["random_audit", "covert"], "vary": {FORESIGHT: [0.1, 0.5, 0.9]},
        "measures": ["compliance_gap"], "replicates": 2,
    }  # fmt: skip
    return Study.from_mapping({**written, **keys})


def refused(condition: object, **keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        study_of(supports_if=condition, **keys)
    return caught.value.messages


def test_one_condition_or_several():
    assert conditions_of(study_of(supports_if=HOLDS).supports_if) == [HOLDS]
    assert conditions_of(study_of(supports_if={"all": [HOLDS, HOLDS]}).supports_if) == [HOLDS, HOLDS]
    assert conditions_of(None) == []


def test_conditions_stay_in_the_text_of_the_study_and_change_neither_digest_nor_measures():
    plain, judged = study_of(), study_of(supports_if={"all": [HOLDS]}, quick=True)
    assert judged.digest() == plain.digest()
    written = parse_yaml(study_text(judged))
    assert written["supports_if"] == {"all": [HOLDS]}
    assert Study.from_mapping(written).supports_if == judged.supports_if
    assert Study.from_mapping(written).quick
    assert "supports_if" not in study_text(plain)
    assert "quick" not in study_text(plain)


def test_a_number_stands_for_the_nearest_level_and_a_range_for_those_within():
    for where in ({FORESIGHT: 0.6, "regime": ["covert"]}, {FORESIGHT: [0.2, 1.0]}):
        assert study_of(supports_if=HOLDS | {"where": where}).supports_if["where"] == where


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (3, "supports_if must be a mapping with statistic and a bound, got 3"),
        ({"all": []}, "supports_if.all must be a list of conditions, alone, got {'all': []}"),
        ({"all": [3]}, "supports_if.all[0] must be a mapping with statistic and a bound, got 3"),
        (
            HOLDS | {"statistic": "valu"},
            f"supports_if.statistic must be one of {', '.join(STATISTICS)}, got 'valu'; did you mean value?",
        ),
        ({"statistic": "value", "above": 0}, "supports_if.measure must be given for value, got nothing"),
        ({**HOLDS, "below": 1}, "supports_if must have one of above, below, within, got above, below"),
        ({**HOLDS, "above": "much"}, "supports_if.above must be a number, got 'much'"),
        ({"statistic": "value", "measure": "compliance_gap", "within": [2, 1]},
         "supports_if.within must be [low, high], got [2, 1]"),
        (HOLDS | {"axis": FORESIGHT},
         "supports_if.axis is not a key of value, which has above, below, measure, where, within"),
        (HOLDS | {"measure": "compliance_gop"},
         "supports_if.measure must be a measure, got 'compliance_gop'; did you mean compliance_gap?"),
        (HOLDS | {"measure": "trust"},
         "supports_if.measure must be one of the study's measures, compliance_gap, got trust"),
        (HOLDS | {"where": {"agents.count": 3}},
         f"supports_if.where.agents.count must be a varied key (regime, {FORESIGHT})"),
        (HOLDS | {"where": {"regime": "cover"}},
         "supports_if.where.regime must be one of 'random_audit', 'covert', got 'cover'"),
        ({"statistic": "difference", "measure": "compliance_gap", "axis": "regime", "from": "covert", "to": "none",
          "above": 0}, "supports_if.to must be one of 'random_audit', 'covert', got 'none'"),
        ({"statistic": "share_of_cells", "above": 0},
         "supports_if must have class, or measure with level, for share_of_cells"),
        ({"statistic": "share_of_cells", "measure": "trust", "class": "faking", "above": 0},
         "supports_if must have class, or measure with level, for share_of_cells"),
        ({"statistic": "share_of_cells", "measure": "compliance_gap", "above": 0},
         "supports_if.level must be given with measure, got nothing"),
        ({"statistic": "share_of_cells", "class": "fake", "above": 0},
         f"supports_if.class must be one of {', '.join(CLASS_NAMES)}, got 'fake'"),
        ({"all": [HOLDS] * 101}, "supports_if.all must be a list of at most 100 conditions, got 101"),
        (HOLDS | {"measure": 3}, "supports_if.measure must be a name, got 3"),
        (HOLDS | {"where": ["regime"]}, "supports_if.where must be a mapping of varied keys to values, got ['regime']"),
        ({"statistic": "crossing", "measure": "compliance_gap", "axis": FORESIGHT, "level": "half", "above": 0},
         "supports_if.level must be a number, got 'half'"),
        ({"statistic": "slope", "measure": "compliance_gap", "axis": FORESIGHT, "logarithmic": "yes", "above": 0},
         "supports_if.logarithmic must be true or false, got 'yes'"),
        ({"statistic": "slope", "measure": "compliance_gap", "axis": "agents.count", "above": 0},
         f"supports_if.axis must be a varied key (regime, {FORESIGHT}), got 'agents.count'"),
        ({"statistic": "bound", "measure": "compliance_gap", "reference": "theory", "below": 0},
         f"supports_if.reference must be {' or '.join(REFERENCES)}, got 'theory'"),
        ({"statistic": "agreement", "of": "both", "above": 0},
         f"supports_if.of must be {' or '.join(SIDES_OF_AGREEMENT)}, got 'both'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(condition, message):
    assert refused(condition) == [message]


def test_episodes_are_an_axis_only_of_what_is_recorded():
    late = HOLDS | {"where": {"episode": [10, 20]}}
    assert refused(late) == [f"supports_if.where.episode must be a varied key (regime, {FORESIGHT})"]
    study_of(supports_if=late, record="episodes")


def test_infinity_is_a_number_however_it_is_written():
    condition = {"statistic": "value", "measure": "flag_rate", "where": {"agents.rationality": "inf"}, "above": 0.1}
    axes = {"agents.rationality": [3, math.inf]}
    study = Study.from_mapping({"base": "base", "vary": axes, "measures": ["flag_rate"], "supports_if": condition})
    assert study.supports_if["where"]["agents.rationality"] == math.inf
    assert Study.from_mapping(parse_yaml(study_text(study))).supports_if == study.supports_if
