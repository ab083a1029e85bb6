"""What has to be known of an administration in Globe before anything can be written for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.exact_globe import limits
from app.transfers.connectors.exact_globe.amounts import exact, refused, written
from app.transfers.contract.connectors import Setting, SettingKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.exact_globe.limits import Limit

SETTINGS = (
    Setting(
        "vat_codes",
        "VAT codes",
        description=(
            "Which code of Globe stands for which rate, such as `21=3; 6=2; AE 0=5`; a letter "
            "before the rate says for which VAT category alone. Empty leaves them to Globe."
        ),
    ),
    Setting(
        "payment_conditions",
        "Payment conditions",
        description="Which condition stands for how many days, such as `30=30; 14=14; 0=00`.",
    ),
    Setting("payment_condition", "Payment condition", description="Where none is known by days."),
    Setting("warehouse", "Warehouse", description="Its code, where orders name one."),
    Setting("costcenter", "Cost centre", description="Its code, on document and lines."),
    Setting("selection", "Selection code", description="A mark by which Globe finds orders."),
    Setting("journal", "Sales journal", description="Its code, on concept invoices."),
    Setting("revenue_account", "Revenue account", description="For new items; the ledger account."),
    Setting("unit", "Unit", default="pc", description="Where a product has none."),
    Setting(
        "invoice_method",
        "Orders are billed",
        SettingKind.CHOICE,
        "H by time and material, F at a fixed price.",
        default="H",
        choices=("H", "F"),
    ),
    Setting(
        "has_debtor_numbers",
        "Write debtor numbers",
        SettingKind.FLAG,
        "Also as number, which has at most 6 characters.",
        default=False,
    ),
    Setting(
        "key_free_text",
        "Free text field for our key",
        SettingKind.WHOLE,
        "The number of the free text field that holds Loge's id; empty writes none.",
    ),
    Setting(
        "price_decimals",
        "Decimals of prices",
        SettingKind.WHOLE,
        "How many decimals Globe keeps of a price.",
        default=4,
    ),
    Setting(
        "largest_difference",
        "Largest difference",
        default="0.05",
        description="The largest difference of a document that becomes a line of its own.",
    ),
    Setting(
        "rounding_item",
        "Item of cents differences",
        description="The item of that line; empty refuses a document with any difference.",
    ),
)
_DEFAULTS = {one.name: one.default for one in SETTINGS}


@dataclass(frozen=True, slots=True)
class Administration:
    """The settings of one administration, read and checked."""

    vat_codes: Mapping[str, str] = field(default_factory=dict)
    payment_conditions: Mapping[str, str] = field(default_factory=dict)
    payment_condition: str | None = None
    warehouse: str | None = None
    costcenter: str | None = None
    selection: str | None = None
    journal: str | None = None
    revenue_account: str | None = None
    unit: str = "pc"
    invoice_method: str = "H"
    has_debtor_numbers: bool = False
    key_free_text: int | None = None
    price_decimals: int = 4
    largest_difference: Decimal = Decimal("0.05")
    rounding_item: str | None = None

    def vat_code(self, category: str, rate: str, path: str) -> str | None:
        """Return the code of a VAT rate; None where the settings leave it to Globe."""
        if not self.vat_codes:
            return None
        plain = written(exact(rate, path))
        for key in (f"{category} {plain}", plain):
            if key in self.vat_codes:
                return self.vat_codes[key]
        message = f"no VAT code of Globe is set for {category} {plain} %; add it to `vat_codes`"
        raise refused(message, path)

    def condition(self, days: int | None) -> str | None:
        """Return the payment condition of a number of days."""
        if days is None:
            return self.payment_condition
        return self.payment_conditions.get(str(days), self.payment_condition)


def administration_of(settings: Mapping[str, Any]) -> Administration:
    """Read the settings of a system; a wrong one is refused with its name."""
    known = {**_DEFAULTS, **{name: one for name, one in settings.items() if one is not None}}
    threshold = exact(known["largest_difference"], "largest_difference")
    if threshold < 0:
        raise refused("must not be negative", "largest_difference")
    if known["invoice_method"] not in {"H", "F"}:
        raise refused(f"is {known['invoice_method']!r}; H or F is wanted", "invoice_method")
    return Administration(
        vat_codes=_pairs(known["vat_codes"], "vat_codes", limits.VAT),
        payment_conditions=_pairs(
            known["payment_conditions"], "payment_conditions", limits.CONDITION
        ),
        payment_condition=_code(known, "payment_condition", limits.CONDITION),
        warehouse=_code(known, "warehouse", limits.WAREHOUSE),
        costcenter=_code(known, "costcenter", limits.COSTCENTER),
        selection=_code(known, "selection", limits.SELECTION),
        journal=_code(known, "journal", limits.JOURNAL),
        revenue_account=_code(known, "revenue_account", limits.LEDGER),
        unit=_code(known, "unit", limits.UNIT) or "pc",
        invoice_method=known["invoice_method"],
        has_debtor_numbers=known["has_debtor_numbers"] is True,
        key_free_text=_whole(known, "key_free_text", 1, 30),
        price_decimals=_whole(known, "price_decimals", 2, 8) or 4,
        largest_difference=threshold,
        rounding_item=_code(known, "rounding_item", limits.ITEM),
    )


def _pairs(text: object, name: str, limit: Limit) -> dict[str, str]:
    """Read `21=3; AE 0=5` into a table."""
    found: dict[str, str] = {}
    for part in str(text or "").replace(",", ";").replace("\n", ";").split(";"):
        if not part.strip():
            continue
        left, equals, right = part.partition("=")
        key = " ".join(left.split())
        if not equals or not key:
            raise refused(f"{part.strip()!r} is not of the form `21=3`", name)
        if key in found:
            raise refused(f"{key} stands there twice", name)
        found[key] = limits.fit(right.strip(), limit, name)
    return found


def _code(settings: Mapping[str, Any], name: str, limit: Limit) -> str | None:
    """Return a code of the settings, None where it is empty."""
    value = settings[name]
    return None if value is None or not str(value).strip() else limits.fit(str(value), limit, name)


def _whole(settings: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    """Return a whole number of the settings."""
    value = settings[name]
    if value is None:
        return None
    if type(value) is not int or not least <= value <= most:
        raise refused(f"is {value!r}; a whole number from {least} to {most} is wanted", name)
    return value
