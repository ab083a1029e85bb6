"""A definition is checked before it is kept, also against what its records look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.transfers.contract.records import ENTITIES
from app.transfers.mapping.faults import Problem, nearest, shown
from app.transfers.mapping.reading import Reader
from app.transfers.mapping.shapes import ANY, MONEY_FIELDS, Shape, shape_of, shape_of_entity
from app.transfers.mapping.syntax import (
    Binary,
    Index,
    Literal,
    Macro,
    Name,
    Node,
    Select,
    children,
    written,
)

if TYPE_CHECKING:
    from app.transfers.mapping.definition import Definition

_WHOLE: Final = Shape("whole")


def check_mapping(definition: object, entity: str | None = None) -> tuple[Problem, ...]:
    """Return all that is wrong with a definition, each at its field.

    Args:
        definition: the form as JSON.
        entity: the neutral record that it is for, a name of `records.ENTITIES`; None for records
            whose fields are not known beforehand.
    """
    reader = Reader()
    found = reader.definition(definition)
    if entity is None:
        return tuple(reader.problems)
    if entity not in ENTITIES:
        wrong = f"{shown(entity)} is not a record"
        right = f"write one of {', '.join(ENTITIES)}"
        reader.wrong("entity", wrong, right, nearest(entity, ENTITIES))
        return tuple(reader.problems)
    record = shape_of_entity(entity)
    names = {"record": record, **{name: record.field(name) for name in record.fields or {}}}
    lines = _line_names(found, names)
    for path, expression in reader.expressions:
        section = path.partition("].")[0]
        is_in_line = section in lines and not path.endswith("].from")
        _Look(reader, path).kind(expression.node, lines[section] if is_in_line else names)
    return tuple(reader.problems)


def _line_names(definition: Definition, names: dict[str, Shape]) -> dict[str, dict[str, Shape]]:
    """Return the names that the fields of each list may use, by the list's place up to its ]."""
    found: dict[str, dict[str, Shape]] = {}
    for lines in definition.lines:
        source = _Look(Reader(), "").kind(lines.source.node, names)
        element = ANY if source.element is None else shape_of(source.element)
        found[lines.path.removesuffix("]")] = {**names, "line": element, "index": _WHOLE}
    return found


class _Look:
    """Goes through an expression and tells what it must give, as far as that can be known."""

    def __init__(self, reader: Reader, path: str) -> None:
        """Note problems at a field."""
        self._reader = reader
        self._path = path

    def kind(self, node: Node, names: dict[str, Shape]) -> Shape:  # noqa: PLR0911 - a branch for each kind of node
        """Return what an expression gives."""
        match node:
            case Literal(value=value):
                return Shape({str: "text", int: "whole", bool: "flag"}.get(type(value), "any"))
            case Name(name=name):
                if name not in names:
                    self._unknown(node, name, names)
                return names.get(name, ANY)
            case Select(of=of, field=field):
                return self._selected(node, self.kind(of, names), field)
            case Index(of=of, index=index):
                self.kind(index, names)
                element = self.kind(of, names).element
                return ANY if element is None else shape_of(element)
            case Macro():
                return self._walked(node, names)
            case Binary(sign=sign, left=left, right=right):
                return self._combined(
                    node, sign, (left, right), (self.kind(left, names), self.kind(right, names))
                )
            case _:
                for child in children(node):
                    self.kind(child, names)
                return ANY

    def _selected(self, node: Select, of: Shape, field: str) -> Shape:
        """Return what a field is, if it can be one."""
        if of.fields is not None and field not in of.fields:
            self._unknown(node, field, of.fields)
        elif of.kind in {"text", "whole", "flag", "list"}:
            self._wrong(node, f"{written(node.of)} is a {of.kind} and has no field {field}")
        return of.field(field)

    def _walked(self, node: Macro, names: dict[str, Shape]) -> Shape:
        """Return what a walk through a list gives."""
        walked = self.kind(node.of, names)
        if walked.kind in {"text", "whole", "flag"}:
            self._wrong(node, f"{written(node.of)} is a {walked.kind}, not a list")
        element = ANY if walked.element is None else shape_of(walked.element)
        inner = {**names, node.variable: element}
        for part in children(node)[1:]:
            self.kind(part, inner)
        if node.name == "filter":
            return walked
        return Shape("list") if node.name == "map" else Shape("flag")

    def _combined(
        self, node: Binary, sign: str, parts: tuple[Node, Node], kinds: tuple[Shape, Shape]
    ) -> Shape:
        """Refuse to compute with texts; each amount is one."""
        found = {one.kind for one in kinds}
        if sign in {"-", "*", "/", "%"} and "text" in found:
            function = {"-": "sum_money", "*": "mul_money", "/": "div_money"}.get(sign)
            right = f"write {function}(…) for amounts" if function else "write int(…)"
            self._wrong(node, f"{sign} does not compute with texts, and amounts are texts", right)
        elif sign == "+" and all(map(_is_money, parts)):
            right = f"write sum_money({written(parts[0])}, {written(parts[1])})"
            self._wrong(node, "+ writes two amounts behind each other", right)
        elif sign in {"<", "<=", ">", ">="} and any(map(_is_money, parts)):
            right = f"write compare_money({written(parts[0])}, {written(parts[1])}) {sign} 0"
            self._wrong(node, f"{sign} compares amounts letter by letter", right)
        elif found == {"text", "whole"} and sign != "in":
            right = "write string(…) or int(…) around one of them"
            self._wrong(
                node, f"{sign} has a text on one side and a whole number on the other", right
            )
        if sign == "+" and len(found) == 1:
            return kinds[0]
        return _WHOLE if sign in {"-", "*", "/", "%", "+"} else Shape("flag")

    def _unknown(self, node: Node, name: str, known: dict[str, Shape] | dict[str, type]) -> None:
        """Say that there is no such field."""
        right = f"there are {', '.join(sorted(known))}"
        wrong = f"there is no {written(node)} (column {node.at})"
        self._reader.wrong(self._path, wrong, right, nearest(name, known))

    def _wrong(self, node: Node, wrong: str, right: str = "") -> None:
        """Note a problem with its column."""
        self._reader.wrong(self._path, f"{wrong} (column {node.at})", right)


def _is_money(node: Node) -> bool:
    """Tell whether a path ends in the name of an amount or a rate."""
    return isinstance(node, Select) and node.field in MONEY_FIELDS
