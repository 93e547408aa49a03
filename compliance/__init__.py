"""The front door: the public names, each imported when it is first asked for.

Importing this package imports nothing heavy, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from compliance.shadowing import refuse_other_parts

refuse_other_parts()

if TYPE_CHECKING:
    from models.refusals import InputError
    from models.scenario import Scenario
    from parameter_sweeps.catalogue import load_scenario, load_study
    from parameter_sweeps.execution import run_sweep
    from parameter_sweeps.loading import load_results
    from parameter_sweeps.maps import strategy_map
    from parameter_sweeps.results import export_results, load_grid, load_records
    from parameter_sweeps.study import Study
    from simulation.explanation import explain
    from simulation.run import simulate
    from simulation.valuation import strategy_values

    __version__: str

__all__ = [
    "InputError",
    "Scenario",
    "Study",
    "__version__",
    "explain",
    "export_results",
    "load_grid",
    "load_records",
    "load_results",
    "load_scenario",
    "load_study",
    "run_sweep",
    "simulate",
    "strategy_map",
    "strategy_values",
]

_DISTRIBUTION = "strategic-compliance"
_HOMES = {
    "InputError": "models.refusals",
    "Scenario": "models.scenario",
    "Study": "parameter_sweeps.study",
    "explain": "simulation.explanation",
    "export_results": "parameter_sweeps.results",
    "load_grid": "parameter_sweeps.results",
    "load_records": "parameter_sweeps.results",
    "load_results": "parameter_sweeps.loading",
    "load_scenario": "parameter_sweeps.catalogue",
    "load_study": "parameter_sweeps.catalogue",
    "run_sweep": "parameter_sweeps.execution",
    "simulate": "simulation.run",
    "strategy_map": "parameter_sweeps.maps",
    "strategy_values": "simulation.valuation",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # kept, so that a name is looked for once
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import version

    return version(_DISTRIBUTION)
