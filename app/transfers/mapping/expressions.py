"""Expressions as a mapping keeps them: read, and checked for what they call."""

from __future__ import annotations

from dataclasses import dataclass

from app.transfers.mapping.faults import ExpressionError, shown
from app.transfers.mapping.functions import FUNCTIONS, MANY
from app.transfers.mapping.moments import directives_of
from app.transfers.mapping.parsing import MACROS, parse
from app.transfers.mapping.patterns import check_pattern
from app.transfers.mapping.syntax import (
    Call,
    Index,
    Literal,
    Name,
    Node,
    Select,
    children,
)

_ELSEWHERE = {
    "double": "amounts are texts here: write round_money(text, 2)",
    "uint": "write int(text)",
    "bool": "compare with 'true'",
    "timestamp": "days and instants are texts here: compare them as they are, or date_add(…)",
    "duration": "write date_add(day, 30)",
    "type": "",
    "dyn": "",
    "bytes": "",
}
"""What CEL has and mappings have not, with what to write instead."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that can be evaluated."""

    text: str
    node: Node

    @property
    def tables(self) -> tuple[str, ...]:
        """The value maps that it looks into."""
        return tuple(
            str(node.arguments[0].value)
            for node in walked(self.node)
            if isinstance(node, Call)
            and node.name == "lookup"
            and isinstance(node.arguments[0], Literal)
        )

    @property
    def patterns(self) -> tuple[str, ...]:
        """The regular expressions in it."""
        return tuple(
            str(node.arguments[1].value)
            for node in walked(self.node)
            if isinstance(node, Call)
            and node.name == "matches"
            and isinstance(node.arguments[1], Literal)
        )


def compile_expression(text: str) -> Expression:
    """Read an expression and check its functions, their arguments, patterns and value maps.

    Raises:
        ExpressionError: with a column and a suggestion.
    """
    expression = Expression(text, parse(text))
    for node in walked(expression.node):
        if isinstance(node, Call):
            _check_call(node)
    return expression


def compile_path(text: str) -> Expression:
    """Read a path such as `customer.address.city`, `lines[0].net` or `record['Invoice No']`."""
    expression = Expression(text, parse(text))
    for node in walked(expression.node):
        is_place = isinstance(node, Literal) and node is not expression.node
        if not is_place and not isinstance(node, Name | Select | Index):
            wrong = f"{shown(text)} is not a path"
            right = "write names with points, such as customer.name, or use expression"
            raise ExpressionError(wrong, right, at=node.at)
    return expression


def walked(node: Node) -> tuple[Node, ...]:
    """Return a node and all that is in it."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(reversed(children(one)))
    return tuple(found)


def _check_call(node: Call) -> None:
    """Refuse an unknown function, a wrong number of arguments, and what must be written out."""
    function = FUNCTIONS.get(node.name)
    if function is None:
        if node.name in MACROS:
            right = f"write list.{node.name}(x, …)"
            raise ExpressionError(f"{node.name} comes after a list", right, at=node.at)
        wrong = f"there is no function {node.name}"
        raise ExpressionError(
            wrong,
            _ELSEWHERE.get(node.name, ""),
            at=node.at,
            meant=(node.name, (*FUNCTIONS, *MACROS)),
        )
    count = len(node.arguments)
    if not function.least <= count <= function.most:
        wanted = f"{function.least}" if function.most == function.least else f"{function.least} to"
        wanted += "" if function.most in {function.least, MANY} else f" {function.most}"
        wanted = f"{function.least} or more" if function.most == MANY else wanted
        wrong = f"{node.name} got {count} arguments and takes {wanted}"
        raise ExpressionError(wrong, f"write {function.usage}", at=node.at)
    fixed = {"matches": 1, "lookup": 0, "format_date": 1}.get(node.name)
    if fixed is not None:
        _check_fixed(node, node.arguments[fixed], function.usage)


def _check_fixed(node: Call, argument: Node, usage: str) -> None:
    """Require a text that is written out, so that it is checked now and not with a record."""
    if not isinstance(argument, Literal) or not isinstance(argument.value, str):
        wrong = f"{node.name} needs a text that is written out"
        raise ExpressionError(wrong, f"write {usage}", at=argument.at)
    try:
        if node.name == "matches":
            check_pattern(argument.value)
        elif node.name == "format_date":
            directives_of(argument.value)
    except ExpressionError as error:
        raise error.located(argument.at) from error.__cause__
