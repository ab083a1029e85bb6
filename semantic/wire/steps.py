"""What a client asks for, one statement after the other: recognised, prepared, and run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.sqlapi.statements import Kind, Target
from semantic.wire import messages
from semantic.wire.failures import WireError
from semantic.wire.portals import Cursor, Portal, Query
from semantic.wire.prepared import Preparing, prepare_sql
from semantic.wire.shell.template import GUARD
from semantic.wire.splitting import (
    CloseCursor,
    Command,
    Execute,
    Fetch,
    Prepare,
    cursor_step,
    execute_step,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic.sqlapi.statements import CursorOptions, Routed
    from semantic.wire.contracts import WireColumn
    from semantic.wire.executing import Executor
    from semantic.wire.portals import Running, Step
    from semantic.wire.splitting import Part


@dataclass
class Steps:
    """Runs single statements of one session."""

    executor: Executor

    def recognise(self, part: Part) -> Routed | Command | None:
        """Return what a statement does with views or cursors, None if the shell answers it.

        Raises:
            WireError: it is refused.
            QueryError: the same.
        """
        step = cursor_step(part) or execute_step(part)
        if step is not None:
            return step
        routed = self.executor.translator.routed(part.sql, self.executor.caller.principal)
        if routed.target is Target.SHELL:
            return None
        if routed.kind is Kind.PREPARE:
            return Prepare(routed)
        return routed

    def is_elsewhere(self, step: Step | Routed) -> bool:
        """Tell whether a step is about a cursor or a statement of the shell's own."""
        if isinstance(step, Execute):
            return step.name not in self.executor.opened.prepared
        return isinstance(step, Fetch | CloseCursor) and (
            step.name not in self.executor.opened.cursors
        )

    async def describe(self, routed: Routed, oids: tuple[int, ...]) -> Query:
        """Let the shell say what a statement's query takes and returns.

        Raises:
            RefusedByShellError: the query is wrong.
        """
        inner = await self.executor.relay.backend.describe(routed.oracle_sql.encode(), oids)
        return Query(routed, inner, inner.columns or ())

    async def run(
        self, portal: Portal, columns: Sequence[WireColumn], limit: int | None, *, is_alone: bool
    ) -> None:
        """Run what was bound, and send everything but the description of its rows.

        `is_alone` says that no transaction is there but the statement's own.

        Raises:
            QueryError: it cannot be answered.
            WireError: it is refused.
            RefusedByShellError: the shell refuses it.
        """
        step, executor = portal.step, self.executor
        if isinstance(step, Fetch):
            await self._fetch(step, columns)
        elif isinstance(step, CloseCursor):
            await executor.relay.backend.ask(f"CLOSE {_quoted(step.name)}")
            await executor.opened.drop_cursor(step.name)
            executor.relay.channel.write(messages.completed("CLOSE CURSOR"))
        elif isinstance(step, Prepare):
            await Preparing(executor).prepare(step)
        elif isinstance(step, Execute):
            await Preparing(executor).execute(step, portal, columns, limit)
        elif step.routed.kind is Kind.EXPLAIN:
            await executor.explain(step, portal.values)
        elif step.routed.kind is Kind.COPY:
            await executor.copy(step, portal.values)
        elif step.routed.cursor is not None:
            await self._declare(step, step.routed.cursor, portal, is_alone=is_alone)
        else:
            await executor.send_portal(portal, step, columns, limit)

    async def _declare(
        self, query: Query, options: CursorOptions, portal: Portal, *, is_alone: bool
    ) -> None:
        """Make a cursor, and one in the shell that has its name and returns nothing."""
        if options.is_scrollable:
            raise WireError(
                "0A000", "cursors of views only go forward", "Declare the cursor without SCROLL."
            )
        if is_alone and not options.is_held:
            raise WireError("25P01", "DECLARE CURSOR can only be used in transaction blocks")
        running = await self.executor.begin(query, portal.values)
        await self.executor.relay.backend.ask(_shadow(options, query, running))
        cursor = Cursor(running, query.columns, options.is_held, options.is_binary)
        await self.executor.opened.put_cursor(options.name, cursor)
        self.executor.relay.channel.write(messages.completed("DECLARE CURSOR"))

    async def _fetch(self, step: Fetch, columns: Sequence[WireColumn]) -> None:
        if step.refusal:
            raise WireError("55000", "cursor can only scan forward", step.refusal)
        running = self.executor.opened.cursors[step.name].running
        if step.is_move:
            count, tag = await self.executor.skip(running, step.count), "MOVE"
        else:
            (count, _), tag = await self.executor.send(running, columns, step.count), "FETCH"
        self.executor.relay.channel.write(messages.completed(f"{tag} {count}"))


def shell_sql(part: Part, step: Step | Routed) -> str:
    """Return the statement that the shell prepares in place of one over views."""
    if isinstance(step, Prepare):
        return prepare_sql(step)
    if isinstance(step, Command):
        return part.sql
    routed = step.routed if isinstance(step, Query) else step
    if routed.kind is Kind.EXPLAIN:
        form = "" if routed.explain is None else f"(FORMAT {routed.explain.format}) "
        return f"EXPLAIN {form}{routed.oracle_sql}"
    if routed.kind is Kind.COPY:
        return f"COPY ({routed.oracle_sql}) TO STDOUT"
    if routed.cursor is not None:
        return f"DECLARE {_quoted(routed.cursor.name)} CURSOR FOR {routed.oracle_sql}"
    return routed.oracle_sql


def _shadow(options: CursorOptions, query: Query, running: Running) -> str:
    """Write the shell's cursor: columns of the same names and types, and never a row.

    One that is held is run when its transaction ends, so that one must not fail.
    """
    nulls = ", ".join(
        f"CAST(NULL AS {type_}) AS {_quoted(one.name)}"
        for one, type_ in zip(query.columns, running.type_names, strict=True)
    )
    binary = "BINARY " if options.is_binary else ""
    held = "WITH HOLD " if options.is_held else ""
    rows = "WHERE false" if options.is_held else f"FROM pg_catalog.{GUARD}()"
    return f"DECLARE {_quoted(options.name)} {binary}CURSOR {held}FOR SELECT {nulls} {rows}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
