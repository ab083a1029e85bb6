"""VAT: its classes, and the exact VAT of a Sale and of each of its invoices.

Amounts are minor units, rates basis points. Where people type amounts before VAT (NET) the VAT is
added to them; where they type amounts with VAT (GROSS) it is taken out of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.money import BP_PER_WHOLE, apportion, round_half_up_div
from app.domain.organisations import PriceBasis, VatRounding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NOTHING_YET: Mapping[VatClass, int] = MappingProxyType({})
"""No document or credit note carries VAT so far."""


class VatCategory(StrEnum):
    """The VAT category of EN 16931 (BT-118, BT-151), a subset of UNTDID 5305."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUT_OF_SCOPE = "O"


class SupplyType(StrEnum):
    """What is supplied, as far as VAT cares: it decides the place of supply and the rate.

    ADMISSION includes season tickets and hospitality that includes admission. GOODS are shipped.
    A VOUCHER_SINGLE is taxed when it is sold, a VOUCHER_MULTI when it is redeemed.
    """

    ADMISSION = "ADMISSION"
    CATERING = "CATERING"
    PARKING = "PARKING"
    ADVERTISING = "ADVERTISING"
    SERVICE = "SERVICE"
    GOODS = "GOODS"
    VIRTUAL = "VIRTUAL"
    VOUCHER_MULTI = "VOUCHER_MULTI"
    VOUCHER_SINGLE = "VOUCHER_SINGLE"
    COMPENSATION = "COMPENSATION"


@dataclass(frozen=True, slots=True, order=True)
class VatClass:
    """What VAT is grouped by: a category and its rate; every category but S has a rate of 0.

    Refuses any other rate with VAT_RATE_INVALID.
    Source: EN 16931 BR-S-05, BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05, BR-O-05.
    """

    category: VatCategory
    rate_bp: int

    def __post_init__(self) -> None:
        if type(self.rate_bp) is not int or not 0 <= self.rate_bp <= BP_PER_WHOLE:
            message = f"a VAT rate is 0 to {BP_PER_WHOLE} basis points, not {self.rate_bp}"
            refuse(ErrorCode.VAT_RATE_INVALID, message, "rate")
        if (self.category == VatCategory.STANDARD) is not (self.rate_bp > 0):
            message = f"VAT category {self.category} does not go with a rate of {self.rate_bp} bp"
            refuse(ErrorCode.VAT_RATE_INVALID, message, "rate")


@dataclass(frozen=True, slots=True)
class VatAmount:
    """The taxable amount (BT-116) and VAT (BT-117) of one class, minor units."""

    net_minor: int
    vat_minor: int

    @property
    def gross_minor(self) -> int:
        """Return net plus VAT."""
        return self.net_minor + self.vat_minor


@dataclass(frozen=True, slots=True)
class ExemptionReason:
    """Why no VAT is charged: the VATEX code (BT-121), and its text in English (BT-120)."""

    code: str
    text: str


EXEMPTION_REASONS = {
    VatCategory.REVERSE_CHARGE: ExemptionReason("VATEX-EU-AE", "Reverse charge"),
    VatCategory.INTRA_COMMUNITY: ExemptionReason("VATEX-EU-IC", "Intra-community supply"),
    VatCategory.EXPORT: ExemptionReason("VATEX-EU-G", "Export outside the EU"),
    VatCategory.OUT_OF_SCOPE: ExemptionReason("VATEX-EU-O", "Not subject to VAT"),
}


def exemption_reason(category: VatCategory) -> ExemptionReason | None:
    """Return why a category carries no VAT; None for S, Z, and E, whose law only people know.

    Source: EN 16931 BR-AE-10, BR-IC-10, BR-G-10, BR-O-10 and the VATEX code list.
    """
    return EXEMPTION_REASONS.get(category)


def sale_vat(amounts: Mapping[VatClass, int], basis: PriceBasis) -> dict[VatClass, VatAmount]:
    """Return the VAT of a whole Sale, rounded once per class.

    `amounts` has the sum of the lines of each class in the price basis, minor units; the result
    has the same classes in the same order. Source: EN 16931 BR-CO-17.
    """
    return {
        vat_class: _amount_of(amount, _rounded(amount, vat_class, basis), basis)
        for vat_class, amount in amounts.items()
    }


def sum_vat(documents: Iterable[Mapping[VatClass, VatAmount]]) -> dict[VatClass, VatAmount]:
    """Add up the VAT of several documents per class, classes in order of appearance.

    This is the Sale's VAT under PER_DOCUMENT, and equals `sale_vat` under SALE_EXACT.
    """
    sums: dict[VatClass, VatAmount] = {}
    for document in documents:
        for vat_class, part in document.items():
            so_far = sums.get(vat_class, VatAmount(0, 0))
            sums[vat_class] = VatAmount(
                so_far.net_minor + part.net_minor, so_far.vat_minor + part.vat_minor
            )
    return sums


