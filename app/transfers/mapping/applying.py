"""A mapping is applied to a record: filter, fields, lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from app.transfers.mapping.budget import Budget, measured
from app.transfers.mapping.definition import (
    Computed,
    Constant,
    Definition,
    Field,
    FromPath,
    LookedUp,
    Priced,
)
from app.transfers.mapping.evaluating import Evaluation
from app.transfers.mapping.faults import (
    AbsentError,
    ExhaustedError,
    ExpressionError,
    MappingError,
    Problem,
    UnmappedError,
    shown,
)
from app.transfers.mapping.lookups import Lookups, key_of
from app.transfers.mapping.prices import price_by_rule
from app.transfers.mapping.reading import Reader
from app.transfers.mapping.results import FieldState, FieldTried, Mapped, Unmapped
from app.transfers.mapping.syntax import Name, Select, written

if TYPE_CHECKING:
    from app.transfers.mapping.definition import CustomerRules, Lines
    from app.transfers.mapping.expressions import Expression

TRIED_FIELDS: Final = 500
"""How many fields of a record are told one by one."""
PROBLEMS_LIMIT: Final = 100
"""How many problems of a record are told; the first of them are enough to mend it."""
_EMPTY: Final = (None, "")
_Line: TypeAlias = "dict[str, Any] | None"


def compile_mapping(definition: object) -> Mapping:
    """Read a definition, once for many records; None and {} pass every record through.

    Raises:
        MappingError: with every problem of the definition.
    """
    reader = Reader()
    found = reader.definition(definition)
    if reader.problems:
        raise MappingError(tuple(reader.problems))
    tables = {table for _, expression in reader.expressions for table in expression.tables}
    origins = (
        field.origin
        for fields in (found.fields, *(lines.fields for lines in found.lines))
        for field in fields
    )
    tables |= {origin.table for origin in origins if isinstance(origin, LookedUp | Priced)}
    return Mapping(found, tuple(sorted(tables)))


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that can be applied, by any number of threads at once."""

    definition: Definition
    maps: tuple[str, ...]
    """The value maps that it looks into, by their codes."""

    @property
    def customer(self) -> CustomerRules:
        """How a customer is found in the other system."""
        return self.definition.customer

    def apply(self, record: object, lookups: Lookups | None = None) -> Mapped:
        """Return what becomes of a record; whatever is wrong with it stands in the answer.

        Raises:
            MappingError: the record is not JSON.
        """
        return Walk(self.definition, record, lookups or Lookups()).mapped()


