"""The form of a connector: what it can do, what it needs to know, and how it is called.

A connector talks to one kind of system and knows neither the store nor the engine, nor any other
connector. It is given neutral records (`records.py`), and answers with what the other side said.
It may be called again with the same key at any time, also after a crash in the middle of a call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class SettingKind(StrEnum):
    """What a setting of a system holds."""

    TEXT = "TEXT"
    WHOLE = "WHOLE"
    FLAG = "FLAG"
    CHOICE = "CHOICE"
    ADDRESS = "ADDRESS"
    """A URL with http or https."""
    SECRET = "SECRET"  # noqa: S105 - the name of a kind, not a secret
    """Kept encrypted, never shown again."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that has to be known about a system, an action or a source, as a form shows it."""

    name: str
    title: str
    kind: SettingKind = SettingKind.TEXT
    description: str = ""
    is_required: bool = False
    default: str | int | bool | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done in the other system, such as `invoice.post`."""

    name: str
    entity: str
    """The neutral record that it takes: a name of `records.ENTITIES`."""
    title: str
    description: str
    options: tuple[Setting, ...] = ()
    makes: str | None = None
    """The record there that an external reference names, such as `account.invoice`."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something that comes from the other system, polled, received, or read from a file."""

    name: str
    entity: str
    """The neutral record that its data sets are."""
    title: str
    description: str
    options: tuple[Setting, ...] = ()
    is_polled: bool = False
    is_received: bool = False
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """A system as a connector is given it; its `credentials` are open, and never leave a call."""

    code: str
    settings: Mapping[str, Any]
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    allows_private: bool = False
    """Whether it may be on a private network; the operator decides, not the club."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to be done in the other system."""

    action: str
    key: str
    """The same at every try: sent as idempotency key, or as a reference that can be searched."""
    record: Mapping[str, Any]
    """The mapped record."""
    options: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    """Ids of the other system for what the record names: `customer:<id>` → their id."""
    known_id: str | None = None
    """Their id of this very object, when an earlier version of it was sent: it is changed."""


@dataclass(frozen=True, slots=True)
class Done:
    """What the other side made, changed or already had."""

    external_id: str
    external_number: str | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    """What it says of the object now; for an invoice the fields of the record `document`."""
    was_there: bool = False
    """It was found, not made: an earlier call had succeeded after all."""
    files: tuple[MadeFile, ...] = ()
    sent: Any = None
    """What went over the line, as JSON; secrets are not in it."""
    answer: Any = None
    """What came back, as JSON; secrets are not in it."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a connector made: for download, or as an attachment."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    count: int = 0
    """How many objects are in it."""
    total_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One data set that came from the other system."""

    source: str
    external_id: str
    version: str
    """Differs whenever the data set does; the same one is taken once."""
    record: Mapping[str, Any]
    """The neutral record."""
    raw: Any = None
    """What was received, as JSON or text; secrets are not in it."""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Polled:
    """A page of what is new, and where to go on."""

    incoming: Sequence[Incoming]
    cursor: str
    is_last: bool = True
    refused: tuple[str, ...] = ()
    """What could not be read and was put aside there, a sentence each; people are told."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a check of a connection found."""

    is_well: bool
    message: str


class Connector(Protocol):
    """A kind of system. All methods raise `TransferFaultError` and nothing else on purpose."""

    kind: str
    title: str
    settings: tuple[Setting, ...]
    actions: tuple[Action, ...]
    sources: tuple[Source, ...]

    def check(self, connected: Connected) -> Health:
        """Ask the other side whether we may use it; changes nothing there."""
        ...

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Look up what an earlier try of this very task may have made."""
        ...

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Do it. The engine has called `find` before if an earlier try ended in `UNKNOWN`."""
        ...

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Return what is new since a cursor; None begins at the beginning."""
        ...

    def receive(
        self, connected: Connected, headers: Mapping[str, str], body: bytes
    ) -> tuple[Incoming, ...]:
        """Verify and read what the other side sent by itself; `ACCESS` when it is not its."""
        ...

    def read(
        self, connected: Connected, source: str, name: str, content: bytes
    ) -> tuple[Incoming, ...]:
        """Read a file that a person or a folder gave; `RECORD` names line and field."""
        ...
