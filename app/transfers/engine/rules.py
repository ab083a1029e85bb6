"""What commands and the API are told about the connectors that there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.commands.transfer_rules import SystemKind, TransferRules
from app.domain.flows import Offered
from app.domain.systems import SettingRule
from app.transfers.contract.records import ENTITIES
from app.transfers.mapping.checking import check_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.storage.vault import Vault
    from app.transfers.contract.connectors import Connector


def rules_of(vault: Vault, connectors: Mapping[str, Connector]) -> TransferRules:
    """Return what is known of each kind of system."""
    kinds = {name: _kind(one) for name, one in connectors.items()}
    return TransferRules(vault, kinds, frozenset(ENTITIES), problems_of)


def _kind(connector: Connector) -> SystemKind:
    settings = tuple(
        SettingRule(one.name, str(one.kind), one.is_required, one.choices)
        for one in connector.settings
    )
    offered = Offered(
        {one.name: one.entity for one in connector.actions},
        {one.name: one.entity for one in connector.sources},
    )
    described = {
        "title": connector.title,
        "settings": [asdict(one) for one in connector.settings],
        "actions": [asdict(one) for one in connector.actions],
        "sources": [asdict(one) for one in connector.sources],
    }
    return SystemKind(connector.kind, settings, offered, described)


def problems_of(definition: Mapping[str, Any], entity: str | None) -> tuple[str, ...]:
    """Say what is wrong with a mapping, line by line; of an entity also which fields there are."""
    return tuple(map(str, check_mapping(definition, entity)))
