"""A user's own file that hides a part of this software: found at the first import, and said in one sentence.

The parts are top-level packages with plain names (``models``, ``simulation``, ...). Python looks for them first beside
the script that it runs, or in the working directory, so that a ``models.py`` there would be taken for ours. The console
command is immune: neither folder is on its path.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PARTS = ("models", "simulation", "parameter_sweeps", "analysis", "teaching")
_OURS = Path(__file__).resolve().parents[1]


def refuse_other_parts() -> None:
    """Refuse to go on where something else would be imported in place of a part of this software.

    Raises
    ------
    ImportError
        In one sentence that names each file in the way, and what to do.
    SystemExit
        With status 2 and the same sentence on standard error, where it is the command line that starts.
    """
    hiding = {part: file for part in PARTS if (file := _other_file(part)) is not None}
    if not hiding:
        return
    it = "it" if len(hiding) == 1 else "them"
    sentence = (
        f"{', '.join(map(str, hiding.values()))} would be imported in place of this software's own "
        f"{', '.join(hiding)}: rename {it}, and what imports {it}"
    )
    if _is_command_line():
        print(f"compliance: {sentence}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    raise ImportError(sentence)


def _other_file(part: str) -> Path | None:
    """Return the file or folder that Python takes for a part, if it is not ours."""
    module = sys.modules.get(part)
    if module is not None:
        origin = getattr(module, "__file__", None)
    else:
        found = find_spec(part)
        origin = None if found is None else found.origin
    # a folder without __init__.py has no origin, and any package goes before it
    if origin is None or Path(origin).resolve() == _OURS / part / "__init__.py":
        return None
    path = Path(origin).absolute()
    return path.parent if path.name == "__init__.py" else path


def _is_command_line() -> bool:
    """Return whether it is the command that imports this: ``python -m compliance`` or the console script."""
    program = Path(sys.argv[0]).stem if sys.argv else ""
    if program == "-m":
        # so runpy calls the program while it still looks for the module to run
        return not {"compliance", "compliance.__main__", "-mcompliance"}.isdisjoint(sys.orig_argv)
    return program == "compliance"
