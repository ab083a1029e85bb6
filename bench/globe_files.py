"""A report of Ingram Micro with 5,000 lines and 400 customers as one file for Exact Globe."""

from __future__ import annotations

import resource
import time
import tracemalloc

from app.transfers.connectors.exact_globe.administration import administration_of
from app.transfers.connectors.ingram.columns import saved_from
from app.transfers.connectors.ingram.connector import propose_columns, read_file
from app.transfers.ingram_globe.maps import Item, Maps
from app.transfers.ingram_globe.running import Outcome, run
from tests.transfers.ingram.generated_report import Generated, generate

LINES = 5_000
CUSTOMERS = 400


def run_globe_files() -> None:
    """Print how long reading and writing take, and how much memory at most."""
    generated = generate(LINES, CUSTOMERS)
    for name, content in (
        ("report.csv", generated.csv()),
        ("report.xlsx", generated.xlsx()),
        ("report.json", generated.json()),
    ):
        saved = saved_from(propose_columns({}, name, content).template)
        begun = time.perf_counter()
        report = read_file({"templates": [saved]}, name, content)
        read_seconds = time.perf_counter() - begun
        print(f"{name:12} {len(content) / 1024:8.0f} KiB  read in {read_seconds:.2f} s")
    house = administration_of({"rounding_item": "CENTS", "largest_difference": "0.50"})
    maps = Maps(
        {key: str(1000 + number) for number, key in enumerate(generated.cents)},
        {one.sku: Item(one.sku) for one in report.lines},
    )
    begun = time.perf_counter()
    outcome = run(report, maps, house)
    print(f"orders written and read back in {time.perf_counter() - begun:.2f} s")
    tracemalloc.start()
    run(report, maps, house)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    _print(outcome, generated, peak)


def _print(outcome: Outcome, generated: Generated, peak_bytes: int) -> None:
    """Print what was made, beside the source's own sums."""
    if outcome.file is None:
        raise SystemExit("nothing was written")
    made = outcome.file.made
    differing = sum(1 for one in outcome.orders if one.difference_minor)
    print(
        f"{made.count} orders, {len(made.content) / 1024:.0f} KiB; "
        f"{made.total_minor} cents, {sum(generated.cents.values())} in the source; "
        f"{differing} orders have a line of cents differences"
    )
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"at most {peak_bytes / 1024**2:.0f} MiB in Python, {resident:.0f} MiB resident")
