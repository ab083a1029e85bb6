"""A client that asks and reads the answer: one keep-alive connection on a bare socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson

from bench.api.load import post


class RefusedError(Exception):
    """A mutation that was refused or failed; the message is the answer."""


@dataclass(frozen=True)
class Caller:
    """A connection to an API process, with the token that it uses."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    token: str

    @classmethod
    async def connect(cls, port: int, token: str) -> Caller:
        """Open a connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(reader, writer, token)

    def close(self) -> None:
        """Close the connection."""
        self.writer.close()

    async def mutate(self, document: str, given: dict[str, Any]) -> Any:
        """Run a mutation that must succeed; return its payload."""
        body = orjson.dumps({"query": document, "variables": {"input": given}})
        self.writer.write(post("/graphql", body, self.token))
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        answer = orjson.loads(await self.reader.readexactly(length))
        if answer.get("errors"):
            raise RefusedError(str(answer["errors"])[:600])
        (payload,) = answer["data"].values()
        if payload["userErrors"]:
            raise RefusedError(str(payload["userErrors"])[:600])
        return payload
