"""Tokens with scopes, over every mutation, every connection and every relation of the schema."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from app.domain.permissions import Role
from app.domain.scopes import READABLE, TABLE_SCOPES, Scope, widened
from app.schema.fields import NODE_TYPES, TABLE_OF
from app.storage.engine import Engine
from tests.api.foreign_inputs import build_input, mutations
from tests.api.furnished import Furnished, furnish, version_of
from tests.api.schema_walk import (
    PREVIEWS,
    Walk,
    field_selection,
    is_node,
    nodes_document,
    root_fields,
    the_schema,
)
from tests.club import Club
from tests.conftest import LiveServer, found_club
from tests.fingerprint import fingerprint

_LACKING = re.compile(r"this token lacks the scope ([a-z]+:[a-z]+), which")
NEEDS_NONE = {"organisation", "viewer", "node", "webhookTopics", "brand"}
"""Fields of the root about the caller; the catalogue of events and the club's logo, which anybody
may read; and `node`, which is null for what cannot be read."""
TABLES = {kind.__name__: table for kind, table in TABLE_OF.items()}


@pytest.fixture(scope="module")
def furnished(engine: Engine, server: LiveServer) -> Iterator[Furnished]:
    club = found_club(engine, server)
    with club.http:
        yield furnish(club)


def lacking(errors: list[dict[str, Any]]) -> set[str]:
    """The scopes that errors say are missing."""
    return {match.group(1) for one in errors if (match := _LACKING.search(one["message"]))}


def partner(furnished: Furnished, *scopes: Scope) -> str:
    """Return a partner's token with scopes."""
    return furnished.club.scoped(Role.PARTNER, *scopes).token(Role.PARTNER)


def own_input(furnished: Furnished, name: str) -> dict[str, Any]:
    """Write the input of a mutation with ids of the club itself."""
    return build_input(
        name,
        mutations()[name],
        lambda _path, table: furnished.sample[table],
        lambda node_id: version_of(furnished.club, node_id),
    )


@pytest.fixture(scope="module")
def needed(furnished: Furnished) -> dict[str, str]:
    """The scope that each mutation asks for, by asking without any that changes something."""
    club = furnished.club.scoped(Role.ROOT, Scope.READ_AUDIT)
    before = fingerprint(club)
    found = {}
    for name in mutations():
        errors = club.refused(name, own_input(furnished, name))
        assert [one["code"] for one in errors] == ["PERMISSION_DENIED"], (name, errors)
        (found[name],) = lacking(errors)
    assert fingerprint(club) == before
    return found


def test_every_mutation_names_the_scope_that_a_token_lacks_and_changes_nothing(
    needed: dict[str, str],
) -> None:
    assert needed["saleCreate"] == "write:sales"
    assert needed["paymentRecord"] == "write:payments"
    assert needed["invoiceDocumentRecord"] == "write:documents"
    assert {Scope(one) for one in needed.values()} <= set(Scope)


def test_whoever_may_change_something_may_read_what_the_mutation_answers(
    needed: dict[str, str],
) -> None:
    root = the_schema().mutation_type
    assert root is not None
    for name, scope in needed.items():
        payload = get_named_type(root.fields[name].type)
        assert isinstance(payload, GraphQLObjectType)
        for one in payload.fields.values():
            kind = get_named_type(one.type)
            if isinstance(kind, GraphQLObjectType) and is_node(kind):
                table = TABLES[kind.name]
                asked = TABLE_SCOPES.get(table)
                assert asked is None or asked in widened([Scope(scope)]), (name, table)


def test_every_field_of_the_root_asks_for_a_scope(furnished: Furnished) -> None:
    club = furnished.club.scoped(Role.ROOT, Scope.MANAGE_ORGANISATION)
    asked = set()
    for name, one in root_fields():
        inner = get_named_type(one.type)
        assert isinstance(inner, GraphQLObjectType)
        below = "{ id }" if inner.name == "Organisation" else field_selection(one)
        if name == "viewer":
            below = "{ role permissions scopes organisation { id } }"
        answer = club.send(f"{{ {name} {below} }}".replace("(first: 100)", ""))
        if name in NEEDS_NONE:
            assert "errors" not in answer, answer
            continue
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes == {"PERMISSION_DENIED"}, (name, answer)
        assert len(lacking(answer["errors"])) == 1, (name, answer)
        asked.add(name)
    sample = furnished.sample
    period = 'currency: "EUR", from: "2026-01-01", to: "2026-12-31"'
    for document, scope in (
        (f'{{ sale(id: "{sample["sale"]}") {{ id }} }}', "read:sales"),
        (f'{{ saleReadiness(accountId: "{sample["account"]}") {{ __typename }} }}', "read:sales"),
        (
            f'{{ availability(calendarItemId: "{sample["calendar_item"]}") {{ __typename }} }}',
            "read:inventory",
        ),
        (
            f'{{ accountStatement(accountId: "{sample["account"]}", {period}) {{ __typename }} }}',
            "read:payments",
        ),
    ):
        errors = club.send(document).get("errors", [])
        assert lacking(errors) & {scope, "read:accounts", "read:catalogue"}, (document, errors)
    assert len(asked) > 30


