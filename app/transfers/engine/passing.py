"""A received record through the filter and the mapping of its version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.flows import MappingVersion
from app.domain.vat_rules import VatRuleEntry
from app.storage.transfers import note_unmapped, values_mapped
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.mapping.applying import compile_mapping
from app.transfers.mapping.faults import MappingError
from app.transfers.mapping.lookups import Lookups, oss_rates_of

if TYPE_CHECKING:
    from app.domain.transfers import TransferVersion
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.mapping.applying import Mapping
    from app.transfers.mapping.results import Mapped


def map_record(work: UnitOfWork, version: TransferVersion) -> Mapped:
    """Return what becomes of a received record; keys that are unmapped go on their work lists.

    Raises:
        TransferFaultError: `RECORD` with everything that is in the way.
    """
    definition = None
    if version.mapping_version_id is not None:
        definition = work.get(MappingVersion, version.mapping_version_id).definition
    try:
        mapping = compile_mapping(definition)
        passed = mapping.apply(
            version.received, _lookups(work, mapping) if definition else Lookups()
        )
    except MappingError as error:
        raise TransferFaultError(FaultClass.RECORD, str(error)) from error
    note_unmapped(work, {(one.map, one.key) for one in passed.unmapped})
    if passed.skipped is not None or passed.is_complete:
        return passed
    said = [f"{one.map} has no {one.key!r}, which is {one.path}" for one in passed.unmapped]
    said += [str(one) for one in passed.problems]
    places = [one.path for one in passed.unmapped] + [one.path for one in passed.problems]
    raise TransferFaultError(FaultClass.RECORD, "\n".join(said), path=places[0] or None)


def _lookups(work: UnitOfWork, mapping: Mapping) -> Lookups:
    """Return what a mapping may look up: value maps, and the club's rates for distance sales."""
    maps = values_mapped(work) if mapping.maps else {}
    return Lookups(maps, oss_rates_of(one.rule for one in work.find(VatRuleEntry)))
