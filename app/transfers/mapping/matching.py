"""Which customer of the other system a customer is: decided by ordered rules, from candidates.

Whoever calls asks the other system for each of `search_keys`, and gives what it found. Nothing is
guessed: more than one candidate is parked with all of them named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.mapping.definition import CustomerRules

PUBLIC_DOMAINS = frozenset(
    "gmail.com googlemail.com hotmail.com hotmail.be outlook.com outlook.be live.be live.com "
    "live.nl yahoo.com yahoo.fr icloud.com me.com msn.com aol.com gmx.de gmx.net web.de "
    "telenet.be skynet.be proximus.be scarlet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl "
    "orange.fr free.fr laposte.net wanadoo.fr sfr.fr proton.me protonmail.com".split()
)
"""Domains of providers: they say nothing of the company that somebody works for."""
_OWN_FORM = re.compile(r"\b(?:nv|sa|bv|bvba|srl|sprl|vzw|asbl|cv|commv|gmbh|sas|sarl|ltd)\b")
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that the other system has."""

    code: str
    name: str
    vat_id: str | None = None


class Decision(StrEnum):
    """What is to be done with a customer."""

    MATCHED = "MATCHED"
    CREATE = "CREATE"
    COLLECTIVE = "COLLECTIVE"
    PARKED = "PARKED"


@dataclass(frozen=True, slots=True)
class Match:
    """A decision, with what it rests on."""

    decision: Decision
    code: str | None = None
    """The customer in the other system, if it is MATCHED or COLLECTIVE."""
    rule: str | None = None
    """Which rule decided; None if none did."""
    candidates: tuple[Candidate, ...] = ()
    """Those between which a person has to choose."""
    message: str = ""


def search_keys(rules: CustomerRules, customer: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return each rule with what to look for, in order; rules for which nothing is known are out.

    `email_domain+name` gives `example.be|peeters`: the domain, and the name in small letters
    without signs and legal forms, as `plain_name` makes it.
    """
    found: list[tuple[str, str]] = []
    for rule in rules.rules:
        key = _key(rule, customer)
        if key:
            found.append((rule, key))
    return tuple(found)


def match_customer(
    rules: CustomerRules,
    record: Mapping[str, Any],
    candidates_by_rule: Mapping[str, Sequence[Candidate]],
) -> Match:
    """Decide which customer a record is.

    The first rule that finds somebody decides. A candidate with another VAT id is somebody else,
    whatever else agrees.

    Args:
        rules: of the mapping.
        record: the neutral record `customer`.
        candidates_by_rule: what the other system has for each of `search_keys`.
    """
    vat_id = plain_vat_id(record.get("vat_id"))
    others: list[Candidate] = []
    for rule, key in search_keys(rules, record):
        by_code = {one.code: one for one in candidates_by_rule.get(rule, ())}
        fitting = [one for one in by_code.values() if _agrees(vat_id, one)]
        others.extend(one for one in by_code.values() if one not in fitting)
        if len(fitting) == 1:
            message = f"{rule} {key} is customer {fitting[0].code}, {fitting[0].name}"
            return Match(Decision.MATCHED, fitting[0].code, rule, message=message)
        if fitting:
            named = ", ".join(f"{one.code} ({one.name})" for one in fitting)
            message = f"{rule} {key} is more than one customer: {named}; say which it is"
            return Match(Decision.PARKED, None, rule, tuple(fitting), message)
    if others:
        named = ", ".join(f"{one.code} ({one.name}, {one.vat_id})" for one in others)
        message = f"what was found has another VAT id: {named}; say which it is"
        return Match(Decision.PARKED, None, None, tuple(dict.fromkeys(others)), message)
    if rules.otherwise == "collective":
        message = f"no rule found a customer; it is booked on {rules.collective}"
        return Match(Decision.COLLECTIVE, rules.collective, message=message)
    if rules.otherwise == "create":
        return Match(Decision.CREATE, message="no rule found a customer; one is made")
    return Match(Decision.PARKED, message="no rule found a customer, and none is made by itself")


def plain_vat_id(value: object) -> str:
    """Return a VAT id in capital letters and digits alone; empty for what is none."""
    return _NO_LETTER.sub("", value).upper() if isinstance(value, str) else ""


def plain_name(value: object) -> str:
    """Return a name in small letters, without signs and legal forms."""
    if not isinstance(value, str):
        return ""
    small = value.casefold().replace(".", "")
    return _NO_LETTER.sub(" ", _OWN_FORM.sub(" ", small)).strip()


def _key(rule: str, customer: Mapping[str, Any]) -> str:
    """Return what a rule looks for; empty where nothing is known."""
    if rule == "vat_id":
        return plain_vat_id(customer.get("vat_id"))
    email = customer.get("email")
    small = email.strip().lower() if isinstance(email, str) and "@" in email else ""
    if rule == "email":
        return small
    if rule == "email_domain+name":
        domain, name = small.rpartition("@")[2], plain_name(customer.get("name"))
        return f"{domain}|{name}" if name and domain and domain not in PUBLIC_DOMAINS else ""
    value = customer.get(rule)
    return value.strip() if isinstance(value, str) else ""


def _agrees(vat_id: str, candidate: Candidate) -> bool:
    """Tell whether a candidate may be meant: VAT ids, where both are known, are the same."""
    known = plain_vat_id(candidate.vat_id)
    return not vat_id or not known or known == vat_id
