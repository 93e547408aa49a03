"""A monitoring regime in a file of its own: what it is about, its parts, and what it is expected to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError, field_validator, model_validator

from models.parameters import Section, choice
from models.refusals import InputError, explain_errors, nearest_key, refusal, shortened
from models.regime_parameters import Regime
from parameter_sweeps.yaml_loader import read_yaml

#: Begins a line of comment that names a JSON schema.
FOR_EDITORS = "yaml-language-server:"


class Expectation(NamedTuple):
    """A measure, and the sign of its difference from what it is under random audits."""

    measure: str
    sign: Literal["+", "-"]


@dataclass(frozen=True)
class RegimeFile:
    """What a regime's file says.

    Attributes
    ----------
    regime : Regime
    expects : tuple of Expectation
        Each measure at most once.
    about : tuple of str
        The lines of comment that the file begins with.
    """

    regime: Regime
    expects: tuple[Expectation, ...] = ()
    about: tuple[str, ...] = ()

    @classmethod
    def from_file(cls, path: Path) -> RegimeFile:
        """Return what a file says; an `InputError` with one sentence per mistake, each with the file and the key."""
        return cls.from_mapping(read_yaml(path), str(path), comment_lines(path))

    @classmethod
    def from_mapping(cls, mapping: object, where: str = "", about: tuple[str, ...] = ()) -> RegimeFile:
        """Return the regime written in a mapping, whose key ``expects`` may be left out.

        Parameters
        ----------
        mapping
            As a file has it.
        where
            Name of that file, put before each message; may be empty.
        about
            Lines of comment.

        Raises
        ------
        InputError
            With one sentence per mistake.
        """
        if not isinstance(mapping, Mapping):
            place = f"{where}: " if where else ""
            raise InputError([f"{place}the regime must be a mapping of keys to values, got {shortened(mapping)}"])
        try:
            written = WrittenRegime.model_validate(mapping)
        except ValidationError as error:
            raise explain_errors(error, WrittenRegime, where) from None
        regime = Regime(**{name: getattr(written, name) for name in Regime.model_fields})
        expects = tuple(Expectation(entry.measure, entry.sign) for entry in written.expects)
        return cls(regime, expects, about)


def comment_lines(path: Path) -> tuple[str, ...]:
    """Return the lines of comment that a file begins with, without their marks and without what is for editors."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    first = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    said = (line.lstrip("#").strip() for line in lines[:first])
    return tuple(line for line in said if not line.startswith(FOR_EDITORS))


class Expected(Section):
    """An expectation as it is written."""

    measure: str = choice("", "Name of a measure.", strict=True)
    sign: Literal["+", "-"] = choice("+", "Sign of its difference from random audits.")

    @model_validator(mode="before")
    @classmethod
    def _both_given(cls, written: object) -> object:
        if isinstance(written, Mapping) and (absent := [key for key in cls.model_fields if key not in written]):
            raise refusal(f"a mapping with the keys measure and sign ({' and '.join(absent)} left out)")
        return written

    @field_validator("measure")
    @classmethod
    def _a_measure(cls, name: str) -> str:
        # taken in here: the measures bring the compiler with them, which a regime without expectations can do without
        from simulation.measures import MEASURE_NAMES

        if name not in MEASURE_NAMES:
            nearest = nearest_key(name, MEASURE_NAMES)
            raise refusal("the name of a measure" + (f" (did you mean {nearest}?)" if nearest else ""))
        return name


class WrittenRegime(Regime):
    """What a regime's file may hold."""

    expects: tuple[Expected, ...] = Field(default=())

    @field_validator("expects", mode="before")
    @classmethod
    def _each_measure_once(cls, written: object) -> object:
        if not isinstance(written, list | tuple):
            raise refusal("a list of mappings with the keys measure and sign")
        names = [entry.get("measure") for entry in written if isinstance(entry, Mapping)]
        if twice := sorted({name for name in names if isinstance(name, str) and names.count(name) > 1}):
            raise refusal(f"a list that names each measure once ({', '.join(twice)} is named again)")
        return written
