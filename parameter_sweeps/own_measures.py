"""Measures of a user's own: functions of a recorded run, known by a digest of their source.

The digest is part of the name of every file of results, so that a changed function is computed anew and an
unchanged one is not. It covers the function, and the functions and plain constants of the same file that it uses.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from numbers import Real
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, shortened
from models.scenario import Scenario
from parameter_sweeps.canonical import sha256

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

# written the same in each process, as a set is not
_PLAIN = (bool, int, float, complex, str, bytes, tuple, type(None))


@dataclass(frozen=True)
class RecordedRun:
    """One replicate, as a measure of a user's own sees it.

    Attributes
    ----------
    scenario : Scenario
    seed, replicate : int
    burn_in : int
        So many episodes at the start are left out of `measures` and `sums`.
    measures : dict
        The software's own measures of the run by name.
    trajectory : Dataset
        Dimensions ``episode`` and ``census``, as in `simulation.recording.trajectory_dataset`; all episodes.
    sums : dict of arrays, (agents,)
        What each agent did in the measured episodes, by name of a column of `simulation.ledger.COLUMNS`.
    states : dict of arrays, (agents,)
        Agents at the end of the run: ``angle`` (radians), ``belief``, ``turns``, and ``group`` if there are some.
    """

    scenario: Scenario
    seed: int
    replicate: int
    burn_in: int
    measures: Mapping[str, float]
    trajectory: xr.Dataset
    sums: Mapping[str, NDArray[np.float64]]
    states: Mapping[str, NDArray[Any]]


Measure = Callable[[RecordedRun], float]


def admitted_measures(functions: Mapping[str, Measure] | None, known: tuple[str, ...]) -> dict[str, Measure]:
    """Return a user's own measures by name.

    Parameters
    ----------
    functions
        By name; None for no function.
    known
        Names that are taken.

    Raises
    ------
    InputError
        For each name that is taken or is no name, and for each function that other processes cannot find: a lambda,
        a function inside another one, a method, or one typed at a prompt.
    """
    if functions is None:
        return {}
    if not isinstance(functions, Mapping):
        raise InputError([f"measures must be a mapping of names to functions, got {shortened(functions)}"])
    messages = []
    for name, function in functions.items():
        if not isinstance(name, str) or not name.isidentifier():
            messages.append(f"measures must have names of letters, digits and underscores, got {shortened(name)}")
        elif name in known:
            messages.append(f"measures.{name} must have a name of its own, got that of a column or a measure")
        elif requirement := _requirement(function):
            messages.append(f"measures.{name} must be {requirement}, got {_called(function)}")
    if messages:
        raise InputError(messages)
    return dict(functions)


def source_digests(functions: Mapping[str, Measure]) -> dict[str, str]:
    """Return the SHA-256 of the source of each function, and of what it uses of its own file."""
    return {name: sha256(sorted(_sources(function, {}).items())) for name, function in functions.items()}


def measured(function: Measure, run: RecordedRun) -> float:
    """Return what a function says of a run, NaN included.

    Raises
    ------
    TypeError
        If it is no number.
    """
    import numpy as np

    value: Any = function(run)
    # numbers of numpy and xarray come as arrays of one element
    if getattr(value, "size", None) == 1:
        value = value.item()
    if not isinstance(value, Real | np.bool_):
        raise TypeError(f"a measure must return one number, got {shortened(value)}")
    # there are many NaNs, which are other bytes in a file
    return math.nan if math.isnan(float(value)) else float(value)


def _requirement(function: Any) -> str | None:
    """Return what a measure must be, as a phrase that follows *must be*, or None if it is one."""
    if not isinstance(function, FunctionType):
        return "a function"
    if function.__name__ == "<lambda>" or "<locals>" in function.__qualname__ or "." in function.__qualname__:
        return "a function at the top level of a module, so that other processes find it"
    is_found = getattr(import_module(function.__module__), function.__name__, None) is function
    if not is_found:
        return "a function that its module has under its own name"
    if not Path(function.__code__.co_filename).is_file():
        return "a function in a file, so that a change of it is noticed"
    if not _is_as_loaded(function):
        return "as it stands in its file, which was changed since it was loaded"
    return None


def _is_as_loaded(function: Any) -> bool:
    """Return whether the file still says what is run here: the digest is of the file, the results of what is run."""
    try:
        module = compile(inspect.getsource(function), "", "exec", dont_inherit=True)
    except (OSError, TypeError, SyntaxError):
        return False
    written = [code for code in module.co_consts if isinstance(code, CodeType) and code.co_name == function.__name__]
    return any(_essence(code) == _essence(inspect.unwrap(function).__code__) for code in written)


def _essence(code: CodeType) -> tuple[object, ...]:
    constants = [_essence(item) if isinstance(item, CodeType) else repr(item) for item in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, constants


def _called(function: object) -> str:
    if not isinstance(function, FunctionType):
        return shortened(function)
    return "a lambda" if function.__name__ == "<lambda>" else function.__qualname__


def _sources(function: Any, found: dict[str, str]) -> dict[str, str]:
    """Return the sources of a function and of what it uses in its own module, by name."""
    found[function.__name__] = inspect.getsource(function)
    for name in sorted({*_names(function.__code__)}):
        value = function.__globals__.get(name)
        if name in found or name not in function.__globals__:
            continue
        if isinstance(value, FunctionType) and value.__module__ == function.__module__:
            _sources(value, found)
        elif isinstance(value, _PLAIN):
            found[name] = repr(value)
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
