"""A club that is connected to a bookkeeping system, and what its people see of transfers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.commands.flows import EditFlow, NewFlow, create_flow, edit_flow
from app.commands.systems import NewSystem, create_system
from app.domain.flows import FlowTrigger, TransferFlow
from app.domain.systems import ConnectedSystem
from app.domain.transfers import Transfer, TransferAttempt, TransferStep, TransferVersion
from app.storage.unit_of_work import UnitOfWork
from app.transfers.engine.driving import drive
from app.transfers.engine.following import follow_flows
from app.transfers.engine.opening import Workshop, actor_of
from app.transfers.engine.rules import rules_of
from tests.club import Club, fresh_key
from tests.conftest import WEBHOOKS
from tests.transfers.engine.books import CONNECTORS, KEY, Books

RULES = rules_of(WEBHOOKS.vault, CONNECTORS)


class Connection:
    """Sets up systems and flows through the commands, and drives what is due in this thread."""

    def __init__(self, club: Club, books: Books, code: str = "BOOKS") -> None:
        self.club, self.books = club, books
        self.actor = actor_of(club.organisation.id)
        self.ahead = timedelta(0)
        self.sale: dict[str, Any] = {}
        self.shop = Workshop(
            club.runner,
            WEBHOOKS.vault,
            CONNECTORS,
            allows_private=True,
            clock=lambda: datetime.now(UTC) + self.ahead,
        )
        given = NewSystem(code, "Books", "books", {"url": books.url}, {"api_key": KEY})
        self.system_id = self._run(given, create_system)["connected_system"]

    def _run(self, request: Any, command: Any) -> dict[str, UUID]:
        def act(work: UnitOfWork, actor: Any, given: Any) -> Any:
            return command(work, actor, given, RULES)

        return self.club.runner.run(self.actor, command.__name__, fresh_key(), request, act).ids

    def flow(
        self,
        entity: str,
        *topics: str,
        trigger: FlowTrigger = FlowTrigger.EVENT,
        **more: Any,
    ) -> UUID:
        """Make an active flow."""
        actions = {
            "invoice": "invoice.post",
            "credit_note": "credit_note.post",
            "customer": "customer.save",
            "payment": "payment.book",
        }
        given = NewFlow(
            code=f"{entity}-{fresh_key()}",
            name=entity,
            system_id=self.system_id,
            trigger=trigger,
            entity=entity,
            topics=topics or None,
            action=None if "source" in more else actions[entity],
            **more,
        )
        flow_id = self._run(given, create_flow)["transfer_flow"]
        self.edit(flow_id, is_active=True)
        return flow_id

    def edit(self, flow_id: UUID, mapping: dict[str, Any] | None = None, **values: Any) -> None:
        """Change a flow as it is now."""
        version = self.read(TransferFlow, id=flow_id)[0].version
        self._run(EditFlow(flow_id, version, values, mapping), edit_flow)

    def read(self, entity: type[Any], **equal: Any) -> list[Any]:
        """Read rows of the club."""
        return self.club.runner.transact(
            self.club.organisation.id, "test", lambda work: work.find(entity, **equal)
        )

    def transfers(self, **equal: Any) -> list[Transfer]:
        """All transfers, in the order in which they began."""
        return sorted(self.read(Transfer, **equal), key=lambda one: one.id)

    def statuses(self) -> list[tuple[str, str]]:
        """Entity and status of all transfers, in their order."""
        return [(one.entity, str(one.status)) for one in self.transfers()]

    def system(self) -> ConnectedSystem:
        """The system as it is now."""
        found: ConnectedSystem = self.read(ConnectedSystem, id=self.system_id)[0]
        return found

    def steps(self, one: Transfer) -> list[tuple[int, str]]:
        """Version and stage of everything that a transfer has passed."""
        found: list[TransferStep] = self.read(TransferStep, transfer_id=one.id)
        return [(each.version_no, str(each.stage)) for each in sorted(found, key=lambda s: s.id)]

    def versions(self, one: Transfer) -> list[TransferVersion]:
        """The runs of a transfer."""
        found = self.read(TransferVersion, transfer_id=one.id)
        return sorted(found, key=lambda each: each.version_no)

    def faults(self, one: Transfer) -> list[str | None]:
        """What went wrong with each attempt."""
        found: list[TransferAttempt] = self.read(TransferAttempt, transfer_id=one.id)
        return [each.fault for each in sorted(found, key=lambda each: each.attempt_no)]

    def follow(self) -> int:
        """Begin what is new."""
        return follow_flows(self.shop, self.club.organisation.id)

    def work(self, *, later: timedelta = timedelta(0)) -> None:
        """Begin what is new and drive everything until nothing is due, so much later than now."""
        self.ahead += later
        self.follow()
        for _ in range(20):
            due = [one for one in self.transfers() if self._is_due(one)]
            if not due:
                return
            for one in due:
                self.drive(one)
        raise AssertionError(self.statuses())

    def _is_due(self, one: Transfer) -> bool:
        at = one.next_attempt_at
        return at is not None and at <= self.shop.clock() and not self.system().is_paused

    def drive(self, one: Transfer) -> None:
        """Drive one transfer, as a worker does."""
        drive(self.shop, self.club.organisation.id, one.id)

    def without_private(self) -> Workshop:
        """What an operator has who keeps systems off private networks."""
        return replace(self.shop, allows_private=False)
