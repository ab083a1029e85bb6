"""A folder as a system: files that appear in it are data sets, and records are put into files."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.folder.places import SETTINGS, reached
from app.transfers.connectors.folder.rows import FORMATS, read_rows, write_rows
from app.transfers.connectors.folder.taking import Taking, cursor_of
from app.transfers.contract.connectors import (
    Action,
    Done,
    Health,
    MadeFile,
    Setting,
    SettingKind,
    Source,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.tables.writing import MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.transfers.contract.connectors import Connected, Incoming, Polled, Task

_ENTITIES = ("customer", "product", "sale", "invoice", "credit_note", "payment", "refund", "ticket")
_READ = ("customer", "product", "sale", "document", "payment", "scan")
_ODD = re.compile(r"[^A-Za-z0-9_-]+")
_OPTIONS = (
    Setting("format", "Format", SettingKind.CHOICE, default="CSV", choices=FORMATS),
    Setting(
        "rows",
        "Rows",
        SettingKind.CHOICE,
        "One for each record, or one for each line of it.",
        default="RECORD",
        choices=("RECORD", "LINE"),
    ),
    Setting(
        "columns",
        "Columns",
        description="Which fields, and their titles: `code; customer.name=Name`. Empty means all.",
    ),
    Setting("delimiter", "Delimiter", default=";", description="CSV: what stands between cells."),
    Setting("decimal_mark", "Decimal mark", SettingKind.CHOICE, default=".", choices=(".", ",")),
    Setting("encoding", "Encoding", default="utf-8-sig", description="CSV: UTF-8 with its mark."),
)
_READING = (
    Setting("pattern", "Files", default="*", description="Which names are taken, such as *.csv."),
    Setting(
        "unchanged_seconds",
        "Seconds unchanged",
        SettingKind.WHOLE,
        "How long a file has to stay the same before it is taken.",
        default=30,
    ),
    Setting("key", "Key column", description="Whose value names a data set; else each row is one."),
    Setting("numbers", "Number columns", description="With ; between; they get a decimal dot."),
    Setting("format", "Format", description="CSV, XLSX, JSON or XML; else by the file's ending."),
    Setting("record", "Record", description="JSON and XML: the name of the list of records."),
    Setting("delimiter", "Delimiter", description="CSV: found out where it is empty."),
    Setting("decimal_mark", "Decimal mark", description="Found out where it is empty."),
    Setting("encoding", "Encoding", description="CSV: found out where it is empty."),
)


class Folder:
    """Takes files from a folder and puts files into it."""

    kind = "folder"
    title = "Folder of files"
    settings = (*SETTINGS, *_READING)
    actions = tuple(
        Action(
            f"{entity}.export",
            entity,
            f"Write a file: {entity.replace('_', ' ')}",
            "A file in the folder; `records` instead of one record puts many into it.",
            _OPTIONS,
        )
        for entity in _ENTITIES
    )
    sources = tuple(
        Source(
            f"{entity}.files",
            entity,
            f"Files: {entity}",
            "Files that appear in the folder, one data set for each row or key.",
            is_polled=True,
            is_file=True,
        )
        for entity in _READ
    )

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Take the time from a clock: files have to be unchanged for a while."""
        self._clock = clock

    def check(self, connected: Connected) -> Health:
        """List the folder."""
        try:
            with reached(connected) as place:
                count = len(place.entries())
        except TransferFaultError as error:
            return Health(is_well=False, message=error.message)
        return Health(is_well=True, message=f"The folder can be read; it has {count} files.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Look whether the file of this task is there; it is there whole or not at all."""
        made = _made(task)
        with reached(connected) as place:
            if not place.files.exists(place.path(made.name)):
                return None
        return _done(made, was_there=True)

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Write the file; a second time it is written over with the same."""
        made = _made(task)
        with reached(connected) as place:
            place.put(made.name, made.content)
        return _done(made, was_there=False)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Take the files that are ready."""
        _require(source)
        settings = connected.settings
        pattern = str(settings.get("pattern") or "*")
        seconds = settings.get("unchanged_seconds")

        def read(name: str, content: bytes) -> tuple[Incoming, ...]:
            return read_rows(settings, source, name, content)

        with reached(connected) as place:
            unchanged = 30 if seconds is None else int(seconds)
            taking = Taking(place, pattern, unchanged, self._clock(), read)
            return taking.poll(cursor_of(cursor))

    def receive(
        self, connected: Connected, headers: Mapping[str, str], body: bytes
    ) -> tuple[Incoming, ...]:
        """Refuse: a folder sends nothing by itself."""
        del connected, headers, body
        raise TransferFaultError(FaultClass.DEFECT, "A folder sends nothing by itself")

    def read(
        self, connected: Connected, source: str, name: str, content: bytes
    ) -> tuple[Incoming, ...]:
        """Read a file that a person gave, as one of the folder."""
        _require(source)
        return read_rows(connected.settings, source, name, content)


def _require(source: str) -> None:
    """Refuse a source that there is not."""
    if source not in {one.name for one in Folder.sources}:
        raise TransferFaultError(FaultClass.DEFECT, f"A folder has no source {source!r}")


def _made(task: Task) -> MadeFile:
    """Make the file of a task; its name is the same at every try."""
    if task.action not in {one.name for one in Folder.actions}:
        raise TransferFaultError(FaultClass.DEFECT, f"A folder has no action {task.action!r}")
    given = task.record.get("records")
    records: list[dict[str, Any]] = given if isinstance(given, list) else [dict(task.record)]
    content, count = write_rows(records, task.options)
    kind = str(task.options.get("format") or "CSV")
    entity = task.action.partition(".")[0]
    code = str(records[0].get("code") or records[0].get("id") or "") if len(records) == 1 else "all"
    stem = _ODD.sub("-", f"{entity}-{code}").strip("-")[:80]
    key = hashlib.sha256(task.key.encode()).hexdigest()[:12]
    return MadeFile(f"{stem}-{key}.{kind.lower()}", MEDIA_TYPES[kind], content, count)


def _done(made: MadeFile, *, was_there: bool) -> Done:
    """Say what was made."""
    told = {"file": made.name, "sha256": hashlib.sha256(made.content).hexdigest()}
    return Done(made.name, record=told, was_there=was_there, files=(made,), sent=told)


CONNECTOR = Folder()
