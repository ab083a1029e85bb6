"""Live availability and invoices to do; server-sent events; tokens that end; slow readers."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from graphql import parse

from app.domain.permissions import Actor, Role
from app.resolvers.live import subscribers
from app.resolvers.live.channels import Operation, Source
from app.resolvers.live.events import LiveReason
from app.resolvers.live.following import follow
from app.resolvers.live.hub import Hub
from app.resolvers.live.subscribers import Subscriber
from app.resolvers.live.watches import SaleWatch
from app.schema.build import build_schema
from app.schema.subscriptions import SaleChange
from app.storage.engine import read_engine
from app.storage.reads import Reader
from tests.api.furnished import document_of
from tests.api.paid import pay, to
from tests.club import Club
from tests.live.followers import Follower, closing_code, follow_sale, follow_sales
from tests.stadium import Stadium, build_stadium

FREE = """subscription($id: ID!, $after: String) {
  availabilityChanged(calendarItemId: $id, after: $after) { kind cursor calendarItemId
    availability { seats { kind free taken blocked } places { free } } } }"""
TO_DO = """subscription($filter: InvoiceToDoFilter, $after: String) {
  invoicesToDoChanged(filter: $filter, after: $after) { kind cursor reason invoiceId topics
    invoice { code status open { amount } } } }"""


def free_seats(event: dict[str, Any]) -> int:
    seats = event["availability"]["seats"]
    return sum(one["free"] for one in seats if one["kind"] == "SEAT")


def test_availability_follows_sales_blocks_and_releases(club: Club) -> None:
    stadium = build_stadium(club, matches=2)
    with Follower.of(club, Role.SALES) as follower:
        name = follower.begin(FREE, id=stadium.matches[0])
        present = follower.until(name, "CAUGHT_UP")[0]
        count = free_seats(present)
        sale = stadium.add(
            stadium.begin(), stadium.line("SEAT", 2, "10.00", seatIds=stadium.seats[:2])
        )
        assert free_seats(follower.event(name)) == count - 2
        place = {"resourceIds": stadium.seats[2:3], "calendarItemIds": stadium.matches[:1]}
        club.make("resourceBlock", "", {**place, "reason": "camera"})
        assert free_seats(follower.event(name)) == count - 3
        club.make("resourceUnblock", "", place)
        assert free_seats(follower.event(name)) == count - 2
        lines = [line["id"] for line in sale["lines"]]
        stadium.act("saleLineRemove", sale, lineIds=lines)
        assert free_seats(follower.event(name)) == count


def test_invoices_come_with_the_final_sale_and_go_from_status_to_status(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    with Follower.of(club, Role.FINANCE) as follower:
        to_do = follower.begin(TO_DO)
        future = follower.begin(TO_DO, filter={"status": ["FUTURE"]})
        for name in (to_do, future):
            assert [one["kind"] for one in follower.until(name, "CAUGHT_UP")] == ["CAUGHT_UP"]
        sale = stadium.act("saleFinalise", stadium.equal(seat_sold(stadium), 1))
        (invoice,) = sale["invoices"]
        come = follower.event(future)
        assert (come["invoice"]["code"], come["invoice"]["status"]) == (invoice["code"], "FUTURE")
        document_of(stadium, invoice)
        left = follower.event(future)
        assert (left["kind"], left["reason"]) == ("GONE", "NOT_MATCHING")
        assert "invoice.documented" in left["topics"]
        come = follower.event(to_do)
        assert (come["invoiceId"], come["invoice"]["status"]) == (invoice["id"], "OVERDUE")
        pay(club, come["invoice"]["open"]["amount"], to(invoice, come["invoice"]["open"]["amount"]))
        assert "invoice.settled" in follower.until(to_do, "GONE")[-1]["topics"]


def seat_sold(stadium: Stadium) -> dict[str, Any]:
    return stadium.add(
        stadium.begin(), stadium.line("SEAT", 1, "100.00", seatIds=stadium.seats[:1])
    )


def test_a_revoked_token_ends_its_subscriptions_with_an_error(club: Club) -> None:
    made = club.make(
        "accessTokenCreate", "accessToken { id } secret", {"label": "a", "role": "SALES"}
    )
    with Follower.of(club, token=made["secret"]) as follower:
        name = follower.begin(follow_sales())
        follower.until(name, "CAUGHT_UP")
        token = made["accessToken"]
        club.make("accessTokenRevoke", "", {"id": token["id"]})
        message = follower.message(name)
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert closing_code(follower.socket) == 4403


@contextlib.contextmanager
def events_of(club: Club, document: str, **variables: Any) -> Iterator[Iterator[tuple[str, Any]]]:
    """Follow by server-sent events."""
    headers = {"authorization": f"Bearer {club.token()}", "accept": "text/event-stream"}
    body = {"query": document, "variables": variables}
    with club.http.stream("POST", "/graphql", json=body, headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield parsed(answer)


def parsed(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Read events from a stream."""
    kind = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(":")
        if name == "event":
            kind = value.strip()
        elif name == "data":
            yield kind, json.loads(value) if value.strip() else None


