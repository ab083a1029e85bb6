"""Which fields a selection asks for, as the executor collects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    InlineFragmentNode,
    get_directive_values,
    is_abstract_type,
    type_from_ast,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphql import (
        FragmentDefinitionNode,
        GraphQLObjectType,
        GraphQLSchema,
        SelectionNode,
        SelectionSetNode,
    )
    from graphql.execution.values import VariableValues

_KNOWN_DIRECTIVES = frozenset({"skip", "include"})


class UnplannableError(Exception):
    """A document asks for something that only the executor answers."""


def collect(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: VariableValues,
    runtime_type: GraphQLObjectType,
    sets: Iterable[SelectionSetNode | None],
) -> dict[str, list[FieldNode]]:
    """Return the fields by the name they have in the response, in its order.

    Source: GraphQL specification, section 6.3.2 (CollectFields).

    Raises:
        UnplannableError: a directive other than skip and include stands on a selection.
    """
    fields: dict[str, list[FieldNode]] = {}
    visited: set[str] = set()
    pending = [one for given in sets if given is not None for one in given.selections]
    pending.reverse()
    while pending:
        node = pending.pop()
        if not _is_included(node, variables):
            continue
        if isinstance(node, FieldNode):
            key = (node.alias or node.name).value
            fields.setdefault(key, []).append(node)
            continue
        if isinstance(node, FragmentSpreadNode):
            if node.name.value in visited:
                continue
            visited.add(node.name.value)
            part: InlineFragmentNode | FragmentDefinitionNode = fragments[node.name.value]
        else:
            assert isinstance(node, InlineFragmentNode)  # noqa: S101 - the third kind of selection
            part = node
        if _applies(schema, part, runtime_type):
            pending.extend(reversed(part.selection_set.selections))
    return fields


def _is_included(node: SelectionNode, variables: VariableValues) -> bool:
    """Ask the directives of a selection."""
    if not node.directives:
        return True
    if any(one.name.value not in _KNOWN_DIRECTIVES for one in node.directives):
        raise UnplannableError
    skip = get_directive_values(GraphQLSkipDirective, node, variables)
    include = get_directive_values(GraphQLIncludeDirective, node, variables)
    is_skipped = skip is not None and skip["if"]
    return not is_skipped and (include is None or bool(include["if"]))


def _applies(
    schema: GraphQLSchema,
    part: InlineFragmentNode | FragmentDefinitionNode,
    runtime_type: GraphQLObjectType,
) -> bool:
    """Tell whether a fragment is about a type."""
    if part.type_condition is None:
        return True
    about = type_from_ast(schema, part.type_condition)
    if about is runtime_type:
        return True
    return is_abstract_type(about) and schema.is_sub_type(about, runtime_type)
