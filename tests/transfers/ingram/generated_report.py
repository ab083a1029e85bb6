"""A report of the marketplace, drawn by lot: the same for the same seed, with its own sums."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from app.transfers.tables.writing import Layout, write_csv, write_json, write_workbook

COLUMNS = (
    *("Reseller ID", "Reseller Company Name", "Customer Account ID", "End Customer Name"),
    *("Subscription ID", "Subscription Name", "Plan ID", "Charge Start Date", "Charge End Date"),
    *("Quantity", "Unit Price", "Duration", "Net Price", "Currency"),
)


@dataclass
class Generated:
    """Rows, and what each customer owes by them, in cents."""

    rows: list[dict[str, str]]
    cents: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def csv(self) -> bytes:
        return write_csv(COLUMNS, self.rows, Layout(decimal_mark=","))

    def xlsx(self) -> bytes:
        return write_workbook(COLUMNS, self.rows)

    def json(self) -> bytes:
        return write_json(self.rows)


def generate(line_count: int, customer_count: int, seed: int = 7) -> Generated:
    """Draw a report; unit costs have four decimals, some periods are parts, some lines credits."""
    drawn = random.Random(seed)
    costs = {f"MS-{number:03}": drawn.randint(10_000, 900_000) for number in range(60)}
    found = Generated([])
    for number in range(line_count):
        customer = f"10{number % customer_count:05}"
        sku, cost = drawn.choice(sorted(costs.items()))
        quantity = drawn.randint(1, 250) * (-1 if drawn.random() < 0.05 else 1)
        share = drawn.choice((100, 100, 100, 50, 33, 7))
        exact = Decimal(quantity * cost * share) / 1_000_000
        cents = int((exact * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        found.cents[customer] += cents
        found.rows.append(
            {
                "Reseller ID": "1000105104",
                "Reseller Company Name": "Ons Huis",
                "Customer Account ID": customer,
                "End Customer Name": f"Klant {customer} NV",
                "Subscription ID": str(1_173_522 + number),
                "Subscription Name": f"Microsoft 365 {sku} (Monthly Pre-Paid)",
                "Plan ID": sku,
                "Charge Start Date": "2026-10-01",
                "Charge End Date": "2026-10-31",
                "Quantity": str(quantity),
                "Unit Price": f"{cost // 10_000}.{cost % 10_000:04}",
                "Duration": f"{share // 100}.{share % 100:02}",
                "Net Price": f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}",
                "Currency": "EUR",
            }
        )
    return found