def test_server_sent_events_tell_the_same(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    with events_of(club, follow_sale(), id=sale["id"]) as events:
        kinds = [next(events)[1]["data"]["saleChanged"]["kind"] for _ in range(2)]
        assert kinds == ["PRESENT", "CAUGHT_UP"]
        sale = stadium.act("saleHoldSet", sale)
        kind, event = next(events)
        assert kind == "next"
        assert event["data"]["saleChanged"]["sale"]["version"] == sale["version"]
    with events_of(club, "{ organisation { code } }") as events:
        assert [kind for kind, _ in events] == ["next", "complete"]
    with events_of(club, follow_sale(), id=f"sale_{uuid4().hex}") as events:
        (_, refused), (last, _) = events
        assert refused["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert last == "complete"


@pytest.mark.parametrize(
    ("document", "scheme", "status"),
    [("subscription { nothing }", "Bearer", 400), ("{ __typename }", "Basic", 401)],
)
def test_what_is_no_stream_is_refused_before_it_begins(
    club: Club, document: str, scheme: str, status: int
) -> None:
    headers = {"accept": "text/event-stream", "authorization": f"{scheme} {club.token()}"}
    answer = club.http.post("/graphql", json={"query": document}, headers=headers)
    assert answer.status_code == status
    assert answer.json()["errors"]


def test_a_slow_subscriber_gets_the_newest_state_of_each_object_in_order() -> None:
    async def check() -> list[bytes | None]:
        subscriber = Subscriber(None, None, lambda: None)  # type: ignore[arg-type] # only its queue
        one, two = uuid4(), uuid4()
        subscriber.put(one, b"one 1")
        subscriber.put(two, b"two 1")
        subscriber.put(one, b"one 2")
        found = [await subscriber.take(), await subscriber.take()]
        for _ in range(subscribers.QUEUE_LIMIT + 1):
            subscriber.put(uuid4(), b"x")
        found.append(await subscriber.take())
        assert subscriber.lost is LiveReason.TOO_MANY_CHANGES
        return found

    assert asyncio.run(check()) == [b"two 1", b"one 2", None]


def test_one_who_takes_nothing_is_closed_and_holds_nobody_up(club: Club, database_url: str) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    sale_id = stadium.uuid(sale["id"])
    actor = Actor(club.organisation.id, None, Role.ROOT)
    schema = build_schema()._schema
    document = parse(follow_sale("kind sale { version }"))

    def render(result: Any) -> bytes:
        return json.dumps(result.data).encode()

    async def check() -> None:
        engine = read_engine(database_url, connections=3)
        hub = Hub(Reader(engine), club.runner, lambda: datetime.now(UTC))
        hub.patience_seconds = 0.2
        closed = asyncio.Event()
        operation = Operation(schema, document, None, {"id": sale["id"]}, render)
        source = Source(SaleWatch(sale_id), None, lambda event: SaleChange(event=event))
        slow = follow(hub, actor, "same", source, operation, closed.set)
        quick = follow(hub, actor, "same", source, operation, lambda: None)
        for subscriber in (slow, quick):
            kinds = [json.loads(await anext(subscriber))["saleChanged"]["kind"] for _ in range(2)]
            assert kinds == ["PRESENT", "CAUGHT_UP"]
        coming = asyncio.ensure_future(anext(quick))
        await asyncio.wait_for(closed.wait(), 10)
        changed = await asyncio.to_thread(stadium.act, "saleHoldSet", sale)
        event = json.loads(await coming)["saleChanged"]
        assert event == {"kind": "CHANGED", "sale": {"version": changed["version"]}}
        await slow.aclose()
        await quick.aclose()
        assert hub.subscriber_count == 0
        await hub.close()
        await engine.dispose()

    asyncio.run(check())
