"""What is wrong after a run, found from the clients' logs and the two stores alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from tests.stadium import Stadium

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from app.storage.engine import Engine
    from tests.faults.client_log import Request, Truth

_EFFECTS = {
    "saleCreate": "SELECT reference, id FROM sale WHERE organisation_id = :club",
    "saleLineAdd": "SELECT description, id FROM sale_line WHERE organisation_id = :club",
    "saleCancel": "SELECT reason, id FROM cancellation WHERE organisation_id = :club",
    "paymentRecord": "SELECT reference, id FROM payment WHERE organisation_id = :club",
    "accountCreate": "SELECT code, id FROM account WHERE organisation_id = :club",
}
"""Where the key of a request stands in what it made."""
_SALES = "SELECT id, finalised_at IS NOT NULL, net_minor FROM sale WHERE organisation_id = :club"
_PAID = "SELECT reference, amount_minor FROM payment WHERE organisation_id = :club"
_FORGIVEN = ("not connected", "503 ")
"""How a request may fail while processes die; everything else would be a mistake of the API."""


@dataclass(frozen=True)
class Stored:
    """What PostgreSQL has after a run, by the keys of requests and the ids of Sales."""

    effects: Mapping[str, Mapping[str, list[UUID]]]
    sales: Mapping[UUID, tuple[bool, int]]
    paid_minor: Mapping[str, int]


def stored(engine: Engine, club: UUID) -> Stored:
    """Read what the rules below ask for."""
    with engine.connect() as connection:

        def rows(statement: str) -> list[Any]:
            return list(connection.execute(text(statement), {"club": club}))

        effects: dict[str, dict[str, list[UUID]]] = {}
        for operation, statement in _EFFECTS.items():
            effects[operation] = defaultdict(list)
            for key, identity in rows(statement):
                effects[operation][key].append(identity)
        return Stored(
            effects,
            {identity: (is_final, net_minor) for identity, is_final, net_minor in rows(_SALES)},
            dict(map(tuple, rows(_PAID))),
        )


def contradictions(truth: Truth, found: Stored, place_count: int) -> Iterator[str]:
    """Tell everything in which the logs and PostgreSQL contradict each other."""
    yield from _unforgiven(truth)
    yield from _lost_and_doubled(truth, found)
    yield from _answered_otherwise(truth)
    yield from _money(truth, found)
    yield from _sold_twice(truth, place_count)
    for one in truth.seen:
        if one["what"] == "seen" and (one["version"] or 0) < one["at_least"]:
            yield f"Sale {one['sale']} was answered as version {one['at_least']}, then as an older"


def _unforgiven(truth: Truth) -> Iterator[str]:
    for reason, count in truth.failures.items():
        if not reason.startswith(_FORGIVEN):
            yield f"{count} requests failed by {reason}"


def _lost_and_doubled(truth: Truth, found: Stored) -> Iterator[str]:
    """Each request was carried out once if it was answered so, and at most once otherwise."""
    for operation, by_key in found.effects.items():
        for request in truth.of(operation):
            made = by_key.get(request.key, [])
            whole = request.said.get("lines", 1) if operation == "saleLineAdd" else 1
            if len(made) not in ((whole,) if request.is_done else (0, whole)):
                state = "done" if request.is_done else "not known to be done"
                yield f"{operation} {request.key} is {state} and was done {len(made)} times"
            known = {Stadium.uuid(one) for one in request.ids} if request.is_done else set()
            if request.is_done and operation != "saleCancel" and not set(made) <= known:
                yield f"{operation} {request.key} made another object than it was answered"
        strange = {key for key in by_key if key.startswith("visit-")} - truth.requests.keys()
        if strange:
            yield f"{operation}: nobody asked for {sorted(strange)[:3]}"


def _answered_otherwise(truth: Truth) -> Iterator[str]:
    """A request that was carried out is answered the same each time."""
    for request in truth.requests.values():
        answers = sorted((one for one in request.answers if one.is_done), key=lambda one: one.at)
        for one, other in pairwise(answers):
            if one.ids != other.ids:
                yield f"{request.operation} {request.key} was answered {one.ids}, then {other.ids}"
        if answers:
            late = [one for one in request.answers if one.at > answers[0].at and one.codes]
            yield from (
                f"{request.operation} {request.key} was done, then refused: {one.codes}"
                for one in late
            )


def _money(truth: Truth, found: Stored) -> Iterator[str]:
    """Sales and payments are worth what was said, and no Sale is Final that nobody finalised."""
    cancels = _by_sale(truth, "saleCancel")
    for sale, request in _by_sale(truth, "saleFinalise").items():
        is_final, net_minor = found.sales[sale]
        if request.is_done and not is_final:
            yield f"Sale {sale} was finalised by {request.key}, and is not Final"
        if sale not in cancels and is_final and net_minor != request.said["net_minor"]:
            yield f"Sale {sale} is worth {net_minor} and not {request.said['net_minor']}"
        if sale in cancels and cancels[sale].is_done and net_minor:
            yield f"Sale {sale} was cancelled, and is still worth {net_minor}"
    asked = _by_sale(truth, "saleFinalise").keys()
    for sale, (is_final, _) in found.sales.items():
        if is_final and sale not in asked:
            yield f"Sale {sale} is Final, and nobody asked for it"
    for request in truth.of("paymentRecord"):
        if request.is_done and found.paid_minor.get(request.key) != request.said["amount_minor"]:
            yield f"payment {request.key} is not of {request.said['amount_minor']}"


def _sold_twice(truth: Truth, place_count: int) -> Iterator[str]:
    """No seat and no place was promised to two, by what clients were told alone."""
    cancels = _by_sale(truth, "saleCancel")
    holders: dict[tuple[str, str], str] = {}
    places: dict[str, int] = defaultdict(int)
    for request in truth.of("saleLineAdd"):
        if not request.is_done or Stadium.uuid(request.said["sale"]) in cancels:
            continue
        for item in request.said["items"]:
            places[item] += request.said["places"]
            for seat in request.said["seats"]:
                other = holders.setdefault((item, seat), request.key)
                if other != request.key:
                    yield f"seat {seat} at {item} was sold by {other} and by {request.key}"
    for item, count in places.items():
        if count > place_count:
            yield f"{count} of {place_count} places were sold at {item}"


def shown_wrongly(truth: Truth) -> Iterator[str]:
    """Tell where the reports showed too little for their instant, too much, or what never was."""
    finals, cancels = truth.of("saleFinalise"), truth.of("saleCancel")
    moves = [*finals, *cancels]
    begun = sorted((one.asked_at, one.said["lines"]) for one in moves)
    done = sorted((one.done_at, one.said["lines"]) for one in moves if one.done_at is not None)
    for one in truth.seen:
        if one["what"] == "at once" and one["sold_minor"] != one["net_minor"]:
            yield f"at one instant {one['net_minor']} were booked and {one['sold_minor']} sold"
        if one["what"] == "reported":
            least = sum(lines for at, lines in done if at < one["refreshed_at"])
            most = sum(lines for at, lines in begun if at < one["at"])
            if not least <= one["moved"] <= most:
                yield f"{one['moved']} movements were reported, not {least} to {most}"


def expected_totals(truth: Truth) -> tuple[int, int, int, int]:
    """Bound the movements and the net amount that the reports must show at the end.

    Requests whose client was killed may have been carried out or not.
    """
    net_minor = least = most = unknown_minor = 0
    for operation, sign in (("saleFinalise", 1), ("saleCancel", -1)):
        for request in truth.of(operation):
            if request.is_done:
                least += request.said["lines"]
                net_minor += sign * request.said["net_minor"]
            elif not request.answers:
                unknown_minor += request.said["net_minor"]
            most += 0 if request.answers and not request.is_done else request.said["lines"]
    return least, most, net_minor - unknown_minor, net_minor + unknown_minor


def _by_sale(truth: Truth, operation: str) -> dict[UUID, Request]:
    """The last request of a kind about each Sale, one that was carried out if there is one."""
    asked = sorted(truth.of(operation), key=lambda one: one.is_done)
    return {Stadium.uuid(one.said["sale"]): one for one in asked}
