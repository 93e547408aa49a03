"""``compliance shard``: run one part of a study in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compliance.inputs import AcceptOtherCode, FailFast, Json, Replicates, Seed, Set, StudyName, Workers, study_from
from compliance.refusing import KEPT, refusing
from compliance.studying import check_study
from compliance.sweeping import sweep_and_tell


@refusing(KEPT)
def shard_command(
    study: StudyName,
    part: Annotated[str, typer.Argument(metavar="K/N", help="The K-th of N parts, as 2/3.")],
    out: Annotated[Path | None, typer.Option(help="Folder of this part; merge puts parts together.")] = None,
    workers: Workers = None,
    settings: Set = [],  # noqa: B006
    seed: Seed = None,
    replicates: Replicates = None,
    fail_fast: FailFast = False,
    accept_other_code: AcceptOtherCode = False,
    as_json: Json = False,
) -> None:
    """Run one of several parts of a study, each of which may be run on another machine."""
    from parameter_sweeps.sharding import part_of

    asked = part_of(part)
    loaded = study_from(study, settings, seed=seed, replicates=replicates)
    check_study(loaded, study)
    sweep_and_tell(loaded, out, workers, as_json, fail_fast=fail_fast, accept_other_code=accept_other_code, part=asked)
