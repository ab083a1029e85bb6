"""A record as a UBL document; the same record gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from app.transfers.connectors.ubl.amounts import (
    Amounts,
    decimal_of,
    sign_of,
    step_of,
    unit_price,
)
from app.transfers.connectors.ubl.names import (
    CAC,
    CBC,
    CREDIT_NOTE,
    CREDIT_TRANSFER,
    CUSTOMIZATION,
    EXEMPTIONS,
    INVOICE,
    INVOICED_OBJECT,
    PIECE,
    PROFILE,
)
from app.transfers.connectors.ubl.parties import add, add_party, seller_of
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


def number_of(invoice: Mapping[str, Any]) -> str:
    """Return the number of the document: the legal one where there is one, else our code."""
    return str(invoice.get("document_no") or invoice["code"])


def document(invoice: Mapping[str, Any], settings: Mapping[str, Any], amounts: Amounts) -> bytes:
    """Write an invoice or a credit note in the order that the schema asks for."""
    is_credit = invoice["kind"] == "CREDIT_NOTE"
    kind, space = ("CreditNote", CREDIT_NOTE) if is_credit else ("Invoice", INVOICE)
    root = etree.Element(f"{{{space}}}{kind}", nsmap={None: space, "cac": CAC, "cbc": CBC})
    _add_head(root, invoice, is_credit=is_credit)
    scheme = str(settings.get("belgian_scheme") or "0208")
    add_party(add(root, "AccountingSupplierParty"), seller_of(settings), scheme)
    add_party(add(root, "AccountingCustomerParty"), invoice["customer"], scheme)
    _add_delivery(root, invoice)
    _add_means(root, invoice, settings, is_credit=is_credit)
    _add_totals(root, invoice, settings, amounts)
    for index, line in enumerate(invoice["lines"]):
        _add_line(root, invoice, line, f"lines[{index}]", is_credit=is_credit)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _add_head(root: Any, invoice: Mapping[str, Any], *, is_credit: bool) -> None:  # noqa: ANN401 - lxml has no types
    """Append what comes before the parties."""
    add(root, "CustomizationID", CUSTOMIZATION)
    add(root, "ProfileID", PROFILE)
    add(root, "ID", number_of(invoice))
    add(root, "IssueDate", invoice["invoice_on"])
    if is_credit:
        add(root, "CreditNoteTypeCode", "381")
    else:
        if invoice.get("due_on"):
            add(root, "DueDate", invoice["due_on"])
        add(root, "InvoiceTypeCode", "380")
    add(root, "DocumentCurrencyCode", invoice["currency"])
    sale = invoice["sale"]
    add(root, "BuyerReference", sale.get("reference") or sale["code"])
    if is_credit and invoice.get("corrects"):
        corrected = add(add(root, "BillingReference"), "InvoiceDocumentReference")
        add(corrected, "ID", invoice["corrects"]["document_no"])
    invoiced = add(root, "AdditionalDocumentReference")
    add(invoiced, "ID", invoice["code"])
    add(invoiced, "DocumentTypeCode", INVOICED_OBJECT)


def _add_delivery(root: Any, invoice: Mapping[str, Any]) -> None:  # noqa: ANN401 - lxml has no types
    """Append where goods went, which an intra-Community supply has to say."""
    if not any(one["vat_category"] == "K" for one in invoice["lines"]):
        return
    delivery = add(root, "Delivery")
    add(delivery, "ActualDeliveryDate", invoice["invoice_on"])
    address = add(add(delivery, "DeliveryLocation"), "Address")
    country = (invoice["customer"].get("address") or {}).get("country")
    add(add(address, "Country"), "IdentificationCode", country)


def _add_means(
    root: Any,  # noqa: ANN401 - lxml has no types
    invoice: Mapping[str, Any],
    settings: Mapping[str, Any],
    *,
    is_credit: bool,
) -> None:
    """Append to which account it is paid, with which reference and by when."""
    if settings.get("iban"):
        means = add(root, "PaymentMeans")
        add(means, "PaymentMeansCode", CREDIT_TRANSFER)
        if is_credit and invoice.get("due_on"):
            add(means, "PaymentDueDate", invoice["due_on"])
        if invoice.get("structured_reference"):
            add(means, "PaymentID", invoice["structured_reference"])
        account = add(means, "PayeeFinancialAccount")
        add(account, "ID", "".join(str(settings["iban"]).split()))
    if invoice.get("payment_term_days") is not None:
        add(add(root, "PaymentTerms"), "Note", f"{invoice['payment_term_days']} days")
    elif not invoice.get("due_on"):
        add(add(root, "PaymentTerms"), "Note", "Payable upon receipt")


def _add_totals(
    root: Any,  # noqa: ANN401 - lxml has no types
    invoice: Mapping[str, Any],
    settings: Mapping[str, Any],
    amounts: Amounts,
) -> None:
    """Append the VAT by category and rate, and the totals."""
    step = step_of(invoice["currency"])

    def money(parent: Any, name: str, amount: Decimal) -> None:  # noqa: ANN401 - lxml has no types
        add(parent, name, f"{amount.quantize(step)}", currencyID=invoice["currency"])

    total = add(root, "TaxTotal")
    money(total, "TaxAmount", amounts.tax)
    for one in amounts.subtotals:
        subtotal = add(total, "TaxSubtotal")
        money(subtotal, "TaxableAmount", one.taxable)
        money(subtotal, "TaxAmount", one.tax)
        category = add(subtotal, "TaxCategory")
        add(category, "ID", one.category)
        if one.category != "O":
            add(category, "Percent", one.rate)
        _add_exemption(category, one.category, settings)
        add(add(category, "TaxScheme"), "ID", "VAT")
    sums = add(root, "LegalMonetaryTotal")
    money(sums, "LineExtensionAmount", amounts.net)
    money(sums, "TaxExclusiveAmount", amounts.net)
    money(sums, "TaxInclusiveAmount", amounts.inclusive)
    if amounts.prepaid:
        money(sums, "PrepaidAmount", amounts.prepaid)
    if amounts.rounding:
        money(sums, "PayableRoundingAmount", amounts.rounding)
    money(sums, "PayableAmount", amounts.payable)


def _add_exemption(category: Any, code: str, settings: Mapping[str, Any]) -> None:  # noqa: ANN401 - lxml has no types
    """Append why there is no VAT, in a category that asks for it."""
    if code == "E":
        reason = settings.get("exemption_reason")
        if not reason:
            message = "The settings do not say why category E is exempt from VAT."
            path = "settings.exemption_reason"
            raise TransferFaultError(FaultClass.RECORD, message, path=path)
        add(category, "TaxExemptionReason", str(reason))
    elif code in EXEMPTIONS:
        add(category, "TaxExemptionReasonCode", EXEMPTIONS[code][0])
        add(category, "TaxExemptionReason", EXEMPTIONS[code][1])


def _add_line(
    root: Any,  # noqa: ANN401 - lxml has no types
    invoice: Mapping[str, Any],
    line: Mapping[str, Any],
    path: str,
    *,
    is_credit: bool,
) -> None:
    """Append a line; its price is never negative (BR-27), its quantity may be."""
    currency = invoice["currency"]
    step = step_of(currency)
    net = sign_of(invoice) * decimal_of(line["net"], f"{path}.net")
    quantity = abs(decimal_of(line["quantity"], f"{path}.quantity"))
    quantity = -quantity if net < 0 else quantity
    given = abs(decimal_of(line["unit_price"], f"{path}.unit_price"))
    price = unit_price(quantity, net, given, step)
    element = add(root, "CreditNoteLine" if is_credit else "InvoiceLine")
    add(element, "ID", str(line["number"]))
    name = "CreditedQuantity" if is_credit else "InvoicedQuantity"
    add(element, name, f"{quantity.normalize():f}", unitCode=PIECE)
    add(element, "LineExtensionAmount", f"{net.quantize(step)}", currencyID=currency)
    item = add(element, "Item")
    if line["description"] != line["product"]["name"]:
        add(item, "Description", line["description"])
    add(item, "Name", line["product"]["name"])
    add(add(item, "SellersItemIdentification"), "ID", line["product"]["code"])
    category = add(item, "ClassifiedTaxCategory")
    add(category, "ID", line["vat_category"])
    if line["vat_category"] != "O":
        rate = decimal_of(line["vat_rate"], f"{path}.vat_rate")
        add(category, "Percent", f"{rate.normalize():f}")
    add(add(category, "TaxScheme"), "ID", "VAT")
    add(add(element, "Price"), "PriceAmount", f"{price:f}", currencyID=currency)
