"""What became of each step of the pages, found out once for all processes that run tests.

A page is followed from its first block to its last, in a folder of its own, by whichever test asks first; the others
wait for their step.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import time
from pathlib import Path

from tests.followed_pages import Outcome, Step, follow


def outcome_of(step: Step, folder: Path) -> Outcome:
    """Return what became of a step; follow its page if nobody has yet.

    Parameters
    ----------
    step
    folder
        What all processes have in common.
    """
    page = folder / re.sub(r"\W", "_", step.block.page)
    page.mkdir(exist_ok=True)
    result = page / _file_name(step)
    with (page / "lock").open("w") as lock:
        while not result.exists():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # another process follows the page: its steps come one by one
                time.sleep(0.1)
            else:
                _follow(step.block.page, page)
                if not result.exists():
                    return Outcome("the page was not followed up to here")
    return Outcome(**json.loads(result.read_text()))


def _follow(page: str, results: Path) -> None:
    reader = results / "reader"
    if reader.exists():
        return
    reader.mkdir()
    for step, outcome in follow(page, reader):
        unfinished = results / "unfinished"
        unfinished.write_text(json.dumps(outcome._asdict()))
        unfinished.replace(results / _file_name(step))


def _file_name(step: Step) -> str:
    return f"{hashlib.sha256(step.name.encode()).hexdigest()[:16]}.json"
