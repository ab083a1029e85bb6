"""What becomes of a transfer: its steps, its retries, its order, and what people may do with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.errors import DomainError
from app.domain.transfers import (
    ENDED,
    RETRY_PAUSES,
    TRANSITIONS,
    Failure,
    Transfer,
    TransferFault,
    TransferStage,
    TransferStatus,
    after_failure,
    blocker_of,
    call_answered,
    call_begun,
    cancelled,
    key_of,
    moved,
    rank_of,
    replayed,
    tried_again,
)
from app.transfers.contract.faults import FaultClass

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ACCOUNT, SALE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
S, F = TransferStatus, TransferFault


def transfer(number: int = 100, entity: str = "invoice", **given: object) -> Transfer:
    """A transfer of a Sale's invoice, queued."""
    one = Transfer(
        id=UUID(int=number),
        flow_id=UUID(int=50 + rank_of(entity)),
        system_id=UUID(int=60),
        entity=entity,
        source_id=f"{entity}-{number}",
        source_version="1",
        title="I-1",
        account_id=ACCOUNT,
        sale_id=SALE if entity not in {"customer", "product", "payment"} else None,
        needs=(),
        status=S.QUEUED,
        stage=TransferStage.RECEIVED,
        fault=None,
        message=None,
        path=None,
        version_no=1,
        attempt_count=0,
        failure_count=0,
        next_attempt_at=NOW,
        is_in_doubt=False,
        waits_for_id=None,
        external_id=None,
        external_number=None,
        created_at=NOW,
        updated_at=NOW,
        settled_at=None,
    )
    return replace(one, **given)  # type: ignore[arg-type]


def failed(before: Transfer, fault: TransferFault, **more: object) -> Transfer:
    """The same after a failure, without jitter."""
    is_in_doubt = bool(more.pop("is_in_doubt", False))
    failure = Failure(fault, "it says no", "lines[0]", **more)  # type: ignore[arg-type]
    return after_failure(before, failure, NOW, 0, is_in_doubt=is_in_doubt)


def test_every_fault_of_a_connector_is_one_of_the_domain() -> None:
    assert {str(one) for one in FaultClass} == {str(one) for one in TransferFault}


def test_every_status_has_its_edges_and_what_has_ended_only_begins_again() -> None:
    assert set(TRANSITIONS) == set(TransferStatus)
    assert all(TRANSITIONS[one] == {S.QUEUED} for one in ENDED)
    with pytest.raises(ValueError, match="DONE does not become SENT"):
        moved(transfer(status=S.DONE), S.SENT, NOW)


def test_a_call_that_is_begun_is_in_doubt_until_it_is_answered() -> None:
    begun = call_begun(transfer(status=S.MAPPED, stage=TransferStage.MAPPED), NOW)
    assert (begun.status, begun.is_in_doubt, begun.attempt_count) == (S.SENT, True, 1)
    assert begun.next_attempt_at == NOW + timedelta(minutes=2)
    answered = call_answered(replace(begun, fault=F.UNKNOWN, failure_count=2), "7", "B7", LATER)
    assert (answered.stage, answered.is_in_doubt) == (TransferStage.SENT, False)
    assert (answered.external_number, answered.fault, answered.failure_count) == ("B7", None, 0)


@pytest.mark.parametrize("fault", [F.TRANSIENT, F.UNKNOWN])
def test_what_may_work_later_is_tried_again_for_days_and_then_parked(fault: TransferFault) -> None:
    one = transfer(status=S.SENT)
    for number, pause in enumerate(RETRY_PAUSES[fault], 1):
        one = failed(one, fault, is_in_doubt=fault is F.UNKNOWN)
        assert one.status is (S.UNKNOWN if fault is F.UNKNOWN else S.RETRY)
        assert (one.failure_count, one.next_attempt_at) == (number, NOW + pause)
        one = replace(one, status=S.SENT)
    one = failed(one, fault, is_in_doubt=fault is F.UNKNOWN)
    assert (one.status, one.next_attempt_at, one.settled_at) == (S.PARKED, None, None)


@pytest.mark.parametrize("fault", [F.RECORD, F.CONFLICT, F.DEFECT])
def test_what_only_a_person_can_mend_is_parked_at_once(fault: TransferFault) -> None:
    one = failed(transfer(), fault)
    assert (one.status, one.fault, one.message, one.path) == (
        S.PARKED,
        fault,
        "it says no",
        "lines[0]",
    )


