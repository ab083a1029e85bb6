"""Measures that ask questions of their own: other groups, other conditions, other times."""

from decimal import Decimal
from typing import Any

import pytest

from semantic.access.principal import Principal
from semantic.query.query import (
    Computed,
    Formula,
    Group,
    Operand,
    Query,
    QueryError,
    TimeDimension,
)
from semantic.query.query import Test as Comparison
from tests.semantic.compiler.orders import CALLER, COMPLETED, MODEL, asking, at, found, shop
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import CLUB
from tests.semantic.oracle.comparing import same_rows

BOTH = ("status", "category")
BOOKS = Comparison("orders.category", "equals", ("books",))
YEARS = (TimeDimension("orders.made_on", "year"),)


@pytest.fixture(scope="module")
def orders() -> Asker:
    """The orders and every kind of stage over them."""
    return shop()


def test_a_coarser_value_stands_beside_each_of_its_groups(orders: Asker) -> None:
    same_rows(
        found(orders, "amount", "of_status", "over_status", by=BOTH),
        [
            ("completed", "books", 170, 370, 290),
            ("completed", "electronics", 200, 370, 275),
            ("pending", "books", 90, 165, 290),
            ("pending", "electronics", 75, 165, 275),
            ("cancelled", "books", 30, 30, 290),
        ],
    )


def test_dimensions_that_the_query_has_not_leave_the_whole(orders: Asker) -> None:
    same_rows(found(orders, "of_status", by=("category",)), [("books", 565), ("electronics", 565)])


def test_what_cannot_be_summed_up_is_computed_for_the_coarser_groups(orders: Asker) -> None:
    same_rows(
        found(orders, "kinds", "kinds_of_status", by=BOTH),
        [
            ("completed", "books", 1, 2),
            ("completed", "electronics", 1, 2),
            ("pending", "books", 1, 2),
            ("pending", "electronics", 1, 2),
            ("cancelled", "books", 1, 1),
        ],
    )


def test_a_stage_may_calculate_before_it_puts_together(orders: Asker) -> None:
    same_rows(
        found(orders, "doubled", by=("category",), filters=(COMPLETED,)),
        [("books", 740), ("electronics", 740)],
    )


def test_rows_in_several_groups_count_once_in_the_coarser_one(orders: Asker) -> None:
    same_rows(
        found(orders, "amount", "of_status", by=("tags.tag", "status")),
        [
            ("x", "completed", 300, 370),
            ("y", "completed", 100, 370),
            (None, "completed", 70, 370),
            (None, "pending", 165, 165),
            (None, "cancelled", 30, 30),
        ],
    )


def test_finer_groups_are_put_together_again(orders: Asker) -> None:
    measures = ("per_customer", "customers_of_status", "middle", "best_month")
    same_rows(
        found(orders, *measures, by=("category",)),
        [("books", Decimal(290) / 3, 3, 120, 170), ("electronics", 137.5, 3, 137.5, 200)],
    )
    same_rows(found(orders, *measures), [(Decimal(565) / 3, 3, 195, 370)])


def test_what_is_explained_names_the_facts_of_stages(orders: Asker) -> None:
    compiled = orders.ask(asking(("per_customer", "kinds_of_status"), BOTH), CALLER).compiled
    assert compiled.explanation.facts == ("orders",)
    assert compiled.tables == {"orders", "customers"}
    said = "orders__kinds_of_status: computed by itself, and put beside its groups"
    assert said in compiled.explanation.joins
    alone = orders.ask(asking(("per_customer",)), CALLER).compiled
    assert alone.explanation.facts == ("orders",)


def test_stages_stand_over_stages(orders: Asker) -> None:
    same_rows(
        found(orders, "customers_of_status", "best_customer_of_status", by=BOTH),
        [
            ("completed", "books", 2, 300),
            ("completed", "electronics", 2, 300),
            ("pending", "books", 2, 125),
            ("pending", "electronics", 2, 125),
            ("cancelled", "books", 1, 30),
        ],
    )
    same_rows(
        found(orders, "best_customer_of_status", "per_status_and_customer", by=("category",)),
        [("books", 340, 290), ("electronics", 340, 275)],
    )


def test_a_finer_group_that_the_query_has_already_is_the_same(orders: Asker) -> None:
    same_rows(found(orders, "per_customer", by=("customers.id",)), [(1, 340), (2, 195), (3, 30)])


