"""What the dashboard may begin with: the shipped scenarios and the base scenarios of the shipped studies."""

from __future__ import annotations

from functools import lru_cache

from models.scenario import Scenario
from parameter_sweeps.catalogue import load_regime, load_scenario, load_study, shipped_regimes, shipped_scenarios
from parameter_sweeps.catalogue import shipped_studies as _shipped_studies

#: A regime that leaves the preset's own in place.
OWN_REGIME = "as in the preset"


@lru_cache(maxsize=1)
def preset_names() -> tuple[str, ...]:
    """Return the names of the presets: scenarios, then studies of another name."""
    scenarios = tuple(shipped_scenarios())
    return scenarios + tuple(name for name in _shipped_studies() if name not in scenarios)


@lru_cache(maxsize=1)
def regime_names() -> tuple[str, ...]:
    """Return the names of the regimes that may take the place of a preset's own, which comes first."""
    return (OWN_REGIME, *shipped_regimes())


@lru_cache(maxsize=64)
def preset_scenario(name: str, regime: str = OWN_REGIME) -> Scenario:
    """Return the scenario of a preset, under its own or another shipped regime.

    Parameters
    ----------
    name, regime : str
        One of `preset_names` and of `regime_names`; nothing else is looked for, in files or anywhere.

    Raises
    ------
    KeyError
        For another name.
    """
    if name not in preset_names() or regime not in regime_names():
        raise KeyError(name, regime)
    scenario = load_scenario(name) if name in shipped_scenarios() else load_study(name).scenario
    return scenario if regime == OWN_REGIME else scenario.with_values({"regime": load_regime(regime).regime})


@lru_cache(maxsize=64)
def preset_claim(name: str) -> str:
    """Return what a study claims; empty for a scenario."""
    return "" if name in shipped_scenarios() else load_study(name).claim
