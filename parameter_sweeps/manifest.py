"""The manifest of a study directory: which study it holds, of which code, and the plan: the chunks and their names.

The plan is written before the first run and read ever after, so that a directory can be read although what
determines the names of chunks has changed since. It has no time and no worker: the same study begun by the same code
has the same manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, shortened
from parameter_sweeps.chunks import Chunk, Prices, chunk_names, planned_chunks
from parameter_sweeps.log import digest_of
from parameter_sweeps.manifest_checks import refuse_wrong_manifest
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.provenance import Basis, current_basis, packages
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MANIFEST = "manifest.json"
#: Of a directory as it was begun, and of one whose study was extended.
FORMAT, EXTENDED_FORMAT = 2, 3
READABLE_FORMATS = (1, 2, 3)
_OTHER_FILE = "must be that of a study directory, got another file"


@dataclass(frozen=True)
class Manifest:
    """What a study directory holds.

    Attributes
    ----------
    format : 1, 2 or 3; the first format has neither functions, part, basis, digest of the study file nor chunks
    digest, seed : of the study
    measures : names of the measures, in the order of the columns
    functions : digest of the source of each measure of the user's own, by name
    part : (k, n) for the k-th of n parts of the plan, from 1; None for the whole
    prices : what decided how chunks were cut
    basis : what decides results beside the study; None if it is not known
    study_sha256 : of the bytes of study.yaml; None if it is not known
    chunks : the name of each chunk, without those of earlier plans; None if they are not known
    earlier : how often the study was extended; what is known of each earlier one is kept beside
    """

    format: int
    digest: str
    seed: int
    measures: tuple[str, ...]
    functions: dict[str, str]
    part: tuple[int, int] | None
    prices: Prices
    basis: Basis | None
    study_sha256: str | None
    chunks: dict[Chunk, str] | None
    earlier: int = 0

    def of_part(self) -> dict[Chunk, str]:
        """Return the name of each chunk of the part that the directory holds."""
        named = self.chunks or {}
        if self.part is None:
            return named
        number, parts = self.part
        return dict(list(named.items())[number - 1 :: parts])


def new_manifest(
    study: Study,
    text: str,
    measures: Sequence[str],
    prices: Prices,
    functions: Mapping[str, str],
    part: tuple[int, int] | None = None,
    planned: NDArray[np.int64] | None = None,
    earlier: int = 0,
) -> Manifest:
    """Return the manifest of a directory that is begun or extended now, with this text in its study file."""
    return Manifest(
        EXTENDED_FORMAT if earlier else FORMAT,
        study.digest(),
        study.seed,
        tuple(measures),
        dict(functions),
        part,
        prices,
        current_basis(),
        digest_of(text.encode()),
        named_chunks(study, measures, prices, functions, planned),
        earlier,
    )


def named_chunks(
    study: Study,
    measures: Sequence[str],
    prices: Prices,
    functions: Mapping[str, str],
    planned: NDArray[np.int64] | None = None,
) -> dict[Chunk, str]:
    """Return the chunks of a study that are not planned yet, in order, each with its name."""
    chunks = planned_chunks(study, prices, planned)
    return dict(zip(chunks, chunk_names(study, measures, chunks, functions), strict=True))


def with_functions(
    manifest: Manifest, study: Study, functions: Mapping[str, str], planned: NDArray[np.int64] | None = None
) -> Manifest:
    """Return the manifest of a directory whose measures of the user's own have other sources now."""
    chunks = named_chunks(study, manifest.measures, manifest.prices, functions, planned)
    return replace(manifest, functions=dict(functions), chunks=chunks)


def manifest_text(manifest: Manifest) -> str:
    """Return a manifest as JSON, with a line for each chunk, and with a digest of the text before the last line."""
    head = {
        "format": manifest.format,
        "version": version("strategic-compliance"),
        "packages": packages(),
        "basis": manifest.basis,
        "digest": manifest.digest,
        "study_sha256": manifest.study_sha256,
        "seed": manifest.seed,
        "measures": list(manifest.measures),
        "functions": manifest.functions,
        "part": manifest.part,
        "plan": manifest.prices._asdict(),
        **({"earlier": manifest.earlier} if manifest.earlier else {}),
    }
    lines = [f"    {json.dumps(name)}: {json.dumps(list(chunk))}" for chunk, name in (manifest.chunks or {}).items()]
    chunks = ",\n".join(lines)
    text = f'{json.dumps(head, indent=2)[:-2]},\n  "chunks": {{\n{chunks}\n  }},\n'
    return f'{text}  "sha256": "{digest_of(text.encode())}"\n}}\n'


def is_as_written(folder: Path) -> bool:
    """Return whether the manifest of a directory has the digest of its own text (the first format has none)."""
    content = plain_bytes(folder / MANIFEST)
    text, found, _ = content.rpartition(b'  "sha256": ')
    return content == text + f'  "sha256": "{digest_of(text)}"\n}}\n'.encode() if found else False


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a study directory.

    Raises
    ------
    InputError
        If there is none, or one that was written by a newer version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        found = f"no {MANIFEST} in it" if folder.is_dir() else "no such folder"
        raise InputError([f"{folder} must be a study directory, got {found}"])
    try:
        written = json.loads(plain_bytes(path))
        number = written["format"]
    # nesting without end is an error of the reader of JSON too
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError([f"{path} {_OTHER_FILE}"]) from None
    if type(number) is not int or number not in READABLE_FORMATS:
        raise InputError([f"{folder} must have format 1, 2 or 3, got {shortened(number)}"])
    try:
        return _manifest(written)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError([f"{path} {_OTHER_FILE}"]) from None


def _manifest(written: dict[str, Any]) -> Manifest:
    refuse_wrong_manifest(written)
    is_first = written["format"] == 1
    part = None if is_first or written["part"] is None else written["part"]
    return Manifest(
        written["format"],
        written["digest"],
        written["seed"],
        tuple(written["measures"]),
        {} if is_first else dict(written["functions"]),
        None if part is None else (int(part[0]), int(part[1])),
        Prices(**written["plan"]),
        None if is_first else dict(written["basis"]),
        None if is_first else written["study_sha256"],
        None if is_first else {Chunk(*numbers): name for name, numbers in written["chunks"].items()},
        int(written.get("earlier", 0)),
    )
