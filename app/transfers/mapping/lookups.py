"""What a mapping may look up: value maps, and the club's rates for distance sales."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.domain.vat import SupplyType, VatCategory
from app.domain.vat_rules import EU_MEMBERS
from app.transfers.mapping.faults import ExpressionError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from app.domain.vat_rules import VatRule

OSS_KINDS = {"GOODS": SupplyType.GOODS, "ESERVICE": SupplyType.VIRTUAL}
"""What is taxed where the customer is. Seats, parking and formulas are taxed at the event."""


@dataclass(frozen=True, slots=True)
class OssRate:
    """A rate of VAT in a country, as percentage text such as "19"; `valid_to` is its last day."""

    country: str
    kind: str
    rate: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Lookups:
    """What is there to be looked up; whoever calls has read it before.

    `maps` has value maps by name, each with entries by key. An entry is a text, or an object such
    as `{"code": "M365-BP", "price": {"rule": "COST_PLUS", "percent": "15"}}`.
    """

    maps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    oss_rates: Sequence[OssRate] = ()

    def entry(self, table: str, key: str) -> Any:  # noqa: ANN401 - a text or an object
        """Return an entry, or None where there is none, or it has not been filled in yet."""
        found = self.maps.get(table, {}).get(key)
        return None if found == "" else found

    def oss_rate(self, country: str, kind: str, day: date) -> str:
        """Return the rate of a country on a day.

        Raises:
            ExpressionError: the kind is taxed elsewhere, or the table says nothing.

        Source: Directive 2006/112/EC, articles 33, 53, 54 and 58.
        """
        if kind not in OSS_KINDS:
            wrong = f"{shown(kind)} is not taxed where the customer is"
            right = f"ask for {' or '.join(OSS_KINDS)}; an event is taxed where it takes place"
            raise ExpressionError(wrong, right)
        found = {
            one.rate
            for one in self.oss_rates
            if (one.country, one.kind) == (country, kind)
            and one.valid_from <= day
            and (one.valid_to is None or day <= one.valid_to)
        }
        if len(found) == 1:
            return found.pop()
        many = "no" if not found else "more than one"
        wrong = f"there is {many} VAT rate for {kind} in {shown(country)} on {day}"
        raise ExpressionError(wrong, "look at the club's VAT rules")


def oss_rates_of(rules: Iterable[VatRule]) -> tuple[OssRate, ...]:
    """Return the rates for distance sales among a club's VAT rules: those of member states."""
    kinds = {supply_type: kind for kind, supply_type in OSS_KINDS.items()}
    return tuple(
        OssRate(
            rule.country,
            kinds[rule.supply_type],
            _percent_text(rule.rate_bp),
            rule.valid_from,
            rule.valid_to,
        )
        for rule in rules
        if rule.supply_type in kinds
        and rule.category is VatCategory.STANDARD
        and rule.country in EU_MEMBERS
    )


def _percent_text(rate_bp: int) -> str:
    """Write basis points as percentage, without zeros at the end: 5.5."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


def key_of(value: object) -> str:
    """Return a key of a value map as text: codes may come as whole numbers."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < _LARGEST_KEY else "a huge number"
    raise ExpressionError(f"a value map is asked for {shown(value)}", "give a text or whole number")


_LARGEST_KEY = 10**40
