"""Season sales per second, and CPU for each mutation.

One Sale is a Draft, a package line of 4 seats with a cocktail over 17 matches (136 entitlements, 68
reservations, 17 pools), a schedule of 4 instalments, and Final. Three ways take turns: the very
SQL statements of it run bare by psycopg (the limit), the commands in one process, and the public
API over HTTP. Each works on its own copy of one database, with fsync on.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import psutil  # type: ignore[import-untyped]
import psycopg
from sqlalchemy import event

from app.commands.execution import Runner
from app.commands.finalise import FinaliseSale, finalise_sale
from app.commands.invoice_schedules import SetSchedule, set_schedule
from app.commands.sale_lines import AddLines, add_lines
from app.commands.sale_terms import NewSale
from app.commands.sales import create_sale
from app.commands.selling import sell
from app.domain.lines import NewLine
from app.domain.permissions import Actor, Role
from app.domain.sales import SaleType
from app.domain.schedule import EqualRecipe
from app.storage.engine import command_engine
from bench.arena import SEATS_OF_A_SALE, Arena, open_api, plain
from tests.club import Club
from tests.scenarios.rivals import BRIEF, vip_line

if TYPE_CHECKING:
    from app.storage.engine import Engine
    from tests.stadium import Stadium

SALES = 60
"""Sales of each way."""
TURN = 10
"""Sales of one way before the next has its turn."""
STEPS = ("saleCreate", "saleLineAdd", "invoiceScheduleSet", "saleFinalise")
COMMIT = "COMMIT"

Statements = list[tuple[str, Any, bool]]


def seats_of(stadium: Stadium, number: int) -> list[str]:
    """Return the seats of one Sale."""
    first = number * SEATS_OF_A_SALE
    return stadium.seats[first : first + SEATS_OF_A_SALE]


@dataclass
class Commands:
    """Sells through the commands, without HTTP and GraphQL."""

    runner: Runner
    stadium: Stadium

    def sell(self, number: int) -> None:
        """Carry one Sale from Draft to Final."""
        stadium, runner = self.stadium, self.runner
        actor = Actor(stadium.club.organisation.id, stadium.club.organisation.id, Role.ROOT)

        def run(step: str, request: Any, command: Any) -> Any:
            return sell(runner, actor, step, f"bench-{number:06d}", request, command)

        new = NewSale(SaleType.SEASON, account_id=stadium.uuid(stadium.ids["A1"]))
        sale_id = run("saleCreate", new, create_sale).ids["sale"]
        line = NewLine(
            product_id=stadium.uuid(stadium.ids["VIP"]),
            quantity=SEATS_OF_A_SALE,
            bundle_id=stadium.uuid(stadium.ids["SUBSCRIPTION"]),
            unit_price_minor=170_000,
            seat_ids=tuple(stadium.uuid(one) for one in seats_of(stadium, number)),
        )
        run("saleLineAdd", AddLines(sale_id, 1, (line,)), add_lines)
        recipe = EqualRecipe(4, first_of_next_year(stadium))
        run("invoiceScheduleSet", SetSchedule(sale_id, 2, recipe), set_schedule)
        run("saleFinalise", FinaliseSale(sale_id, 3), finalise_sale)


def first_of_next_year(stadium: Stadium) -> date:
    """Return the first date of the instalments."""
    return date.fromisoformat(stadium.months(4)["firstOn"])


def record(engine: Engine, commands: Commands, sales: int) -> list[Statements]:
    """Carry out Sales and note every statement of each, with its parameters."""
    noted: Statements = []

    def note(_c: Any, _cursor: Any, text: str, given: Any, _x: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's signature
        noted.append((text, given, many))

    def end(_connection: Any) -> None:
        noted.append((COMMIT, None, False))

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", end)
    found = []
    for number in range(sales):
        commands.sell(number)
        found.append(list(noted))
        noted.clear()
    return found


def replay(connection: psycopg.Connection[Any], statements: Statements) -> None:
    """Run the statements of one Sale bare, fetching what they return."""
    cursor = connection.cursor()
    for text, given, many in statements:
        if text == COMMIT:
            connection.commit()
        elif many:
            cursor.executemany(text, given)
        else:
            cursor.execute(text, given)
            if cursor.description is not None:
                cursor.fetchall()


@dataclass
class Portal:
    """Sells over HTTP, and knows what each mutation cost."""

    stadium: Stadium
    api_pid: int | None
    server_pid: int | None
    cost: dict[str, tuple[list[float], list[float], list[float]]] = field(default_factory=dict)

    def sell(self, number: int, *, cancels: bool = False) -> None:
        """Carry one Sale from Draft to Final, and cancel it again if asked."""
        stadium = self.stadium
        header = {"type": "SEASON", "accountId": stadium.ids["A1"]}
        sale = self.mutate("saleCreate", header)
        lines = [vip_line(stadium, seats_of(stadium, number))]
        for step, more in (
            ("saleLineAdd", {"lines": lines}),
            ("invoiceScheduleSet", {"recipe": {"equal": stadium.months(4)}}),
            ("saleFinalise", {}),
        ):
            sale = self.mutate(step, stadium.about(sale, **more))
        if cancels:
            self.mutate("saleCancel", stadium.to_cancel(sale, "soak"))

    def mutate(self, step: str, given: dict[str, Any]) -> dict[str, Any]:
        """Run one mutation and note its latency and the CPU of API and PostgreSQL."""
        api, database = cpu_of(self.api_pid), tree_cpu(self.server_pid)
        begun = time.perf_counter()
        sale: dict[str, Any] = self.stadium.club.make(step, BRIEF, given)["sale"]
        took = time.perf_counter() - begun
        times = self.cost.setdefault(step, ([], [], []))
        times[0].append(took)
        times[1].append(cpu_of(self.api_pid) - api)
        times[2].append(tree_cpu(self.server_pid) - database)
        return sale


def cpu_of(pid: int | None) -> float:
    """Return the CPU seconds of a process; none where nobody asks."""
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def tree_cpu(pid: int | None) -> float:
    """Return the CPU seconds of a server and its backends that are alive."""
    if pid is None:
        return 0.0
    server = psutil.Process(pid)
    return sum(cpu_of(one.pid) for one in (server, *server.children()))


def run_sales(arena: Arena) -> None:
    """Measure and print."""
    _measure(arena, _recorded(arena))


def _recorded(arena: Arena) -> list[Statements]:
    """Note the statements of every Sale on a copy of the database."""
    engine = command_engine(arena.copy("recorded"))
    found = record(engine, Commands(Runner(engine), arena.stadium), SALES)
    engine.dispose()
    return found


def _measure(arena: Arena, recorded: list[Statements]) -> None:
    """Let the three ways take turns, and print what came out."""
    bare = psycopg.connect(plain(arena.copy("bare")))
    engine = command_engine(arena.copy("commands"))
    commands = Commands(Runner(engine), arena.stadium)
    api_url = arena.copy("api")
    server_pid = arena.server.status().pid or 0
    seconds: dict[str, float] = {"bare": 0.0, "commands": 0.0, "api": 0.0}
    with open_api(api_url) as api, httpx.Client(base_url=api.address, timeout=60) as http:
        club = arena.stadium.club
        tokens = command_engine(api_url)
        arena.stadium.club = Club(club.organisation, Runner(tokens), http)
        arena.stadium.club.token()
        portal = Portal(arena.stadium, api.pid, server_pid)
        for first in range(0, SALES, TURN):
            for name in seconds:
                begun = time.perf_counter()
                for number in range(first, first + TURN):
                    if name == "bare":
                        replay(bare, recorded[number])
                    elif name == "commands":
                        commands.sell(number)
                    else:
                        portal.sell(number)
                if first:
                    # The first turn warms up: plans, caches, connections.
                    seconds[name] += time.perf_counter() - begun
        tokens.dispose()
    bare.close()
    engine.dispose()
    _print(seconds, portal, recorded)


def _print(seconds: dict[str, float], portal: Portal, recorded: list[Statements]) -> None:
    """Print the tables."""
    counted = SALES - TURN
    print(f"\n{'season sales':<34}{'per second':>12}{'of the limit':>14}")
    labels = {
        "bare": "statements bare in psycopg (limit)",
        "commands": "commands in one process",
        "api": "public API over HTTP, one client",
    }
    for name, label in labels.items():
        share = seconds["bare"] / seconds[name]
        print(f"{label:<34}{counted / seconds[name]:>12.1f}{share:>14.2f}")
    print(
        f"\n{'mutation':<22}{'p50 ms':>8}{'p99 ms':>8}{'CPU API ms':>12}{'CPU PostgreSQL ms':>19}"
        f"{'statements':>12}"
    )
    for step, statements in zip(STEPS, _statements(recorded[-1]), strict=True):
        latency, api, database = (one[TURN:] for one in portal.cost[step])
        p99 = statistics.quantiles(latency, n=100)[98]
        print(
            f"{step:<22}{statistics.median(latency) * 1000:>8.1f}{p99 * 1000:>8.1f}"
            f"{statistics.mean(api) * 1000:>13.1f}{statistics.mean(database) * 1000:>12.1f}"
            f"{statements:>19}"
        )


def _statements(sale: Statements) -> list[int]:
    """Count the statements of each of a Sale's transactions."""
    counts, count = [], 0
    for text, _given, _many in sale:
        if text == COMMIT:
            counts.append(count)
        count = 0 if text == COMMIT else count + 1
    return counts
