"""Orders of a shop as the record `sale`; their statuses are its stages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.pretix.shop import Position, page_after, said
from app.transfers.contract.connectors import Incoming, Polled
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.transfers.connectors.pretix.shop import Event, Shop

STAGES = {"n": "PENDING", "p": "PAID", "e": "EXPIRED", "c": "CANCELLED"}
_SECRETS = frozenset({"secret", "url", "payment_url", "downloads", "print_logs", "plugin_data"})
"""What lets its holder in, or shows the order to anybody: not kept with the transfer."""


def polled_orders(shop: Shop, cursor: str | None) -> Polled:
    """Return orders that changed since a cursor, the one that changed first at the beginning."""
    found, position = page_after(
        shop,
        "orders/",
        Position.read(cursor),
        "modified_since",
        "last_modified",
        include_canceled_positions="true",
        include_canceled_fees="true",
    )
    incoming = [incoming_order(shop, one) for one in found if _is_taken(shop, one)]
    return Polled(incoming, str(position), is_last=not position.is_exact)


def one_order(shop: Shop, event: str, code: str) -> Incoming | None:
    """Return one order as it is now; None where it is gone, or not taken."""
    found = shop.found(
        f"events/{event}/orders/{code}/",
        include_canceled_positions="true",
        include_canceled_fees="true",
    )
    if found is None or not _is_taken(shop, found):
        return None
    return incoming_order(shop, found)


def _is_taken(shop: Shop, order: Mapping[str, Any]) -> bool:
    """Whether the settings take an order: its event is, and orders of tests are not."""
    if order["testmode"] and not shop.settings.get("takes_test_orders"):
        return False
    return not shop.slugs or order["event"] in shop.slugs


def incoming_order(shop: Shop, order: Mapping[str, Any]) -> Incoming:
    """Return an order as a data set; it is another version whenever pretix changed it."""
    return Incoming(
        source="order",
        external_id=f"{order['event']}-{order['code']}",
        version=str(order["last_modified"]),
        record=sale_of(shop.event(order["event"]), order, shop.settings),
        raw=_without_secrets(order),
        occurred_at=datetime.fromisoformat(order["last_modified"]),
    )


def sale_of(event: Event, order: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order as a Sale: what is not cancelled as its lines, and all its payments.

    Raises:
        TransferFaultError: `RECORD` where the lines do not add up to the order's total.
    """
    locale = str(order.get("locale") or "en")
    zero = str(settings.get("zero_rate_category") or "Z")
    lines = [
        {"number": number, **line}
        for number, line in enumerate(_lines(event, order, locale, zero), start=1)
    ]
    gross = sum((Decimal(one["gross"]) for one in lines), Decimal(0))
    if gross != Decimal(order["total"]):
        message = (
            f"The positions and fees of the order {order['code']} add up to {gross}, and pretix "
            f"says {order['total']} in all. Look at it there."
        )
        raise TransferFaultError(FaultClass.RECORD, message, path="totals.gross")
    sale: dict[str, Any] = {
        "id": f"{event.slug}-{order['code']}",
        "code": order["code"],
        "stage": STAGES.get(order["status"], str(order["status"])),
        "customer": _customer(order),
        "currency": event.currency,
        "lines": lines,
        "totals": _totals(lines, order["total"]),
        "season": event.slug,
        "ordered_at": _instant(order["datetime"]),
        "payments": [*_payments(event, order)],
    }
    reference = (order.get("invoice_address") or {}).get("internal_reference")
    if reference:
        sale["reference"] = reference
    return sale


def _lines(
    event: Event, order: Mapping[str, Any], locale: str, zero: str
) -> Iterator[dict[str, Any]]:
    """Give the lines of what is not cancelled: a position is one place, a fee one piece."""
    for one in order["positions"]:
        if one["canceled"]:
            continue
        item = event.items.get(one["item"], {})
        variation = _variation(item, one.get("variation"))
        name = " ".join(
            filter(None, [said(item.get("name"), locale) or f"Item {one['item']}", variation])
        )
        code = "-".join(str(part) for part in (event.slug, one["item"], one["variation"]) if part)
        seat = (one.get("seat") or {}).get("name")
        told = ", ".join(filter(None, [name, seat, one.get("attendee_name")]))
        kind = "SEAT" if item.get("admission", True) else "CATALOG"
        yield _line(code, name, kind, told, one, one["price"], zero)
    for one in order["fees"]:
        if one.get("canceled"):
            continue
        code = f"{event.slug}-fee-{one['fee_type']}"
        name = one.get("description") or f"Fee: {one['fee_type']}"
        yield _line(code, name, "CATALOG", name, one, one["value"], zero)


