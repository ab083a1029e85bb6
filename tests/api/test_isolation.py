"""No query and no mutation crosses clubs: over every type and every mutation of the schema."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type
from sqlalchemy import text

from app.resolvers.ids import encode_id
from app.schema.fields import NODE_TYPES
from app.storage.engine import Engine
from app.storage.tables import metadata
from tests.api.foreign_inputs import build_input, id_places, kind_of, mutations, needed_with
from tests.api.furnished import Furnished, furnish, version_of
from tests.api.schema_walk import ASKED_APART, Walk, is_node, object_types, root_fields, the_schema
from tests.club import Club
from tests.conftest import LiveServer, found_club
from tests.fingerprint import fingerprint

_ANY_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
PREVIEWED = {
    "EventCancellationPreview",
    "EventCancellationTotal",
    *("CancelAmounts", "CancelCreditNote", "CancelCreditVat", "CancelInvoice", "CancelMoved"),
    *("CancelNotice", "CancelRefund", "CancelReleased", "CancelSettlement", "CancellationPreview"),
}
"""Types that only a preview of a cancellation answers; the tests of cancelling read those."""
WITHOUT_NODES = {"ConflictHolder", "InventoryConflict"}
"""Types that only a refused mutation answers; the tests of mutations read those."""
LAST = (
    "saleLineReplace",
    "saleLineRemove",
    "invoiceScheduleSet",
    "saleRemove",
    "reportScheduleDelete",
    "reportDelete",
)
"""Mutations after which others no longer find what they act on."""

REFUSED_OTHERWISE = {
    ("saleLineAdd", "parkingIds"): "the product is a seat, so parking places do not fit",
    ("saleLineReplace", "parkingIds"): "the same",
    ("saleCreateFromTemplate", "seatIds"): "the template's product has no numbers",
    ("saleCreateFromTemplate", "parkingIds"): "the same",
    ("saleDuplicate", "fromId"): "it is compared with the Sale's own bundles, never looked up",
}
"""Where a single foreign id meets another refusal before anything looks for it."""


@pytest.fixture(scope="module")
def clubs(engine: Engine, server: LiveServer) -> Iterator[tuple[Furnished, Furnished]]:
    """Two clubs with the same codes everywhere and nothing in common."""
    one, other = found_club(engine, server), found_club(engine, server)
    with one.http, other.http:
        yield furnish(one), furnish(other)


@pytest.fixture(scope="module")
def seen(clubs: tuple[Furnished, Furnished]) -> Walk:
    """Everything that the root of the second club can reach."""
    return Walk(clubs[1].club).run()


def foreign_rows(one: Furnished, other: Furnished) -> set[UUID]:
    """What of one club stands anywhere in the rows of the other."""
    found: set[UUID] = set()
    with other.club.runner.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name == "change_log_trim":
                continue  # belongs to no club, and has no ids
            column = "id" if table.name == "organisation" else "organisation_id"
            query = text(f"SELECT t::text FROM {table.name} t WHERE {column} = :club")
            for row in connection.execute(query, {"club": other.club.organisation.id}).scalars():
                found |= {UUID(match) for match in _ANY_UUID.findall(row)}
    return found & (one.uuids() | {one.club.organisation.id})


def test_a_furnished_club_has_a_row_of_every_type_of_node(
    clubs: tuple[Furnished, Furnished],
) -> None:
    declared = {name for name, kind in object_types().items() if is_node(kind)}
    assert {kind.__name__ for kind in NODE_TYPES.values()} == declared
    for club in clubs:
        assert [table for table, ids in club.node_ids().items() if not ids] == []


def test_a_club_reaches_all_of_its_own_rows_and_every_type(
    clubs: tuple[Furnished, Furnished], seen: Walk
) -> None:
    own = {one for ids in clubs[1].node_ids().values() for one in ids}
    assert own <= seen.node_ids
    answered = {
        name
        for name in object_types()
        if not name.endswith(("Payload", "Connection", "Edge"))
        and name not in {"Query", "Mutation", "PageInfo", "Count", "UserError"}
    }
    assert answered - seen.types - PREVIEWED - WITHOUT_NODES - {"Availability"} <= {
        "AccountStatement",
        "AvailabilityChange",
        "InvoiceDocumentRowResult",
        "InvoiceToDoChange",
        "StatementLine",
        "PlaceAvailability",
        "ReportPlanAnswer",
        "ReportProblem",
        "SaleChange",
        "SeatAvailability",
        "SemanticAnswer",
        "SemanticColumn",
        "SemanticFreshness",
        "SemanticMember",
        "SemanticRebuild",
        "SemanticResult",
        "SemanticSubject",
        "Subscription",
    }


def test_a_club_reaches_nothing_of_another_by_any_connection_or_relation(
    clubs: tuple[Furnished, Furnished], seen: Walk
) -> None:
    one = clubs[0]
    assert not seen.uuids & (one.uuids() | {one.club.organisation.id})


def test_a_club_finds_no_row_of_another_by_its_id(clubs: tuple[Furnished, Furnished]) -> None:
    one, other = clubs
    for ids in one.node_ids().values():
        for start in range(0, len(ids), 5):
            parts = ids[start : start + 5]
            document = " ".join(f'n{i}: node(id: "{x}") {{ id }}' for i, x in enumerate(parts))
            assert set(other.club.query(f"{{ {document} }}").values()) == {None}


def test_a_club_finds_nothing_of_another_by_any_filter(
    clubs: tuple[Furnished, Furnished],
) -> None:
    one, other = clubs
    asked = 0
    for name, field in root_fields():
        if "filter" not in field.args:
            continue
        kind = get_named_type(field.args["filter"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        for key, one_field in kind.fields.items():
            if get_named_type(one_field.type).name != "ID":
                continue
            table = _filtered(key)
            value = [one.sample[table]]
            document = (
                f"query($f: {kind.name}) {{ {name}(first: 5, filter: $f) {{ nodes {{ id }} }} }}"
            )
            answer = other.club.query(document, {"f": {key: value}})
            if key != "freeAt":
                assert answer[name]["nodes"] == [], (name, key)
            asked += 1
    assert asked > 30


def _filtered(key: str) -> str:
    """The kind of id that a filter takes."""
    known = {"entityId": "sale", "freeAt": "calendar_item", "poolId": "pool"}
    return known.get(key) or kind_of("", "", key)


def test_a_club_gets_no_answer_about_what_another_one_has(
    clubs: tuple[Furnished, Furnished],
) -> None:
    one, other = clubs
    query = the_schema().query_type
    assert query is not None
    asked = {
        name: {
            key
            for key, argument in field.args.items()
            if get_named_type(argument.type).name == "ID"
        }
        for name, field in query.fields.items()
    }
    named = {name: keys for name, keys in asked.items() if keys}
    reports = {"receivablesAgeing", "openInvoices"}
    assert named.keys() == ASKED_APART | {"saleReadiness"} | reports
    for name in reports:
        document = f"query($a: [ID!]) {{ {name}(accountIds: $a) {{ rows {{ __typename }} }} }}"
        answer = other.club.query(document, {"a": [one.sample["account"]]})
        assert answer == {name: {"rows": []}}
    assert other.club.query(
        "query($id: ID) { sale(id: $id) { id } }", {"id": one.sample["sale"]}
    ) == {"sale": None}
    document = (
        "query($id: ID!) { report(id: $id) { id } reportPlan(id: $id) { userErrors { code } } }"
    )
    assert other.club.query(document, {"id": one.sample["report"]}) == {
        "report": None,
        "reportPlan": {"userErrors": [{"code": "NOT_FOUND"}]},
    }
    for name in ("availability", "saleReadiness"):
        for key in named[name]:
            document = f"query($id: ID) {{ {name}({key}: $id) {{ __typename }} }}"
            answer = other.club.send(document, {"id": one.sample[kind_of("", "", key)]})
            codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
            assert codes == ["NOT_FOUND"] or (not codes and name == "saleReadiness"), (
                name,
                key,
                answer,
            )


def send(club: Furnished, name: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a mutation as the club's root; return what was refused."""
    errors: list[dict[str, Any]] = club.club.mutate(name, "", given)["userErrors"]
    return errors


