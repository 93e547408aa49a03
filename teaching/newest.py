"""Work in the background of which only the newest result is wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Newest(Generic[Question, Answer]):
    """Works out the newest question in a thread of its own; a question that a newer one overtakes is never begun.

    Parameters
    ----------
    answer : callable
        Of a question; it may take long.
    tell : callable
        Called in that thread with a question and its answer.
    """

    def __init__(self, answer: Callable[[Question], Answer], tell: Callable[[Question, Answer], None]) -> None:
        self._answer, self._tell = answer, tell
        self._lock = threading.Lock()
        self._waiting: list[Question] = []
        self._is_busy = False

    def ask(self, question: Question) -> None:
        """Ask a question, in place of one that waits."""
        with self._lock:
            self._waiting = [question]
            if self._is_busy:
                return
            self._is_busy = True
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_busy = False
                    return
                question = self._waiting.pop()
            try:
                answer = self._answer(question)
            except BaseException:
                with self._lock:
                    self._is_busy = False
                raise
            self._tell(question, answer)