def test_subtotals_are_stages_of_their_own(orders: Asker) -> None:
    rows = found(
        orders,
        *("of_status", "per_customer", "kinds_of_status"),
        by=BOTH,
        subtotals=(("orders.status",), ()),
        filters=(COMPLETED,),
    )
    same_rows(
        rows,
        [
            ("completed", "books", 0, 370, 85, 2),
            ("completed", "electronics", 0, 370, 200, 2),
            ("completed", None, 1, 370, 185, 2),
            (None, None, 2, 370, 185, 2),
        ],
    )


def test_a_filter_of_the_query_is_left_out(orders: Asker) -> None:
    rows = found(
        orders,
        *("amount", "all_statuses", "part", "only_status"),
        by=("category",),
        filters=(Group("and", (COMPLETED, BOOKS)),),
    )
    same_rows(rows, [("books", 170, 290, Decimal(170) / 290, 170)])
    same_rows(found(orders, "all_statuses", filters=(COMPLETED, BOOKS)), [(290,)])


def test_a_segment_is_left_out_as_well(orders: Asker) -> None:
    rows = found(orders, "amount", "all_statuses", by=("status",), segments=("orders.big",))
    same_rows(rows, [("completed", 300, 370)])


def test_a_range_of_time_is_left_out(orders: Asker) -> None:
    year = at("2024-01-01T00:00:00"), at("2024-12-31T23:59:59.999")
    rows = found(
        orders,
        *("amount", "only_status"),
        time_dimensions=(TimeDimension("orders.made_on", "year", year),),
    )
    same_rows(rows, [(at("2024-01-01T00:00:00"), 525, 525)])
    same_rows(
        found(
            orders,
            *("amount", "only_status"),
            time_dimensions=(TimeDimension("orders.made_on", None, year),),
        ),
        [(525, 565)],
    )


def test_an_or_is_not_taken_apart(orders: Asker) -> None:
    either = Group("or", (COMPLETED, BOOKS))
    with pytest.raises(QueryError, match="which stand in one 'or'"):
        found(orders, "all_statuses", filters=(either,))
    whole = Group("or", (COMPLETED, Comparison("orders.status", "equals", ("pending",))))
    same_rows(found(orders, "all_statuses", filters=(whole,)), [(565,)])


def test_a_drill_down_stays_what_it_is(orders: Asker) -> None:
    counted = Comparison("orders.count", "measureFilter")
    same_rows(found(orders, "all_statuses", filters=(counted,)), [(565,)])


def test_a_stage_has_filters_of_its_own(orders: Asker) -> None:
    same_rows(found(orders, "completed", by=("status",)), [("completed", 370), ("cancelled", 30)])
    same_rows(found(orders, "completed"), [(400,)])


def test_filters_of_stages_add_up_or_begin_with_those_of_the_query(orders: Asker) -> None:
    same_rows(
        found(orders, "completed_books", "fixed_books", by=("status",)),
        [("completed", 170, 170), ("cancelled", None, 30), ("pending", None, 90)],
    )


def test_a_rank_inside_a_stage_finds_the_last_of_each(orders: Asker) -> None:
    same_rows(
        found(orders, "last_of_customer", by=("customers.country",)),
        [("BE", 40), ("NL", 70), (None, 30)],
    )
    same_rows(
        found(orders, "place", by=("customers.id", "id"), filters=(BOOKS,)),
        [(1, 7, 1), (1, 1, 2), (2, 6, 1), (2, 3, 2), (3, 5, 1)],
    )


def test_a_rank_may_go_by_another_stage(orders: Asker) -> None:
    same_rows(
        found(orders, "place_of_share", by=BOTH),
        [
            ("completed", "books", 1),
            ("completed", "electronics", 2),
            ("pending", "electronics", 3),
            ("pending", "books", 4),
            ("cancelled", "books", 5),
        ],
    )


def test_a_measure_of_stages_may_read_what_is_grouped_by(orders: Asker) -> None:
    same_rows(
        found(orders, "labelled", by=("status",)),
        [("completed", "completed 3"), ("pending", "pending 3"), ("cancelled", "cancelled 1")],
    )
    same_rows(found(orders, "labelled", filters=(COMPLETED,)), [("completed 3",)])
    same_rows(
        found(orders, "label", by=BOTH, filters=(COMPLETED,)),
        [("completed", "books", "completed 3"), ("completed", "electronics", "completed 3")],
    )


