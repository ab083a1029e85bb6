"""The API of one organizer of a pretix."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.transfers.contract.calling import ask, client_of
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx

    from app.transfers.contract.connectors import Connected

PAGE = 50
"""pretix gives no larger pages."""
OVERLAP = timedelta(minutes=2)
"""Looked at again: a transaction may end after a later one, with an earlier time."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_FOUND = 404


@dataclass(frozen=True)
class Event:
    """An event of the shop, and what is sold for it."""

    slug: str
    name: Mapping[str, str]
    currency: str
    zone: ZoneInfo
    items: Mapping[int, Mapping[str, Any]]


class Shop:
    """What is asked of pretix in one call of the connector; events are asked for once."""

    def __init__(self, connected: Connected, client: httpx.Client) -> None:
        """Take a client that sends the token."""
        self._client = client
        self.settings = connected.settings
        organizer = quote(str(connected.settings.get("organizer", "")), safe="")
        self._root = f"/api/v1/organizers/{organizer}/"
        self._events: dict[str, Event] = {}

    @property
    def slugs(self) -> tuple[str, ...]:
        """The events that are taken; none stands for all."""
        return tuple(str(self.settings.get("events") or "").split())

    def get(self, path: str, **params: str | int) -> Any:  # noqa: ANN401 - as pretix answers
        """Ask for something below the organizer."""
        return self._read(ask(self._client, "GET", self._root + path, params=params))

    def found(self, path: str, **params: str | int) -> Any:  # noqa: ANN401 - as pretix answers
        """Ask for something that may be gone; None where it is."""
        try:
            return self.get(path, **params)
        except TransferFaultError as fault:
            if fault.status == _NOT_FOUND:
                return None
            raise

    def post(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as pretix answers
        """Change something below the organizer."""
        return self._read(ask(self._client, "POST", self._root + path, json=body))

    def event(self, slug: str) -> Event:
        """Return an event with its items."""
        if slug not in self._events:
            path = f"events/{quote(slug, safe='')}/"
            found = self.get(path)
            self._events[slug] = Event(
                slug,
                found["name"],
                found["currency"],
                _zone(found.get("timezone")),
                {one["id"]: one for one in self.every(f"{path}items/")},
            )
        return self._events[slug]

    def every(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Give all objects of a list that is not long."""
        page = 1
        while True:
            found = self.get(path, page=page, page_size=PAGE)
            yield from found["results"]
            if not found["next"]:
                return
            page += 1

    @staticmethod
    def _read(response: httpx.Response) -> Any:  # noqa: ANN401 - as pretix answers
        """Read an answer as JSON."""
        try:
            return response.json()
        except ValueError as error:
            is_safe = response.request.method == "GET"
            fault = FaultClass.TRANSIENT if is_safe else FaultClass.UNKNOWN
            message = "What answers is no pretix: its answer is not JSON. Look at the address."
            raise TransferFaultError(fault, message) from error


@contextmanager
def opened(connected: Connected) -> Iterator[Shop]:
    """Give a shop for some calls."""
    address = str(connected.settings.get("address", "")).rstrip("/")
    headers = {"authorization": f"Token {connected.credentials.get('token', '')}"}
    with client_of(address, allows_private=connected.allows_private, headers=headers) as client:
        yield Shop(connected, client)


@dataclass(frozen=True)
class Position:
    """Where a list goes on: at an instant; after a whole page exactly there, else before it."""

    instant: datetime
    is_exact: bool

    @classmethod
    def read(cls, cursor: str | None) -> Position:
        """Read a cursor: an instant, with ! where it is exact."""
        if cursor is None:
            return cls(BEGINNING, is_exact=True)
        try:
            instant = datetime.fromisoformat(cursor.removesuffix("!"))
        except ValueError as error:
            message = f"{cursor!r} is no cursor of pretix; begin anew."
            raise TransferFaultError(FaultClass.DEFECT, message) from error
        return cls(instant, cursor.endswith("!"))

    def __str__(self) -> str:
        return self.instant.isoformat() + ("!" if self.is_exact else "")

    @property
    def since(self) -> str:
        """From when on objects are asked for, themselves included."""
        return (self.instant if self.is_exact else self.instant - OVERLAP).isoformat()


def page_after(
    shop: Shop, path: str, position: Position, since: str, field: str, **params: str
) -> tuple[list[dict[str, Any]], Position]:
    """Return a page of a list in the order of an instant, and where it goes on.

    A page begins at an instant and not at a number: numbers shift while objects change, and some
    would be left out. More than a page at one same instant are read by numbers.

    Args:
        shop: where the list is.
        path: of the list.
        position: where it goes on.
        since: name of the parameter that gives the first instant, itself included.
        field: name of the instant in an object.
        params: further parameters.
    """
    found: list[dict[str, Any]] = []
    number = 1
    while True:
        query = {**params, since: position.since, "ordering": field, "page_size": str(PAGE)}
        page = shop.get(path, **query, page=number)
        found += page["results"]
        last = datetime.fromisoformat(found[-1][field]) if found else position.instant
        if not page["next"]:
            return found, Position(max(last, position.instant), is_exact=False)
        if last > datetime.fromisoformat(position.since):
            return found, Position(last, is_exact=True)
        number += 1


def said(names: Mapping[str, str] | None, locale: str) -> str:
    """Return a text of pretix in a language, else in English, else in any."""
    if not names:
        return ""
    return names.get(locale) or names.get("en") or next(iter(names.values()))


def _zone(name: str | None) -> ZoneInfo:
    """Return the time zone of an event."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
