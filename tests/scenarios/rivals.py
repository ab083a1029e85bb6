"""Buyers who want the same places at the same moment, each in a thread of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Engine, event, text

from tests.stadium import CONFLICTS, Stadium, build_stadium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.engine import ExceptionContext

    from tests.club import Club

Answer = TypeVar("Answer")

BRIEF = "sale { id code version status }"
LONGEST_SECONDS = 120
"""How long a race may take before it counts as hanging; far more than any machine needs."""


def race(runners: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Start all at once; return what each answered, in order. Whatever one raises is raised."""
    gate = threading.Barrier(len(runners))

    def run(runner: Callable[[], Answer]) -> Answer:
        gate.wait()
        return runner()

    with ThreadPoolExecutor(len(runners)) as pool:
        futures = [pool.submit(run, runner) for runner in runners]
        return [future.result(timeout=LONGEST_SECONDS) for future in futures]


def build_arena(club: Club, *, matches: int, seats: int, places: int) -> Stadium:
    """Set up a stadium whose package is a seat with a cocktail."""
    stadium = build_stadium(club, matches=matches, seats=seats, places=places)
    package = stadium.product("VIP", "PACKAGE", "ADMISSION", scope="NONE")
    parts = [
        {"productId": stadium.ids["SEAT"], "quantity": 1, "priceWeight": 3},
        {"productId": stadium.ids["COCKTAIL"], "quantity": 1, "priceWeight": 1},
    ]
    wanted = {"productId": package, "expectedVersion": 1, "components": parts}
    club.make("packageComponentsSet", "product { id }", wanted)
    club.token()
    return stadium


def vip_line(stadium: Stadium, seats: Sequence[str], price: str = "1700.00") -> dict[str, Any]:
    """One package line for the whole season."""
    return stadium.line("VIP", len(seats), price, seatIds=list(seats))


def seat_and_cocktail_lines(stadium: Stadium, seats: Sequence[str]) -> list[dict[str, Any]]:
    """The same as two lines: seats, and cocktails attached to them."""
    return [
        stadium.line("SEAT", len(seats), "1275.00", seatIds=list(seats)),
        stadium.line("COCKTAIL", len(seats), "425.00"),
    ]


def begin(stadium: Stadium) -> dict[str, Any]:
    """Begin a Sale, with the short selection."""
    given = {"type": "SEASON", "accountId": stadium.ids["A1"]}
    sale: dict[str, Any] = stadium.club.make("saleCreate", BRIEF, given)["sale"]
    return sale


def act(stadium: Stadium, name: str, sale: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Run a mutation on a Sale that may be refused; return its payload with all conflicts."""
    return stadium.club.mutate(name, BRIEF + CONFLICTS, stadium.about(sale, **more))


def codes_of(payload: dict[str, Any]) -> list[str]:
    """The codes of a payload's refusals."""
    return [error["code"] for error in payload["userErrors"]]


def current(stadium: Stadium, sale: dict[str, Any]) -> dict[str, Any]:
    """Read a Sale again."""
    document = "query($id: ID!) { sale(id: $id) { id code version status lines { id } } }"
    found: dict[str, Any] = stadium.club.query(document, {"id": sale["id"]})["sale"]
    return found


def bill_and_finalise(stadium: Stadium, sale: dict[str, Any]) -> dict[str, Any]:
    """Bill a Sale in four months and try to make it Final."""
    recipe = {"equal": stadium.months(4)}
    billed = act(stadium, "invoiceScheduleSet", sale, recipe=recipe)
    if billed["userErrors"]:
        return billed
    return act(stadium, "saleFinalise", billed["sale"])


def let_hold_lapse(engine: Engine, stadium: Stadium, sale: dict[str, Any]) -> None:
    """Put the end of a Draft's hold into the past, as time would."""
    statement = """
        UPDATE sale SET hold_expires_at = now() - interval '1 minute', hold_action = 'RELEASE'
        WHERE organisation_id = :club AND id = CAST(:sale AS uuid) AND status = 'DRAFT'"""
    identity = sale["id"].rpartition("_")[2]
    with engine.begin() as connection:
        given = {"club": stadium.club.organisation.id, "sale": identity}
        connection.execute(text(statement), given)


@contextmanager
def watching_deadlocks() -> Iterator[list[str]]:
    """Collect the statements in which the database had to break a deadlock."""
    found: list[str] = []

    def note(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == "40P01":
            found.append(str(context.statement))

    event.listen(Engine, "handle_error", note)
    try:
        yield found
    finally:
        event.remove(Engine, "handle_error", note)
