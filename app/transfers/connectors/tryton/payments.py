"""Payments in Tryton: an invoice is registered as paid, in whole or in part, by its wizard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.connectors.tryton.books import payment_method_id
from app.transfers.connectors.tryton.invoices import found_invoice, is_posted
from app.transfers.connectors.tryton.values import day_of, decimal_of
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.tryton.office import Office

_WIZARD = "wizard.account.invoice.pay"


def moves_of(office: Office, payment: Mapping[str, Any]) -> list[dict[str, Any] | None]:
    """Return, for each invoice that the payment paid, the move that books it, or None."""
    return [_move(office, booking_text(payment, one)) for one in _paid(payment)]


def register(
    office: Office, payment: Mapping[str, Any], options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Register a payment on each of its invoices that does not have it yet."""
    method = payment_method_id(office, _method_name(str(payment["method"]), options))
    made = []
    for index, one in enumerate(_paid(payment)):
        text = booking_text(payment, one)
        found = _move(office, text)
        if found is None:
            _pay(office, payment, one, method, f"invoices[{index}]")
            found = _move(office, text)
        if found is None:
            message = f"Tryton booked no payment for {one['invoice_code']}; look at it there."
            raise TransferFaultError(FaultClass.UNKNOWN, message)
        made.append(found)
    return made


def booking_text(payment: Mapping[str, Any], paid: Mapping[str, Any]) -> str:
    """Return the description by which a booking is found again."""
    return f"{paid['invoice_code']} {payment['id']}"


def _paid(payment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what the payment paid, or refuse one that paid nothing yet."""
    paid = list(payment.get("invoices") or ())
    if not paid:
        message = "The payment is allocated to no invoice yet; Tryton books payments on invoices."
        raise TransferFaultError(FaultClass.RECORD, message, path="invoices")
    return paid


def _move(office: Office, text: str) -> dict[str, Any] | None:
    """Return the move with a description."""
    domain = [["description", "=", text], ["company", "=", office.company_id]]
    found = office.search("account.move", domain, ["number"], limit=1)
    return found[0] if found else None


def _method_name(method: str, options: Mapping[str, Any]) -> str:
    """Return Tryton's name of our payment method: `TRANSFER=Bank; CARD=Stripe`, or the same."""
    for pair in str(options.get("methods") or "").split(";"):
        ours, sign, theirs = pair.partition("=")
        if sign and ours.strip() == method:
            return theirs.strip()
    return method


def _pay(
    office: Office, payment: Mapping[str, Any], paid: Mapping[str, Any], method: int, path: str
) -> None:
    """Go through the wizard for one invoice."""
    code = str(paid["invoice_code"])
    invoice = found_invoice(office, code)
    if invoice is None or not is_posted(invoice):
        message = f"The invoice {code!r} is not posted in Tryton; send and post it first."
        raise TransferFaultError(FaultClass.RECORD, message, path=f"{path}.invoice_code")
    amount = decimal_of(str(paid["amount"]), f"{path}.amount")
    open_amount = invoice["amount_to_pay"]
    if abs(amount) > abs(open_amount) or amount * open_amount < 0:
        message = (
            f"{amount} is more than what is still to be paid of {invoice['number']} in Tryton, "
            f"{open_amount}; look at what was booked there."
        )
        raise TransferFaultError(FaultClass.RECORD, message, path=f"{path}.amount")
    ident = int(invoice["id"])
    context = {"active_model": "account.invoice", "active_id": ident, "active_ids": [ident]}
    session = office.changes(f"{_WIZARD}.create", context=context)[0]
    shown = office.changes(f"{_WIZARD}.execute", session, {}, "start", context=context)
    start = {
        **_fields(shown),
        "amount": amount,
        "payment_method": method,
        "date": day_of(str(payment["received_on"]), "received_on"),
        "description": booking_text(payment, paid),
    }
    given = {"start": start}
    asked = office.changes(f"{_WIZARD}.execute", session, given, "choice", context=context)
    if asked.get("view"):
        given["ask"] = {**_fields(asked), "type": "partial"}
        office.changes(f"{_WIZARD}.execute", session, given, "pay", context=context)
    office.changes(f"{_WIZARD}.delete", session)


def _fields(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a view of a wizard begins with; names that end in a dot are for people."""
    values = {**shown["view"].get("defaults", {}), **shown["view"].get("values", {})}
    return {name: one for name, one in values.items() if not name.endswith(".")}
