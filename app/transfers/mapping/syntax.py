"""What an expression is made of, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from app.transfers.mapping.budget import DEPTH


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, whole number, true, false or null."""

    at: int
    value: str | int | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A name: a field of the record, `line`, `record`, or the variable of a macro."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`of.field`."""

    at: int
    of: Node
    field: str


@dataclass(frozen=True, slots=True)
class Index:
    """`of[index]`."""

    at: int
    of: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`, also where it was written `first.name(others)`."""

    at: int
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """`of.name(variable, body)`, for each element of a list."""

    at: int
    name: str
    of: Node
    variable: str
    body: Node
    condition: Node | None = None
    """The middle of `map(x, condition, body)`."""


@dataclass(frozen=True, slots=True)
class Unary:
    """`!of` and `-of`."""

    at: int
    sign: str
    of: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """`left sign right`."""

    at: int
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? yes : no`."""

    at: int
    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    at: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{a: b}`."""

    at: int
    pairs: tuple[tuple[Node, Node], ...]


Node: TypeAlias = (
    Literal | Name | Select | Index | Call | Macro | Unary | Binary | Choice | ListOf | MapOf
)

NODE_DEPTH = DEPTH
"""How deep an expression may be nested; also how many terms a sum or a path may have."""


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - a branch for each kind of node
    """Return what a node is made of, in the order in which it was written."""
    match node:
        case Literal() | Name():
            return ()
        case Select(of=of) | Unary(of=of):
            return (of,)
        case Index(of=of, index=index):
            return (of, index)
        case Call(arguments=arguments):
            return arguments
        case Macro(of=of, condition=condition, body=body):
            return (of, body) if condition is None else (of, condition, body)
        case Binary(left=left, right=right):
            return (left, right)
        case Choice(condition=condition, yes=yes, no=no):
            return (condition, yes, no)
        case ListOf(items=items):
            return items
        case MapOf(pairs=pairs):
            return tuple(one for pair in pairs for one in pair)


def written(node: Node) -> str:
    """Return a path as a person writes it, such as `lines[0].net`; in short what is none."""
    match node:
        case Name(name=name):
            return name
        case Select(of=of, field=field):
            return f"{written(of)}.{field}"
        case Index(of=of, index=Literal(value=value)):
            return f"{written(of)}[{value!r}]"
        case _:
            return "(…)"
