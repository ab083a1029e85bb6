"""What an operation costs, in points, before it is executed.

    an object                               1, and what is selected in it
    a list that is not paged                1, and what is selected in it, once
    a connection                            2, and for each item of the page its object
    a mutation                              10, and what is selected in its payload
    a value: scalar, Money, PageInfo        nothing
    __schema                                900, since the answer has every type; __type 10

A list that is not paged is short by nature (the lines of a Sale), so it counts like one object and
the common page of Sales with all that belongs to them stays cheap. A page counts as large as it was
asked for, also where it comes from a variable. `@skip` and `@include` change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationType,
    VariableNode,
    get_named_type,
)

from app.http.refusals import DoorCode, RefusedError
from app.resolvers.connections import PAGE_DEFAULT, PAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import (
        GraphQLField,
        GraphQLSchema,
        OperationDefinitionNode,
        SelectionSetNode,
    )

    from app.http.documents import Known

COST_LIMIT = 1_000
MUTATION_POINTS = 10
CONNECTION_POINTS = 2
NESTED_USUAL = 10
"""Items that a page within a page counts when its size is left open: most have fewer."""
SCHEMA_POINTS = 900
TYPE_POINTS = 10
_FREE = frozenset({"Money", "PageInfo"})
_CONNECTION = "Connection"

Bound = int | str | None
"""A page's size as a document has it: a number, the name of a variable, or nothing."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a selection costs: a fixed part, and pages whose size variables may decide."""

    fixed: int
    pages: tuple[PagePrice, ...] = ()

    def points(self, variables: Mapping[str, Any]) -> int:
        """Return the cost under variables; those that are not given have their defaults."""
        total = self.fixed
        for page in self.pages:
            total += page.points(variables)
        return total


@dataclass(frozen=True, slots=True)
class PagePrice:
    """What a connection costs."""

    name: str
    first: Bound
    last: Bound
    item: Price
    usual: int = PAGE_DEFAULT
    """How many items it counts when the size is left open."""

    def size(self, variables: Mapping[str, Any]) -> int:
        """Return how many items are asked for; a size that is refused later counts as the most."""
        for bound in (self.first, self.last):
            size = variables.get(bound) if isinstance(bound, str) else bound
            if isinstance(size, (int, float)):
                return min(max(int(size), 0), PAGE_LIMIT)
        return self.usual

    def points(self, variables: Mapping[str, Any]) -> int:
        """Return the cost under variables."""
        return CONNECTION_POINTS + self.size(variables) * self.item.points(variables)


@dataclass(frozen=True, slots=True)
class OperationPrice:
    """What an operation costs; `defaults` are those of its variables that pages depend on."""

    price: Price
    defaults: Mapping[str, int]

    def points(self, variables: Mapping[str, Any] | None) -> int:
        """Return the cost, or refuse it.

        Raises:
            RefusedError: COST_TOO_HIGH.
        """
        given = {**self.defaults, **(variables or {})} if self.defaults else variables or {}
        points = self.price.points(given)
        if points > COST_LIMIT:
            raise _too_high(self.price, given, points)
        return points


def price_of(
    schema: GraphQLSchema, known: Known, operation: OperationDefinitionNode
) -> OperationPrice:
    """Return what an operation of a valid document costs; it is worked out once."""
    key = ("price", id(operation))
    found = known.memory.get(key)
    if found is None:
        found = known.memory[key] = _Pricing(schema, known).price(operation)
    price: OperationPrice = found
    return price


def _too_high(price: Price, variables: Mapping[str, Any], points: int) -> RefusedError:
    """Say what costs most and what to change."""
    message = f"this operation costs {points:,} points, and at most {COST_LIMIT:,} are allowed"
    if price.pages:
        page = max(price.pages, key=lambda one: one.points(variables))
        message += (
            f"; {page.points(variables):,} are for {page.name!r}, {page.size(variables)} items at "
            f"{page.item.points(variables):,} points each: ask for fewer at a time with first or "
            "last, or for fewer lists inside of it"
        )
    else:
        message += "; ask for less, or in several operations"
    extensions = {"cost": {"requested": points, "limit": COST_LIMIT}}
    return RefusedError(
        DoorCode.COST_TOO_HIGH, message, extensions=extensions, is_about_document=True
    )


