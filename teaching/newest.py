"""Work in the background of which only the newest result is wanted."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

#: So many questions are worked out at once: an old one that takes long does not keep a new one waiting.
AT_ONCE = 2


class Newest(Generic[Question, Answer]):
    """Works out the newest question in a thread of its own; one that is overtaken while it waits is never begun.

    Parameters
    ----------
    answer : callable
        Of a question; it may take long.
    tell : callable
        Called in that thread with a question and its answer, unless a newer question was answered before.
    """

    def __init__(self, answer: Callable[[Question], Answer], tell: Callable[[Question, Answer], None]) -> None:
        self._answer, self._tell = answer, tell
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, Question]] = []
        self._asked = self._told = self._busy = 0

    def ask(self, question: Question) -> None:
        """Ask a question, in place of one that waits."""
        with self._lock:
            self._asked += 1
            self._waiting = [(self._asked, question)]
            if self._busy == AT_ONCE:
                return
            self._busy += 1
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        _step_aside()
        try:
            while (taken := self._next()) is not None:
                number, question = taken
                self._hand_over(number, question, self._answer(question))
        except BaseException:
            with self._lock:
                self._busy -= 1
            raise

    def _next(self) -> tuple[int, Question] | None:
        """Take the question that waits; without one this thread is done."""
        with self._lock:
            if self._waiting:
                return self._waiting.pop()
            self._busy -= 1
            return None

    def _hand_over(self, number: int, question: Question, answer: Answer) -> None:
        with self._lock:
            if number < self._told:
                return
            self._told = number
        self._tell(question, answer)


def _step_aside() -> None:
    """Let what draws the page go before this thread and those that it starts, where threads have a priority."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