def test_previews_ask_for_the_scope_of_what_they_preview(furnished: Furnished) -> None:
    club = furnished.club.scoped(Role.ROOT, Scope.READ_SALES)
    sample = furnished.sample
    given = {
        "saleCancelPreview": {"saleId": sample["sale"], "everything": True},
        "eventCancellationPreview": {"calendarItemId": sample["calendar_item"]},
    }
    assert given.keys() == PREVIEWS
    for name, wanted in given.items():
        kind = name[0].upper() + name[1:] + "Input"
        document = f"query($i: {kind}!) {{ {name}(input: $i) {{ userErrors {{ code message }} }} }}"
        errors = club.query(document, {"i": wanted})[name]["userErrors"]
        assert lacking(errors) == {"write:cancellations"}, errors


def glimpse(walk: Walk) -> Walk:
    """Look at the start of every connection, and two relations far from there."""
    fresh: set[str] = set()
    for name, one in root_fields():
        if get_named_type(one.type).name.endswith("Connection"):
            fresh |= walk.ask(f"{{ {name}(first: 2) {{ nodes {{ id }} }} }}")
    for _ in range(2):
        walk.node_ids |= fresh
        by_kind = {one.rpartition("_")[0]: one for one in sorted(fresh)}
        chosen = sorted(by_kind[kind] for kind in by_kind.keys() & NODE_TYPES.keys())
        found = [walk.ask(nodes_document([one])) for one in chosen]
        fresh = set[str]().union(*found) - walk.node_ids
    walk.node_ids |= fresh
    return walk


def kinds_of(walk: Walk) -> set[str]:
    """The kinds of the ids that a walk saw."""
    return {one.rpartition("_")[0] for one in walk.node_ids} & NODE_TYPES.keys()


@pytest.mark.parametrize("scope", READABLE)
def test_a_scope_reads_its_own_tables_and_no_other(furnished: Furnished, scope: Scope) -> None:
    walk = glimpse(Walk(furnished.club.scoped(Role.ROOT, scope)))
    allowed = {table for one in widened([scope]) for table in READABLE.get(one, ())}
    seen = {TABLES[name] for name in walk.types & TABLES.keys()}
    assert seen - {"organisation"} <= allowed
    # The audit names whatever it is about by its id, and no more.
    assert kinds_of(walk) - {"organisation"} <= allowed or scope is Scope.READ_AUDIT
    assert seen - {"organisation"}


def test_a_portal_token_with_scopes_sees_a_part_of_its_own(furnished: Furnished) -> None:
    account_id = furnished.stadium.uuid(furnished.sample["account"])
    club = furnished.club.scoped(Role.PORTAL, Scope.READ_SALES, account_id=account_id)
    seen = kinds_of(glimpse(Walk(club, Role.PORTAL, account_id)))
    assert {"sale", "sale_line"} <= seen <= {"organisation", *READABLE[Scope.READ_SALES]}


def test_the_viewer_is_told_what_the_token_is_for(furnished: Furnished) -> None:
    club = furnished.club.scoped(Role.PARTNER, Scope.WRITE_PAYMENTS)
    viewer = club.query("{ viewer { role permissions scopes } }", role=Role.PARTNER)["viewer"]
    assert viewer == {
        "role": "PARTNER",
        "permissions": ["PAYMENT_RECORD"],
        "scopes": ["READ_INVOICES", "READ_PAYMENTS", "WRITE_PAYMENTS"],
    }
    assert furnished.club.query("{ viewer { scopes } }")["viewer"]["scopes"] is None


