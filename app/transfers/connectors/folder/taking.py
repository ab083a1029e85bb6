"""Taking files out of a folder: each once, whole, and to be found again afterwards.

A file goes from the folder to `processing`, and from there to `done` or `failed`. It leaves
`processing` only at the next poll with the cursor of this one: by then what it held is kept. After
a crash it is still there and is read again; the same data sets are recognised by their ids.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from app.transfers.contract.connectors import Incoming, Polled
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.transfers.connectors.folder.places import Place

PROCESSING = "processing"
DONE = "done"
FAILED = "failed"
FILES_PER_POLL = 20
FILE_LIMIT_BYTES = 50 * 1024 * 1024
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".error.txt")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What one poll has to know of the one before."""

    seen: dict[str, list[str]] = field(default_factory=dict)
    """By name: size and time of change, and since when they have been the same."""
    taken: dict[str, str] = field(default_factory=dict)
    """Names in `processing` whose data sets were handed over, with the hash of the file."""

    def written(self) -> str:
        """Return it as text."""
        return json.dumps({"seen": self.seen, "taken": self.taken}, sort_keys=True)


def cursor_of(text: str | None) -> Cursor:
    """Read a cursor; none is the beginning."""
    if text is None:
        return Cursor()
    found = json.loads(text)
    return Cursor(dict(found["seen"]), dict(found["taken"]))


@dataclass(frozen=True, slots=True)
class Taking:
    """How files are taken from one folder."""

    place: Place
    pattern: str
    unchanged_seconds: int
    now: datetime
    read: Callable[[str, bytes], Sequence[Incoming]]

    def poll(self, cursor: Cursor) -> Polled:
        """Settle what was handed over, take what is ready, and read it."""
        self.place.make_folder(PROCESSING)
        self._settle(cursor)
        ready, seen = self._ready(cursor)
        waiting = dict.fromkeys(self._names(PROCESSING))
        for name in ready[:FILES_PER_POLL]:
            if name not in waiting:
                self.place.move(self.place.path(name), PROCESSING, name)
                waiting[name] = None
        known = self._known_hashes() if waiting else frozenset()
        incoming: list[Incoming] = []
        refused: list[str] = []
        taken: dict[str, str] = {}
        for name in list(waiting)[:FILES_PER_POLL]:
            path = self.place.path(PROCESSING, name)
            if self.place.files.size(path) > FILE_LIMIT_BYTES:
                message = f"has more than {FILE_LIMIT_BYTES // 1024**2} MB; divide it"
                self._fail(name, "large", message)
                refused.append(f"{name}: {message}")
                continue
            content = self.place.files.cat_file(path)
            sha256 = hashlib.sha256(content).hexdigest()
            if sha256[:16] in known or sha256 in taken.values():
                self._finish(name, sha256, DONE, ".again")
                continue
            try:
                incoming += self.read(name, content)
            except TransferFaultError as error:
                if error.fault is not FaultClass.RECORD:
                    raise
                self._fail(name, sha256, error.message)
                refused.append(f"{name}: {error.message}")
                continue
            taken[name] = sha256
        is_last = len(ready) <= FILES_PER_POLL and len(waiting) <= FILES_PER_POLL
        return Polled(incoming, Cursor(seen, taken).written(), is_last, tuple(refused))

    def _settle(self, cursor: Cursor) -> None:
        """Put aside what the poll before handed over."""
        there = set(self._names(PROCESSING)) if cursor.taken else set()
        for name, sha256 in cursor.taken.items():
            if name in there:
                self._finish(name, sha256, DONE)

    def _ready(self, cursor: Cursor) -> tuple[list[str], dict[str, list[str]]]:
        """Return what has been the same for long enough, and what was seen of the others."""
        ready: list[str] = []
        seen: dict[str, list[str]] = {}
        for entry in self.place.entries():
            name = _name(entry)
            if not name or name.startswith(".") or name.endswith(_UNFINISHED):
                continue
            if not fnmatch(name, self.pattern):
                continue
            size = str(entry.get("size"))
            at = str(entry.get("mtime") or entry.get("LastModified") or entry.get("ETag"))
            before = cursor.seen.get(name)
            is_same = before is not None and before[:2] == [size, at]
            since = before[2] if before is not None and is_same else self.now.isoformat()
            age = (self.now - datetime.fromisoformat(since)).total_seconds()
            if age >= self.unchanged_seconds:
                ready.append(name)
            else:
                seen[name] = [size, at, since]
        return sorted(ready), seen

    def _known_hashes(self) -> frozenset[str]:
        """Return the hashes of files that are done, which stand in their names."""
        found = (name.rsplit(".", 2) for name in self._names(DONE))
        return frozenset(parts[-2] for parts in found if len(parts) > 2)  # noqa: PLR2004 - stem, hash, ending

    def _finish(self, name: str, sha256: str, folder: str, mark: str = "") -> None:
        """Put a file aside; its hash becomes a part of its name, so that it is known again."""
        stem, dot, ending = name.rpartition(".")
        named = f"{stem}.{sha256[:16]}.{ending}" if dot else f"{name}.{sha256[:16]}.file"
        self.place.move(self.place.path(PROCESSING, name), folder, f"{named}{mark}")

    def _fail(self, name: str, sha256: str, message: str) -> None:
        """Put a file aside that could not be read, and beside it why."""
        self._finish(name, sha256, FAILED)
        self.place.put(f"{name}.error.txt", f"{message}\n".encode(), FAILED)

    def _names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, none where there is no such folder."""
        if not self.place.files.exists(self.place.path(folder)):
            return []
        return sorted(_name(one) for one in self.place.entries(folder) if _name(one))


def _name(entry: dict[str, Any]) -> str:
    """Return the name of a file without its folder."""
    return str(entry["name"]).rpartition("/")[2]
