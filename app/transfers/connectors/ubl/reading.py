"""A UBL document, whoever wrote it, as the record `document`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from lxml import etree

from app.transfers.connectors.ubl.names import CREDIT_NOTE, INVOICE, INVOICED_OBJECT, PREFIXES
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_BYTES = 10 * 1024 * 1024
_TOTAL = "cac:LegalMonetaryTotal/cbc:"
_CODES = {
    "ID": "cbc:ID",
    "BUYER_REFERENCE": "cbc:BuyerReference",
    "ORDER_REFERENCE": "cac:OrderReference/cbc:ID",
}


def parsed(content: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """Parse a document without entities, schemas or anything else from elsewhere.

    Raises:
        TransferFaultError: `RECORD` where it is no UBL invoice or credit note.
    """
    if len(content) > LARGEST_BYTES:
        message = f"The file has {len(content)} bytes; at most {LARGEST_BYTES} are read."
        raise TransferFaultError(FaultClass.RECORD, message)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        message = f"The file is not well-formed XML: {error}."
        raise TransferFaultError(FaultClass.RECORD, message) from error
    if root.tag not in {f"{{{INVOICE}}}Invoice", f"{{{CREDIT_NOTE}}}CreditNote"}:
        message = f"{root.tag} is neither an Invoice nor a CreditNote of UBL 2."
        raise TransferFaultError(FaultClass.RECORD, message)
    return root


def document_of(content: bytes, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a document; a credit note's amounts are negative.

    Our InstalmentCode is the invoiced object (BT-18), or where the settings say.

    Raises:
        TransferFaultError: `RECORD` where a field is missing, or where the totals contradict.
    """
    root = parsed(content)
    sign = -1 if root.tag.endswith("CreditNote") else 1
    currency = _text(root, "cbc:DocumentCurrencyCode")
    net = _amount(root, f"{_TOTAL}TaxExclusiveAmount")
    inclusive = _amount(root, f"{_TOTAL}TaxInclusiveAmount")
    prepaid = _amount(root, f"{_TOTAL}PrepaidAmount", "0")
    rounding = _amount(root, f"{_TOTAL}PayableRoundingAmount", "0")
    payable = _amount(root, f"{_TOTAL}PayableAmount")
    vat = _amount(
        root, f"cac:TaxTotal[cbc:TaxAmount/@currencyID='{_safe(currency)}']/cbc:TaxAmount"
    )
    if inclusive != net + vat or payable != inclusive - prepaid + rounding:
        message = (
            f"The totals contradict: {net} + {vat} = {inclusive}, less {prepaid} paid and "
            f"{rounding} rounded, is not {payable}."
        )
        raise TransferFaultError(FaultClass.RECORD, message, path="LegalMonetaryTotal")
    document = {
        "invoice_code": _code(root, str(settings.get("code_from") or "ID")),
        "number": _text(root, "cbc:ID"),
        "issued_on": _text(root, "cbc:IssueDate"),
        "is_draft": False,
        "net": str(sign * net),
        "vat": str(sign * vat),
        "gross": str(sign * (inclusive + rounding)),
        "currency": currency,
        "paid": str(sign * prepaid + 0),
    }
    due = _found(root, "cbc:DueDate") or _found(root, "cac:PaymentMeans/cbc:PaymentDueDate")
    reference = _found(root, "cac:PaymentMeans/cbc:PaymentID")
    return {
        **document,
        **({"due_on": due} if due else {}),
        **({"other_reference": reference} if reference else {}),
    }


def _code(root: Any, source: str) -> str:  # noqa: ANN401 - lxml has no types
    """Return the code by which we know the invoice."""
    invoiced = f"cac:AdditionalDocumentReference[cbc:DocumentTypeCode='{INVOICED_OBJECT}']/cbc:ID"
    return _found(root, invoiced) or _text(root, _CODES.get(source, "cbc:ID"))


def _found(root: Any, path: str) -> str | None:  # noqa: ANN401 - lxml has no types
    """Return the text of the first element at a path."""
    found = root.xpath(path, namespaces=PREFIXES)
    return (found[0].text or "").strip() or None if found else None


def _text(root: Any, path: str) -> str:  # noqa: ANN401 - lxml has no types
    """Return the text of an element that has to be there."""
    found = _found(root, path)
    if found is None:
        name = path.replace("cac:", "").replace("cbc:", "")
        message = f"The document does not say {name}."
        raise TransferFaultError(FaultClass.RECORD, message, path=name)
    return found


def _amount(root: Any, path: str, default: str | None = None) -> Decimal:  # noqa: ANN401 - lxml has no types
    """Return an amount."""
    text = (_found(root, path) or default) if default is not None else _text(root, path)
    try:
        return Decimal(text)
    except InvalidOperation as error:
        message = f"{path} is {text!r}, which is no amount."
        raise TransferFaultError(FaultClass.RECORD, message, path=path) from error


def _safe(currency: str) -> str:
    """Return a currency that may stand in a path."""
    if not (currency.isascii() and currency.isalpha()):
        message = f"{currency!r} is no currency of ISO 4217."
        raise TransferFaultError(FaultClass.RECORD, message, path="DocumentCurrencyCode")
    return currency
