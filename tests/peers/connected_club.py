"""A club with its flows to Tryton, driven in this thread as a worker drives them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.commands.flows import EditFlow, NewFlow, create_flow, edit_flow
from app.commands.systems import NewSystem, create_system
from app.domain.flows import FlowTrigger, TransferFlow
from app.domain.transfers import Transfer
from app.storage.unit_of_work import UnitOfWork
from app.transfers.connectors.tryton import CONNECTOR
from app.transfers.contract.connectors import Connected
from app.transfers.engine.driving import drive
from app.transfers.engine.following import follow_flows
from app.transfers.engine.opening import Workshop, actor_of
from app.transfers.engine.rules import rules_of
from tests.club import Club, fresh_key
from tests.conftest import WEBHOOKS

CONNECTORS = {"tryton": CONNECTOR}
RULES = rules_of(WEBHOOKS.vault, CONNECTORS)
TURNS = 20


class ConnectedClub:
    """Drafts an invoice when it is due, then posts it; books what is paid and what is credited."""

    def __init__(self, club: Club, tryton: Connected) -> None:
        self.club = club
        self.actor = actor_of(club.organisation.id)
        self.ahead = timedelta(0)
        self.shop = Workshop(
            club.runner,
            WEBHOOKS.vault,
            CONNECTORS,
            allows_private=True,
            clock=lambda: datetime.now(UTC) + self.ahead,
        )
        given = NewSystem(
            "ERP", "Tryton", "tryton", dict(tryton.settings), dict(tryton.credentials)
        )
        self.system_id = self._run(given, create_system)["connected_system"]
        posting = {"accepts_warnings": "invoice_peppol_required invoice_date_future"}
        customer = ("customer", "customer.save", FlowTrigger.EVENT)
        self.flow(*customer, topics=("sale.finalised",))
        self.drafts = self.flow("invoice", "invoice.draft", FlowTrigger.DUE)
        self.flow(
            "invoice",
            "invoice.post",
            FlowTrigger.AFTER_FLOW,
            after_flow_id=self.drafts,
            options=posting,
        )
        credited = ("credit_note", "credit_note.post", FlowTrigger.EVENT)
        self.flow(*credited, topics=("credit_note.created",), options=posting)
        paid = ("payment", "payment.register", FlowTrigger.EVENT)
        methods = {"methods": "BANK_TRANSFER=Bank"}
        self.flow(*paid, topics=("payment.recorded",), options=methods)

    def flow(self, entity: str, action: str, trigger: FlowTrigger, **more: Any) -> UUID:
        """Make an active flow."""
        code = fresh_key()
        given = NewFlow(code, action, self.system_id, trigger, entity, action=action, **more)
        flow_id = self._run(given, create_flow)["transfer_flow"]
        self.edit(flow_id, is_active=True)
        return flow_id

    def edit(self, flow_id: UUID, **values: Any) -> None:
        """Change a flow as it is now."""
        version = self.read(TransferFlow, id=flow_id)[0].version
        self._run(EditFlow(flow_id, version, values, None), edit_flow)

    def work(self, *, later: timedelta = timedelta(0)) -> None:
        """Begin what is new and drive it until everything is done, so much later than now."""
        self.ahead += later
        for _ in range(TURNS):
            follow_flows(self.shop, self.club.organisation.id)
            due = [one for one in self.transfers() if self._is_due(one)]
            if not due:
                return
            for one in due:
                drive(self.shop, self.club.organisation.id, one.id)
        raise AssertionError(self.told())

    def transfers(self) -> list[Transfer]:
        """All transfers, in the order in which they began."""
        return sorted(self.read(Transfer), key=lambda one: one.id)

    def told(self) -> list[tuple[str, str, str]]:
        """Entity, status and message of all transfers."""
        return [(one.entity, str(one.status), one.message or "") for one in self.transfers()]

    def require_done(self) -> None:
        """Nothing waits, and nothing is parked."""
        told = self.told()
        assert {status for _, status, _ in told} == {"DONE"}, told

    def read(self, entity: type[Any], **equal: Any) -> list[Any]:
        """Read rows of the club."""
        return self.club.runner.transact(
            self.club.organisation.id, "test", lambda work: work.find(entity, **equal)
        )

    def _is_due(self, one: Transfer) -> bool:
        at = one.next_attempt_at
        return at is not None and at <= self.shop.clock()

    def _run(self, request: Any, command: Any) -> dict[str, UUID]:
        def act(work: UnitOfWork, actor: Any, given: Any) -> Any:
            return command(work, actor, given, RULES)

        return self.club.runner.run(self.actor, command.__name__, fresh_key(), request, act).ids
