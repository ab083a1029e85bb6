"""What clients asked and were answered, line by line on disk: the truth of a run.

A line is written before a request is sent and after each answer, so that what a client that was
killed had under way is known to be unknown. Nothing else says what ought to be there.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the ids of what was made, or the codes of a refusal, and when."""

    at: float
    ids: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        return not self.codes


@dataclass(slots=True)
class Request:
    """One intent of a client under one idempotency key, with what it said and every answer."""

    key: str
    operation: str
    said: dict[str, Any]
    body: str
    asked_at: float
    answers: list[Answer] = field(default_factory=list)

    @property
    def done_at(self) -> float | None:
        """When it was first known to be carried out, None if that is not known."""
        return min((one.at for one in self.answers if one.is_done), default=None)

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def ids(self) -> tuple[str, ...]:
        return next(one.ids for one in self.answers if one.is_done)


@dataclass(slots=True)
class Truth:
    """The logs of all clients of a run."""

    requests: dict[str, Request] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    seen: list[dict[str, Any]] = field(default_factory=list)
    """What readers were shown, of whatever kind, each as it was written down."""

    def of(self, operation: str) -> list[Request]:
        return [one for one in self.requests.values() if one.operation == operation]

    def last_answer_at(self) -> float:
        return max((one.at for asked in self.requests.values() for one in asked.answers), default=0)


class ClientLog:
    """The log of one client, in a file of its own; what it was not told is added at the end."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._turn = threading.Lock()

    def note(self, what: str, **more: Any) -> None:
        """Write a line, whole or not at all as far as other processes can tell."""
        line = json.dumps({"what": what, "at": time.time(), **more}, sort_keys=True)
        with self._turn:
            os.write(self._file, f"{line}\n".encode())


def read_logs(folder: Path) -> Truth:
    """Read the logs of all clients in a folder."""
    truth = Truth()
    for path in sorted(folder.glob("*.log")):
        for line in lines_of(path):
            _take(truth, line)
    return truth


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Read a log; a line that its writer could not finish is none."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)


def _take(truth: Truth, line: dict[str, Any]) -> None:
    match line["what"]:
        case "asked":
            truth.requests[line["key"]] = Request(
                line["key"], line["operation"], line["said"], line["body"], line["at"]
            )
        case "answered":
            answer = Answer(line["at"], tuple(line["ids"]), tuple(line["codes"]))
            truth.requests[line["key"]].answers.append(answer)
        case "failed":
            truth.failures[line["reason"]] += 1
        case _:
            truth.seen.append(line)
