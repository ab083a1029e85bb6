"""Beginning transfers: one for each new data set of a source, never a second one for the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.transfers import (
    Transfer,
    TransferStage,
    TransferStatus,
    TransferStep,
)
from app.domain.transfers import TransferVersion as Version
from app.storage.jobs import drive_soon
from app.storage.transfers import last_of_source
from app.transfers.mapping.difference import changes_of

if TYPE_CHECKING:
    from app.domain.flows import TransferFlow
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.engine.datasets import Dataset


def hash_of(record: object) -> str:
    """Return what tells two data sets apart."""
    return hashlib.sha256(orjson.dumps(record, option=orjson.OPT_SORT_KEYS)).hexdigest()


def begin_transfer(
    work: UnitOfWork, flow: TransferFlow, one: Dataset, source_version: str | None = None
) -> Transfer | None:
    """Begin the transfer of a data set, or return None when the newest of its source is the same.

    The flow is locked by whoever calls. Data sets of Loge are counted; those of another system
    have the version that it gave them, and one that came before is not taken again.
    """
    before = last_of_source(work, flow.id, one.source_id)
    changes: tuple[dict[str, Any], ...] = ()
    if before is not None:
        (newest,) = work.find(Version, transfer_id=before.id, version_no=before.version_no)
        if source_version is None and newest.hash == hash_of(one.record):
            return None
        changes = changes_of(newest.received, one.record)
    number = 1 if before is None else _number(before) + 1
    if source_version is not None and work.find(
        Transfer, flow_id=flow.id, source_id=one.source_id, source_version=source_version
    ):
        return None
    made = Transfer(
        id=work.new_id(),
        flow_id=flow.id,
        system_id=flow.system_id,
        entity=one.entity,
        source_id=one.source_id,
        source_version=source_version or str(number),
        title=one.title,
        account_id=one.account_id,
        sale_id=one.sale_id,
        needs=one.needs,
        status=TransferStatus.QUEUED,
        stage=TransferStage.RECEIVED,
        fault=None,
        message=None,
        path=None,
        version_no=1,
        attempt_count=0,
        failure_count=0,
        next_attempt_at=work.now,
        is_in_doubt=False,
        waits_for_id=None,
        external_id=None,
        external_number=None,
        created_at=work.now,
        updated_at=work.now,
        settled_at=None,
    )
    work.insert([made])
    _begin_version(work, made, flow, one.record, changes)
    drive_soon(work, [made])
    return made


def _number(before: Transfer) -> int:
    """Return which data set of its source a transfer was; one of another system has no number."""
    return int(before.source_version) if before.source_version.isdecimal() else 0


def _begin_version(
    work: UnitOfWork,
    one: Transfer,
    flow: TransferFlow,
    record: dict[str, Any],
    changes: tuple[dict[str, Any], ...],
) -> None:
    """Keep what a version of a transfer was received as, and by which mapping it goes on."""
    version = Version(
        id=work.new_id(),
        transfer_id=one.id,
        version_no=one.version_no,
        mapping_version_id=flow.mapping_version_id,
        hash=hash_of(record),
        received=record,
        mapped=None,
        sent=None,
        answer=None,
        changes=changes,
        created_at=work.now,
    )
    work.insert([version])
    pass_stage(work, one, TransferStage.RECEIVED)


def pass_stage(
    work: UnitOfWork, one: Transfer, stage: TransferStage, note: str | None = None
) -> None:
    """Keep that a version has passed a stage."""
    step = TransferStep(work.new_id(), one.id, one.version_no, stage, note, work.now)
    work.insert([step])