def test_refused_credentials_hold_a_transfer_without_counting_against_it() -> None:
    one = failed(transfer(), F.ACCESS)
    assert (one.status, one.next_attempt_at, one.failure_count) == (S.RETRY, None, 0)
    assert failed(transfer(status=S.SENT), F.ACCESS, is_in_doubt=True).status is S.UNKNOWN


def test_the_other_side_may_ask_for_a_longer_pause_up_to_a_day() -> None:
    asked = failed(transfer(), F.TRANSIENT, retry_after=timedelta(hours=2))
    assert asked.next_attempt_at == NOW + timedelta(hours=2)
    endless = failed(transfer(), F.TRANSIENT, retry_after=timedelta(days=9))
    assert endless.next_attempt_at == NOW + timedelta(days=1)


def test_customers_products_and_sales_go_first() -> None:
    others = [transfer(9, "sale"), transfer(8, "customer"), transfer(7, "product")]
    one = transfer(1)
    assert blocker_of(one, [*others, one]) == others[1]
    assert blocker_of(one, [replace(others[0], status=S.DONE, settled_at=NOW)]) is None
    assert blocker_of(one, [replace(others[0], status=S.PARKED)]) is not None
    assert blocker_of(others[1], [one, others[0]]) is None
    assert rank_of("something else") == 9


def test_other_accounts_and_other_sales_are_not_waited_for() -> None:
    one = transfer(5)
    assert blocker_of(one, [transfer(1, "customer", account_id=OTHER)]) is None
    assert blocker_of(one, [transfer(1, "sale", sale_id=OTHER)]) is None
    assert blocker_of(one, [transfer(1, "product", account_id=None)]) is not None


def test_data_sets_of_one_source_go_in_their_order() -> None:
    first, second = transfer(1, source_id="x"), transfer(2, source_id="x", source_version="2")
    assert blocker_of(second, [first]) == first
    assert blocker_of(first, [second]) is None


def test_a_credit_note_waits_for_what_it_corrects_and_a_changed_invoice_for_the_note() -> None:
    original = transfer(1)
    note = transfer(2, "credit_note", needs=(original.source_id,))
    changed, earlier = transfer(3), transfer(0)
    assert blocker_of(note, [original, changed]) == original
    assert blocker_of(note, [changed]) is None
    assert blocker_of(changed, [note]) == note
    assert blocker_of(earlier, [note]) is None
    assert blocker_of(original, [note]) is None


def test_a_person_sends_on_what_is_parked_or_waits_and_nothing_that_has_ended() -> None:
    parked = transfer(status=S.PARKED, failure_count=9, next_attempt_at=None)
    again = tried_again(parked, LATER)
    assert (again.status, again.failure_count, again.next_attempt_at) == (S.RETRY, 0, LATER)
    assert tried_again(replace(parked, is_in_doubt=True), LATER).status is S.UNKNOWN
    held = tried_again(transfer(status=S.RETRY, next_attempt_at=None), LATER)
    assert (held.status, held.next_attempt_at) == (S.RETRY, LATER)
    with pytest.raises(DomainError, match="replay it instead"):
        tried_again(transfer(status=S.DONE), LATER)


def test_a_person_gives_up_what_was_not_sent() -> None:
    gone = cancelled(transfer(status=S.PARKED), "sold by hand", LATER)
    assert (gone.status, gone.message, gone.settled_at) == (S.CANCELLED, "sold by hand", LATER)
    with pytest.raises(DomainError, match="looked up there"):
        cancelled(transfer(status=S.UNKNOWN), "no", LATER)
    with pytest.raises(DomainError, match="DONE cannot be cancelled"):
        cancelled(transfer(status=S.DONE), "no", LATER)


def test_a_replay_is_a_new_version_under_a_new_key() -> None:
    one = transfer(status=S.DONE, stage=TransferStage.CONFIRMED, settled_at=NOW)
    again = replayed(one, LATER)
    assert (again.status, again.stage, again.version_no) == (S.QUEUED, TransferStage.RECEIVED, 2)
    assert (again.settled_at, key_of(again)) == (None, f"xfer:{one.id}:v2")
    with pytest.raises(DomainError, match="still on its way"):
        replayed(transfer(status=S.RETRY), LATER)
    with pytest.raises(DomainError, match="looks it up"):
        replayed(transfer(status=S.PARKED, is_in_doubt=True), LATER)
