"""The published rates as a table of prompts: refusals in both tiers, reasoning, and the gap [Greenblatt2024]_."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.rates import CONTEXTS, Free, Rate, effective_episodes, with_untold_episodes
from models.refusals import InputError, shortened
from parameter_sweeps.calibration_file import CalibrationFile
from parameter_sweeps.plain_files import plain_bytes

#: Largest table of published numbers, in bytes.
LARGEST_TABLE = 10_000_000

_SETTING = re.compile(r"prompted helpful-only; variation ([0-9]{1,9}): (.*)")
_REFUSAL, _REASONING, _GAP = "noncompliance_pct_refusal", "alignment_faking_reasoning_pct", "compliance_gap_pp"
_ERROR = re.compile(r"sem=([0-9.]+)")
_COLUMNS = ("setting", "context", "measure", "value", "note")


@dataclass(frozen=True)
class Printed:
    """A printed number with its standard error, both as shares; NaN where it is not known."""

    value: float
    error: float


@dataclass(frozen=True)
class PublishedPrompt:
    """What was measured with one prompt.

    Attributes
    ----------
    name, label : str
        Of the prompt.
    refusal : dict of Printed
        By context: share of the answers that refuse.
    reasoning : Printed
        Share of the monitored answers with alignment-faking reasoning, whether they comply or not.
    gap : Printed
        Compliance monitored less unmonitored.
    """

    name: str
    label: str
    refusal: dict[str, Printed]
    reasoning: Printed
    gap: Printed


def read_published(path: Path) -> pd.DataFrame:
    """Return the table of published numbers; an `InputError` where it cannot be read or lacks a column."""
    try:
        # of bytes, because a name may ask for what is packed to be unpacked
        table = pd.read_csv(io.BytesIO(plain_bytes(path, LARGEST_TABLE)))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no CSV file"
        raise InputError([f"{path}: this must be a table that can be read, got {reason}"]) from None
    if missing := [name for name in _COLUMNS if name not in table.columns]:
        raise InputError([f"{path}: the header must have the columns {', '.join(_COLUMNS)}, got no {missing[0]}"])
    return table


def variations(table: pd.DataFrame) -> dict[int, PublishedPrompt]:
    """Return the helpful-only prompts by number of the variation."""
    found = {}
    for setting in table["setting"].unique():
        if match := _SETTING.fullmatch(str(setting)):
            found[int(match[1])] = prompt_of(table, str(setting), match[1], match[2])
    return found


def prompt_of(table: pd.DataFrame, setting: str, name: str, label: str) -> PublishedPrompt:
    """Return what was measured in one setting."""
    rows = table[table["setting"] == setting]
    return PublishedPrompt(
        name=name,
        label=label,
        refusal={context: _printed(rows, _REFUSAL, context) for context in CONTEXTS},
        reasoning=_printed(rows, _REASONING, "monitored"),
        gap=_printed(rows, _GAP, "difference"),
    )


def rates_of(
    calibration: CalibrationFile, prompts: dict[int, PublishedPrompt], scope: str
) -> tuple[list[int], list[Rate]]:
    """Return the variations of a scope, and their compliance rates, two of each: monitored, then unmonitored.

    Of a variation that is not fitted to, the rates are held out.
    """
    numbers = [n for n in prompts if scope == "all_models" or n not in calibration.other_models]
    rates = []
    for number in numbers:
        settings = {
            key: Free(value) if isinstance(value, str) and value in calibration.parameters else value
            for key, value in calibration.settings_of(number).items()
        }
        rates += compliance_rates(prompts[number], settings, not calibration.is_training(number))
    return numbers, counted(rates)


def compliance_rates(prompt: PublishedPrompt, settings: dict[str, object], held_out: bool) -> list[Rate]:
    """Return the two compliance rates of a prompt; NaN episodes where the standard error does not tell them."""
    rates = []
    for context in CONTEXTS:
        refused = prompt.refusal[context]
        episodes = effective_episodes(refused.value, refused.error)
        share = 1.0 - refused.value
        place = f"variation {prompt.name}, {context}"
        rates.append(Rate(place, prompt.label, context, share, episodes, dict(settings), held_out))
    return rates


def counted(rates: Sequence[Rate]) -> list[Rate]:
    """Return rates of which those that tell no number of episodes have the median of the others'."""
    episodes = with_untold_episodes(rate.episodes for rate in rates)
    if episodes is None:
        raise InputError(["the table must tell how many episodes some rate is of, got none"])
    return [
        Rate(rate.place, rate.label, rate.context, rate.rate, count, rate.settings, rate.held_out)
        for rate, count in zip(rates, episodes, strict=True)
    ]


def _printed(rows: pd.DataFrame, measure: str, context: str) -> Printed:
    chosen = rows[(rows["measure"] == measure) & (rows["context"] == context)]
    if chosen.empty:
        return Printed(math.nan, math.nan)
    match = _ERROR.search(str(chosen["note"].iloc[0]))
    error = _number(match[1], "note", measure, context) / 100.0 if match else math.nan
    return Printed(_number(chosen["value"].iloc[0], "value", measure, context) / 100.0, error)


def _number(written: object, column: str, measure: str, context: str) -> float:
    try:
        return float(str(written))
    except ValueError:
        raise InputError([f"{column} of {measure}, {context}, must be a number, got {shortened(written)}"]) from None