def invoice_vat(
    amounts: Sequence[Mapping[VatClass, int]],
    *,
    basis: PriceBasis,
    rounding: VatRounding,
    already_net: Mapping[VatClass, int] = NOTHING_YET,
    already_vat: Mapping[VatClass, int] = NOTHING_YET,
) -> list[dict[VatClass, VatAmount]]:
    """Return the VAT of every open invoice of one Sale.

    Each invoice is rounded alone. Under SALE_EXACT single minor units are then moved until the
    open invoices, and what documents and credit notes already carry, sum to the VAT of the Sale:
    one at a time where the rounding error is largest, ties on the latest invoice. An invoice
    whose amount is 0 carries no VAT and takes no correction.

    Args:
        amounts: [one mapping per open invoice, by planned date, then sequence] the sum of its
            cells per class in the price basis, minor units.
        basis: whether those amounts are before (NET) or with (GROSS) VAT.
        rounding: whether documents are corrected.
        already_net: per class, the taxable amount on documents less that on credit notes.
        already_vat: per class, the VAT on documents less that on credit notes.

    Returns:
        [one mapping per open invoice] the same classes in the same order with net and VAT; in
        GROSS, net plus VAT is the amount given.

    Invariants:
        With nothing on documents yet, no VAT differs from its own rounding by more than one minor
        unit, and under SALE_EXACT the invoices sum to `sale_vat` of the whole.

    Source: EN 16931 BR-CO-17, whose tolerance admits the correction.
    """
    vats = [
        {vat_class: _rounded(amount, vat_class, basis) for vat_class, amount in invoice.items()}
        for invoice in amounts
    ]
    if rounding is VatRounding.SALE_EXACT:
        for vat_class in dict.fromkeys(vat_class for invoice in amounts for vat_class in invoice):
            net, vat = already_net.get(vat_class, 0), already_vat.get(vat_class, 0)
            already = net + vat if basis is PriceBasis.GROSS else net
            carriers = [
                (index, invoice[vat_class])
                for index, invoice in enumerate(amounts)
                if invoice.get(vat_class)
            ]
            whole = already + sum(amount for _, amount in carriers)
            target = _rounded(whole, vat_class, basis) - vat
            _correct(vats, carriers, target, vat_class, basis)
    return [
        {
            vat_class: _amount_of(amount, vat[vat_class], basis)
            for vat_class, amount in invoice.items()
        }
        for invoice, vat in zip(amounts, vats, strict=True)
    ]


def line_vat(vat_minor: int, cells: Sequence[int]) -> list[int]:
    """Divide an invoice's VAT of one class over its cells of that class, for information only.

    `cells` has the amounts of the lines on the invoice in minor units, of one sign; the result
    has one VAT per cell that together sum to `vat_minor`. Refuses cells of both signs with
    ALLOCATION_INVALID and VAT without any cell with WEIGHTS_INVALID.
    """
    if min(cells, default=0) < 0 < max(cells, default=0):
        message = "the cells of one invoice have one sign; positive and negative ones meet"
        refuse(ErrorCode.ALLOCATION_INVALID, message)
    return apportion(vat_minor, [abs(cell) for cell in cells])


def _ratio(vat_class: VatClass, basis: PriceBasis) -> tuple[int, int]:
    """Return VAT as a part of an amount in its basis: r, or r / (1 + r) when VAT is inside it."""
    inside = vat_class.rate_bp if basis is PriceBasis.GROSS else 0
    return vat_class.rate_bp, BP_PER_WHOLE + inside


def _rounded(amount: int, vat_class: VatClass, basis: PriceBasis) -> int:
    """Return the VAT of an amount, a half rounded away from zero."""
    rate, denominator = _ratio(vat_class, basis)
    return round_half_up_div(amount * rate, denominator)


def _amount_of(amount: int, vat_minor: int, basis: PriceBasis) -> VatAmount:
    """Split an amount in its price basis into net and VAT."""
    return VatAmount(amount - vat_minor if basis is PriceBasis.GROSS else amount, vat_minor)


def _correct(
    vats: list[dict[VatClass, int]],
    carriers: Sequence[tuple[int, int]],
    target: int,
    vat_class: VatClass,
    basis: PriceBasis,
) -> None:
    """Move single minor units of one class in place until the carriers' VAT sums to `target`.

    `carriers` has the index and amount of each invoice with the class. No rounding error is larger
    than half a unit, so an invoice that has taken a unit comes after all that have not: everyone
    takes the full rounds, and the order of errors only decides who takes the remainder.
    """
    delta = target - sum(vats[index][vat_class] for index, _ in carriers)
    if not delta or not carriers or not vat_class.rate_bp:
        return
    rate, denominator = _ratio(vat_class, basis)
    step = 1 if delta > 0 else -1
    # How far an invoice was rounded against the direction in which units must move.
    errors = [
        (step * (amount * rate - vats[index][vat_class] * denominator), index)
        for index, amount in carriers
    ]
    errors.sort(reverse=True)
    rounds, remainder = divmod(abs(delta), len(errors))
    for position, (_, index) in enumerate(errors):
        vats[index][vat_class] += step * (rounds + (position < remainder))