def _one_foreign(
    one: Furnished, other: Furnished, name: str, foreign: tuple[str, ...]
) -> Callable[[tuple[str, ...], str], str | None]:
    """Put one foreign id at a path, and one's own where an id is required to come so far."""
    needed = needed_with(name, mutations()[name], foreign)
    if name == "saleCreate":
        needed.add(("accountId",))

    def id_at(path: tuple[str, ...], table: str) -> str | None:
        if path == foreign:
            return one.sample[table]
        return other.sample[table] if path in needed else None

    return id_at


@pytest.mark.slow
def test_no_mutation_reaches_another_club(clubs: tuple[Furnished, Furnished]) -> None:
    """With all ids foreign, and with each id alone foreign among one's own."""
    one, other = clubs
    before, mine = fingerprint(one.club), fingerprint(other.club)
    otherwise: set[tuple[str, str]] = set()

    def version(node_id: str) -> int:
        return version_of(one.club, node_id)

    for name, kind in mutations().items():
        paths = list(id_places(name, kind))
        if not paths:
            continue
        given = build_input(name, kind, lambda _path, table: one.sample[table], version)
        codes = {error["code"] for error in send(other, name, given)}
        assert codes & {"NOT_FOUND", "ID_INVALID"}, (name, codes)
        for foreign in paths:
            given = build_input(name, kind, _one_foreign(one, other, name, foreign), version)
            codes = {error["code"] for error in send(other, name, given)}
            assert codes, (name, foreign)
            if not codes & {"NOT_FOUND", "ID_INVALID"}:
                otherwise.add((name, foreign[-1]))
    assert otherwise == REFUSED_OTHERWISE.keys()
    assert fingerprint(one.club) == before
    assert fingerprint(other.club) == mine
    assert foreign_rows(one, other) == set()
    assert foreign_rows(other, one) == set()


