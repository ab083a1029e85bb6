"""Documents drawn by lot from the schema: fields, fragments, aliases, arguments, variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_required_argument,
)

from app.resolvers.filters import ANY_KIND
from tests.api.planned import live_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLArgument, GraphQLField, GraphQLInputField

BOTH = (True, False)
MOST_FIELDS = 5
DEEPEST = 4
TEXTS = ("S-2026-000001", "A1", "N1", "a", " ", "%", "_é'\"\\")
DATES = ("2026-08-01", "2026-12-31", "2027-05-01")
INSTANTS = ("2026-08-01T18:30:00Z", "2030-01-01T00:00:00+02:00")


@dataclass
class Writer:
    """Writes one document; `lot` decides."""

    lot: Random
    ids: Mapping[str, list[str]]
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    aliases: int = 0

    def one_of(self, *values: Any) -> Any:
        return self.lot.choice(values)

    def chance(self, one_in: int) -> bool:
        return self.lot.randint(1, one_in) == 1

    def selection(self, kind: GraphQLObjectType, depth: int) -> str:
        """Select some fields, here and there through a fragment, twice, or under a condition."""
        fields = [
            (name, one)
            for name, one in sorted(kind.fields.items())
            if depth > 0 or not is_composite_type(get_named_type(one.type))
        ]
        chosen = self.lot.choices(fields, k=self.lot.randint(1, MOST_FIELDS))
        parts = [self.field(name, one, depth) for name, one in chosen]
        parts += ["__typename"] * self.chance(6)
        text = " ".join(parts)
        if self.chance(8):
            return f"{{ ... on {kind.name} {{ {text} }} }}"
        if self.chance(8):
            name = f"f{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {kind.name} {{ {text} }}")
            return f"{{ ...{name} {self.condition()} __typename }}"
        return f"{{ {text} }}"

    def condition(self) -> str:
        """Write a condition, mostly none."""
        if not self.chance(4):
            return ""
        kind, value = self.one_of("skip", "include"), self.one_of(*BOTH)
        return f"@{kind}(if: {self.given('Boolean!', value, str(value).lower())})"

    def field(self, name: str, one: GraphQLField, depth: int) -> str:
        inner = get_named_type(one.type)
        arguments = self.arguments(one)
        # Two selections of one name must ask the same, so what differs gets a name of its own.
        alias = ""
        if arguments or is_composite_type(inner) or self.chance(10):
            self.aliases += 1
            alias = f"a{self.aliases}: "
        below = self.below(inner, depth)
        return f"{alias}{name}{arguments} {self.condition()} {below}"

    def below(self, inner: Any, depth: int) -> str:
        if not is_composite_type(inner):
            return ""
        if not isinstance(inner, GraphQLObjectType):
            return "{ id __typename }"
        # Connections, pages and amounts are no level of their own.
        is_free = not any(one.name == "Node" for one in inner.interfaces)
        return self.selection(inner, max(depth if is_free else depth - 1, int(is_free)))

    def arguments(self, one: GraphQLField) -> str:
        written = []
        for name, argument in one.args.items():
            if name in {"last", "before", "after"}:
                continue
            if not is_required_argument(argument) and not self.chance(3):
                continue
            written.append(f"{name}: {self.value(name, argument)}")
        return f"({', '.join(written)})" if written else ""

    def value(self, name: str, argument: GraphQLArgument) -> str:
        if name == "first":
            number = self.one_of(1, 2, 5)
            return self.given("Int", number, str(number))
        if name == "sort":
            inner = get_named_type(argument.type)
            assert isinstance(inner, GraphQLEnumType)
            chosen = self.one_of(*inner.values)
            return self.given(str(argument.type), chosen, chosen)
        if name == "language":
            return self.given("String!", "nl", '"nl"')
        if name == "id":
            found = self.one_of(*(ids[0] for ids in self.ids.values() if ids))
            return self.given("ID!", found, f'"{found}"')
        inner = get_named_type(argument.type)
        assert isinstance(inner, GraphQLInputObjectType), name
        filters = self.filter(inner)
        return self.given(str(argument.type), filters, literal(filters))

    def filter(self, kind: GraphQLInputObjectType) -> dict[str, Any]:
        names = self.lot.sample(
            sorted(kind.fields), k=self.lot.randint(0, min(2, len(kind.fields)))
        )
        return {name: self.filter_value(kind.fields[name]) for name in names}

    def filter_value(self, one: GraphQLInputField) -> Any:
        inner = get_named_type(one.type)
        is_list = str(one.type).startswith("[")
        found: Any
        if isinstance(inner, GraphQLEnumType):
            found = Choice(self.one_of(*inner.values))
        elif isinstance(inner, GraphQLInputObjectType):
            found = {"amount": "10.00", "currency": "EUR"}
        else:
            found = self.scalar(inner.name, one)
        return [found] if is_list else found

    def scalar(self, name: str, one: GraphQLInputField) -> Any:
        if name == "ID":
            kind = one.extensions["strawberry-definition"].metadata["filter"][2]
            ids = self.ids.get(kind, []) if kind != ANY_KIND else []
            return self.one_of(*(ids or next(iter(self.ids.values()))))
        known: dict[str, tuple[Any, ...]] = {
            "Boolean": BOTH,
            "Int": (0, 1, 5),
            "Date": DATES,
            "DateTime": INSTANTS,
        }
        return self.one_of(*known.get(name, TEXTS))

    def given(self, kind: str, value: Any, text: str) -> str:
        """Write a value as it is, or send it as a variable."""
        if self.chance(2):
            return text
        name = f"v{len(self.variables)}"
        self.variables[name] = value
        self.declared.append(f"${name}: {kind}")
        return f"${name}"


class Choice(str):
    """A member of an enum, which a document writes without quotation marks."""

    __slots__ = ()


def literal(value: Any) -> str:
    """Write a value as a literal of GraphQL."""
    if isinstance(value, Choice):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def document(
    seed: int, ids: Mapping[str, list[str]], roots: tuple[str, ...]
) -> tuple[str, dict[str, Any]]:
    """Draw a document of one to three root fields with its variables."""
    writer = Writer(Random(seed), ids)
    query = live_schema().query_type
    assert query is not None
    chosen = writer.lot.choices(roots, k=writer.lot.randint(1, 3))
    fields = " ".join(writer.field(name, query.fields[name], DEEPEST) for name in chosen)
    declared = f"({', '.join(writer.declared)})" if writer.declared else ""
    return f"query{declared} {{ {fields} }} {' '.join(writer.fragments)}", writer.variables
