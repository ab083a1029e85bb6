"""A club that sells, for tests of the BI door: facts in memory, models from a folder."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from semantic.access.principal import Principal
from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.rest.authentication import Caller
from semantic.run.engine import Engine
from tests.semantic.oracle.clubs import CLUB, MemoryFacts

MODELS = Path(__file__).parent / "models"
COLUMNS = {
    "sales": {
        "sale_id": "BIGINT",
        "season": "VARCHAR",
        "sold_at": "TIMESTAMP",
        "is_open": "BOOLEAN",
        "places": "INTEGER",
        "net_minor": "BIGINT",
        "minor_unit": "DECIMAL(4, 3)",
        "margin": "DOUBLE",
    }
}
CENT = Decimal("0.010")


def _sale(
    number: int, season: str | None, sold_at: str, places: int, net_minor: int
) -> tuple[object, ...]:
    at = datetime.fromisoformat(sold_at)
    return (number, season, at, number % 2 == 0, places, net_minor, CENT, net_minor / 1000)


SALES = [
    dict(zip(COLUMNS["sales"], row, strict=True))
    for row in (
        _sale(1, "2024/25", "2024-07-01 10:00", 4, 120_050),
        _sale(2, "2024/25", "2024-08-15 22:30", 2, 60_000),
        _sale(3, "2025/26", "2025-07-02 09:00", 6, 200_001),
        _sale(4, None, "2025-07-31 23:00", 1, -5),
    )
]


def filled() -> MemoryFacts:
    """The facts, of one club and twice as many of nobody else's."""
    facts = MemoryFacts(COLUMNS)
    facts.fill({"sales": SALES})
    return facts


def compiler_of(engine: Engine, *folders: Path) -> Compiler:
    """The compiler over models, those of this folder unless others are given."""
    model = read_models(list(folders or (MODELS,)), frozenset(COLUMNS))
    return Compiler(model, describe_members(model, engine.types_of))


def caller(*groups: str, timezone: str = "Europe/Brussels") -> Caller:
    """Somebody of the club."""
    return Caller(Principal(CLUB, frozenset(groups), timezone=timezone))
