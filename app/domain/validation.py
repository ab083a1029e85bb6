"""Checks of single values; a `Check` collects every violation before anything is refused."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from app.domain.errors import DomainError, ErrorCode, Violation, refuse
from app.domain.iso import COUNTRIES, LANGUAGES
from app.domain.money import MAX_AMOUNT_MINOR, currency_digits

if TYPE_CHECKING:
    from collections.abc import Collection

TEXT_LIMIT = 200
"""Characters of a name or label."""
LONG_TEXT_LIMIT = 4_000
"""Characters of comments and reasons."""
QUANTITY_LIMIT = 10_000
"""Units on one line."""
EMAIL_LIMIT = 254
"""Characters of an e-mail address, as SMTP allows."""
_SHOWN_LIMIT = 60
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EARLIEST = date(1990, 1, 1)
_LATEST = date(2200, 12, 31)
_EU_PREFIX = {"GR": "EL"}


class Check:
    """Collects violations of one input; `refuse_if_any` raises them all together.

    `path` is what stands before each field's name, such as `("lines", "0")`.
    """

    def __init__(self, *path: str) -> None:
        """Start with no violation below `path`."""
        self.path = path
        self.violations: list[Violation] = []

    def add(self, code: ErrorCode, message: str, *field: str) -> None:
        """Record one violation of a field."""
        self.violations.append(Violation(code, message, (*self.path, *field)))

    def below(self, *field: str) -> Check:
        """Return a check for a nested input that records into this one."""
        nested = Check(*self.path, *field)
        nested.violations = self.violations
        return nested

    def refuse_if_any(self) -> None:
        """Raise a `DomainError` with everything recorded, or do nothing."""
        if self.violations:
            raise DomainError(*self.violations)

    def text(self, field: str, value: str | None, limit: int = TEXT_LIMIT) -> None:
        """Require a text of 1 to `limit` characters without control characters."""
        if value is None or not value.strip():
            self.add(ErrorCode.TEXT_REQUIRED, f"{field} must not be empty", field)
        else:
            self.optional_text(field, value, limit)

    def optional_text(self, field: str, value: str | None, limit: int = TEXT_LIMIT) -> None:
        """Accept None, or a text of at most `limit` characters without control characters."""
        if value is None:
            return
        if len(value) > limit:
            message = f"{field} has {len(value)} characters; at most {limit} are allowed"
            self.add(ErrorCode.TEXT_TOO_LONG, message, field)
        if _CONTROL.search(value):
            self.add(ErrorCode.INPUT_INVALID, f"{field} contains control characters", field)

    def code(self, field: str, value: str | None) -> None:
        """Require a code: 1 to 64 letters, digits and . _ / -, beginning with a letter or digit."""
        if value is None or not _CODE.fullmatch(value):
            message = f"{field} must be 1 to 64 letters, digits or . _ / - and was {_shown(value)}"
            self.add(ErrorCode.CODE_INVALID, message, field)

    def country(self, field: str, value: str | None) -> None:
        """Require an ISO 3166-1 alpha-2 code."""
        if value not in COUNTRIES:
            message = f"{field} must be a two-letter country code such as BE, not {_shown(value)}"
            self.add(ErrorCode.COUNTRY_UNKNOWN, message, field)

    def language(self, field: str, value: str | None) -> None:
        """Require an ISO 639-1 code."""
        if value not in LANGUAGES:
            message = f"{field} must be a two-letter language code such as nl, not {_shown(value)}"
            self.add(ErrorCode.LANGUAGE_UNKNOWN, message, field)

    def currency(self, field: str, value: str) -> None:
        """Require an active ISO 4217 code."""
        try:
            currency_digits(value)
        except DomainError as error:
            self.add(error.violations[0].code, error.violations[0].message, field)

    def time_zone(self, field: str, value: str) -> None:
        """Require a name of the IANA time zone database."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f"{field} must be a time zone such as Europe/Brussels, not {_shown(value)}"
            self.add(ErrorCode.TIME_ZONE_UNKNOWN, message, field)

    def vat_id(self, field: str, value: str | None, country: str | None) -> None:
        """Accept None, an EU VAT id valid for its prefix, or any short id of another country.

        The prefix, when there is one, must be the country's own; the check digits are those of the
        national rule.
        """
        if value is None:
            return
        if not _is_eu(country):
            if not re.fullmatch(r"[A-Za-z0-9 .-]{2,20}", value):
                message = f"{field} must be 2 to 20 letters and digits, not {_shown(value)}"
                self.add(ErrorCode.VAT_ID_INVALID, message, field)
        elif _eu_vat_id(value, country) is None:
            message = f"{field} {_shown(value)} is not a valid VAT id of {country}"
            self.add(ErrorCode.VAT_ID_INVALID, message, field)

    def email(self, field: str, value: str | None) -> None:
        """Accept None or an address of the form name@domain.tld of at most 254 characters."""
        if value is not None and (len(value) > EMAIL_LIMIT or not _EMAIL.fullmatch(value)):
            message = f"{field} must look like name@example.com, not {_shown(value)}"
            self.add(ErrorCode.EMAIL_INVALID, message, field)

    def whole(self, field: str, value: int | None, least: int, most: int) -> None:
        """Accept None or a whole number within bounds."""
        if value is not None and not least <= value <= most:
            message = f"{field} must be between {least} and {most}, not {value}"
            self.add(ErrorCode.INPUT_INVALID, message, field)

    def quantity(self, field: str, value: int) -> None:
        """Require 1 to `QUANTITY_LIMIT` units."""
        if not 1 <= value <= QUANTITY_LIMIT:
            message = f"{field} must be between 1 and {QUANTITY_LIMIT}, not {value}"
            self.add(ErrorCode.QUANTITY_INVALID, message, field)

    def amount(self, field: str, value: int | None) -> None:
        """Accept None or an amount of at most 2^53 - 1 minor units, not negative."""
        if value is None:
            return
        if value < 0:
            self.add(ErrorCode.AMOUNT_NEGATIVE, f"{field} must not be negative", field)
        if abs(value) > MAX_AMOUNT_MINOR:
            message = f"{field} is larger than {MAX_AMOUNT_MINOR} minor units"
            self.add(ErrorCode.AMOUNT_TOO_LARGE, message, field)

    def day(self, field: str, value: date | None) -> None:
        """Accept None or a date from 1990 to 2200."""
        if value is not None and not _EARLIEST <= value <= _LATEST:
            message = f"{field} must lie between {_EARLIEST} and {_LATEST}, not {value}"
            self.add(ErrorCode.DATE_INVALID, message, field)

    def instant(self, field: str, value: datetime | None) -> None:
        """Accept None or an instant with an offset, from 1990 to 2200."""
        if value is None:
            return
        if value.tzinfo is None:
            message = f"{field} must carry an offset, such as 2026-08-01T18:30:00Z"
            self.add(ErrorCode.DATE_INVALID, message, field)
        else:
            # On its own day: converting the first or last instant of all would overflow.
            self.day(field, value.date())

    def days(self, start: str, starts_on: date | None, end: str, ends_on: date | None) -> None:
        """Check two dates and that the second is not before the first."""
        self.day(start, starts_on)
        self.day(end, ends_on)
        if starts_on is not None and ends_on is not None and ends_on < starts_on:
            message = f"{end} {ends_on} lies before {start} {starts_on}"
            self.add(ErrorCode.DATE_RANGE_INVALID, message, end)

    def size(self, field: str, values: Collection[object], most: int) -> None:
        """Bound the length of a list."""
        if len(values) > most:
            message = f"{field} has {len(values)} entries; at most {most} are allowed"
            self.add(ErrorCode.TOO_MANY_ITEMS, message, field)


