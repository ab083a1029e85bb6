"""Expressions get their values for one record, and pay for each step."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from app.transfers.mapping.amounts import is_amount
from app.transfers.mapping.faults import (
    AbsentError,
    ExpressionError,
    UnmappedError,
    shown,
)
from app.transfers.mapping.functions import FUNCTIONS
from app.transfers.mapping.kinds import bounded, text_of, whole_of
from app.transfers.mapping.lookups import key_of
from app.transfers.mapping.moments import day_of
from app.transfers.mapping.operators import combined, kind_of
from app.transfers.mapping.syntax import (
    Binary,
    Call,
    Choice,
    Index,
    ListOf,
    Literal,
    Macro,
    MapOf,
    Name,
    Node,
    Select,
    Unary,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.transfers.mapping.budget import Budget
    from app.transfers.mapping.lookups import Lookups

_NOTHING: Final = object()
_KNOWN_NAMES: Final = 100


class Evaluation:
    """Gives expressions their values for one record."""

    def __init__(
        self,
        record: Mapping[str, Any],
        lookups: Lookups,
        budget: Budget,
        line: Mapping[str, Any] | None = None,
    ) -> None:
        """Take the record and what may be looked up.

        `line` has what goes before the record's own names: `line` and `index` within a list. The
        record is not copied, since it may be long and is asked for every field of every line.
        """
        self._record = record
        self._names = {"record": record, **(line or {})}
        self._lookups = lookups
        self._budget = budget

    def value(self, node: Node) -> Any:  # noqa: ANN401 - any JSON
        """Return the value of an expression.

        Raises:
            ExpressionError: it has none; `AbsentError` where a path leads to nothing.
            UnmappedError: a value map lacks a key.
            ExhaustedError: the record's allowance is used up.
        """
        self._budget.spend()
        try:
            return self._value(node)
        except ExpressionError as error:
            raise error.located(node.at) from error.__cause__

    def flag(self, node: Node, place: str) -> bool:
        """Return the value of a condition, which has to be true or false."""
        value = self.value(node)
        if isinstance(value, bool):
            return value
        right = "compare it with something, as in sale.stage == 'PAID'"
        raise ExpressionError(f"{place} is {shown(value)}, not true or false", right, at=node.at)

    def _value(self, node: Node) -> Any:  # noqa: ANN401, PLR0911, C901 - any JSON; a branch for each kind of node
        match node:
            case Literal(value=value):
                return value
            case Name(name=name):
                return self._name(name)
            case Select(of=of, field=field):
                return self._selected(node, self.value(of), field)
            case Index(of=of, index=index):
                return self._indexed(node, self.value(of), self.value(index))
            case Call():
                return self._called(node)
            case Macro():
                return self._walked(node)
            case Unary(sign=sign, of=of):
                return self._signed(sign, of)
            case Binary(sign="&&" | "||"):
                return self._joined(node)
            case Binary(sign=sign, left=left, right=right):
                return combined(self._budget, sign, self.value(left), self.value(right))
            case Choice(condition=condition, yes=yes, no=no):
                return self.value(yes if self.flag(condition, "what stands before ?") else no)
            case ListOf(items=items):
                return [self.value(item) for item in items]
            case MapOf(pairs=pairs):
                return {
                    text_of(self.value(key), "a field"): self.value(value) for key, value in pairs
                }

    def _name(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        if name in self._names:
            return self._names[name]
        if name in self._record:
            return self._record[name]
        raise AbsentError(
            f"{name} is not in the record",
            "write coalesce(…) or has(…) where it may be missing",
            meant=(name, (*self._names, *islice(self._record, _KNOWN_NAMES))),
        )

    def _selected(self, node: Select, value: Any, field: str) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            if field in value:
                return value[field]
            raise AbsentError(
                f"{written(node)} is not in the record",
                "write coalesce(…) or has(…) where it may be missing",
                meant=(field, value),
            )
        if value is None:
            right = "write coalesce(…) or has(…) where it may be missing"
            raise AbsentError(f"{written(node.of)} is null", right)
        raise ExpressionError(f"{written(node.of)} is {kind_of(value)} and has no field {field!r}")

    def _indexed(self, node: Index, value: Any, index: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            if text_of(index, "a field") in value:
                return value[index]
            wrong = f"{written(node.of)} has no field {shown(index)}"
            raise AbsentError(wrong, meant=(index, value))
        if isinstance(value, list):
            place = whole_of(index, "a list")
            if 0 <= place < len(value):
                return value[place]
            raise AbsentError(f"{written(node.of)} has {len(value)} values, and none at {place}")
        if value is None:
            raise AbsentError(f"{written(node.of)} is null")
        raise ExpressionError(f"{written(node.of)} is {kind_of(value)} and has no index")

    def _called(self, node: Call) -> Any:  # noqa: ANN401 - any JSON
        function = FUNCTIONS[node.name]
        if node.name == "has":
            return self._finds(node.arguments[0])
        if node.name == "coalesce":
            return self._first(node.arguments)
        if function.run is not None:
            return function.run(self._budget, [self.value(one) for one in node.arguments])
        if node.name == "oss_vat":
            country, kind, day = (self.value(one) for one in node.arguments)
            return self._lookups.oss_rate(
                text_of(country, "oss_vat"), text_of(kind, "oss_vat"), day_of(day, "oss_vat")
            )
        table, key = (self.value(one) for one in node.arguments[:2])
        found = self._lookups.entry(table, key_of(key))
        if found is not None:
            return found
        if len(node.arguments) > 2:  # noqa: PLR2004 - the third is the default
            return self.value(node.arguments[2])
        raise UnmappedError(table, key_of(key))

    def _finds(self, node: Node) -> bool:
        try:
            self.value(node)
        except AbsentError:
            return False
        return True

    def _first(self, nodes: tuple[Node, ...]) -> Any:  # noqa: ANN401 - any JSON
        for node in nodes:
            try:
                value = self.value(node)
            except AbsentError:
                continue
            if value is not None:
                return value
        return None

    def _signed(self, sign: str, of: Node) -> Any:  # noqa: ANN401 - a flag or a whole number
        value = self.value(of)
        if sign == "!":
            if isinstance(value, bool):
                return not value
            raise ExpressionError(f"! needs true or false, not {shown(value)}")
        if is_amount(value) or isinstance(value, float):
            raise ExpressionError(f"- cannot turn {shown(value)} round", "write neg_money(…)")
        return bounded(-whole_of(value, "-"))

    def _joined(self, node: Binary) -> bool:
        """Return `&&` or `||`; a side without a value does not matter where the other decides."""
        decisive = node.sign == "||"
        try:
            if self.flag(node.left, f"what stands before {node.sign}") is decisive:
                return decisive
        except ExpressionError:
            if self.flag(node.right, f"what stands after {node.sign}") is decisive:
                return decisive
            raise
        return self.flag(node.right, f"what stands after {node.sign}")

    def _walked(self, node: Macro) -> Any:  # noqa: ANN401 - a list or a flag
        """Walk through a list; the variable hides what else has its name."""
        values = self.value(node.of)
        if isinstance(values, dict):
            values = list(values)
        if not isinstance(values, list):
            raise ExpressionError(f"{node.name} needs a list, not {kind_of(values)}")
        self._budget.allow_list(len(values))
        hidden = self._names.get(node.variable, _NOTHING)
        try:
            return self._elements(node, values)
        finally:
            if hidden is _NOTHING:
                self._names.pop(node.variable, None)
            else:
                self._names[node.variable] = hidden

    def _elements(self, node: Macro, values: list[Any]) -> Any:  # noqa: ANN401 - a list or a flag
        if node.name == "map":
            return [
                self.value(node.body)
                for _ in self._each(node.variable, values)
                if node.condition is None or self.flag(node.condition, "the condition of map")
            ]
        if node.name == "filter":
            place = "the condition of filter"
            return [v for v in self._each(node.variable, values) if self.flag(node.body, place)]
        if node.name == "exists_one":
            each = self._each(node.variable, values)
            return sum(self.flag(node.body, "the condition of exists_one") for _ in each) == 1
        return self._decided(node, values)

    def _decided(self, node: Macro, values: list[Any]) -> bool:
        """Return `exists` and `all`; an element without a value does not matter to a decision."""
        is_decisive = node.name == "exists"
        first: ExpressionError | None = None
        for _ in self._each(node.variable, values):
            try:
                if self.flag(node.body, f"the condition of {node.name}") is is_decisive:
                    return is_decisive
            except ExpressionError as error:
                first = first or error
        if first is not None:
            raise first
        return not is_decisive

    def _each(self, variable: str, values: list[Any]) -> Iterator[Any]:
        """Give each element its name in turn."""
        for value in values:
            self._names[variable] = value
            yield value
