"""What a person reads while something takes time: lines that come at once, with the time so far."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Progress:
    """Prints lines with the seconds since it was made."""

    stream: TextIO
    began: float = field(default_factory=time.monotonic)

    def __call__(self, line: str) -> None:
        """Print one line; nobody who listens is no reason to stop what is going on."""
        elapsed_seconds = time.monotonic() - self.began
        with suppress(BrokenPipeError):
            print_line(f"{elapsed_seconds:6.1f} s  {line}", self.stream)


def print_line(line: str = "", stream: TextIO | None = None) -> None:
    """Print a line and send it off at once, also where nobody looks at a terminal."""
    target = sys.stdout if stream is None else stream
    target.write(line + "\n")
    target.flush()