def reason_of(text: str, field: str = "reason") -> str:
    """Return the reason that an action needs, without spaces around it.

    Refuses with REASON_REQUIRED one that is empty, and what no text of its length may be.
    """
    if not text.strip():
        refuse(ErrorCode.REASON_REQUIRED, "say why", field)
    check = Check()
    check.optional_text(field, text, LONG_TEXT_LIMIT)
    check.refuse_if_any()
    return text.strip()


def compact_vat_id(value: str | None, country: str | None) -> str | None:
    """Return a VAT id in the form in which it is kept: prefix and digits, without separators.

    What is not a valid EU VAT id of its country is returned as it came.
    """
    if value is None or country is None or not _is_eu(country):
        return value
    return _eu_vat_id(value, country) or value


def _is_eu(country: str | None) -> bool:
    """Tell whether a country's VAT ids follow the rules of the EU."""
    return country is not None and country.lower() in eu_vat.MEMBER_STATES


def _eu_vat_id(value: str, country: str | None) -> str | None:
    """Return the compact VAT id, adding the country's prefix when it has none; None: not valid."""
    prefix = _EU_PREFIX.get(country or "", country or "")
    for candidate in (value, prefix + value):
        try:
            compact = str(eu_vat.validate(candidate))
        except ValidationError:
            continue
        if compact.startswith(prefix):
            return compact
    return None


def _shown(value: object) -> str:
    """Quote a refused value, shortened so that a message stays one line."""
    text = repr(value)
    return text if len(text) <= _SHOWN_LIMIT else text[: _SHOWN_LIMIT - 1] + "…"
