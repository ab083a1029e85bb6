"""A system with a flow, a value map, and a transfer of which all there can be is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.flows import TransferFlow
from app.domain.transfers import TransferAttempt
from app.resolvers.ids import encode_id
from app.storage.flows import take_in
from app.storage.systems import Reference, keep_reference
from app.storage.transfers import keep_files
from app.transfers.engine.following import begin_object
from tests.api.sold import row_of

if TYPE_CHECKING:
    from app.storage.unit_of_work import UnitOfWork
    from tests.club import Club


def connect_and_transfer(club: Club, sample: dict[str, str]) -> None:
    """Connect a system, map a customer, and begin a transfer of which an attempt failed."""
    named = {"code": "GLOBE", "name": "Exact Globe"}
    made = club.make(
        "connectedSystemCreate", "connectedSystem { id }", {**named, "kind": "exact_globe"}
    )
    system = sample["connected_system"] = made["connectedSystem"]["id"]
    flow = {
        **named,
        "systemId": system,
        "trigger": "MANUAL",
        "entity": "customer",
        "action": "customer.write",
        "mapping": {"filter": "true"},
    }
    made = club.make("transferFlowCreate", "transferFlow { id mapping { id } }", flow)
    sample["transfer_flow"] = made["transferFlow"]["id"]
    sample["mapping_version"] = made["transferFlow"]["mapping"]["id"]
    club.make(
        "transferFlowUpdate",
        "",
        {"id": sample["transfer_flow"], "expectedVersion": 1, "isActive": True},
    )
    made = club.make("valueMapCreate", "valueMap { id }", {"code": "ITEMS", "name": "Items"})
    sample["value_map"] = made["valueMap"]["id"]
    entry = {"mapId": sample["value_map"], "key": "SEAT"}
    made = club.make("valueMapEntrySet", "valueMapEntry { id }", entry)
    sample["value_map_entry"] = made["valueMapEntry"]["id"]
    flow_id, account_id = (
        UUID(sample[one].rpartition("_")[2]) for one in ("transfer_flow", "account")
    )

    def begin(work: UnitOfWork) -> UUID:
        begun = begin_object(work, work.get(TransferFlow, flow_id), account_id)
        assert begun is not None
        work.insert([row_of(work, TransferAttempt, transfer_id=begun.id)])
        known = Reference("customer", str(account_id), "10023")
        keep_reference(work, begun.system_id, known, begun.id)
        take_in(work, begun.system_id, "customer", "1", {"code": "10023"})
        file_id = UUID(sample["stored_file"].rpartition("_")[2])
        given = {"system_id": begun.system_id, "transfer_id": begun.id, "file_id": file_id}
        keep_files(work, [{**given, "is_incoming": True, "object_count": 1}])
        return begun.id

    transfer_id = club.runner.transact(club.organisation.id, "test", begin)
    sample["transfer"] = encode_id("transfer", transfer_id)
