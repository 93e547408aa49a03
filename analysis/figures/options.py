"""Options of figures as data: what each must be, and the sentences of those that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from analysis.style import WIDTHS
from models.refusals import nearest_key, shortened
from parameter_sweeps.study import Study
from parameter_sweeps.support_conditions import EPISODE, REFERENCES, unfit_level, unfit_measure

Check = Callable[[str, Any, Study], Iterator[str]]


class Option(NamedTuple):
    """What an option of a figure is, how it is checked, and whether it must be given."""

    about: str
    check: Check
    needed: bool = False


def option_mistakes(options: Mapping[str, Any], known: Mapping[str, Option], study: Study) -> Iterator[str]:
    """Yield a sentence for each option that is unknown, missing or wrong."""
    for name in options:
        if name not in known:
            nearest = nearest_key(name, known)
            suggestion = f"; did you mean {nearest}?" if nearest else ""
            yield f"figure.{name} must be one of {', '.join(known)}{suggestion}"
    for name, option in known.items():
        if name in options:
            yield from option.check(f"figure.{name}", options[name], study)
        elif option.needed:
            yield f"figure.{name} must be given: {option.about}"


def axes_of(study: Study) -> dict[str, tuple[Any, ...]]:
    """Return the varied keys of a study with their levels, which points of a design do not share."""
    regimes = {"regime": tuple(study.regimes)} if study.regimes else {}
    return regimes | {key: values if study.is_grid else () for key, values in study.checked_axes.items()}


def is_measure(place: str, value: Any, study: Study) -> Iterator[str]:
    """Check the name of one measure."""
    yield from unfit_measure(place, value, study)


def are_measures(place: str, value: Any, study: Study) -> Iterator[str]:
    """Check the name of a measure, or a list of such."""
    names = value if isinstance(value, list | tuple) and value else [value]
    for name in names:
        yield from unfit_measure(place, name, study)


def is_axis(place: str, value: Any, study: Study) -> Iterator[str]:
    """Check the name of a varied key."""
    known = axes_of(study)
    if value not in known:
        yield f"{place} must be a varied key ({', '.join(known) or 'there is none'}), got {shortened(value)}"


def is_numeric_axis(place: str, value: Any, study: Study) -> Iterator[str]:
    """Check the name of a varied key of numbers."""
    mistakes = [*is_axis(place, value, study)]
    yield from mistakes
    if not mistakes and not all(isinstance(level, int | float) for level in axes_of(study)[value]):
        yield f"{place} must be an axis of numbers, got {value}"


def is_selection(place: str, value: Any, study: Study) -> Iterator[str]:
    """Check a mapping of varied keys, or of episode, to a value, a range or a list of levels."""
    known = axes_of(study) | ({EPISODE: ()} if study.record == "episodes" else {})
    if not isinstance(value, Mapping):
        yield f"{place} must be a mapping of varied keys to values, got {shortened(value)}"
        return
    for key, wanted in value.items():
        if key not in known:
            yield f"{place}.{key} must be a varied key ({', '.join(known) or 'there is none'})"
        else:
            for level in wanted if isinstance(wanted, list | tuple) else [wanted]:
                yield from unfit_level(f"{place}.{key}", level, known[key])


def is_flag(place: str, value: Any, _: Study) -> Iterator[str]:
    """Check true or false."""
    if not isinstance(value, bool):
        yield f"{place} must be true or false, got {shortened(value)}"


def is_number(place: str, value: Any, _: Study) -> Iterator[str]:
    """Check a number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield f"{place} must be a number, got {shortened(value)}"


def is_text(place: str, value: Any, _: Study) -> Iterator[str]:
    """Check a text."""
    if not isinstance(value, str):
        yield f"{place} must be text, got {shortened(value)}"


def is_width(place: str, value: Any, _: Study) -> Iterator[str]:
    """Check the name of a width."""
    if not isinstance(value, str) or value not in WIDTHS:
        yield f"{place} must be one of {', '.join(WIDTHS)}, got {shortened(value)}"


def is_reference(place: str, value: Any, _: Study) -> Iterator[str]:
    """Check the name of a closed form."""
    if value not in REFERENCES:
        yield f"{place} must be {' or '.join(REFERENCES)}, got {shortened(value)}"


def is_better(place: str, value: Any, _: Study) -> Iterator[str]:
    """Check which end of a measure is better."""
    if value not in ("low", "high"):
        yield f"{place} must be low or high, got {shortened(value)}"


def is_level(place: str, value: Any, _: Study) -> Iterator[str]:
    """Check a level of an axis, which is a name or a number."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        yield f"{place} must be a level of the axis, got {shortened(value)}"


#: Options that every kind has.
EVERY_KIND = {
    "width": Option(f"the page that it is for: {', '.join(WIDTHS)}; by default neurips", is_width),
    "title": Option("text above the figure; none by default, since a paper has captions", is_text),
}
WHERE = Option("which cells: varied keys to a value (the nearest), [low, high] or a list of levels", is_selection)
