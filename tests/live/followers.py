"""A client of live data: graphql-transport-ws spoken by hand, message by message."""

from __future__ import annotations

import itertools
import json
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.domain.permissions import Role

if TYPE_CHECKING:
    from uuid import UUID

    from tests.club import Club

PROTOCOL = Subprotocol("graphql-transport-ws")
SALE = "kind cursor reason saleId topics sale { id version status reference }"
PATIENCE_SECONDS = 20


def open_socket(club: Club, **options: Any) -> ClientConnection:
    """Open a WebSocket at the club's server; nothing is said on it yet."""
    address = str(club.http.base_url).rstrip("/").replace("http://", "ws://") + "/graphql"
    given = {"subprotocols": [PROTOCOL], "compression": None, "close_timeout": 2, **options}
    # Closed by `Follower`, or by whoever opened it.
    opened: ClientConnection = connect(address, **given).__enter__()
    return opened


def closing_code(socket: ClientConnection) -> int:
    """Read until the server closes; return its code."""
    with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012 - reading ends with it
        while True:
            socket.recv(timeout=PATIENCE_SECONDS)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@dataclass
class Follower:
    """One connection with any number of operations on it."""

    socket: ClientConnection
    waiting: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def of(
        cls,
        club: Club,
        role: Role = Role.ROOT,
        account_id: UUID | None = None,
        token: str | None = None,
    ) -> Self:
        """Connect as a role."""
        follower = cls(open_socket(club))
        bearer = f"Bearer {token or club.token(role, account_id)}"
        follower.send(type="connection_init", payload={"Authorization": bearer})
        assert follower.receive() == {"type": "connection_ack"}
        return follower

    def __enter__(self) -> Self:
        """Use the connection for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.socket.close()

    def cut(self) -> None:
        """Lose the connection without a word."""
        self.socket.socket.shutdown(socket.SHUT_RDWR)

    def send(self, **message: Any) -> None:
        """Send a message."""
        self.socket.send(json.dumps(message))

    def receive(self) -> dict[str, Any]:
        """Receive any message, which must be text."""
        text = self.socket.recv(timeout=PATIENCE_SECONDS)
        assert isinstance(text, str)
        found: dict[str, Any] = json.loads(text)
        return found

    def begin(self, document: str, **variables: Any) -> str:
        """Begin an operation; return its id."""
        name = str(next(self.ids))
        payload = {"query": document, "variables": variables}
        self.send(id=name, type="subscribe", payload=payload)
        return name

    def message(self, name: str) -> dict[str, Any]:
        """Receive the next message of an operation."""
        queue = self.waiting.setdefault(name, [])
        while not queue:
            message = self.receive()
            self.waiting.setdefault(message["id"], []).append(message)
        return queue.pop(0)

    def event(self, name: str) -> dict[str, Any]:
        """Receive the next event of a subscription: what its one field has."""
        message = self.message(name)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (found,) = message["payload"]["data"].values()
        event: dict[str, Any] = found
        return event

    def until(self, name: str, kind: str) -> list[dict[str, Any]]:
        """Receive events up to the first of a kind."""
        events = [self.event(name)]
        while events[-1]["kind"] != kind:
            events.append(self.event(name))
        return events


def follow_sale(fields: str = SALE) -> str:
    """Return a subscription to one Sale."""
    return (
        "subscription($id: ID!, $after: String) "
        f"{{ saleChanged(id: $id, after: $after) {{ {fields} }} }}"
    )


def follow_sales(fields: str = SALE) -> str:
    """Return a subscription to Sales."""
    return (
        "subscription($filter: SaleChangeFilter, $after: String) "
        f"{{ salesChanged(filter: $filter, after: $after) {{ {fields} }} }}"
    )
