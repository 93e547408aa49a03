"""Recovery: parameters are set, rates drawn from them, and fitted; how often do 95 % intervals cover what was set?

``python -m tests.analysis.recovery --repetitions 200`` prints it, and fails where fewer than 90 % or more than 99 % of
the intervals of a parameter cover. At a coverage of 95 % a series of 200 would with probability 0.0016 (binomial: fewer
than 180, 0.0012; more than 198, 0.0004), each of two parameters; at a coverage of 84 %, with probability 0.99.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from analysis.fitting import Fit, fitted
from analysis.free_parameters import FreeParameter
from analysis.nested_models import own_value
from analysis.predicted_rates import predicted_rates
from analysis.profiles import CUTOFF, profile_deviance
from analysis.rate_model import RateModel, with_free_keys
from analysis.rates import CONTEXTS, Rate
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_scenario

TRUTH = {"agents.rationality": 4.0, "agents.foresight": 0.7}
PARAMETERS = (
    FreeParameter("agents.rationality", 0.1, 100.0, is_logarithmic=True),
    FreeParameter("agents.foresight", 0.0, 0.98),
)
EPISODES = 300
LEAST_COVERAGE, MOST_COVERAGE = 0.90, 0.99


def base() -> Scenario:
    """Return the scenario whose parameters are recovered."""
    return load_scenario("base").with_values({"agents.cue.discrimination": 1.5, **TRUTH})


def settings() -> list[dict[str, float]]:
    """Return what differs between rows: how much is watched, and the penalty."""
    return [
        {"regime.schedule.rate": rate, "regime.response.penalty": penalty}
        for rate in (0.2, 0.5, 0.8)
        for penalty in (0.0, 1.0)
    ]


def drawn_rates(generator: np.random.Generator, episodes: int = EPISODES) -> list[Rate]:
    """Return a table of rates as an experiment would find them, each of so many episodes."""
    rates = []
    for number, values in enumerate(settings(), start=1):
        made = predicted_rates(base().with_values(values))
        for context, share in zip(CONTEXTS, (made.watched, made.unwatched), strict=True):
            measured = float(generator.binomial(episodes, share)) / episodes
            rates.append(Rate(f"row {number}", "", context, measured, float(episodes), dict(values)))
    return rates


def recovered(generator: np.random.Generator) -> tuple[Fit, dict[str, float]]:
    """Return a fit to drawn rates, and by how much the deviance rises where each parameter is held at the truth."""
    model = RateModel(base(), PARAMETERS)
    rates = with_free_keys(drawn_rates(generator), PARAMETERS)
    own = [own_value(base(), parameter.name) for parameter in PARAMETERS]
    places = [p.place_of(value) for p, value in zip(PARAMETERS, own, strict=True) if value is not None]
    fit = fitted(model, rates, places, starts=2)
    return fit, {name: profile_deviance(fit, name, value) for name, value in TRUTH.items()}


def coverage(repetitions: int, seed: int) -> dict[str, float]:
    """Return the share of repetitions whose interval covers the truth, by parameter."""
    generators = np.random.default_rng(seed).spawn(repetitions)
    rises = [recovered(generator)[1] for generator in generators]
    return {name: float(np.mean([rise[name] <= CUTOFF for rise in rises])) for name in TRUTH}


def main() -> int:
    """Print the coverage of each parameter's interval; return 1 where one is not what it says."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repetitions", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    found = coverage(chosen.repetitions, chosen.seed)
    for name, share in found.items():
        print(f"{name}: 95 % intervals cover {TRUTH[name]:g} in {100 * share:.1f} % of {chosen.repetitions}")  # noqa: T201
    return int(not all(LEAST_COVERAGE <= share <= MOST_COVERAGE for share in found.values()))


if __name__ == "__main__":
    sys.exit(main())
