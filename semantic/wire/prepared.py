"""PREPARE and EXECUTE as statements: the shell has each of the same name, and runs none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.wire import messages
from semantic.wire.failures import WireError
from semantic.wire.portals import Portal, Prepared, Query
from semantic.wire.splitting import Execute, Prepare, between_commas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic.wire.contracts import WireColumn
    from semantic.wire.executing import Executor

_KNOWN = "SELECT name, extract(epoch FROM prepare_time) FROM pg_catalog.pg_prepared_statements"
_REPLACED = "Execute it in a message of its own."


@dataclass(slots=True)
class Preparing:
    """Prepares and executes statements over views by the names that SQL has for them."""

    executor: Executor

    async def prepare(self, step: Prepare) -> None:
        """Prepare a statement, in the shell as well, which says what it takes and returns.

        Raises:
            RefusedByShellError: it is wrong, or there is one of the name.
        """
        backend, opened = self.executor.relay.backend, self.executor.opened
        await backend.ask(prepare_sql(step))
        backend.send(messages.describe(b"S", step.name.encode()) + messages.FLUSH)
        inner = await backend.description()
        query = Query(step.routed, inner, inner.columns or ())
        opened.prepared[step.name] = Prepared(query, (await self._known()).get(step.name, ""))
        self.executor.relay.channel.write(messages.completed("PREPARE"))

    async def execute(
        self, step: Execute, portal: Portal, columns: Sequence[WireColumn], limit: int | None
    ) -> None:
        """Run a prepared statement with values, which the shell computes.

        Raises:
            QueryError: it cannot be answered.
            WireError: it is another statement by now, or takes other values.
            RefusedByShellError: a value is wrong.
        """
        prepared = self.executor.opened.prepared[step.name]
        if portal.running is None:
            if (await self._known()).get(step.name) != prepared.made_at:
                message = f'prepared statement "{step.name}" is another one by now'
                raise WireError("26000", message, _REPLACED)
            portal.values = await self._values(step, prepared.query.inner.oids)
        await self.executor.send_portal(portal, prepared.query, columns, limit)

    async def sweep(self) -> None:
        """Forget what the shell no longer has, or has anew."""
        known = await self._known()
        prepared = self.executor.opened.prepared
        for name in [one for one, kept in prepared.items() if known.get(one) != kept.made_at]:
            del prepared[name]

    async def _known(self) -> dict[str | None, str | None]:
        """Return when each statement was prepared."""
        rows = await self.executor.relay.backend.ask(_KNOWN)
        return {row[0]: row[1] for row in rows}

    async def _values(self, step: Execute, oids: tuple[int, ...]) -> tuple[str | None, ...]:
        given = between_commas(step.arguments)
        if len(given) != len(oids):
            message = f'wrong number of parameters for prepared statement "{step.name}"'
            raise WireError("42601", message, f"Expected {len(oids)}, got {len(given)}.")
        if not oids:
            return ()
        backend = self.executor.relay.backend
        named = ", ".join(f"pg_catalog.format_type({oid}, -1)" for oid in oids)
        ((*types,),) = await backend.ask(f"SELECT {named}")
        shown = ", ".join(
            f"CAST(CAST(({one}) AS {type_}) AS text)"
            for one, type_ in zip(given, types, strict=True)
        )
        ((*values,),) = await backend.ask(f"SELECT {shown}")
        return tuple(values)


def prepare_sql(step: Prepare) -> str:
    """Return what the shell prepares under the same name."""
    name = step.name.replace('"', '""')
    types = f" ({', '.join(step.routed.types)})" if step.routed.types else ""
    return f'PREPARE "{name}"{types} AS {step.routed.oracle_sql}'
