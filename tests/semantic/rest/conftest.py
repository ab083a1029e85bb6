"""A shop's models and facts, served by uvicorn in the test process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import httpx
import jwt
import pytest

from semantic.access.principal import Principal
from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.query.reading import Limits
from semantic.rest.application import build_application
from semantic.rest.authentication import SignedTokens, caller_of_claims
from semantic.rest.services import Rollups, Services, Settings
from semantic.run.engine import Engine
from tests.conftest import serving
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB, MemoryFacts, named_rows

SECRET = "a secret that nobody guesses, of 32 bytes and more"
MODELS = Path(__file__).parent / "models"
HEAVY = Path(__file__).parent / "heavy"
MINOR = "DECIMAL(4, 3)"
COLUMNS = {
    "accounts": {
        "account_id": "BIGINT",
        "name": "VARCHAR",
        "country": "VARCHAR",
        "rep": "VARCHAR",
        "opened_on": "DATE",
    },
    "orders": {
        "order_id": "BIGINT",
        "account_id": "BIGINT",
        "ordered_at": "TIMESTAMP",
        "status": "VARCHAR",
        "is_deleted": "BOOLEAN",
        "shipping_minor": "BIGINT",
        "currency": "VARCHAR",
        "minor_unit": MINOR,
    },
    "lines": {
        "line_id": "BIGINT",
        "order_id": "BIGINT",
        "product": "VARCHAR",
        "category": "VARCHAR",
        "quantity": "BIGINT",
        "net_minor": "BIGINT",
        "minor_unit": MINOR,
    },
    "payments": {
        "payment_id": "BIGINT",
        "order_id": "BIGINT",
        "method": "VARCHAR",
        "paid_on": "DATE",
        "amount_minor": "BIGINT",
        "minor_unit": MINOR,
    },
}
CENT = Decimal("0.010")


_rows = partial(named_rows, COLUMNS)
_at = datetime.fromisoformat
TABLES = {
    "accounts": _rows(
        "accounts",
        (1, "Anna", "DE", "R1", date(2023, 5, 1)),
        (2, "Ben", "BE", "R2", date(2023, 6, 1)),
        (3, "Cleo", None, "R1", date(2024, 1, 31)),
    ),
    "orders": _rows(
        "orders",
        (10, 1, _at("2024-01-05 10:00"), "paid", False, 500, "EUR", CENT),
        # February already in Brussels, January still in UTC.
        (11, 1, _at("2024-01-31 23:30"), "open", False, 250, "EUR", CENT),
        (12, 2, _at("2024-03-10 12:00"), "paid", False, 1000, "EUR", CENT),
        (13, 3, _at("2024-03-11 12:00"), "open", False, None, "EUR", CENT),
        (14, 2, _at("2024-03-12 12:00"), "paid", True, 99999, "EUR", CENT),
        (15, 2, _at("2024-03-13 12:00"), "paid", False, 700, "USD", CENT),
    ),
    "lines": _rows(
        "lines",
        (100, 10, "beer", "drinks", 2, 600, CENT),
        (101, 10, "seat", None, 1, 12050, CENT),
        (102, 11, "beer", "drinks", 3, 900, CENT),
        (103, 12, "seat", None, 2, 20000, CENT),
        (104, 15, "seat", None, 1, 5000, CENT),
    ),
    "payments": _rows(
        "payments",
        (1000, 10, "card", date(2024, 1, 6), 10000, CENT),
        (1001, 10, "cash", date(2024, 2, 1), 2650, CENT),
        (1002, 12, "card", date(2024, 3, 31), 20000, CENT),
    ),
}


class GatedFacts(MemoryFacts):
    """Facts that can be held back: queries wait at a gate while it is closed."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Event()
        self.opened_count = 0
        self.is_ready = True

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        self.opened_count += 1
        self.arrived.set()
        self.gate.wait(20)
        with super().cursor() as cursor:
            yield cursor

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Hold back what is asked meanwhile."""
        self.arrived.clear()
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()

    def refreshed_at(self) -> datetime | None:
        return super().refreshed_at() if self.is_ready else None


@dataclass
class BuiltRollups:
    """Notes what is to be built; `broken` fails, and a closed gate holds everything back."""

    built: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def build(self, _principal: Principal, name: str, _timezone: str) -> str:
        self.gate.wait(20)
        if name in self.broken:
            raise ValueError("the disk is full")
        self.built.append(name)
        return f"rollup_{name.replace('.', '_')}"


def token(**claims: Any) -> str:
    """A token of the shop; `finance` sees everything unless said otherwise."""
    given = {
        "organisation": str(CLUB),
        "groups": ["finance"],
        "currency": "EUR",
        "exp": datetime.now(UTC) + timedelta(hours=1),
        **claims,
    }
    return jwt.encode({key: one for key, one in given.items() if one is not None}, SECRET, "HS256")


@dataclass
class Shop:
    """A running API, and what is behind it."""

    url: str
    facts: GatedFacts
    compiler: Compiler
    rollups: BuiltRollups

    @property
    def api(self) -> str:
        return f"{self.url}/cubejs-api/v1"

    def http(self, given: str | None = None) -> httpx.Client:
        headers = {"authorization": token() if given is None else given}
        # Without TLS there is nothing to verify, and loading certificates takes its time.
        return httpx.Client(base_url=self.api, headers=headers, timeout=30, verify=False)  # noqa: S501 - see above

    def load(self, query: Any, claims: dict[str, Any] | None = None, **beside: Any) -> Any:
        """The answer to a query in multi form, which has to be one."""
        answer = self.ask("load", query, claims, queryType="multi", **beside)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(
        self, path: str, query: Any, claims: dict[str, Any] | None = None, **beside: Any
    ) -> httpx.Response:
        """Whatever is answered to a query by POST."""
        with self.http(token(**(claims or {}))) as http:
            return http.post(f"/{path}", json={"query": query, **beside})


def filled() -> GatedFacts:
    facts = GatedFacts()
    facts.fill(TABLES)
    facts.fill({name: [*rows] * 10 for name, rows in TABLES.items()}, OTHER_CLUB)
    return facts


@contextmanager
def shop_of(
    folders: list[Path], facts: GatedFacts, rollups: Rollups | None, **settings: Any
) -> Iterator[tuple[str, Compiler]]:
    """Serve models over facts."""
    engine = Engine(facts)
    model = read_models(folders, frozenset(COLUMNS))
    compiler = Compiler(model, describe_members(model, engine.types_of))
    services = Services(
        SignedTokens((SECRET,), caller_of_claims),
        lambda _principal: compiler,
        engine,
        Settings(**settings),
        rollups,
    )
    with serving(build_application(services)) as url:
        yield url, compiler


@pytest.fixture(scope="package")
def shop() -> Iterator[Shop]:
    """The shop, where nothing takes long."""
    facts, rollups = filled(), BuiltRollups()
    limits = {"limits": Limits(10_000, 50_000), "allowed_origins": ("https://club.example",)}
    with shop_of([MODELS], facts, rollups, **limits) as (url, compiler):
        yield Shop(url, facts, compiler, rollups)
    facts.connection.close()


@pytest.fixture(scope="package")
def slow_shop() -> Iterator[Shop]:
    """The shop, where callers are asked to come again almost at once."""
    facts, rollups = filled(), BuiltRollups()
    facts.fill(
        {"orders": [{**TABLES["orders"][0], "order_id": number} for number in range(3_000)]},
        UUID(int=7),
    )
    settings = {"continue_wait_seconds": 0.05, "patience_seconds": 5}
    with shop_of([MODELS, HEAVY], facts, None, **settings) as (url, compiler):
        yield Shop(url, facts, compiler, rollups)
    facts.connection.close()
