"""What every part of the engine works with, and a system as its connector is given it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.domain.permissions import Actor, Role
from app.domain.transfers import Failure, TransferFault
from app.storage.json_values import dump_json, load_json
from app.storage.systems import sealed_of
from app.storage.vault import SealBrokenError
from app.transfers.contract.connectors import Connected
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.systems import ConnectedSystem
    from app.storage.unit_of_work import UnitOfWork
    from app.storage.vault import Vault
    from app.transfers.contract.connectors import Connector

SYSTEM = "system:transfers"
"""Who acts when what another system said is taken over."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Runs commands, opens secrets, knows the connectors.

    `allows_private` is whether systems may be on a private network; the operator decides. `clock`
    says when something is due.
    """

    runner: Runner
    vault: Vault
    connectors: Mapping[str, Connector]
    allows_private: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


def actor_of(organisation_id: UUID) -> Actor:
    """Return who takes over what another system said."""
    return Actor(organisation_id, None, Role.ROOT, operator=SYSTEM)


def connector_of(shop: Workshop, kind: str) -> Connector:
    """Return the connector of a kind of system."""
    found = shop.connectors.get(kind)
    if found is None:
        raise TransferFaultError(FaultClass.DEFECT, f"there is no connector of the kind {kind}")
    return found


def opened(work: UnitOfWork, shop: Workshop, system: ConnectedSystem) -> Connected:
    """Return a system with its credentials open; they never leave a call.

    Raises:
        TransferFaultError: `ACCESS` where they were sealed with a key that is lost.
    """
    sealed = sealed_of(work, system.id)
    try:
        credentials = {} if sealed is None else load_json(shop.vault.open(sealed))
    except SealBrokenError as error:
        message = "the credentials were sealed with a key that is lost; give them again"
        raise TransferFaultError(FaultClass.ACCESS, message) from error
    return Connected(system.code, system.settings, credentials, shop.allows_private)


def sealed(vault: Vault, secrets: Mapping[str, str]) -> bytes:
    """Seal credentials."""
    return vault.seal(dump_json(dict(secrets)))


def failure_of(error: TransferFaultError) -> Failure:
    """Return a connector's fault as the domain knows it."""
    return Failure(
        TransferFault(str(error.fault)),
        error.message,
        error.path,
        error.retry_after,
        error.status,
        error.answer,
    )
