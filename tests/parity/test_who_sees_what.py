"""What each role is shown of the demo club."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from semantic.query.query import Query, QueryError, TimeDimension
from tests.parity.comparing import is_same

if TYPE_CHECKING:
    from semantic.access.principal import Principal
    from tests.parity.conftest import BothStores

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
NET = Query(measures=("sales.net_bookings",))
BALANCE = Query(measures=("receivables.balance",))
_OWN = "(sale.rep_code = '{0}' OR account.rep_code = '{0}')"
_OWN_NET = f"""
    SELECT sum(line.net_minor) / 100.0 FROM sale_line AS line
    JOIN sale ON sale.id = line.sale_id JOIN account ON account.id = sale.account_id
    WHERE sale.finalised_at IS NOT NULL AND line.currency = 'EUR' AND {_OWN}
"""
_OWN_BALANCE = """
    SELECT sum(entry.amount_minor) / 100.0 FROM ledger_entry AS entry
    JOIN account ON account.id = entry.account_id
    WHERE entry.currency = 'EUR' AND account.rep_code = '{0}'
"""


def _as(both: BothStores, role: str, **context: str) -> BothStores:
    caller: Principal = replace(
        both.principal, groups=frozenset({role}), context={"currency": "EUR", **context}
    )
    return replace(both, principal=caller)


def _reps(both: BothStores) -> list[str]:
    found = both.written("SELECT DISTINCT rep_code FROM account WHERE rep_code <> '' ORDER BY 1")
    assert found
    return [code for (code,) in found]


def test_a_rep_sees_the_money_of_own_sales_and_accounts_alone(both: BothStores) -> None:
    ((everything,),) = both.asked(NET)
    for rep in _reps(both):
        caller = _as(both, "sales", rep=rep)
        ((net,),) = caller.asked(NET)
        assert is_same(net, both.written(_OWN_NET.format(rep))[0][0]), rep
        assert net != everything
        ((balance,),) = caller.asked(BALANCE)
        assert is_same(balance, both.written(_OWN_BALANCE.format(rep))[0][0]), rep


def test_a_sales_role_without_a_rep_is_refused_and_not_shown_everything(both: BothStores) -> None:
    with pytest.raises(QueryError) as refused:
        _as(both, "sales").asked(NET)
    assert (refused.value.code, refused.value.status) == ("CONTEXT_MISSING", 403)


@pytest.mark.parametrize("role", ["partner", "portal", "nobody"])
def test_outsiders_are_shown_nothing(both: BothStores, role: str) -> None:
    for view in both.compiler.model.views.values():
        name = next(iter(view.members))
        with pytest.raises(QueryError) as refused:
            _as(both, role, rep="R1").asked(Query(dimensions=(f"{view.name}.{name}",)))
        assert refused.value.code == "MEMBER_HIDDEN", view.name


def test_operations_count_places_without_their_value(both: BothStores) -> None:
    caller = _as(both, "operations")
    sold = Query(measures=("entitlements.sold_count",))
    assert caller.asked(sold) == both.asked(sold)
    for hidden in ("entitlements.sold_value", "sales.net_bookings", "receivables.balance"):
        with pytest.raises(QueryError) as refused:
            caller.asked(Query(measures=(hidden,)))
        assert refused.value.code == "MEMBER_HIDDEN"


def test_what_is_for_finance_is_hidden_from_sales(both: BothStores) -> None:
    caller = _as(both, "sales", rep=_reps(both)[0])
    for hidden in ("receivables.days_sales_outstanding", "payments.received", "revenue.sold"):
        with pytest.raises(QueryError) as refused:
            caller.asked(Query(measures=(hidden,)))
        assert refused.value.code == "MEMBER_HIDDEN"


def test_a_cube_is_not_asked_beside_the_views(both: BothStores) -> None:
    with pytest.raises(QueryError) as refused:
        both.asked(Query(measures=("sale_movement.net_bookings",)))
    assert refused.value.code == "MEMBER_HIDDEN"


def test_another_club_has_nothing_in_any_view(both: BothStores) -> None:
    stranger = replace(both, principal=replace(both.principal, organisation_id=uuid4()))
    for view in ("sales.movement_count", "receivables.entry_count", "documents.document_count"):
        assert stranger.asked(Query(measures=(view,))) == [(0,)]


def test_the_balance_and_the_ageing_of_a_past_day_are_what_they_were(both: BothStores) -> None:
    ((middle,),) = both.written(
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY posted_on) FROM ledger_entry"
    )
    last = datetime(middle.year, middle.month, middle.day, 23, 59, 59, 999_000)  # noqa: DTZ001 - wall clock
    first = datetime(2000, 1, 1)  # noqa: DTZ001 - same
    ((written,),) = both.written(
        "SELECT sum(amount_minor) / 100.0 FROM ledger_entry "
        f"WHERE currency = 'EUR' AND posted_on <= '{middle}'"
    )
    for measure, time in (
        ("receivables.balance", "receivables.posted_on"),
        ("ageing.open", "ageing.as_of"),
    ):
        span = (TimeDimension(time, date_range=(first, last)),)
        ((asked,),) = both.asked(Query(measures=(measure,), time_dimensions=span))
        assert is_same(asked, written), measure
