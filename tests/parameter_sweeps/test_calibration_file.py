import copy

import pytest

from models.refusals import InputError
from parameter_sweeps.calibration_file import MOST_PARAMETERS, CalibrationFile
from parameter_sweeps.catalogue import load_calibration, shipped_calibrations

WRITTEN = {
    "name": "small",
    "claim": "something",
    "data": "rates.csv",
    "base": {"name": "small"},
    "parameters": {"noise": {"from": 1, "to": 100, "spaced": "log"}},
    "wordings": {
        "default": {"agents.rationality": "noise", "agents.foresight": 0.5},
        "plain": {"agents.foresight": 0.25},
        "told": {"agents.foresight": 0.75, "agents.akrasia": 0.5},
    },
    "variations": {"2": ["plain", "told"], "3": ["told", "plain"]},
    "other_models": [3],
    "scopes": ["same_model"],
    "training": "odd",
    "error": "mean_absolute",
}


def changed(path, value):
    mapping = copy.deepcopy(WRITTEN)
    *parts, last = path
    place = mapping
    for part in parts:
        place = place[part]
    place[last] = value
    return mapping


def test_of_several_wordings_the_later_one_counts():
    found = CalibrationFile.from_mapping(WRITTEN)
    assert found.settings_of(1) == {"agents.rationality": "noise", "agents.foresight": 0.5}
    assert found.settings_of(2)["agents.foresight"] == 0.75
    assert found.settings_of(3)["agents.foresight"] == 0.25
    assert found.settings_of(3)["agents.akrasia"] == 0.5


def test_odd_ones_are_fitted_to():
    found = CalibrationFile.from_mapping(WRITTEN)
    assert [found.is_training(number) for number in (1, 2, 3)] == [True, False, True]
    even = CalibrationFile.from_mapping(changed(["training"], "even"))
    assert [even.is_training(number) for number in (1, 2, 3)] == [False, True, False]


def test_every_shipped_calibration_keeps_to_what_it_may():
    assert "published_tiers" in shipped_calibrations()
    for name in shipped_calibrations():
        found = load_calibration(name)
        assert found.data.is_file()
        assert 1 <= len(found.parameters) <= MOST_PARAMETERS
        used = {value for settings in found.wordings.values() for value in settings.values() if isinstance(value, str)}
        assert set(found.parameters) <= used


def test_published_prompts_move_only_what_they_say():
    found = load_calibration("published_tiers")
    moved = {key for settings in found.wordings.values() for key in settings}
    assert moved == {
        "agents.rationality",
        "regime.response.rotation",
        "regime.visibility.honeypot_share",
        "agents.akrasia",
        "agents.beliefs.honeypot_share",
    }
    # noise is shared by all prompts
    assert all("agents.rationality" not in settings for name, settings in found.wordings.items() if name != "default")


RANGES = "{from: low, to: high}, two finite numbers, or with spaced: log, both above 0"
WRONG_RANGE = {"from": 0, "to": 1, "spaced": "log"}
FORESIGHT = "agents.foresight must be a number in [0, 1] or a distribution"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ["wordings", "plain", "agents.foresigth"],
            0.5,
            "wordings.plain: agents.foresigth is not a known key; did you mean agents.foresight?",
        ),
        (["wordings", "plain", "agents.foresight"], 3, f"wordings.plain: {FORESIGHT}, got 3"),
        (["wordings", "plain"], 3, "wordings.plain must be a mapping of keys to values, got 3"),
        (["variations", "2"], ["new"], "variations.2 must be a list of wordings (default, plain, told), got 'new'"),
        (
            ["variations", "x"],
            ["plain"],
            "variations.x must be the number of a variation and a list of wordings, got ['plain']",
        ),
        (["training"], "both", "training must be odd or even, got 'both'"),
        (["error"], "size", "error must be mean_absolute or root_mean_square or deviance_per_rate, got 'size'"),
        (["scopes"], [], "scopes must be a list of same_model and all_models, or of one of them, got []"),
        (["other_models"], 3, "other_models must be a list of numbers of variations, got 3"),
        (["claim"], 3, "claim must be text, got 3"),
        (["trainings"], 3, "trainings is not a known key; did you mean training?"),
        (["parameters", "noise"], WRONG_RANGE, f"parameters.noise must be {RANGES}, got {WRONG_RANGE}"),
        (
            ["parameters"],
            {f"p{number}": {"from": 0, "to": 1} for number in range(9)},
            "parameters must be a mapping of 1 to 8 names to ranges, got 9",
        ),
    ],
)
def test_what_is_refused(path, value, message):
    with pytest.raises(InputError) as refused:
        CalibrationFile.from_mapping(changed(path, value))
    assert f"calibration: {message}" in refused.value.messages


def test_missing_keys_are_refused():
    with pytest.raises(InputError) as refused:
        CalibrationFile.from_mapping({key: value for key, value in WRITTEN.items() if key != "data"})
    assert refused.value.messages == ["calibration: data must be given, got nothing"]
