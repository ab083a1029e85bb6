"""Making a Sale Final: everything that stands against it is said at once."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.domain.billing import revalue
from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.finalising import FinalFacts, examine, finalise
from app.domain.invoices import ScheduleMode
from app.domain.organisations import CreditLimitPolicy
from app.domain.sales import SaleState, SaleStatus, SaleType
from tests.domain.sale_states import (
    AUTUMN,
    NOW,
    SPRING,
    TODAY,
    account_of,
    equal,
    facts_of,
    invoice_of,
    line_of,
    sale_of,
    state_of,
)

ACCOUNT = account_of()
FACTS = FinalFacts(
    account=ACCOUNT,
    has_default_contact=True,
    today=TODAY,
    lost_count=0,
    exposure_minor=0,
    credit_limit_policy=CreditLimitPolicy.BLOCK,
)


def complete(**header: object) -> SaleState:
    """Return a Sale of 1,000.00 plus 60.00 of VAT against which nothing stands."""
    state = state_of([(line_of(1, 1, 100_000), 600)], equal(2), sale=sale_of(**header))
    return revalue(state, facts_of(state))


def with_limit(limit_minor: int | None, exposure_minor: int, **changes: object) -> FinalFacts:
    account = replace(ACCOUNT, credit_limit_minor=limit_minor)
    found = replace(FACTS, account=account, exposure_minor=exposure_minor)
    return replace(found, **changes)  # type: ignore[arg-type]


def told(violations: tuple[Violation, ...]) -> list[tuple[str, str]]:
    return [(one.code.value, ".".join(one.path)) for one in violations]


def test_a_complete_sale_becomes_final_and_holds_without_end() -> None:
    state = complete(hold_expires_at=NOW)
    answer = examine(state, FACTS)
    assert (answer.violations, answer.warnings) == ((), ())
    final = finalise(state, NOW + timedelta(days=1))
    assert (final.sale.status, final.sale.finalised_at) == (
        SaleStatus.FINAL,
        NOW + timedelta(days=1),
    )
    assert final.sale.hold_expires_at is None
    kept = replace(final.sale, status=SaleStatus.DRAFT, finalised_at=None, hold_expires_at=NOW)
    assert replace(final, sale=kept) == state


def test_only_a_draft_becomes_final() -> None:
    for status, code in [
        (SaleStatus.FINAL, "SALE_STATUS_INVALID"),
        (SaleStatus.CANCELLED, "SALE_STATUS_INVALID"),
        (SaleStatus.EXPIRED, "HOLD_LOST"),
    ]:
        with pytest.raises(DomainError, match=rf"^{code}: "):
            finalise(complete(status=status), NOW)


def test_a_sale_that_breaks_every_rule_is_told_all_of_them() -> None:
    lines = [
        line_of(1, 1, 5_000, season_id=AUTUMN, amount_minor=5_000),
        line_of(2, 1, -1_000, season_id=AUTUMN, amount_minor=-1_000),
        line_of(3, 1, 2_000, season_id=SPRING, amount_minor=2_000),
    ]
    manual = replace(equal(2, 1, AUTUMN), mode=ScheduleMode.MANUAL)
    invoices = (
        invoice_of(1, 6_000, planned_on=TODAY - timedelta(days=1)),
        invoice_of(2, -500, planned_on=TODAY),
    )
    state = replace(
        state_of([(line, 600) for line in lines], manual, sale=sale_of(gross_minor=6_360)),
        invoices=invoices,
    )
    account = replace(
        ACCOUNT, street=None, language="", country=None, is_active=False, credit_limit_minor=6_000
    )
    facts = replace(
        FACTS, account=account, has_default_contact=False, lost_count=3, exposure_minor=1
    )
    answer = examine(state, facts)
    assert [(one.code.value, ".".join(one.path), one.message) for one in answer.violations] == [
        ("CREDIT_LINE_SIGN", "lines.1", "line 2 of a SEASON Sale is -1000"),
        (
            "ACCOUNT_INCOMPLETE",
            "account",
            "account ACME lacks street, country, language, a default contact",
        ),
        ("ACCOUNT_INACTIVE", "account", "account ACME is not active"),
        (
            "INVOICE_SUM_MISMATCH",
            f"invoices.{AUTUMN}",
            "the invoices are 15.00 EUR more than the lines",
        ),
        (
            "INVOICE_SUM_MISMATCH",
            "invoices",
            "lines of 20.00 EUR have no invoice schedule; set one",
        ),
        (
            "INVOICE_AMOUNT_NEGATIVE",
            "invoices.1",
            "invoice S-2026-000001-02 has the amount -500",
        ),
        ("HOLD_LOST", "", "3 seats are not reserved any more; revive the Sale"),
        (
            "CREDIT_LIMIT",
            "account",
            "the account's credit limit is exceeded by 3.61 EUR",
        ),
    ]
    assert [(one.code.value, one.message) for one in answer.warnings] == [
        (
            "INVOICE_DATE_BEFORE_TODAY",
            "invoice S-2026-000001-01 is planned on 2026-06-30, in the past",
        )
    ]


def test_a_sale_needs_a_line() -> None:
    answer = examine(SaleState(sale_of()), FACTS)
    assert told(answer.violations) == [("NO_LINES", "lines")]


def test_a_free_sale_needs_no_schedule() -> None:
    state = state_of([(line_of(1, 1, 0), 600)])
    assert examine(revalue(state, facts_of(state)), FACTS).violations == ()


def test_lines_of_a_credit_sale_are_at_most_nothing_and_so_are_its_invoices() -> None:
    state = complete(type=SaleType.CREDIT)
    assert told(examine(state, FACTS).violations) == [
        ("CREDIT_LINE_SIGN", "lines.0"),
        ("INVOICE_AMOUNT_NEGATIVE", "invoices.0"),
        ("INVOICE_AMOUNT_NEGATIVE", "invoices.1"),
    ]
    credit = state_of([(line_of(1, 1, -100), 600)], equal(2), sale=sale_of(type=SaleType.CREDIT))
    assert examine(revalue(credit, facts_of(credit)), FACTS).violations == ()


@pytest.mark.parametrize(
    ("currency", "amount", "message"),
    [
        ("EUR", 50_001, "the invoices are 0.01 EUR more than the lines"),
        ("EUR", 49_999, "the invoices are 0.01 EUR less than the lines"),
        ("JPY", 50_001, "the invoices are 1 JPY more than the lines"),
        ("KWD", 49_999, "the invoices are 0.001 KWD less than the lines"),
    ],
)
def test_a_schedule_that_does_not_add_up_says_by_how_much(
    currency: str, amount: int, message: str
) -> None:
    state = complete(currency=currency)
    changed = replace(state.invoices[1], amount_minor=amount)
    state = replace(state, invoices=(state.invoices[0], changed))
    (violation,) = examine(state, FACTS).violations
    assert (violation.code, violation.message) == (ErrorCode.INVOICE_SUM_MISMATCH, message)
    assert violation.path == ("invoices",)


def test_an_invoice_of_today_is_not_in_the_past() -> None:
    state = complete()
    assert state.invoices[0].planned_on == TODAY
    tomorrow = replace(FACTS, today=TODAY + timedelta(days=1))
    assert told(examine(state, tomorrow).warnings) == [("INVOICE_DATE_BEFORE_TODAY", "invoices.0")]
    late = replace(FACTS, today=date(2026, 9, 1))
    assert told(examine(state, late).warnings) == [
        ("INVOICE_DATE_BEFORE_TODAY", "invoices.0"),
        ("INVOICE_DATE_BEFORE_TODAY", "invoices.1"),
    ]


def test_a_credit_limit_counts_what_is_owed_already_and_the_sale_with_vat() -> None:
    state = complete()
    assert examine(state, with_limit(150_000, 44_000)).violations == ()
    (violation,) = examine(state, with_limit(150_000, 44_001)).violations
    assert violation.message == "the account's credit limit is exceeded by 0.01 EUR"
    assert told(examine(state, with_limit(0, 0)).violations) == [("CREDIT_LIMIT", "account")]


def test_a_credit_limit_warns_or_blocks_as_the_club_wants() -> None:
    warned = with_limit(0, 0, credit_limit_policy=CreditLimitPolicy.WARN)
    answer = examine(complete(), warned)
    assert answer.violations == ()
    assert told(answer.warnings) == [("CREDIT_LIMIT", "account")]


def test_no_limit_and_a_limit_in_another_currency_stop_nothing() -> None:
    assert examine(complete(), with_limit(None, 10**9)).violations == ()
    assert examine(complete(currency="USD"), with_limit(0, 10**9)).violations == ()


def test_giving_money_back_is_never_stopped_by_a_credit_limit() -> None:
    state = state_of([(line_of(1, 1, -100), 600)], equal(1), sale=sale_of(type=SaleType.CREDIT))
    credit = revalue(state, facts_of(state))
    assert examine(credit, with_limit(1_000, 5_000)).violations == ()
    free = state_of([(line_of(1, 1, 0), 600)])
    assert examine(free, with_limit(1_000, 5_000)).violations == ()


def test_a_mismatch_of_one_season_leaves_the_other_alone() -> None:
    lines = [line_of(1, 1, 500, season_id=AUTUMN), line_of(2, 1, 700, season_id=SPRING)]
    state = state_of([(line, 600) for line in lines], equal(1, 1, AUTUMN), equal(1, 2, SPRING))
    state = revalue(state, facts_of(state))
    assert examine(state, FACTS).violations == ()
    spring = next(one for one in state.invoices if one.schedule_group_id == UUID(int=52))
    rest = [one for one in state.invoices if one.id != spring.id]
    state = replace(state, invoices=(*rest, replace(spring, amount_minor=701)))
    assert told(examine(state, FACTS).violations) == [
        ("INVOICE_SUM_MISMATCH", f"invoices.{SPRING}")
    ]
