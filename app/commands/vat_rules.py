"""VAT rules: changing them, and the ones a club begins with."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from app.commands.register import Change, Noun
from app.domain.errors import DomainError
from app.domain.permissions import Permission
from app.domain.vat_rates import rules_from_rates
from app.domain.vat_rules import VatRule, VatRuleEntry, check_rules
from app.storage.vat_seed import published_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.domain.permissions import Actor
    from app.domain.validation import Check
    from app.storage.unit_of_work import UnitOfWork

SEED_VALID_FROM = date(2020, 1, 1)
"""The first day of the rules a club begins with.

They are the rates of the table's day, not of that year; the early day lets Sales of earlier
seasons be registered. Who needs a former rate closes the rule and adds another.
"""


def seed_vat_rules(work: UnitOfWork) -> None:
    """Insert the rules of every country that the table of rates knows, for a new organisation."""
    version, rates = published_rates()
    rules = rules_from_rates(rates, SEED_VALID_FROM)
    work.insert(
        [
            VatRuleEntry(
                id=work.new_id(),
                supply_type=rule.supply_type,
                country=rule.country,
                category=rule.category,
                rate_bp=rule.rate_bp,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
                version=1,
                created_at=work.now,
            )
            for rule in rules
        ]
    )
    seeded = {"rules": len(rules), "source": "eu-vat-rates-data", "source_version": version}
    work.record_values("organisation", work.organisation_id, "vat_rule.seeded", None, seeded)


def _check_vat_rules(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect rules that are wrong in themselves or overlap another of the same supply."""
    for change in changes:
        change.check.day("validFrom", change.after.valid_from)
        change.check.day("validTo", change.after.valid_to)
        _collect(change.check, partial(_rule_of, change.after))
    changed = {change.after.id for change in changes}
    for change in changes:
        if change.check.violations:
            continue
        same = {"supply_type": change.after.supply_type, "country": change.after.country}
        stored = work.find(VatRuleEntry, lock=True, **same)
        others = [entry.rule for entry in stored if entry.id not in changed]
        others += [
            other.after.rule
            for other in changes
            if other is not change
            and not other.check.violations
            and (other.after.supply_type, other.after.country) == tuple(same.values())
        ]
        rules = [*others, change.after.rule]
        _collect(change.check, partial(check_rules, rules))


def _rule_of(entry: VatRuleEntry) -> VatRule:
    """Return the rule of an entry, or refuse what is wrong with it."""
    return entry.rule


def _collect(check: Check, rule: Callable[[], object]) -> None:
    """Record what a rule refuses, naming the field as the API does."""
    try:
        rule()
    except DomainError as error:
        for violation in error.violations:
            path = tuple("rateBp" if part == "rate" else part for part in violation.path)
            check.add(violation.code, violation.message, *path)


VAT_RULE = Noun("vat_rule", VatRuleEntry, Permission.VAT_CHANGE, check=_check_vat_rules)
