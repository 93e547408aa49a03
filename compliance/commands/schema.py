"""``compliance schema``: what editors need to know the keys of a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from compliance.inputs import folder_from
from compliance.refusing import refusing


@refusing()
def schema_command(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the four files.")],
) -> None:
    """Write JSON schemas of scenarios, regimes, studies and calibrations, by which editors check and complete files."""
    folder_from(out)
    from parameter_sweeps.whole_files import write_whole

    texts = {name: schema_text(schema) for name, schema in schemas().items()}
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_whole(out / f"{name}.json", text.encode())
        typer.echo(str(out / f"{name}.json"))


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file by its name."""
    from analysis.figures.option_schema import figure_schema
    from parameter_sweeps.schemas.calibrations import calibration_schema
    from parameter_sweeps.schemas.scenarios import regime_schema, scenario_schema
    from parameter_sweeps.schemas.studies import study_schema

    return {
        "scenario": scenario_schema(),
        "regime": regime_schema(),
        "study": study_schema(figure_schema()),
        "calibration": calibration_schema(),
    }


def schema_text(schema: dict[str, Any]) -> str:
    """Return a schema as the text of its file: strict JSON, the same at each run."""
    import json

    return json.dumps(schema, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
