"""What was measured, as tables of plain text."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api.load import Sample, median_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Rounds = dict[str, list[Sample]]
"""The samples of each server, one for each round, in the order of the rounds."""

HEAD = (
    f"{'clients':>7}  {'server':<13}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}"
    f"{'CPU server':>12}{'PostgreSQL':>12}{'client ms':>11}{'req/CPU-s':>11}{'bytes':>9}"
)


@dataclass(frozen=True)
class Target:
    """A ratio of two servers' figures, and the number that it should reach if there is one."""

    label: str
    over: str
    under: str
    figure: Callable[[Sample], float]
    least: float | None = None

    def line(self, rounds: Rounds) -> str:
        """Write the ratio, the median over pairs of the same round, beside its target."""
        found = ratio(rounds[self.over], rounds[self.under], self.figure)
        line = f"    {self.label:<44}{found:>7.2f}"
        if self.least is None:
            return line
        verdict = "met" if found >= self.least else "not met"
        return f"{line}   at least {self.least:.2f}: {verdict}"


def ratio(
    over: Sequence[Sample], under: Sequence[Sample], figure: Callable[[Sample], float]
) -> float:
    """Return the median of the ratios within each round: what disturbs one disturbs both."""
    return statistics.median(figure(a) / figure(b) for a, b in zip(over, under, strict=True))


def print_rounds(clients: int, rounds: Mapping[str, list[Sample]]) -> None:
    """Print a line for each server at one number of clients; CPU is ms for each request."""
    for name, samples in rounds.items():
        print(
            f"{clients:>7}  {name:<13}"
            f"{median_of(samples, lambda one: one.rate):>9.1f}"
            f"{median_of(samples, lambda one: one.p50_ms):>9.2f}"
            f"{median_of(samples, lambda one: one.p99_ms):>9.2f}"
            f"{median_of(samples, lambda one: one.server_cpu / one.answers * 1e3):>12.2f}"
            f"{median_of(samples, lambda one: one.postgres_cpu / one.answers * 1e3):>12.2f}"
            f"{median_of(samples, lambda one: one.client_cpu / one.answers * 1e3):>11.2f}"
            f"{median_of(samples, lambda one: one.rate_per_cpu):>11.1f}"
            f"{median_of(samples, lambda one: one.answer_bytes):>9.0f}"
        )