def _line(
    code: str,
    name: str,
    kind: str,
    description: str,
    sold: Mapping[str, Any],
    price: str,
    zero: str,
) -> dict[str, Any]:
    """Return one line; pretix's prices have their tax in them."""
    net = str(Decimal(price) - Decimal(sold["tax_value"]))
    rate = f"{Decimal(sold['tax_rate']).normalize():f}"
    category = str(sold.get("tax_code") or "").partition("/")[0]
    product = {"id": code, "code": code, "name": name, "kind": kind, "unit": "pc"}
    return {
        "product": product,
        "description": description,
        "quantity": "1",
        "unit_price": net,
        "net": net,
        "vat": sold["tax_value"],
        "gross": price,
        "vat_rate": rate,
        "vat_category": category or ("S" if Decimal(rate) else zero),
    }


def _variation(item: Mapping[str, Any], ident: int | None) -> str:
    """Return the name of a variation of an item."""
    for one in item.get("variations") or ():
        if one["id"] == ident:
            return said(one["value"], "en")
    return ""


def _totals(lines: list[dict[str, Any]], total: str) -> dict[str, Any]:
    """Add the lines up, in all and by rate."""
    by_rate: dict[tuple[str, str], list[Decimal]] = {}
    for one in lines:
        sums = by_rate.setdefault((one["vat_category"], one["vat_rate"]), [Decimal(0), Decimal(0)])
        sums[0] += Decimal(one["net"])
        sums[1] += Decimal(one["vat"])
    zero = Decimal(total) - Decimal(total)
    return {
        "net": str(sum((one[0] for one in by_rate.values()), zero)),
        "vat": str(sum((one[1] for one in by_rate.values()), zero)),
        "gross": total,
        "by_rate": [
            {"vat_category": category, "vat_rate": rate, "net": str(net), "vat": str(vat)}
            for (category, rate), (net, vat) in by_rate.items()
        ],
    }


def _customer(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return who ordered: the invoice address, else the mailbox."""
    given = order.get("invoice_address") or {}
    email = str(order.get("email") or "").lower()
    ident = str(order.get("customer") or email or order["code"])
    is_company = bool(given.get("is_business") and given.get("company"))
    person = str(given.get("name") or "")
    customer: dict[str, Any] = {
        "id": ident,
        "code": ident,
        "name": (given["company"] if is_company else person) or email or order["code"],
        "kind": "COMPANY" if is_company else "PERSON",
        "language": str(order.get("locale") or "en"),
    }
    if email:
        customer["email"] = email
    if order.get("phone"):
        customer["phone"] = order["phone"]
    if given.get("vat_id"):
        customer["vat_id"] = given["vat_id"]
    if given.get("country") and given.get("city"):
        customer["address"] = {
            "line1": given.get("street") or "",
            "postal_code": given.get("zipcode") or "",
            "city": given["city"],
            "country": given["country"],
        }
    if is_company and person:
        customer["contacts"] = [{"name": person, **({"email": email} if email else {})}]
    return customer


def _payments(event: Event, order: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what was paid, and what went back as a negative amount."""
    for kind, sign, state, day, listed in (
        ("P", "", "confirmed", "payment_date", order["payments"]),
        ("R", "-", "done", "execution_date", order["refunds"]),
    ):
        for one in listed:
            if one["state"] != state:
                continue
            at = one.get(day) or one["created"]
            ident = f"{event.slug}-{order['code']}-{kind}-{one['local_id']}"
            yield {
                "id": ident,
                "external_id": ident,
                "method": one["provider"],
                "received_on": datetime.fromisoformat(at).astimezone(event.zone).date().isoformat(),
                "amount": sign + one["amount"],
                "currency": event.currency,
                "status": "APPROVED",
            }


def _instant(text: str) -> str:
    """Return an instant as the records have it."""
    return datetime.fromisoformat(text).isoformat().replace("+00:00", "Z")


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - any part of an order
    """Return an order without what opens a gate or the order itself."""
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if name not in _SECRETS}
        return {name: _without_secrets(one) for name, one in kept.items()}
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value