class _Pricing:
    """Works out the price of an operation; its depth is limited, so recursion is."""

    def __init__(self, schema: GraphQLSchema, known: Known) -> None:
        assert known.document is not None  # noqa: S101 - only valid documents have operations
        self._schema, self._inside = schema, 0
        self._fragments = {
            one.name.value: one
            for one in known.document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }

    def price(self, operation: OperationDefinitionNode) -> OperationPrice:
        """Return the price of an operation."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 - validation has seen to it
        each = MUTATION_POINTS if operation.operation is OperationType.MUTATION else 0
        price = self._selected(root, [operation.selection_set], each)
        defaults = {
            one.variable.name.value: int(one.default_value.value)
            for one in operation.variable_definitions or ()
            if isinstance(one.default_value, IntValueNode)
        }
        return OperationPrice(price, defaults)

    def _selected(self, parent: Any, sets: list[SelectionSetNode], each: int = 0) -> Price:  # noqa: ANN401 - any composite type
        """Return the price of selections on a type, `each` for every field of it besides."""
        fixed, pages = 0, []
        for kind, nodes in self._collect(parent, sets):
            name = nodes[0].name.value
            if name.startswith("__"):
                fixed += {"__schema": SCHEMA_POINTS, "__type": TYPE_POINTS}.get(name, 0)
                continue
            price = self._field(kind.fields[name], nodes)
            fixed += each
            if isinstance(price, PagePrice):
                pages.append(price)
            else:
                fixed += price.fixed
                pages.extend(price.pages)
        return Price(fixed, tuple(pages))

    def _field(self, declared: GraphQLField, nodes: list[FieldNode]) -> Price | PagePrice:
        """Return the price of a field; several nodes are the same field selected repeatedly."""
        kind = get_named_type(declared.type)
        sets = [one.selection_set for one in nodes if one.selection_set is not None]
        if not sets or kind.name in _FREE:
            return Price(0)
        if kind.name.endswith(_CONNECTION):
            bounds = {one.name.value: _bound(one.value) for one in nodes[0].arguments or ()}
            usual = NESTED_USUAL if self._inside else PAGE_DEFAULT
            self._inside += 1
            item, once = self._connection(kind, sets)
            self._inside -= 1
            first, last = bounds.get("first"), bounds.get("last")
            page = PagePrice(declared_name(nodes[0]), first, last, item, usual)
            return Price(once.fixed, (page, *once.pages)) if once.fixed else page
        inner = self._selected(kind, sets)
        return Price(inner.fixed + 1, inner.pages)

    def _connection(self, kind: Any, sets: list[SelectionSetNode]) -> tuple[Price, Price]:  # noqa: ANN401 - an object type
        """Return what each item of a connection costs, and what the connection has but once."""
        items: list[Price] = []
        once = 0
        for holder, nodes in self._collect(kind, sets):
            name = nodes[0].name.value
            if name not in {"nodes", "edges"}:
                once += 0 if name.startswith("__") else self._fixed(holder.fields[name], nodes)
                continue
            inner = [one.selection_set for one in nodes if one.selection_set is not None]
            price = self._selected(get_named_type(holder.fields[name].type), inner)
            # An edge is no object of its own; the node in it is.
            items.append(price if name == "edges" else Price(price.fixed + 1, price.pages))
        fixed = sum(one.fixed for one in items)
        pages = tuple(page for one in items for page in one.pages)
        return Price(fixed, pages), Price(once)

    def _fixed(self, declared: GraphQLField, nodes: list[FieldNode]) -> int:
        price = self._field(declared, nodes)
        return price.fixed if isinstance(price, Price) else 0

    def _collect(
        self,
        parent: Any,  # noqa: ANN401 - any composite type
        sets: list[SelectionSetNode],
    ) -> Iterator[tuple[Any, list[FieldNode]]]:
        """List the fields of selections by their answers, each with the type that declares it."""
        found: dict[tuple[str, str], tuple[Any, list[FieldNode]]] = {}
        waiting = [(parent, one) for one in reversed(sets)]
        seen: set[str] = set()
        while waiting:
            kind, selections = waiting.pop()
            for one in selections.selections:
                if isinstance(one, FieldNode):
                    key = (kind.name, declared_name(one))
                    found.setdefault(key, (kind, []))[1].append(one)
                elif isinstance(one, FragmentSpreadNode):
                    if one.name.value not in seen:
                        seen.add(one.name.value)
                        fragment = self._fragments[one.name.value]
                        waiting.append((self._kind(fragment), fragment.selection_set))
                elif isinstance(one, InlineFragmentNode):
                    waiting.append((self._kind(one) or kind, one.selection_set))
        yield from found.values()

    def _kind(self, node: Any) -> Any:  # noqa: ANN401 - a fragment of either kind, and its type
        condition = node.type_condition
        return None if condition is None else self._schema.type_map[condition.name.value]


def declared_name(node: FieldNode) -> str:
    """Return the name under which a field is answered."""
    return node.alias.value if node.alias is not None else node.name.value


def _bound(value: Any) -> Bound:  # noqa: ANN401 - any value node
    """Read a page's size."""
    if isinstance(value, IntValueNode):
        return int(value.value)
    return value.name.value if isinstance(value, VariableNode) else None
