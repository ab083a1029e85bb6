"""What a session has set that answers of the semantic layer depend on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.query.zones import canonical_zone
from semantic.wire.failures import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic.wire.backend import Backend

_NAMES = ("TimeZone", "statement_timeout", "DateStyle", "client_encoding")
_DURATION = re.compile(r"(\d+)(ms|s|min|h|d)?")
_MS = {None: 1, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_ENCODINGS = frozenset({"UTF8", "SQL_ASCII"})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a session, and the names of types that were asked for with them.

    `statement_seconds` is 0 where the session sets no limit.
    """

    timezone: str
    statement_seconds: float
    type_names: tuple[str, ...]


async def read_settings(backend: Backend, types: Sequence[tuple[int, int]]) -> Settings:
    """Ask the shell for the settings as they are now, and for the names of types.

    Raises:
        RefusedByShellError: the transaction failed before.
        WireError: rows cannot be shown as a setting wants it.
    """
    settings = [f"pg_catalog.current_setting('{name}')" for name in _NAMES]
    named = [f"pg_catalog.format_type({oid}, {typmod})" for oid, typmod in types]
    ((zone, timeout, style, encoding, *found),) = await backend.ask(
        f"SELECT {', '.join(settings + named)}"
    )
    timezone = canonical_zone(str(zone))
    if timezone is None:
        raise WireError(
            "22023",
            f"the time zone {zone} is not one that the semantic layer knows",
            "Name a zone of the IANA database, as in SET TimeZone = 'Europe/Brussels'.",
        )
    if not str(style).startswith("ISO"):
        raise WireError(
            "0A000",
            f"views show dates in the form ISO, and DateStyle is {style}",
            "Write SET DateStyle = 'ISO'.",
        )
    if encoding not in _ENCODINGS:
        raise WireError(
            "0A000",
            f"views show texts in UTF8, and client_encoding is {encoding}",
            "Write SET client_encoding = 'UTF8'.",
        )
    return Settings(timezone, _seconds(str(timeout)), tuple(map(str, found)))


def _seconds(text: str) -> float:
    """Read a duration as PostgreSQL shows it, such as 1500ms."""
    found = _DURATION.fullmatch(text)
    return 0.0 if found is None else int(found[1]) * _MS[found[2]] / 1000
