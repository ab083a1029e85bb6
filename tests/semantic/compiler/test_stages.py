"""Measures of several stages: shares of groups, and ranks."""

from semantic.query.query import Query, TimeDimension
from semantic.query.query import Test as Comparison
from tests.semantic.compiler.club import at, rows
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.comparing import same_rows

BY_BOTH = ("accounts.country", "sales.kind")


def test_a_sum_over_groups_stands_beside_each_of_them(club: Asker) -> None:
    measures = ("net", "of_country", "of_all", "best_of_kind", "share")
    query = Query(measures=tuple(f"sales.{one}" for one in measures), dimensions=BY_BOTH)
    same_rows(
        rows(club, query),
        [
            ("BE", "new", 15, 15, 37.5, 15, 1),
            ("BE", "old", None, 15, 37.5, 20, None),
            ("NL", "old", 20, 20, 37.5, 20, 1),
            (None, None, 2.5, 2.5, 37.5, 2.5, 1),
        ],
    )


def test_a_filter_on_results_leaves_groups_their_sum(club: Asker) -> None:
    query = Query(
        measures=("sales.share",),
        dimensions=("sales.kind", "accounts.country"),
        filters=(Comparison("sales.place", "equals", ("1",)),),
    )
    same_rows(rows(club, query), [("new", "BE", 1), ("old", "NL", 1), (None, None, 1)])


def test_groups_are_ranked_among_those_of_the_same_kind(club: Asker) -> None:
    query = Query(measures=("sales.place",), dimensions=BY_BOTH)
    same_rows(
        rows(club, query),
        [("BE", "new", 1), ("BE", "old", 2), ("NL", "old", 1), (None, None, 1)],
    )


def test_a_time_dimension_can_be_left_out_whatever_its_granularity(club: Asker) -> None:
    query = Query(
        measures=("sales.outside",),
        dimensions=("sales.kind",),
        time_dimensions=(TimeDimension("sales.day", "month"),),
    )
    same_rows(
        rows(club, query),
        [
            ("new", at("2024-01-01T00:00:00"), 15),
            ("old", at("2024-02-01T00:00:00"), 20),
            ("old", at("2024-03-01T00:00:00"), 20),
            (None, at("2024-03-01T00:00:00"), 2.5),
        ],
    )


def test_a_window_of_time_may_stand_in_a_stage(club: Asker) -> None:
    query = Query(
        measures=("sales.two_months", "sales.net_so_far"),
        dimensions=("accounts.country", "sales.kind"),
        time_dimensions=(TimeDimension("sales.day", "month"),),
        filters=(Comparison("accounts.country", "equals", ("BE",)),),
    )
    same_rows(
        rows(club, query),
        [
            ("BE", "new", at("2024-01-01T00:00:00"), 1500, 1500),
            ("BE", "new", at("2024-02-01T00:00:00"), 1500, 1500),
            ("BE", "new", at("2024-03-01T00:00:00"), None, None),
            ("BE", "old", at("2024-01-01T00:00:00"), None, 1500),
            ("BE", "old", at("2024-02-01T00:00:00"), None, 1500),
            ("BE", "old", at("2024-03-01T00:00:00"), None, None),
        ],
    )


def test_subtotals_have_groups_of_their_own(club: Asker) -> None:
    query = Query(measures=("sales.of_all",), dimensions=("sales.kind",), subtotals=((),), order=())
    same_rows(
        rows(club, query),
        [("new", 0, 37.5), ("old", 0, 37.5), (None, 0, 37.5), (None, 1, 37.5)],
    )
