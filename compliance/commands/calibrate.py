"""``compliance calibrate``: fit parameters of a scenario to measured compliance rates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.compiling import tell_of_valuing
from compliance.inputs import Json, RegimeName, Set, folder_from, scenario_from
from compliance.printing import as_number, print_json, print_table, progress_bar
from compliance.refusing import refuse, refusing

if TYPE_CHECKING:
    import pandas as pd

    from analysis.calibration import Calibration
    from analysis.rates import Rate
    from models.scenario import Scenario

_FIT_HEADS = ("parameter", "estimate", "95 % low", "95 % high", "closes", "at an end")
_COMPARISON_HEADS = ("model", "free", "log L", "deviance", "AIC", "BIC", "ratio", "p")
_ERROR_HEADS = ("predictor", "of", "rates", "mean absolute", "root mean square", "deviance a rate")


@refusing()
def calibrate_command(
    data: Annotated[str, typer.Argument(metavar="DATA|NAME", help="A CSV file of rates, or a shipped calibration.")],
    params: Annotated[
        str | None, typer.Option(help="Parameters to fit, separated by commas: key, or key=low:high.")
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="The scenario that the rest is taken from: name or YAML file.")
    ] = "base",
    settings: Set = [],  # noqa: B006
    regime: RegimeName = None,
    hold_out: Annotated[
        str | None, typer.Option(help="odd or even: rows that are predicted, and not fitted to.")
    ] = None,
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option(help="Folder for tables, and a page about them.")] = None,
) -> None:
    """Fit parameters to compliance rates by maximum likelihood, with intervals and what makes them doubtful."""
    folder_from(out)
    from parameter_sweeps.catalogue import shipped_calibrations

    if data in shipped_calibrations() or data.endswith((".yaml", ".yml")):
        if params is not None or settings or regime is not None or hold_out is not None or scenario != "base":
            refuse(f"{data} says itself what is fitted: leave --params, --scenario, --set, --regime, --hold-out out")
        _calibrate_published(data, as_json, out)
        return
    if params is None:
        refuse("--params must be names of parameters to be fitted, got none")
    loaded = scenario_from(scenario, settings, regime)
    found = _calibrated(loaded, _rates(data, loaded, hold_out), params)
    if as_json:
        print_json(_as_dict(found))
    else:
        _print(found, f"{data}, {loaded.name}")
    if out is not None:
        from analysis.calibration_report import write_calibration

        files = write_calibration(found, out, f"{Path(data).name}, fitted by {loaded.name}")
        if not as_json:
            typer.echo(f"Written to {out}: {', '.join(file.name for file in files)}")


def _rates(data: str, scenario: Scenario, hold_out: str | None) -> list[Rate]:
    from dataclasses import replace

    from analysis.rate_table import read_rates

    rates = read_rates(data, scenario)
    if hold_out is None:
        return rates
    if hold_out not in ("odd", "even"):
        refuse(f"--hold-out must be odd or even, got {hold_out!r}")
    if any(rate.held_out for rate in rates):
        refuse("--hold-out must be left out where the table has rows that are held_out")
    first = 0 if hold_out == "odd" else 1
    return [replace(rate, held_out=index % 2 == first) for index, rate in enumerate(rates)]


def _calibrated(scenario: Scenario, rates: list[Rate], params: str) -> Calibration:
    from analysis.calibration import calibrate
    from analysis.free_parameters import parameters_from

    parameters = parameters_from((text for text in params.split(",") if text.strip()), scenario)
    tell_of_valuing(scenario)
    return calibrate(scenario, rates, parameters)


def _as_dict(found: Calibration) -> dict[str, object]:
    return {
        "rates": len(found.fit.rates),
        "held_out": len(found.held_out),
        "deviance": found.fit.deviance,
        "degrees_of_freedom": found.fit.degrees_of_freedom,
        "log_likelihood": found.fit.log_likelihood,
        "fit": found.fit_table().to_dict("records"),
        "comparison": found.comparison.to_dict("records"),
        "errors": found.error_table().to_dict("records"),
        "warnings": found.warnings(),
    }


def _print(found: Calibration, title: str) -> None:
    head = f"{title}: {len(found.fit.rates)} rates fitted, deviance {found.fit.deviance:.4g}"
    print_table(head, _FIT_HEADS, _cells(found.fit_table()))
    print_table("Nested models", _COMPARISON_HEADS, _cells(found.comparison))
    print_table("Errors, percentage points", _ERROR_HEADS, _cells(found.error_table()), texts=2)
    for warning in found.warnings():
        typer.echo(f"Doubtful: {warning}.")


def _cells(table: pd.DataFrame) -> list[list[str]]:
    return [[_cell(value) for value in row] for row in table.itertuples(index=False, name=None)]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return as_number(value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _calibrate_published(name: str, as_json: bool, out: Path | None) -> None:
    from analysis.published_errors import paired_difference
    from analysis.published_report import fit_scopes, write_published
    from parameter_sweeps.catalogue import load_calibration

    file = load_calibration(name)
    tell_of_valuing(file.base)
    with progress_bar("scopes") as progress:
        fits = fit_scopes(file, progress)
    if as_json:
        print_json({scope: _as_dict(published.calibration) for scope, published in fits.items()})
    for scope, published in fits.items() if not as_json else ():
        _print(published.calibration, f"{file.name}, {scope}")
        print_table(
            "Refusals", ("predictor", "of", "rates", "MAE", "RMS", "deviance"), _cells(published.errors()), texts=2
        )
        paired = paired_difference(published)
        typer.echo(
            f"Held-out error less that of tier means: {paired.mean:+.3g} points, standard error {paired.error:.3g}."
        )
    if out is not None:
        files = write_published(file, fits, out)
        if not as_json:
            typer.echo(f"Written to {out}: {', '.join(path.name for path in files)}")
