"""graphql-transport-ws, rule by rule: what closes a connection, and with which code."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from app.http.live import sockets
from tests.club import Club
from tests.live.followers import (
    Follower,
    closing_code,
    follow_sale,
    follow_sales,
    open_socket,
)
from tests.stadium import build_stadium

INIT = {"type": "connection_init"}


@pytest.fixture
def socket(club: Club) -> Iterator[ClientConnection]:
    """A connection on which nothing was said."""
    with open_socket(club) as found:
        yield found


def opening(club: Club) -> dict[str, Any]:
    return {**INIT, "payload": {"authorization": f"Bearer {club.token()}"}}


def say(socket: ClientConnection, *messages: Any) -> None:
    for message in messages:
        socket.send(json.dumps(message))


def subscribe(document: str, name: str = "1", **variables: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": "subscribe",
        "payload": {"query": document, "variables": variables},
    }


def test_an_unknown_type_of_message_closes_4400(socket: ClientConnection) -> None:
    say(socket, {"type": "start"})
    assert closing_code(socket) == 4400


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"type": 1}', '{"id": "1"}', "\x00"])
def test_what_is_no_message_closes_4400(socket: ClientConnection, text: str) -> None:
    socket.send(text)
    assert closing_code(socket) == 4400


def test_a_binary_message_closes_4400(socket: ClientConnection) -> None:
    socket.send(b'{"type": "connection_init"}')
    assert closing_code(socket) == 4400


@pytest.mark.parametrize("payload", [None, {}, {"query": 1}, {"query": "{a}", "variables": []}, []])
def test_a_payload_that_is_no_request_closes_4400(club: Club, payload: Any) -> None:
    with Follower.of(club) as follower:
        follower.send(id="1", type="subscribe", payload=payload)
        if payload == {}:
            assert follower.message("1")["payload"][0]["extensions"]["code"] == "REQUEST_INVALID"
        else:
            assert closing_code(follower.socket) == 4400


def test_an_operation_without_an_id_closes_4400(club: Club) -> None:
    with Follower.of(club) as follower:
        follower.send(type="subscribe", payload={"query": "{ __typename }"})
        assert closing_code(follower.socket) == 4400


def test_subscribing_before_the_connection_is_open_closes_4401(socket: ClientConnection) -> None:
    say(socket, subscribe(follow_sales()))
    assert closing_code(socket) == 4401


def test_opening_twice_closes_4429(club: Club, socket: ClientConnection) -> None:
    say(socket, opening(club), opening(club))
    assert closing_code(socket) == 4429


@pytest.mark.parametrize(
    "payload", [{}, {"authorization": "Bearer loge_wrong"}, {"Authorization": 7}]
)
def test_opening_without_a_valid_token_closes_4403(
    socket: ClientConnection, payload: dict[str, Any]
) -> None:
    say(socket, {**INIT, "payload": payload})
    assert closing_code(socket) == 4403


def test_a_token_in_the_header_opens_as_well(club: Club) -> None:
    headers = {"authorization": f"Bearer {club.token()}"}
    with open_socket(club, additional_headers=headers) as socket:
        say(socket, INIT)
        assert json.loads(socket.recv()) == {"type": "connection_ack"}


def test_a_client_that_does_not_open_is_closed_4408(
    monkeypatch: pytest.MonkeyPatch, club: Club
) -> None:
    monkeypatch.setattr(sockets, "INIT_TIMEOUT", timedelta(milliseconds=50))
    with open_socket(club) as silent:
        assert closing_code(silent) == 4408


def test_the_same_id_twice_closes_4409(club: Club) -> None:
    with Follower.of(club) as follower:
        for _ in range(2):
            follower.send(**subscribe(follow_sales()))
        assert closing_code(follower.socket) == 4409


def test_other_protocols_are_closed_4406(club: Club) -> None:
    with open_socket(club, subprotocols=None) as bare:
        assert closing_code(bare) == 4406


def test_the_older_protocol_is_not_spoken(club: Club) -> None:
    with open_socket(club, subprotocols=["graphql-ws"]) as old:
        assert old.subprotocol is None
        assert closing_code(old) == 4406


def test_pages_of_other_origins_are_refused_and_own_ones_are_not(club: Club) -> None:
    with pytest.raises(InvalidStatus) as refused, open_socket(club, origin="https://evil.test"):
        pass
    assert refused.value.response.status_code == 403
    with open_socket(club, origin=str(club.http.base_url)) as own:
        say(own, opening(club))
        assert json.loads(own.recv()) == {"type": "connection_ack"}


def test_a_ping_is_answered_with_a_pong(club: Club) -> None:
    with Follower.of(club) as follower:
        follower.send(type="ping")
        assert follower.receive() == {"type": "pong"}


def test_a_query_is_answered_and_completed(club: Club) -> None:
    with Follower.of(club) as follower:
        name = follower.begin("{ organisation { code } }")
        payload = follower.message(name)["payload"]
        assert payload["data"] == {"organisation": {"code": club.organisation.code}}
        assert payload["extensions"]["cost"]["requested"] == 1
        assert follower.message(name) == {"id": name, "type": "complete"}


def test_a_completed_subscription_sends_nothing_more_and_frees_its_id(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    with Follower.of(club) as follower:
        follower.send(**subscribe(follow_sale(), "same", id=sale["id"]))
        follower.until("same", "CAUGHT_UP")
        follower.send(id="same", type="complete")
        follower.send(type="ping")
        assert follower.receive() == {"type": "pong"}
        stadium.act("saleHoldSet", sale)
        follower.send(**subscribe(follow_sale(), "same", id=sale["id"]))
        assert follower.event("same")["kind"] == "PRESENT"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{", "SYNTAX_INVALID"),
        ("subscription { nothing }", "DOCUMENT_INVALID"),
        ("subscription { a: salesChanged { kind } b: salesChanged { kind } }", "DOCUMENT_INVALID"),
        ('subscription { saleChanged(id: "sale_1") { kind } }', "ID_INVALID"),
        (f'subscription {{ saleChanged(id: "sale_{"0" * 32}") {{ kind }} }}', "NOT_FOUND"),
        ('subscription { salesChanged(after: "nonsense") { kind } }', "INPUT_INVALID"),
        (
            (
                f'subscription {{ availabilityChanged(calendarItemId: "calendar_item_{"0" * 32}") '
                "{ kind } }"
            ),
            "NOT_FOUND",
        ),
        ("subscription($id: ID!) { saleChanged(id: $id) { kind } }", "VARIABLES_INVALID"),
        ("{ sales(first: 100) { nodes { invoices { lines { line { id } } } } } }", None),
    ],
)
def test_an_operation_that_is_refused_gets_an_error_and_the_connection_stays(
    club: Club, document: str, code: str | None
) -> None:
    with Follower.of(club) as follower:
        name = follower.begin(document)
        message = follower.message(name)
        if code is None:
            assert message["type"] == "next"
        else:
            assert message["type"] == "error"
            assert message["payload"][0]["extensions"]["code"] == code
        follower.send(type="ping")
        while follower.receive()["type"] != "pong":
            pass


def test_operations_of_one_connection_are_limited(club: Club) -> None:
    with Follower.of(club) as follower:
        names = [follower.begin(follow_sales("kind")) for _ in range(sockets.OPERATION_LIMIT)]
        refused = follower.begin(follow_sales("kind"))
        message = follower.message(refused)
        assert message["type"] == "error"
        assert message["payload"][0]["message"] == "Subscription limit reached"
        assert all(follower.event(name)["kind"] == "CAUGHT_UP" for name in names)


def test_a_message_that_is_too_large_is_not_read(club: Club) -> None:
    with Follower.of(club) as follower:
        follower.begin("#" * 300_000)
        assert closing_code(follower.socket) == 1009
