"""What an administration in Tryton has to have: accounts, journals, taxes, payment terms."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.tryton.values import decimal_of
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.tryton.office import Office

DEFAULTS = {"receivable_account": "400", "revenue_account": "700", "sales_journal": "REV"}
"""Of the Belgian chart, and of Tryton's own journals."""
_PERCENT = Decimal(100)


def account_id(office: Office, settings: Mapping[str, Any], name: str) -> int:
    """Return the account that a setting names by its code."""
    code = str(settings.get(name) or DEFAULTS[name])
    domain = [["code", "=", code], ["company", "=", office.company_id], ["closed", "!=", True]]
    return _one(office, "account.account", domain, f"open account {code!r}", name)


def journal_id(office: Office, settings: Mapping[str, Any]) -> int:
    """Return the journal of sales invoices."""
    code = str(settings.get("sales_journal") or DEFAULTS["sales_journal"])
    return _one(office, "account.journal", [["code", "=", code]], f"journal {code!r}", "journal")


def currency_id(office: Office, code: str) -> int:
    """Return a currency by its ISO 4217 code."""
    return _one(
        office, "currency.currency", [["code", "=", code]], f"currency {code!r}", "currency"
    )


def payment_method_id(office: Office, name: str) -> int:
    """Return the method by which Tryton books a payment."""
    domain = [["name", "=", name], ["company", "=", office.company_id]]
    told = f"invoice payment method {name!r}"
    return _one(office, "account.invoice.payment.method", domain, told, "method")


def _one(office: Office, model: str, domain: list[Any], told: str, path: str) -> int:
    """Return the id of the one that there is, or say what is missing."""
    found = office.known(model, domain, ["rec_name"])
    if not found:
        message = f"There is no {told} in Tryton; make it there, or name another in the settings."
        raise TransferFaultError(FaultClass.RECORD, message, path=path)
    return int(found[0]["id"])


def tax_id(office: Office, line: Mapping[str, Any], settings: Mapping[str, Any], path: str) -> int:
    """Return the sales tax of a line, by its category (UNCL 5305) and rate.

    A chart has the same rate for goods and for services, in two groups of taxes: the settings
    name both groups where they are called otherwise than in the Belgian chart.
    """
    rate = decimal_of(str(line["vat_rate"]), f"{path}.vat_rate")
    category = str(line["vat_category"])
    is_goods = line["product"]["kind"] == "GOODS"
    setting = "goods_tax_group" if is_goods else "service_tax_group"
    defaults = {
        "goods_tax_group": "BTW Verkoop van goederen",
        "service_tax_group": "BTW Verkoop van diensten",
    }
    group = str(settings.get(setting) or defaults[setting])
    fields = ["name", "rate", "type", "parent", "group.name", "unece_category_code", "unece_code"]
    domain = [["group.kind", "in", ["sale", "both"]], ["parent", "=", None]]
    taxes = office.known("account.tax", [*domain, ["company", "=", office.company_id]], fields)
    fitting = [
        one
        for one in taxes
        if one["type"] == "percentage"
        and one["rate"] * _PERCENT == rate
        and one["unece_category_code"] == category
    ]
    of_group = [one for one in fitting if one["group."]["name"] == group]
    chosen = of_group or fitting
    if len(chosen) == 1:
        return int(chosen[0]["id"])
    what = f"sales tax of {rate.normalize():f} % with category {category}"
    if chosen:
        names = ", ".join(repr(one["name"]) for one in chosen)
        message = f"There are several: {names}. Name the group of taxes in the setting {setting}."
    else:
        there = sorted({f"{one['unece_category_code']} {_shown(one)} %" for one in taxes})
        message = f"There is no {what} in Tryton; there are {', '.join(there) or 'none'}."
    raise TransferFaultError(FaultClass.RECORD, message, path=f"{path}.vat_rate")


def _shown(tax: Mapping[str, Any]) -> str:
    """Return the rate of a tax as people write it."""
    return "-" if tax["rate"] is None else f"{(tax['rate'] * _PERCENT).normalize():f}"


def term_of(office: Office, days: int | None, name: str | None) -> tuple[int | None, bool]:
    """Return a payment term, and whether it counts from the due day instead of the invoice's.

    The term with a name, or that of so many days. Where there is none of so many days, one that is
    due at once is taken and counted from the due day, which gives any due day.
    """
    if name:
        domain: list[Any] = [["name", "=", name]]
        found = _one(
            office, "account.invoice.payment_term", domain, f"payment term {name!r}", "term"
        )
        return found, False
    if days is None:
        return None, False
    parts = [f"lines.relativedeltas.{one}" for one in ("days", "weeks", "months", "day")]
    fields = ["name", "lines.type", *parts]
    terms = {
        _plain_days(one): int(one["id"])
        for one in reversed(office.known("account.invoice.payment_term", [], fields))
    }
    if days in terms:
        return terms[days], False
    if 0 in terms:
        return terms[0], True
    message = (
        f"There is no payment term of {days} days in Tryton, nor one that is due at once; add "
        "one there, or name one in the option `payment_term`."
    )
    raise TransferFaultError(FaultClass.RECORD, message, path="due_on")


def _plain_days(term: Mapping[str, Any]) -> int | None:
    """Return the days of a term that is nothing but days."""
    lines = term["lines."]
    if len(lines) != 1 or lines[0]["type"] != "remainder":
        return None
    total = 0
    for delta in lines[0]["relativedeltas."]:
        if delta["months"] or delta["weeks"] or delta["day"] is not None:
            return None
        total += delta["days"]
    return total
