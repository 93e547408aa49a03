"""``compliance list``: what there is to name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from compliance.inputs import Json
from compliance.printing import print_json, print_table
from compliance.refusing import refuse, refusing

Row = dict[str, object]


@refusing()
def list_command(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[scenarios|regimes|studies|calibrations|figures|statistics|measures|parameters]",
            help="By default all names.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List scenarios, regimes, studies, calibrations, figures, statistics of claims, measures or parameters."""
    if what is not None and what not in _LISTS:
        refuse(f"what is listed must be one of {', '.join(_LISTS)}, got {what!r}{_suggestion(what)}")
    listed = {name: rows() for name, rows in _LISTS.items() if what in (None, name)}
    if as_json:
        print_json(listed if what is None else listed[what])
        return
    for name, rows in listed.items():
        _print(name, rows, in_short=what is None)


def _suggestion(what: str) -> str:
    from models.refusals import nearest_key

    nearest = nearest_key(what, _LISTS)
    return f"; did you mean {nearest}?" if nearest else ""


def _print(name: str, rows: list[Row], in_short: bool) -> None:
    if in_short:
        typer.echo(f"{name}: {', '.join(str(next(iter(row.values()))) for row in rows)}")
    else:
        heads = list(rows[0])
        print_table(name, heads, [[_shown(row[head]) for head in heads] for row in rows], texts=len(heads))


def _shown(value: object) -> str:
    from models.written import listed

    return listed([value])


def _scenarios() -> list[Row]:
    from parameter_sweeps.catalogue import shipped_scenarios

    return [{"scenario": name, "about": _first_comment(path)} for name, path in shipped_scenarios().items()]


def _studies() -> list[Row]:
    from parameter_sweeps.catalogue import load_study, shipped_studies

    return [{"study": name, "claim": load_study(name).claim} for name in shipped_studies()]


def _regimes() -> list[Row]:
    from parameter_sweeps.catalogue import shipped_regimes

    return [{"regime": name, "about": _first_comment(path)} for name, path in shipped_regimes().items()]


def _calibrations() -> list[Row]:
    from parameter_sweeps.catalogue import load_calibration, shipped_calibrations

    return [{"calibration": name, "claim": load_calibration(name).claim} for name in shipped_calibrations()]


def _figures() -> list[Row]:
    from analysis.figures.kinds import KINDS
    from analysis.figures.trajectory import trajectory_figure

    listed: list[Row] = [
        {"figure": name, "about": kind.about, "options": ", ".join(_option_words(kind.options))}
        for name, kind in KINDS.items()
    ]
    about = (trajectory_figure.__doc__ or "").partition("\n")[0]
    return [*listed, {"figure": "trajectory", "about": f"{about} Of a run: compliance run --out.", "options": ""}]


def _option_words(options: Mapping[str, Any]) -> list[str]:
    return [f"{name} (needed)" if option.needed else name for name, option in options.items()]


def _statistics() -> list[Row]:
    from parameter_sweeps.support_conditions import STATISTICS

    return [
        {"statistic": name, "about": row.about, "needs": ", ".join(row.needs), "admits": ", ".join(row.admits)}
        for name, row in STATISTICS.items()
    ]


def _measures() -> list[Row]:
    from simulation.measures import MEASURES

    return [{"measure": row.name, "meaning": row.meaning, "counted over": row.denominator} for row in MEASURES]


def _parameters() -> list[Row]:
    from models.scenario import fields_table
    from models.written import as_json

    return [
        {
            "key": row.key,
            "symbol": row.symbol,
            "range": row.range,
            "default": as_json(row.default),
            "neutral": as_json(row.neutral),
            "unit": row.unit,
            "meaning": row.description + ("" if row.built else " (not built yet)"),
        }
        for row in fields_table()
    ]


def _first_comment(path: Path) -> str:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.lstrip("# ") if first.startswith("#") else ""


_LISTS = {
    "scenarios": _scenarios,
    "regimes": _regimes,
    "studies": _studies,
    "calibrations": _calibrations,
    "figures": _figures,
    "statistics": _statistics,
    "measures": _measures,
    "parameters": _parameters,
}
