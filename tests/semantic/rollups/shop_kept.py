"""The little shop with rollups of its orders, and a clock that a test moves."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from semantic.access.principal import Principal
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query
from semantic.query.query import Test as Comparison
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from semantic.run.engine import Engine
from semantic.spec.model import Model
from semantic.spec.policies import AccessPolicy
from semantic.spec.rollups import PreAggregation
from tests.semantic.oracle import shop
from tests.semantic.oracle.asking import Asker, Reply
from tests.semantic.oracle.clubs import OTHER_CLUB, MemoryFacts
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.oracle.rollups import rollup

BY_MONTH = rollup(
    "by_month",
    ("orders.count", "orders.header", "orders.average"),
    ("accounts.country", "accounts.name"),
    (("orders.at", "month"),),
    ("orders.big",),
)
WINTER = (datetime(2024, 1, 1), datetime(2024, 3, 31, 23, 59, 59, 999_000))  # noqa: DTZ001 - a wall clock


@dataclass
class Kept:
    """The shop with rollups of orders, and a clock that the test moves."""

    facts: MemoryFacts
    model: Model
    now_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.engine = Engine(self.facts)
        self.types = types_of_shop()
        self.keeper = Keeper(self.facts, lambda: self.now_seconds)
        self.compiler = RollupCompiler(self.model, self.types, self.keeper)

    def ask(self, query: Query, caller: Principal = shop.ASKER) -> Reply:
        """Ask over rollups, and compare with what the facts say."""
        direct = Asker(Compiler(self.model, self.types), self.engine).ask(query, caller)
        reply = Asker(self.compiler, self.engine).ask(query, caller)
        assert [column.key for column in reply.compiled.columns] == [
            column.key for column in direct.compiled.columns
        ]
        same_rows(tuples(reply), tuples(direct))
        assert reply.total == direct.total
        return reply

    def reason(self, query: Query, caller: Principal = shop.ASKER) -> str:
        """Say why the only rollup was not used."""
        compiled = self.ask(query, caller).compiled
        assert compiled.rollups == {}
        ((name, reason),) = compiled.explanation.rejected
        assert name.startswith("orders.")
        return reason


@cache
def types_of_shop() -> dict[str, str]:
    return describe_members(shop.MODEL, Engine(MemoryFacts(shop.COLUMNS)).types_of)


def tuples(reply: Reply) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in reply.rows]


def with_rollups(*kept: PreAggregation, **orders: Any) -> Kept:
    """Open the shop with rollups, built for the club that asks."""
    own = replace(
        shop.MODEL.cubes["orders"], pre_aggregations={one.name: one for one in kept}, **orders
    )
    facts = MemoryFacts(shop.COLUMNS)
    facts.fill(shop.TABLES)
    facts.fill({name: [*rows] * 10 for name, rows in shop.TABLES.items()}, OTHER_CLUB)
    shown = Kept(
        facts, Model({**shop.MODEL.cubes, "orders": own}, shop.MODEL.views, version="kept")
    )
    shown.compiler.compile(COUNTRIES, shop.ASKER)
    shown.compiler.compile(Query(measures=("orders.count",)), shop.ASKER)
    shown.keeper.refresh()
    return shown


def asking(**more: Any) -> Query:
    return replace(COUNTRIES, **more)


OVER_TWO = Comparison("orders.count", "gt", ("2",))
COUNTRIES = Query(
    measures=("orders.count", "orders.header"), dimensions=("accounts.country",), wants_total=True
)


def with_rollups_for(policies: tuple[AccessPolicy, ...]) -> Kept:
    own = replace(
        shop.MODEL.cubes["orders"],
        pre_aggregations={BY_MONTH.name: BY_MONTH},
        access_policies=policies,
    )
    facts = MemoryFacts(shop.COLUMNS)
    facts.fill(shop.TABLES)
    return Kept(facts, Model({**shop.MODEL.cubes, "orders": own}, {}, version="policies"))
