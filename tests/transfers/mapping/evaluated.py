"""What tests of expressions share."""

from datetime import date
from typing import Any

from app.transfers.mapping.budget import Budget, measured
from app.transfers.mapping.evaluating import Evaluation
from app.transfers.mapping.expressions import compile_expression
from app.transfers.mapping.lookups import Lookups, OssRate

LOOKUPS = Lookups(
    maps={"units": {"SEAT": "pc", "7": "week", "HOUR": ""}},
    oss_rates=(
        OssRate("DE", "GOODS", "19", date(2021, 1, 1)),
        OssRate("DE", "GOODS", "16", date(2020, 7, 1), date(2020, 12, 31)),
        OssRate("FR", "GOODS", "20", date(2014, 1, 1)),
        OssRate("FR", "GOODS", "5.5", date(2026, 1, 1)),
    ),
)
RECORD: dict[str, Any] = {
    "n": 7,
    "s": "abc",
    "z": None,
    "half": 0.5,
    "net": "20.00",
    "customer": {"name": "Peeters", "address": None},
    "lines": [{"k": 1, "net": "1.10"}, {"k": 2, "net": "2.20"}],
}


def value(expression: str, record: dict[str, Any] | None = None) -> Any:
    """Give an expression its value."""
    names = RECORD if record is None else record
    budget = Budget(measured(names))
    return Evaluation(names, LOOKUPS, budget).value(compile_expression(expression).node)
