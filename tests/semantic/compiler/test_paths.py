"""Over which joins members are reached."""

from dataclasses import replace

from semantic.joins.graph import JoinGraph
from semantic.query.query import Query, TimeDimension
from semantic.spec.model import Model
from tests.semantic.compiler.club import ACCOUNTS, asker, at, rows
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.oracle.spec_text import cube, dimension, join


def test_references_lead_over_joins_to_members_segments_and_periods(facts: MemoryFacts) -> None:
    odd = replace(
        ACCOUNTS,
        dimensions={
            **ACCOUNTS.dimensions,
            "is_here": dimension("is_here", "boolean", "{CUBE.active}"),
            "visited": dimension("visited", "time", "{accounts.visits.at.month}"),
            "guests": dimension("guests", "number", "{accounts.visits}.guests"),
        },
    )
    query = Query(dimensions=("accounts.is_here", "accounts.visited", "accounts.guests"))
    same_rows(
        rows(asker(facts, odd), query),
        [
            (True, at("2024-01-01T00:00:00"), 2),
            (True, at("2024-02-01T00:00:00"), 1),
            (False, None, None),
            (None, at("2024-02-01T00:00:00"), 4),
            (True, None, None),
        ],
    )


def test_paths_choose_among_joins_that_lead_in_circles() -> None:
    cubes = [
        cube("a", "t", [], [join("b", "one_to_one", "1 = 1")]),
        cube("b", "t", [], [join("a", "one_to_one", "1 = 1"), join("c", "one_to_one", "1 = 1")]),
        cube("c", "t", [], [join("b", "one_to_one", "1 = 1")]),
    ]
    graph = JoinGraph(Model({one.name: one for one in cubes}, {}))
    tree = graph.find((("a", "b", "c"),))
    assert tree is not None
    assert [(one.source, one.target) for one in tree.edges] == [("a", "b"), ("b", "c")]
    assert not tree.multiplied("a")
    back = graph.find((("b", "a", "c"),))
    assert back is not None
    assert [(one.source, one.target) for one in back.edges] == [("b", "a"), ("b", "c")]
    around = graph.find((("c", "a"),))
    assert around is not None
    assert [(one.source, one.target) for one in around.edges] == [("c", "b"), ("b", "a")]


def test_hints_of_a_query_add_joins(club: Asker) -> None:
    query = Query(dimensions=("accounts.id",), join_hints=(("sales", "accounts"),))
    assert rows(club, query) == [(1,), (2,), (4,), (None,)]


def test_a_time_that_is_named_alone_joins_its_cube(club: Asker) -> None:
    query = Query(dimensions=("accounts.id",), time_dimensions=(TimeDimension("sales.at"),))
    assert rows(club, query) == [(1,), (2,), (4,), (None,)]
