"""A connector that can do nothing, for those that can do a part to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.transfers.contract.connectors import Health, Polled
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from app.transfers.contract.connectors import (
        Action,
        Connected,
        Done,
        Incoming,
        Setting,
        Source,
        Task,
    )


class NoConnector:
    """Refuses every call with DEFECT; a connector overrides what it can do."""

    kind: str
    title: str
    settings: tuple[Setting, ...] = ()
    actions: tuple[Action, ...] = ()
    sources: tuple[Source, ...] = ()

    def check(self, connected: Connected) -> Health:
        """Say that there is nothing to ask: a kind without a server is always there."""
        return Health(is_well=True, message=f"{connected.code} has nothing to be asked")

    def find(self, connected: Connected, task: Task) -> Done | None:  # noqa: ARG002 - the contract's arguments
        """Find nothing: what has no server cannot have been told before."""
        return None

    def carry_out(self, connected: Connected, task: Task) -> Done:  # noqa: ARG002 - same
        """Refuse an action."""
        self._refuse(task.action)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:  # noqa: ARG002 - same
        """Refuse a source."""
        self._refuse(source)

    def receive(
        self,
        connected: Connected,  # noqa: ARG002 - same
        headers: Mapping[str, str],  # noqa: ARG002 - same
        body: bytes,  # noqa: ARG002 - same
    ) -> tuple[Incoming, ...]:
        """Refuse what comes by itself."""
        self._refuse("receive")

    def read(
        self,
        connected: Connected,  # noqa: ARG002 - same
        source: str,
        name: str,  # noqa: ARG002 - same
        content: bytes,  # noqa: ARG002 - same
    ) -> tuple[Incoming, ...]:
        """Refuse a file."""
        self._refuse(source)

    def _refuse(self, what: str) -> NoReturn:
        raise TransferFaultError(FaultClass.DEFECT, f"{self.kind} cannot do {what}")
