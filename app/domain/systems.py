"""Systems of other parties that a club is connected to: settings, a pause with its reason, health.

What a kind of system needs is told by its connector; here stands what holds for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode
from app.domain.validation import LONG_TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.transfers import Failure
    from app.domain.validation import Check

SYSTEM_LIMIT = 200
"""Systems of one club."""
FLOW_LIMIT = 500
"""Flows of one club."""
RATE_LIMIT = 60_000
"""The most calls a minute that can be allowed."""
SETTING_LIMIT = 4_000
"""Characters of one setting."""
_KINDS: dict[str, type] = {
    "TEXT": str,
    "WHOLE": int,
    "FLAG": bool,
    "CHOICE": str,
    "ADDRESS": str,
    "SECRET": str,
}


class PauseCause(StrEnum):
    """Who paused a system: a person, or Loge because the credentials were refused."""

    PERSON = "PERSON"
    ACCESS = "ACCESS"


@dataclass(frozen=True, slots=True)
class ConnectedSystem:
    """A system of another party; its secrets are sealed, and kept beside it.

    `document_source_code` is the code under which it reports documents, if it makes any. At most
    `rate_per_minute` calls are made to it, from `next_call_at` on.
    """

    id: UUID
    code: str
    name: str
    kind: str
    settings: dict[str, Any]
    document_source_code: str | None
    rate_per_minute: int | None
    paused_at: datetime | None
    pause_cause: PauseCause | None
    pause_reason: str | None
    checked_at: datetime | None
    is_well: bool | None
    health_message: str | None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def is_paused(self) -> bool:
        """Tell whether nothing is sent to it or fetched from it."""
        return self.paused_at is not None

    def checked(self, at: datetime, *, is_well: bool, message: str) -> ConnectedSystem:
        """Return it with what was found when it was asked last."""
        return replace(self, checked_at=at, is_well=is_well, health_message=message)


@dataclass(frozen=True, slots=True)
class SettingRule:
    """What is known of one setting of a kind of system, whatever its connector is."""

    name: str
    kind: str
    is_required: bool = False
    choices: tuple[str, ...] = ()


def check_system(system: ConnectedSystem, check: Check) -> None:
    """Collect what is wrong with a system, without its settings."""
    check.code("code", system.code)
    check.text("name", system.name)
    if system.document_source_code is not None:
        check.code("documentSourceCode", system.document_source_code)
    if system.rate_per_minute is not None:
        check.whole("ratePerMinute", system.rate_per_minute, 1, RATE_LIMIT)


def check_settings(
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    rules: Sequence[SettingRule],
    check: Check,
) -> None:
    """Collect what is wrong with the settings and secrets of a system, whole as they are."""
    known = {one.name: one for one in rules}
    for place, names in (("settings", settings), ("secrets", secrets)):
        for name in names:
            rule = known.get(name)
            if rule is None:
                message = f"no setting is named {name[:60]!r}; there are {', '.join(sorted(known))}"
                check.add(ErrorCode.INPUT_INVALID, message, place)
            elif (rule.kind == "SECRET") is (place == "settings"):
                other = "secrets" if place == "settings" else "settings"
                check.add(ErrorCode.INPUT_INVALID, f"{name} belongs into {other}", place)
    for rule in rules:
        given = secrets if rule.kind == "SECRET" else settings
        value = given.get(rule.name)
        if value is None or value == "":
            if rule.is_required:
                check.add(ErrorCode.INPUT_INVALID, f"{rule.name} is required", "settings")
        else:
            _check_value(rule, value, check)


def _check_value(rule: SettingRule, value: object, check: Check) -> None:
    """Collect that a value is not of its setting's kind."""
    wanted = _KINDS[rule.kind]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        message = f"{rule.name} must be a {rule.kind.lower()}, not a {type(value).__name__}"
        check.add(ErrorCode.INPUT_INVALID, message, "settings")
        return
    if isinstance(value, str):
        check.below("settings").optional_text(rule.name, value, SETTING_LIMIT)
    if rule.kind == "CHOICE" and value not in rule.choices:
        message = f"{rule.name} must be one of {', '.join(rule.choices)}"
        check.add(ErrorCode.INPUT_INVALID, message, "settings")
    is_address = isinstance(value, str) and value.startswith(("http://", "https://"))
    if rule.kind == "ADDRESS" and not is_address:
        message = f"{rule.name} must begin with https:// or http://"
        check.add(ErrorCode.INPUT_INVALID, message, "settings")


def paused(
    before: ConnectedSystem, cause: PauseCause, reason: str, now: datetime
) -> ConnectedSystem:
    """Return a system to which nothing is sent until it is resumed."""
    return replace(
        before,
        paused_at=now,
        pause_cause=cause,
        pause_reason=reason[:LONG_TEXT_LIMIT],
        version=before.version + 1,
        updated_at=now,
    )


def refused_access(before: ConnectedSystem, failure: Failure, now: datetime) -> ConnectedSystem:
    """Return a system whose credentials were refused; one that is paused already stays as it is."""
    if before.is_paused:
        return before
    return paused(before, PauseCause.ACCESS, failure.message, now)


def resumed(before: ConnectedSystem, now: datetime) -> ConnectedSystem:
    """Return a system that goes on."""
    return replace(
        before,
        paused_at=None,
        pause_cause=None,
        pause_reason=None,
        version=before.version + 1,
        updated_at=now,
    )


def turn_of(
    next_call_at: datetime | None, rate_per_minute: int | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """Return when a call may be made, and from when on the one after it.

    Calls are spread evenly over the minute, so that no burst meets a counting gate.
    """
    if rate_per_minute is None:
        return now, None
    at = max(next_call_at or now, now)
    return at, at + timedelta(minutes=1) // rate_per_minute