def test_the_facade_and_files_name_the_missing_scope(furnished: Furnished) -> None:
    sample, http = furnished.sample, furnished.club.http
    before = fingerprint(furnished.club)
    customer = f"/api/customers/{sample['account']}"
    for scopes, method, path, body, scope in (
        ([Scope.WRITE_PAYMENTS], "GET", "/api/instalments?source=BOOKS", None, "write:documents"),
        ([Scope.WRITE_PAYMENTS], "GET", customer, None, "write:documents"),
        ([Scope.WRITE_PAYMENTS], "PUT", "/api/instalments", [{}], "write:documents"),
        (
            [Scope.WRITE_DOCUMENTS],
            "PUT",
            "/api/instalments/S-1-01/payments",
            [{}],
            "write:payments",
        ),
        ([Scope.WRITE_DOCUMENTS], "PATCH", customer, {"customerCode": "7"}, "write:accounts"),
    ):
        headers = {"authorization": f"Bearer {partner(furnished, *scopes)}"}
        answer = http.request(method, path, headers=headers, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "PERMISSION_DENIED"), path
        assert f"lacks the scope {scope}" in answer.json()["detail"]
    headers = {"authorization": f"Bearer {partner(furnished, Scope.READ_SALES)}"}
    stored = http.post("/files", content=b"%PDF-1.7", headers=headers)
    assert stored.status_code == 403
    assert "write:documents" in stored.json()["errors"][0]["message"]
    assert http.get(f"/files/{sample['stored_file']}", headers=headers).status_code == 404
    after = fingerprint(furnished.club)
    written = {name for name in after if after[name] != before[name]}
    assert written <= {"access_token", "audit_entry", "audit_pending"}, "only the tokens were made"


def test_an_invoicing_system_gets_its_instalments_without_reading_accounts_over_graphql(
    furnished: Furnished,
) -> None:
    sample, http = furnished.sample, furnished.club.http
    token = partner(furnished, Scope.WRITE_DOCUMENTS, Scope.WRITE_PAYMENTS)
    headers = {"authorization": f"Bearer {token}"}
    shown = http.get("/api/instalments?source=BOOKS&claim=false", headers=headers)
    assert shown.status_code == 200, shown.text
    assert shown.json()["instalments"][0]["customer"]["name"]
    for kind, path in (("account", "customers"), ("product", "products")):
        assert http.get(f"/api/{path}/{sample[kind]}", headers=headers).status_code == 200
    for name, scope in (
        ("accounts", "read:accounts"),
        ("sales", "read:sales"),
        ("products", "read:catalogue"),
        ("ticketHolders", "read:accounts"),
    ):
        document = {"query": f"{{ {name} {{ nodes {{ id }} }} }}"}
        answer = http.post("/graphql", json=document, headers=headers).json()
        assert lacking(answer["errors"]) == {scope}


def test_whoever_is_from_outside_is_not_told_which_token_did_something(
    furnished: Furnished,
) -> None:
    account_id = furnished.stadium.uuid(furnished.sample["account"])
    document = "{ sales(first: 5) { nodes { createdBy } } payments { nodes { createdBy } } }"
    inside = str(furnished.club.query(document))
    assert "root:" in inside
    for caller in ({"role": Role.PARTNER}, {"role": Role.PORTAL, "account_id": account_id}):
        outside = furnished.club.query(document, **caller)
        names = {node["createdBy"] for part in outside.values() for node in part["nodes"]}
        assert names == {"root"}


def test_a_token_with_scopes_hands_out_no_more_than_it_has(club: Club) -> None:
    narrow = club.scoped(Role.ROOT, Scope.MANAGE_ACCESS, Scope.READ_SALES)
    wide = club.make("accessTokenCreate", "accessToken { id }", {"label": "w", "role": "SALES"})
    made = {"label": "mine", "role": "SALES"}
    for name, given in (
        ("accessTokenCreate", made),
        ("accessTokenCreate", {**made, "scopes": ["WRITE_SALES"]}),
        ("accessTokenRotate", {"id": wide["accessToken"]["id"]}),
        (
            "accessTokenUpdate",
            {"id": wide["accessToken"]["id"], "expectedVersion": 1, "label": "mine"},
        ),
        (
            "identityProviderCreate",
            {
                "code": "mine",
                "issuer": "https://login.example.com",
                "audience": "mine",
                "accountClaim": "a",
                "accountKey": "CODE",
            },
        ),
    ):
        assert [one["code"] for one in narrow.refused(name, given)] == ["PERMISSION_DENIED"], name
    narrow.make("accessTokenCreate", "secret", {**made, "scopes": ["READ_SALES"]})