@pytest.mark.slow
def test_every_mutation_finds_what_is_the_callers_own(club: Club) -> None:
    """The same inputs with one's own ids are not refused for their ids."""
    own = furnish(club)
    every = mutations()
    order = [name for name in every if name not in LAST] + [name for name in LAST if name in every]
    missed: dict[str, list[Any]] = {}
    done = 0
    for name in order:

        def version(node_id: str) -> int:
            return version_of(own.club, node_id)

        given = build_input(name, every[name], lambda _path, table: own.sample[table], version)
        errors = send(own, name, given)
        done += not errors
        lost = [error for error in errors if error["code"] in {"NOT_FOUND", "ID_INVALID"}]
        if lost:
            missed[name] = lost
    assert missed == {}
    assert done > len(order) // 3


def test_an_id_of_another_kind_is_refused_as_such(clubs: tuple[Furnished, Furnished]) -> None:
    other = clubs[1]
    for name, kind in mutations().items():
        paths = list(id_places(name, kind))
        required = [path for path in paths if len(path) == 1 and path[0] in {"id", "saleId"}]
        for path in required:

            def wrong(at: tuple[str, ...], table: str, path: Any = path) -> str:
                if at == path:
                    return encode_id("organisation", other.club.organisation.id)
                return other.sample[table]

            given = build_input(name, kind, wrong, lambda _id: 1)
            assert "ID_INVALID" in {error["code"] for error in send(other, name, given)}, name


def test_every_type_of_the_schema_is_one_that_the_walk_understands() -> None:
    for name, kind in object_types().items():
        if name.endswith("Connection"):
            assert isinstance(kind, GraphQLObjectType)
            assert {"nodes", "edges", "pageInfo"} <= kind.fields.keys()
