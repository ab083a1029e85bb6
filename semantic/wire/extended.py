"""The extended protocol: statements that are prepared, bound, described and run one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.sqlapi.statements import Kind
from semantic.wire import messages
from semantic.wire.backend import RefusedByShellError
from semantic.wire.encoding import decode_parameter
from semantic.wire.failures import placed
from semantic.wire.messages import Parse
from semantic.wire.portals import Portal, Query
from semantic.wire.relay import IDLE
from semantic.wire.splitting import Command, split
from semantic.wire.steps import shell_sql

if TYPE_CHECKING:
    from semantic.sqlapi.statements import Routed
    from semantic.wire.executing import Executor
    from semantic.wire.messages import Bind, Message
    from semantic.wire.portals import Step
    from semantic.wire.splitting import Part
    from semantic.wire.steps import Steps


@dataclass
class Extended:
    """Answers the messages of the extended protocol of one session.

    What concerns views is done here, and in the shell as well as far as names, types and lifetimes
    go; it only never runs there. Everything else is passed on as it came.
    """

    executor: Executor
    steps: Steps

    async def parse(self, message: Message) -> None:
        """Prepare a statement."""
        found = messages.read_parse(message.body)
        part = _only_part(found.sql)
        try:
            step = None if part is None else self.steps.recognise(part)
        except Exception as error:  # noqa: BLE001 - the client is told, and faults are noted
            if await self.executor.relay.settle():
                await self.executor.tell(error)
            return
        if part is None or step is None:
            await self._parse_elsewhere(message, found.name)
        elif await self.executor.relay.settle():
            await self.executor.attempt(self._prepare(found, part, step))

    async def bind(self, message: Message) -> None:
        """Give values to a prepared statement."""
        found = messages.read_bind(message.body)
        opened, relay = self.executor.opened, self.executor.relay
        step = opened.statements.get(found.statement)
        if step is not None:
            if await relay.settle():
                await self.executor.attempt(self._bind(message, found, step))
            return
        relay.forward(message)
        if found.portal in opened.portals and await relay.settle():
            await opened.drop_portal(found.portal)

    async def execute(self, message: Message) -> None:
        """Run a portal, or go on where it stopped."""
        name, count = messages.read_execute(message.body)
        executor = self.executor
        portal = executor.opened.portals.get(name)
        if portal is None or self.steps.is_elsewhere(portal.step):
            executor.relay.forward(message)
        elif await executor.relay.settle():
            await executor.attempt(self._execute(name, portal, count if count > 0 else None))

    async def close(self, message: Message) -> None:
        """Drop a statement or a portal, here and there."""
        kind, name = messages.read_target(message.body)
        opened = self.executor.opened
        self.executor.relay.forward(message)
        if kind == b"P" and name in opened.portals and await self.executor.relay.settle():
            await opened.drop_portal(name)
        elif kind == b"S" and name in opened.statements and await self.executor.relay.settle():
            del opened.statements[name]

    async def _parse_elsewhere(self, message: Message, name: bytes) -> None:
        """Let the shell prepare a statement, whose name is then no longer one of a view's."""
        relay, opened = self.executor.relay, self.executor.opened
        relay.forward(message)
        if name in opened.statements and await relay.settle():
            del opened.statements[name]

    async def _prepare(self, found: Parse, part: Part, step: Routed | Command) -> None:
        backend, opened = self.executor.relay.backend, self.executor.opened
        sent = shell_sql(part, step)
        backend.send(Parse(found.name, sent.encode(), found.oids).packed())
        is_select = not isinstance(step, Command) and step.kind is Kind.SELECT
        asked = messages.describe(b"S", found.name) if is_select else b""
        backend.send(asked + messages.FLUSH)
        try:
            await backend.expect(b"1")
        except RefusedByShellError as error:
            fields = placed(error.fields, sent, part.sql, part.begins_at)
            raise RefusedByShellError(fields) from error
        if isinstance(step, Command):
            opened.statements[found.name] = step
        elif is_select:
            inner = await backend.description()
            opened.statements[found.name] = Query(step, inner, inner.columns or ())
        else:
            opened.statements[found.name] = await self.steps.describe(step, found.oids)
        self.executor.relay.channel.write(messages.PARSE_COMPLETE)

    async def _bind(self, message: Message, found: Bind, step: Step) -> None:
        backend = self.executor.relay.backend
        backend.send(message.packed() + messages.FLUSH)
        await backend.expect(b"2")
        oids = step.inner.oids if isinstance(step, Query) else ()
        values = tuple(
            decode_parameter(oid, found.format_of(index), value)
            for index, (oid, value) in enumerate(zip(oids, found.values, strict=False))
        )
        await self.executor.opened.put_portal(found.portal, Portal(step, values))
        self.executor.relay.channel.write(messages.BIND_COMPLETE)

    async def _execute(self, name: bytes, portal: Portal, limit: int | None) -> None:
        # The shell says whether the portal still lives, and in which formats its rows are wanted.
        backend = self.executor.relay.backend
        backend.send(messages.describe(b"P", name) + messages.FLUSH)
        rows = await backend.expect(b"Tn")
        columns = messages.read_columns(rows.body) if rows.kind == b"T" else ()
        is_alone = self.executor.relay.status == IDLE
        await self.steps.run(portal, columns, limit, is_alone=is_alone)


def _only_part(sql: bytes) -> Part | None:
    """Return the one statement of a text; None where the shell has something to say about it."""
    try:
        parts = split(sql.decode())
    except UnicodeDecodeError:
        return None
    return parts[0] if len(parts) == 1 else None
