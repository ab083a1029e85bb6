"""Answers that are kept, and given again as long as the database says that nothing has changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

KEPT_SECONDS = 60.0
"""How long an answer is kept that nobody asks for again; what changed since is looked through."""
_SHARE = 16
"""An answer that takes more than this part of the room is not kept."""
_OVERHEAD_BYTES = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and the position of the database that it is of."""

    text: bytes
    position: str
    asked_at: float


@dataclass(slots=True)
class Answers:
    """Keeps answers by what was asked, those asked last; `limit_bytes` 0 keeps none."""

    limit_bytes: int
    clock: Callable[[], float] = monotonic
    _kept: OrderedDict[Hashable, Answer] = field(default_factory=OrderedDict)
    _size_bytes: int = 0

    def find(self, key: Hashable) -> Answer | None:
        """Return the answer that was kept; whether it still holds is for the database to say."""
        found = self._kept.get(key)
        if found is not None and self.clock() - found.asked_at > KEPT_SECONDS:
            self._forget(key)
            return None
        return found

    def keep(self, key: Hashable, text: bytes, position: str) -> None:
        """Keep an answer, in the place of an earlier one; the oldest make room."""
        self._forget(key)
        if _size_of(text) * _SHARE > self.limit_bytes:
            return
        self._kept[key] = Answer(text, position, self.clock())
        self._size_bytes += _size_of(text)
        while self._size_bytes > self.limit_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size_bytes -= _size_of(found.text)


def _size_of(text: bytes) -> int:
    return len(text) + _OVERHEAD_BYTES


def frozen(value: object) -> Hashable:
    """Return a value of a parameter as something to find answers by."""
    return tuple(map(frozen, value)) if isinstance(value, list) else value
