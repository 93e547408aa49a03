"""Scenarios, regimes, calibrations and the command line, whatever they say: the smallest that was found, and more."""

import subprocess
import sys

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from compliance.refusing import LONGEST_LINE, MOST_LINES, one_line, tell
from models.refusals import InputError
from parameter_sweeps.catalogue import load_calibration, load_regime, load_scenario, shipped_calibrations
from parameter_sweeps.yaml_loader import MOST_KEYS, MOST_KEYS_IN_ALL, parse_yaml
from tests.fuzzing.commands import check_command, commands
from tests.fuzzing.guard import answer, assert_plain, guarded
from tests.fuzzing.targets import targets

TARGETS = targets()
FEW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def refused(call, *words):
    with pytest.raises(InputError) as found:
        call()
    told = "\n".join(found.value.messages)
    assert all(word in told for word in words), told
    for line in found.value.messages:
        assert_plain(line)


@pytest.mark.parametrize("key", ["a\\nb", "\\e[31mred", "\\0", "k" * 201])
def test_a_key_that_would_be_more_than_a_line_is_refused_where_it_stands(tmp_path, key):
    # it was repeated in the message as it is: two lines, or a terminal's colours
    (tmp_path / "own.yaml").write_text(f'name: own\n? "{key}"\n: 1\n')
    refused(lambda: load_scenario(tmp_path / "own.yaml"), "line 2: a key must be one line of at most 200 characters")


def test_very_many_keys_are_refused_before_each_is_compared_with_those_there_are(monkeypatch):
    # 1,001 in one mapping; and one more than the limit in mappings of two
    refused(lambda: parse_yaml("\n".join(f"k{i}: 1" for i in range(MOST_KEYS + 1))), "at most 1000 keys, got 1001")
    assert len(parse_yaml("\n".join(f"k{i}: 1" for i in range(MOST_KEYS)))) == MOST_KEYS
    assert MOST_KEYS_IN_ALL == 20_000
    half = 500
    monkeypatch.setattr("parameter_sweeps.yaml_loader.MOST_KEYS_IN_ALL", 2 * half)
    assert len(parse_yaml("- {a: 1, b: 2}\n" * half)) == half
    refused(lambda: parse_yaml("- {a: 1, b: 2}\n" * half + "- {a: 1}\n"), "at most 1000 keys in all")


def test_a_name_as_long_as_a_file_is_cut(tmp_path):
    # "k/k/k/... there is no such file" was a message of 800,000 characters
    long = "k/" * 100_000
    refused(lambda: load_scenario(long), "k/k/", "...")
    refused(lambda: load_scenario("k" * 5000), "scenario must be a shipped name", "...")
    refused(lambda: load_regime(tmp_path / "a\nb"), "a\\nb: there is no such file")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("scopes", [["same_model"]], "scopes must be a list of same_model and all_models"),
        ("variations", {"²": []}, "variations.² must be the number of a variation"),
        ("variations", {"9" * 150: []}, "must be the number of a variation"),
        ("variations", {"2": [["no_conflict"]]}, "variations.2 must be a list of wordings"),
        ("other_models", [True], "other_models must be a list of numbers of variations"),
    ],
)
def test_what_no_set_can_hold_and_no_number_is_is_refused_in_a_calibration(tmp_path, key, value, told):
    # each but the last was a TypeError or a ValueError with its traceback; of the last, true was variation 1
    written = yaml.safe_load(shipped_calibrations()["published_tiers"].read_text(encoding="utf-8"))
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(written | {key: value}, allow_unicode=True), encoding="utf-8")
    refused(lambda: load_calibration(tmp_path / "own.yaml"), told)


def test_what_is_told_is_lines_that_can_be_read(capsys):
    tell(["a\nb\x1b[31m", "x" * 5000, *map(str, range(100))])
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "compliance: a\\nb\\x1b[31m"
    assert lines[1] == f"compliance: {'x' * LONGEST_LINE}..."
    assert lines[-1] == f"compliance: ... and {102 - MOST_LINES} more"
    assert len(lines) == MOST_LINES + 1
    assert one_line("θ ≥ 0") == "θ ≥ 0"


# What finds such things must be able to find them


def test_the_guard_sees_what_must_not_be_done(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "file").write_text("")

    def refuses(call, *secrets):
        with pytest.raises(AssertionError):
            answer(call, inside, secrets=secrets)

    answer(lambda: (inside / "file").write_text("a"), inside)
    refuses(lambda: (outside / "file").write_text("a"))
    refuses(lambda: (inside / "link").symlink_to(outside / "file") or (inside / "link").write_text("a"))
    refuses(lambda: (outside / "file").read_text(), outside)
    refuses(lambda: (outside / "file").rename(inside / "moved"))
    refuses(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    refuses(lambda: (_ for _ in ()).throw(InputError(["two\nlines"])))
    with pytest.raises(ZeroDivisionError):
        answer(lambda: 1 / 0, inside)


def test_the_guard_limits_memory():
    with pytest.raises(MemoryError), guarded():
        bytearray(2 * 10**9)
    assert len(bytearray(10**6)) == 10**6


# Hostile files


@settings(max_examples=60, **FEW)
@given(TARGETS["scenarios"].examples)
def test_a_hostile_scenario_is_refused_or_a_scenario(example):
    TARGETS["scenarios"].check(example)


@settings(max_examples=40, **FEW)
@given(TARGETS["regimes"].examples)
def test_a_hostile_regime_is_refused_or_a_regime(example):
    TARGETS["regimes"].check(example)


@settings(max_examples=30, **FEW)
@given(TARGETS["calibrations"].examples)
def test_a_hostile_calibration_is_refused_or_a_calibration(example):
    TARGETS["calibrations"].check(example)


@settings(max_examples=40, **FEW)
@given(commands())
def test_a_hostile_command_line_ends_with_a_few_plain_lines(example):
    check_command(example)


def test_the_program_itself_ends_with_status_2_and_a_line(tmp_path):
    (tmp_path / "own.yaml").write_text("!!python/object/apply:os.system ['touch fuzzed']\n")
    found = subprocess.run(
        [sys.executable, "-m", "compliance", "explain", str(tmp_path / "own.yaml")], capture_output=True, text=True
    )
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (2, "", 1)
    assert "a value must be written without tag" in found.stderr