def test_a_coarser_value_of_another_time(orders: Asker) -> None:
    rows = found(orders, "amount", "of_status_year_ago", by=BOTH, time_dimensions=YEARS)
    same_rows(
        rows,
        [
            ("pending", "books", at("2023-01-01T00:00:00"), 40, None),
            ("completed", "books", at("2024-01-01T00:00:00"), 170, None),
            ("completed", "electronics", at("2024-01-01T00:00:00"), 200, None),
            ("pending", "books", at("2024-01-01T00:00:00"), 50, 40),
            ("pending", "electronics", at("2024-01-01T00:00:00"), 75, 40),
            ("cancelled", "books", at("2024-01-01T00:00:00"), 30, None),
        ],
    )


@pytest.mark.parametrize(
    ("measure", "more", "message"),
    [
        ("place", {}, "depends on 'orders.id': add it to the dimensions"),
        ("in_currency", {}, "depends on 'orders.currency'"),
        (
            "labelled",
            {"filters": (BOOKS, Comparison("orders.status", "equals", ("a", "b")))},
            "depends on 'orders.status'",
        ),
        (
            "count",
            {"computed": (Computed("x", Formula((Operand("orders.currency"),), "string")),)},
            "'orders.currency' is a switch, which no SQL of rows can read",
        ),
        (
            "of_status",
            {"computed": (Computed("x", Formula((Operand("orders.status"),), "string")),)},
            "cannot be grouped by an expression",
        ),
        (
            "in_currency",
            {"by": ("orders.currency",), "subtotals": ((),)},
            "that depends on a dimension has no subtotals",
        ),
        ("of_status", {"is_ungrouped": True}, "has no filters on measures, subtotals and stages"),
        (
            "in_currency",
            {"by": ("orders.currency",), "is_ungrouped": True},
            "has no filters on measures, subtotals and stages",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(
    orders: Asker, measure: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(QueryError, match=message):
        found(orders, measure, **more)


POLICIES = """
    access_policy:
      - group: "*"
        row_level: {filters: [{member: country, operator: equals, values: [BE]} ]}
"""


def test_policies_hold_for_what_only_a_stage_reads() -> None:
    text = MODEL.replace(
        "  - name: tags\n    sql_table", f"{POLICIES}  - name: tags\n    sql_table"
    )
    orders = shop(text)
    same_rows(found(orders, "amount"), [(565,)])
    same_rows(found(orders, "amount", "per_customer"), [(565, 340)])
    same_rows(found(orders, "all_statuses", by=("customers.country",)), [("BE", 340)])


MASKS = """
    access_policy:
      - group: sales
        row_level: {allow_all: true}
      - group: guest
        member_level: {includes: "*", excludes: [status]}
        member_masking: {includes: [status]}
"""


def test_masks_show_no_value_and_change_none() -> None:
    text = MODEL.replace("  - name: customers\n    sql", f"{MASKS}  - name: customers\n    sql")
    orders, guest = shop(text), Principal(CLUB, frozenset({"guest"}))
    shown = orders.ask(asking(("weighted",), ("status",)), guest)
    same_rows([tuple(row.values()) for row in shown.rows], [("hidden", 452.5)])
    with pytest.raises(QueryError, match=r"reads 'orders\.status', which is masked for you"):
        orders.ask(asking(("labelled",), ("status",)), guest)


def test_a_view_shows_stages_and_splits_off_others(orders: Asker) -> None:
    query = Query(
        measures=("desk.amount", "desk.share", "desk.in_currency"),
        dimensions=("desk.status", "desk.currency"),
        filters=(Comparison("desk.currency", "equals", ("USD",)),),
    )
    reply = orders.ask(query, CALLER)
    same_rows(
        [tuple(row.values()) for row in reply.rows],
        [
            ("completed", "USD", 370, 1, 740),
            ("pending", "USD", 165, 1, 330),
            ("cancelled", "USD", 30, 1, 60),
        ],
    )
    split = orders.ask(Query(dimensions=("desk_customers.country",)), CALLER)
    same_rows([tuple(row.values()) for row in split.rows], [("BE",), ("NL",), (None,)])
    with pytest.raises(QueryError, match="'country' not found"):
        orders.ask(Query(dimensions=("desk.country",)), CALLER)


def test_policies_of_a_group_leave_a_coarser_value_whole() -> None:
    text = MODEL.replace(
        "  - name: tags\n    sql_table", f"{POLICIES}  - name: tags\n    sql_table"
    )
    rows = found(shop(text), "amount", "of_status", by=("customers.country", "status"))
    same_rows(rows, [("BE", "completed", 300, 370), ("BE", "pending", 40, 165)])
