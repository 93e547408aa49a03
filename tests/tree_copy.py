"""Copies of the tree, to be built from or changed at will: what git knows or would add, as it stands.

``python tests/tree_copy.py FOLDER`` makes one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def names_in_the_tree() -> list[str]:
    """Return the files of the tree, without what is ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def copy_of_the_tree(folder: Path) -> Path:
    """Return a folder that has a copy of the tree."""
    for name in names_in_the_tree():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


if __name__ == "__main__":
    copy_of_the_tree(Path(sys.argv[1]))
