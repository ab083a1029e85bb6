"""Reads everything that a caller can reach, following the schema rather than a list of queries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_composite_type,
    is_required_argument,
)

from app.domain.permissions import Role
from app.schema.build import print_schema
from app.schema.fields import NODE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.club import Club

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_NODE_ID = re.compile(r'"(?!own_)([a-z_]+_[0-9a-f]{32})"')  # own_… is the key of a club's report
_PAGE = re.compile(r'"hasNextPage":true,"endCursor":("[^"]+")')
_TOGETHER = 3
"""Nodes that one document reads; the API limits the fields of a document and its cost."""


@cache
def the_schema() -> GraphQLSchema:
    return build_schema(print_schema())


@cache
def object_types() -> dict[str, GraphQLObjectType]:
    """The object types of the schema by name, without GraphQL's own."""
    return {
        name: kind
        for name, kind in the_schema().type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }


def is_node(kind: GraphQLObjectType) -> bool:
    return any(one.name == "Node" for one in kind.interfaces)


def selection(kind: GraphQLObjectType, above: tuple[str, ...] = ()) -> str:
    """Select every field that needs no argument; nodes further down by id, connections a page."""
    parts = ["__typename"]
    for name, one in kind.fields.items():
        if any(is_required_argument(argument) for argument in one.args.values()):
            continue
        parts.append(name + field_selection(one, (*above, kind.name)))
    return "{ " + " ".join(parts) + " }"


def field_selection(one: GraphQLField, above: tuple[str, ...] = ()) -> str:
    """Select what is below a field."""
    inner = get_named_type(one.type)
    if not is_composite_type(inner):
        return ""
    if isinstance(inner, GraphQLInterfaceType):
        return " { id }"
    assert isinstance(inner, GraphQLObjectType)
    if inner.name.endswith("Connection"):
        return "(first: 100) { nodes { id } }"
    if is_node(inner):
        return " { id }"
    assert inner.name not in above, f"{inner.name} contains itself"
    return " " + selection(inner, above)


@dataclass
class Walk:
    """What a caller saw: the ids it can follow, and every UUID in any answer."""

    club: Club
    role: Role = Role.ROOT
    account_id: UUID | None = None
    node_ids: set[str] = field(default_factory=set)
    uuids: set[UUID] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)

    def run(self) -> Walk:
        """Begin at every field of the root, and follow every relation until nothing is new."""
        fresh = set()
        for name, one in root_fields():
            if get_named_type(one.type).name.endswith("Connection"):
                fresh |= self.pages(name)
            else:
                fresh |= self.ask(f"{{ {name}{field_selection(one)} }}")
        while fresh:
            self.node_ids |= fresh
            listed, found = sorted(fresh), set()
            for start in range(0, len(listed), _TOGETHER):
                found |= self.ask(nodes_document(listed[start : start + _TOGETHER]))
            fresh = found - self.node_ids
        return self

    def pages(self, name: str) -> set[str]:
        """Read a connection of the root to its end."""
        found: set[str] = set()
        after = "null"
        while True:
            inner = "nodes { id } pageInfo { hasNextPage endCursor }"
            found |= self.ask(f"{{ {name}(first: 100, after: {after}) {{ {inner} }} }}")
            page = _PAGE.search(self.texts[-1])
            if page is None:
                return found
            after = page.group(1)

    def ask(self, document: str) -> set[str]:
        """Send a document; whatever the answer holds has been seen."""
        answer = self.club.http.post(
            "/graphql",
            json={"query": document},
            headers={"authorization": f"Bearer {self.club.token(self.role, self.account_id)}"},
        )
        assert answer.status_code == 200, answer.text
        for error in answer.json().get("errors", []):
            assert error.get("extensions", {}).get("code") == "PERMISSION_DENIED", error
        text = answer.text
        self.texts.append(text)
        self.uuids |= {UUID(one) for one in _UUID.findall(text)}
        self.types |= set(re.findall(r'"__typename":"(\w+)"', text))
        return set(_NODE_ID.findall(text))


def root_fields() -> Iterator[tuple[str, GraphQLField]]:
    """The fields of the root that need no argument to have a meaning."""
    query = the_schema().query_type
    assert query is not None
    for name, one in query.fields.items():
        if name not in ASKED_APART | PREVIEWS | SEMANTIC:
            yield name, one


ASKED_APART = {"node", "sale", "availability", "accountStatement", "report", "reportPlan"}
"""Fields of the root that answer only about something that the caller names."""
PREVIEWS = {"saleCancelPreview", "eventCancellationPreview"}
"""Fields of the root that take an input, as the mutations do that they preview."""
SEMANTIC = {"semanticQuery", "semanticMeta", "semanticFreshness"}
"""Fields that another process answers, from what it shows of one club: test_semantic_questions."""


@cache
def _type_of_kind() -> dict[str, str]:
    return {table: kind.__name__ for table, kind in NODE_TYPES.items()}


def nodes_document(node_ids: list[str]) -> str:
    """Read nodes by id with all their fields."""
    parts = []
    for number, node_id in enumerate(node_ids):
        name = _type_of_kind()[node_id.rpartition("_")[0]]
        inner = selection(object_types()[name])
        parts.append(f'n{number}: node(id: "{node_id}") {{ ... on {name} {inner} }}')
    return "{ " + " ".join(parts) + " }"


def seen_in(walk: Walk, words: set[str]) -> set[str]:
    """Which of some words stood in any answer."""
    return {word for word in words if any(word in text for text in walk.texts)}


def answer_of(walk: Walk, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Send a document as the walk's caller; return the whole answer."""
    return walk.club.send(document, variables, role=walk.role, account_id=walk.account_id)
