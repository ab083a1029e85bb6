"""The simple protocol: a text with one or more statements, answered as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from semantic.sqlapi.statements import Kind, Routed
from semantic.wire import messages
from semantic.wire.backend import RefusedByShellError
from semantic.wire.contracts import BINARY
from semantic.wire.failures import placed
from semantic.wire.portals import Portal, Query
from semantic.wire.relay import IDLE
from semantic.wire.splitting import Command, Fetch, Prepare, split
from semantic.wire.steps import shell_sql

if TYPE_CHECKING:
    from semantic.wire.contracts import WireColumn
    from semantic.wire.executing import Executor
    from semantic.wire.messages import Message
    from semantic.wire.portals import Step
    from semantic.wire.splitting import Part
    from semantic.wire.steps import Steps


Recognised = Routed | Command | Exception | None


@dataclass
class Simple:
    """Answers simple queries of one session."""

    executor: Executor
    steps: Steps

    async def query(self, message: Message) -> None:
        """Answer a query; where no part of it concerns views, the shell does."""
        relay, opened = self.executor.relay, self.executor.opened
        if not await relay.settle():
            return
        opened.statements.pop(b"", None)
        await opened.drop_portal(b"")
        parts = _parts(messages.read_query(message.body))
        steps = [self._recognised(part) for part in parts]
        if all(map(self._is_elsewhere, steps)):
            await relay.query(message)
            return
        is_alone = len(parts) == 1 and relay.status == IDLE
        for part, step in zip(parts, steps, strict=True):
            if not await self._answer(part, step, is_alone=is_alone):
                break
        await relay.sync()

    def _recognised(self, part: Part) -> Recognised:
        """Return what a statement is, or what is wrong with it: that is told in its turn."""
        try:
            return self.steps.recognise(part)
        except Exception as error:  # noqa: BLE001 - the client is told, and faults are noted
            return error

    def _is_elsewhere(self, step: Recognised) -> bool:
        """Tell whether the shell alone answers."""
        if isinstance(step, Exception):
            return False
        return step is None or self.steps.is_elsewhere(step)

    async def _answer(self, part: Part, step: Recognised, *, is_alone: bool) -> bool:
        """Answer one statement, and tell whether the next one may follow."""
        if isinstance(step, Exception):
            await self.executor.tell(step)
            return False
        if step is None or self.steps.is_elsewhere(step):
            return await self.executor.relay.run(part)
        return await self.executor.attempt(self._run(part, step, is_alone=is_alone))

    async def _run(self, part: Part, step: Routed | Command, *, is_alone: bool) -> None:
        """Run a statement that concerns views, as the extended protocol would in one go."""
        channel = self.executor.relay.channel
        if isinstance(step, Command):
            portal, columns = Portal(step, ()), await self._columns_of(part, step)
        else:
            portal = Portal(await self._described(part, step), ())
            columns = await self._columns_of(part, portal.step)
        if columns:
            channel.write(messages.described(columns))
        await self.steps.run(portal, columns, None, is_alone=is_alone)

    async def _described(self, part: Part, routed: Routed) -> Query:
        try:
            return await self.steps.describe(routed, ())
        except RefusedByShellError as error:
            at = max(part.sql.find(routed.sql), 0)
            fields = placed(error.fields, routed.oracle_sql, part.sql[at:], part.begins_at + at)
            raise RefusedByShellError(fields) from error

    async def _columns_of(self, part: Part, step: Step) -> tuple[WireColumn, ...]:
        """Describe the rows that are sent; COPY, DECLARE, MOVE and CLOSE send none."""
        if isinstance(step, Query) and step.routed.kind is Kind.SELECT:
            return step.columns
        if isinstance(step, Prepare) or (
            isinstance(step, Query) and step.routed.kind is not Kind.EXPLAIN
        ):
            return ()
        sent = shell_sql(part, step)
        columns = (await self.executor.relay.backend.describe(sent.encode())).columns or ()
        is_binary = isinstance(step, Fetch) and self.executor.opened.cursors[step.name].is_binary
        return tuple(replace(one, format=BINARY) for one in columns) if is_binary else columns


def _parts(sql: bytes) -> list[Part]:
    """Take a batch apart; what is not UTF-8 is the shell's, which knows the session's encoding."""
    try:
        return split(sql.decode())
    except UnicodeDecodeError:
        return []
