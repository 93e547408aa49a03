"""Exercises of the lessons: an answer is compared with what the model gives, found when it is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

from models.refusals import InputError, nearest_key

#: A number is right that is so near, relative to the model's, or so near in all: three digits suffice.
_RELATIVE, _ABSOLUTE = 2e-3, 1e-6


@dataclass(frozen=True)
class Exercise:
    """A question of a lesson.

    Attributes
    ----------
    name : str
        Number of the lesson and of the question, such as ``1.2``.
    solution : callable
        Returns what the model gives: a number, or a name of a class or a regime.
    hint : str
        A sentence for those who are not there yet; it does not give the answer.
    reason : str
        A sentence for those who are: why it is so.
    """

    name: str
    solution: Callable[[], float | str]
    hint: str
    reason: str


def check(name: str, answer: object = None) -> bool:
    """Say whether an answer to an exercise is right, and return it.

    Parameters
    ----------
    name : str
        Which exercise, such as ``1.2``.
    answer : float or str or None
        A number is right within 0.2 % of the model's; capitals in text do not count; None is no answer yet.

    Raises
    ------
    InputError
        If there is no such exercise, or the answer is no number where one is asked for, or no text where text is.
    """
    from teaching.answers import EXERCISES

    if name not in EXERCISES:
        nearest = nearest_key(str(name), EXERCISES)
        suggestion = f"; did you mean {nearest}?" if nearest else ""
        raise InputError([f"exercise must be one of {', '.join(EXERCISES)}, got {name!r}{suggestion}"])
    is_right, sentence = verdict(EXERCISES[name], answer)
    print(f"Exercise {name}: {sentence}")  # noqa: T201
    return is_right


def verdict(exercise: Exercise, answer: object) -> tuple[bool, str]:
    """Return whether an answer is right, and a sentence about it; raises as `check` does."""
    if answer is None:
        return False, "over to you; put your answer in place of None."
    solution = exercise.solution()
    if isinstance(solution, str):
        return _verdict_on_text(exercise, solution, answer)
    return _verdict_on_number(exercise, solution, answer)


def _verdict_on_text(exercise: Exercise, solution: str, answer: object) -> tuple[bool, str]:
    if not isinstance(answer, str):
        raise InputError([f"answer to {exercise.name} must be a name in quotes, got {answer!r}"])
    given = answer.strip()
    # names are written with lines in keys, and with hyphens or blanks in sentences
    if given.casefold().replace("-", "_").replace(" ", "_") == solution:
        return True, f"right, {given}. {exercise.reason}"
    return False, f"not {given}, yet a fair guess. {exercise.hint}"


def _verdict_on_number(exercise: Exercise, solution: float, answer: object) -> tuple[bool, str]:
    if isinstance(answer, bool) or not isinstance(answer, Real) or math.isnan(float(answer)):
        raise InputError([f"answer to {exercise.name} must be a number, got {answer!r}"])
    given = float(answer)
    if math.isclose(given, solution, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE):
        return True, f"right, the model says {solution:.6g}. {exercise.reason}"
    side = "low" if given < solution else "high"
    return False, f"{given:g} is too {side}; you are not far from a good idea. {exercise.hint}"
