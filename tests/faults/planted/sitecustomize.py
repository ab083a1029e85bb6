"""Plants a bug into a process of Loge as Python starts: those that the checks of faults must find.

On the path of the processes alone; the setting LOGE_PLANTED_BUG says which one it is.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def module(name: str) -> Any:
    """Import a module of Loge, which only the processes that have a bug need at once."""
    return import_module(name)


def position_before_rows() -> None:
    """The position is committed before the rows that it claims to include."""
    apply, worker = module("semantic.sync.apply"), module("semantic.sync.worker")
    whole = apply.apply_changes

    def torn(connection: Any, reading: Any, clubs: Any, changed: Any, state: Any, at: Any) -> Any:
        after = replace(
            state, position=reading.position, version=state.version + 1, refreshed_at=at
        )
        with apply.transaction(connection):
            module("semantic.sync.state").write_state(connection, after)
        # As a larger batch would take, so that a run of seconds is enough.
        time.sleep(0.1)
        return whole(connection, reading, clubs, changed, state, at)

    worker.apply_changes = torn


def rows_without_transaction() -> None:
    """Every statement of a batch is committed by itself."""

    @contextmanager
    def alone(_connection: Any) -> Iterator[None]:
        yield

    module("semantic.sync.apply").transaction = alone


def position_above_last() -> None:
    """Changes are those with a higher number than the last one that was seen."""
    reading = module("app.storage.extract.source").PostgresReading
    first = reading.changed_since
    last: list[int] = []

    def above(self: Any, position: str) -> Any:
        found = first(self, position)
        where = f"pos > {last[0]}" if last else "true"
        rows = self._fetch(
            f"SELECT pos, entity, entity_id FROM change_log WHERE {where}"
        ).to_pylist()
        if last:
            found = {}
            for one in rows:
                found.setdefault(one["entity"], set()).add(one["entity_id"])
        last[:] = [max([one["pos"] for one in rows] + (last or [0]))]
        return found

    reading.changed_since = above


def key_outside_transaction() -> None:
    """The idempotency key is looked for before the transaction and written after it."""
    execution = module("app.commands.execution")

    def run(
        self: Any,
        actor: Any,
        operation: str,
        key: str,
        request: Any,
        command: Any,
        request_id: str | None = None,
    ) -> Any:
        digest = execution.request_hash(operation, request)
        club, name = actor.organisation_id, actor.name

        class FoundNothingError(Exception):
            pass

        def look(work: Any) -> Any:
            stored = execution.idempotency.claim(work, operation, key, digest)
            if stored is None:
                raise FoundNothingError
            return execution._replayed(stored, digest)

        def write(work: Any) -> None:
            if execution.idempotency.claim(work, operation, key, digest) is None:
                execution.idempotency.answer(work, operation, key, outcome.to_json())

        try:
            return self.transact(club, name, look)
        except FoundNothingError:
            pass
        outcome = self.transact(club, name, lambda work: command(work, actor, request), request_id)
        self.transact(club, name, write)
        return outcome

    execution.Runner.run = run


def seats_not_counted() -> None:
    """Nobody looks how many of the seats were free."""
    drafts = module("app.commands.drafts")
    whole = drafts.reserve

    def reserve(work: Any, reservations: Any) -> list[Any]:
        whole(work, reservations)
        return []

    drafts.reserve = reserve


def places_not_counted() -> None:
    """Nobody looks whether the pools had places left."""
    unit_of_work = module("app.storage.unit_of_work")
    whole = unit_of_work.UnitOfWork.flush_places

    def flush_places(self: Any) -> None:
        try:
            whole(self)
        except unit_of_work.PlacesTaken:
            return

    unit_of_work.UnitOfWork.flush_places = flush_places


BUGS: Mapping[str, tuple[str, Callable[[], None]]] = {
    "position before rows": ("semantic", position_before_rows),
    "rows without transaction": ("semantic", rows_without_transaction),
    "position above last": ("semantic", position_above_last),
    "key outside transaction": ("api", key_outside_transaction),
    "seats not counted": ("api", seats_not_counted),
    "places not counted": ("api", places_not_counted),
}
"""Each bug by its name, with the verb of the processes that have it."""

_wanted = os.environ.get("LOGE_PLANTED_BUG", "")
if _wanted and BUGS[_wanted][0] in sys.orig_argv:
    BUGS[_wanted][1]()