class Walk:
    """One record on its way through a mapping."""

    def __init__(self, definition: Definition, record: object, lookups: Lookups) -> None:
        """Count the record, which is never changed."""
        self._budget = Budget(measured(record))
        self._definition = definition
        self._record: dict[str, Any] = record if isinstance(record, dict) else {}
        self._lookups = lookups
        self._problems: list[Problem] = []
        self._unmapped: dict[tuple[str, str], Unmapped] = {}
        if not isinstance(record, dict):
            self._problems.append(Problem("record", f"{shown(record)} is not an object"))
        self._failures = 0
        self.tried: list[FieldTried] = []
        self.skipped: str | None = None

    def mapped(self) -> Mapped:
        """Return the result."""
        result: dict[str, Any] = {}
        try:
            if not self._problems and self._passes():
                result = self._written()
        except ExhaustedError as error:
            right = "write cheaper expressions, or fewer of them"
            self._problems.append(Problem("record", str(error), right))
        unmapped = tuple(self._unmapped.values())
        return Mapped(result, self.skipped, unmapped, tuple(self._problems))

    def _passes(self) -> bool:
        """Ask the filter; a record for which it has no answer stays, with a problem."""
        condition = self._definition.filter
        if condition is None:
            return True
        try:
            passes = self._evaluation().flag(condition.node, "the filter")
        except ExpressionError as error:
            self._note(error, "filter")
            return False
        except UnmappedError as error:
            self._miss(error, "filter")
            return False
        if not passes:
            self.skipped = f"the filter is not true: {condition.text}"
        return passes

    def _written(self) -> dict[str, Any]:
        """Write the fields, then the lines."""
        result = self._kept(self._record) if self._definition.keeps else {}
        for field in self._definition.fields:
            self._write(result, field, None, "")
        for lines in self._definition.lines:
            self._write_lines(result, lines)
        return result

    def _write_lines(self, result: dict[str, Any], lines: Lines) -> None:
        """Write a list, an element for each of the record's that passes its filter."""
        place = ".".join(lines.target)
        try:
            found = self._evaluation().value(lines.source.node)
        except AbsentError:
            found = None
        except ExpressionError as error:
            self._note(error, f"{lines.path}.from")
            return
        if not isinstance(found, list | None):
            wrong = f"{lines.source.text} is {shown(found)}, not a list"
            self._note(ExpressionError(wrong), f"{lines.path}.from")
            return
        made: list[Any] = []
        for index, line in enumerate(found or ()):
            inner = {"line": line, "index": index}
            spot = f"{lines.source.text}[{index}]"
            if lines.filter is None or self._holds(lines.filter, inner, spot):
                one = self._kept(line) if lines.keeps and isinstance(line, dict) else {}
                for field in lines.fields:
                    self._write(one, field, inner, spot)
                made.append(one)
        self._put(result, lines.target, made, place)

    def _holds(self, condition: Expression, line: _Line, place: str) -> bool:
        """Ask a condition; false with a problem where it has no answer."""
        try:
            return self._evaluation(line).flag(condition.node, f"the condition of {place}")
        except ExpressionError as error:
            self._note(error, place)
        except UnmappedError as error:
            self._miss(error, place)
        return False

    def _write(self, result: dict[str, Any], field: Field, line: _Line, spot: str) -> None:
        """Write one field, or note why not."""
        place = ".".join(filter(None, (spot, *field.target)))
        if field.when is not None:
            noted = self._failures
            if not self._holds(field.when, line, place):
                state = FieldState.FAILED if self._failures > noted else FieldState.NOT_NOW
                self._tell(field, place, state, None, f"when: {field.when.text}")
                return
        try:
            value = self._value(field, self._evaluation(line))
            if field.format is not None and value not in _EMPTY:
                value = field.format.write(value)
        except AbsentError as error:
            self._leave(field, place, error)
        except ExpressionError as error:
            self._fail(field, place, error)
        except UnmappedError as error:
            where = _sample(field, spot) or place
            self._miss(error, where)
            self._tell(field, place, FieldState.UNMAPPED, None, str(error))
        else:
            if field.is_required and value in _EMPTY:
                self._fail(field, place, _required(place))
            elif self._put(result, field.target, value, place):
                self._tell(field, place, FieldState.WRITTEN, value)

    def _value(self, field: Field, evaluation: Evaluation) -> Any:  # noqa: ANN401 - any JSON
        """Return what a field's origin gives."""
        match field.origin:
            case Constant(value=value):
                return value
            case FromPath(path=path, default=default):
                return _sourced(evaluation, path, default)
            case Computed(expression=expression):
                try:
                    return evaluation.value(expression.node)
                except AbsentError as error:
                    # What computes and lacks something is wrong; only a bare path may be absent.
                    raise ExpressionError(
                        error.wrong, error.right, at=error.at, meant=error.meant
                    ) from error
            case LookedUp() as origin:
                return self._looked_up(origin, evaluation)
            case Priced(table=table, key=key, source=source, cost=cost, digits=digits):
                entry = self._entry(table, evaluation.value(key.node))
                rule = entry.get("price") if isinstance(entry, dict) else None
                price, spent = (
                    None if one is None else _sourced(evaluation, one, None, may_be_absent=True)
                    for one in (source, cost)
                )
                return price_by_rule(rule, price, spent, digits)

    def _looked_up(self, origin: LookedUp, evaluation: Evaluation) -> Any:  # noqa: ANN401 - any JSON
        """Return an entry of a value map, or a part of it."""
        try:
            key = evaluation.value(origin.key.node)
        except AbsentError:
            key = None
        if origin.has_default and key in _EMPTY:
            return origin.default
        try:
            entry = self._entry(origin.table, key)
        except UnmappedError:
            if origin.has_default:
                return origin.default
            raise
        if not isinstance(entry, dict):
            return entry
        part = origin.into or "code"
        if part in entry:
            return entry[part]
        wrong = f"the entry {key_of(key)!r} of {origin.table} has no {part!r}"
        raise ExpressionError(wrong, f"it has {', '.join(entry)[:200]}")

    def _entry(self, table: str, key: object) -> Any:  # noqa: ANN401 - a text or an object
        """Return an entry that has to be there."""
        found = self._lookups.entry(table, key_of(key))
        if found is None:
            raise UnmappedError(table, key_of(key))
        return found

    def _leave(self, field: Field, place: str, error: AbsentError) -> None:
        """Leave a field out whose source is not there, unless it is required."""
        if field.is_required:
            self._fail(field, place, error)
        else:
            self._tell(field, place, FieldState.ABSENT, None, error.wrong)

    def _fail(self, field: Field, place: str, error: ExpressionError) -> None:
        """Note a problem of a field."""
        self._note(error, place)
        self._tell(field, place, FieldState.FAILED, None, error.wrong)

    def _note(self, error: ExpressionError, path: str) -> None:
        """Note a problem, unless there are too many to be told."""
        self._failures += 1
        if len(self._problems) < PROBLEMS_LIMIT:
            self._problems.append(error.problem(path))

    def _miss(self, error: UnmappedError, path: str) -> None:
        """Note work to do on a value map."""
        found = Unmapped(error.table, error.key, path)
        self._unmapped.setdefault((error.table, error.key), found)
        self._failures += 1

    def _tell(
        self,
        field: Field,
        place: str,
        state: FieldState,
        value: Any = None,  # noqa: ANN401 - any JSON
        message: str = "",
    ) -> None:
        """Note what became of a field."""
        if len(self.tried) < TRIED_FIELDS:
            self.tried.append(FieldTried(field.path, place, state, value, message))

    def _put(self, result: dict[str, Any], target: tuple[str, ...], value: Any, place: str) -> bool:  # noqa: ANN401 - any JSON
        """Put a value where it belongs; refuse to replace a text by an object."""
        into = result
        for name in target[:-1]:
            inner = into.setdefault(name, {})
            if not isinstance(inner, dict):
                wrong = f"{name} is {shown(inner)} and can have no fields"
                self._note(ExpressionError(wrong, "write to another target"), place)
                return False
            into = inner
        into[target[-1]] = self._kept(value)
        return True

    def _kept(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """Return a copy of a value, which becomes part of the result."""
        self._budget.put(value)
        return copied(value)

    def _evaluation(self, line: _Line = None) -> Evaluation:
        """Return what gives expressions their values."""
        return Evaluation(self._record, self._lookups, self._budget, line)


def copied(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Copy JSON that has been counted, and so is not deep."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return list(map(copied, value)) if isinstance(value, list) else value


def _sourced(
    evaluation: Evaluation,
    path: Expression,
    default: Any,  # noqa: ANN401 - any JSON
    *,
    may_be_absent: bool = False,
) -> Any:  # noqa: ANN401 - any JSON
    """Return what a path leads to, else the default."""
    try:
        value = evaluation.value(path.node)
    except AbsentError:
        if default is None and not may_be_absent:
            raise
        return default
    return default if value in _EMPTY and default is not None else value


def _sample(field: Field, spot: str) -> str:
    """Return where a key stands in the record, or nothing if it was computed."""
    if not isinstance(field.origin, LookedUp | Priced):
        return ""
    node = field.origin.key.node
    text = written(node)
    if not isinstance(node, Name | Select) or "(" in text:
        return ""
    first, point, rest = text.partition(".")
    return f"{spot}{point}{rest}" if first == "line" and spot else text


def _required(place: str) -> ExpressionError:
    """Return the refusal of a required field that is empty."""
    return ExpressionError(f"{place} is required and is empty", "fill it in, or give a default")
