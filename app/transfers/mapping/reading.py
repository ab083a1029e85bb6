"""A definition is read as a whole: every problem at once, each at its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.mapping import definition as form
from app.transfers.mapping.budget import measured
from app.transfers.mapping.expressions import Expression, compile_expression, compile_path
from app.transfers.mapping.faults import (
    ExpressionError,
    MappingError,
    Problem,
    nearest,
    shown,
)
from app.transfers.mapping.formats import DateFormat, Format, NumberFormat
from app.transfers.mapping.moments import directives_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable

_FIELD_KEYS = frozenset(form.MAPPING_SCHEMA["properties"]["fields"]["items"]["properties"])
_ORIGINS = ("source", "constant", "expression", "lookup", "price")
_TARGET_NAMES = 10


class Reader:
    """Reads one definition and gathers what is wrong with it."""

    def __init__(self) -> None:
        """Begin without problems."""
        self.problems: list[Problem] = []
        self.expressions: list[tuple[str, Expression]] = []
        """Every expression and path by its place, for checks that look into them."""
        self._fields = 0

    def definition(self, given: object) -> form.Definition:
        """Read a whole mapping; None is one of nothing."""
        try:
            measured(given, path="mapping")
        except MappingError as error:
            self.problems.extend(error.problems)
            return form.Definition()
        found = self._object("", given if given is not None else {}, form.MAPPING_SCHEMA)
        keeps = self._flag("keep", found.get("keep", True))
        result = form.Definition(
            filter=self._optional("filter", found.get("filter")),
            fields=self._all_fields("fields", found.get("fields", [])),
            lines=tuple(
                self._lines(f"lines[{index}]", one, keeps=keeps)
                for index, one in enumerate(self._list("lines", found.get("lines", [])))
            ),
            keeps=keeps,
            customer=self._customer("customer", found.get("customer", {})),
        )
        self._check_sizes()
        return result

    def wrong(
        self, path: str, wrong: str, right: str = "", suggestions: tuple[str, ...] = ()
    ) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, wrong, right, suggestions))

    def _all_fields(self, path: str, given: object) -> tuple[form.Field, ...]:
        """Read fields; two that always write the same target are one too many."""
        fields = tuple(
            self._field(f"{path}[{index}]", one)
            for index, one in enumerate(self._list(path, given))
        )
        always: dict[tuple[str, ...], str] = {}
        for one in fields:
            if one.when is None and one.target:
                first = always.setdefault(one.target, one.path)
                if first != one.path:
                    wrong = f"{'.'.join(one.target)} is written by {first} already"
                    self.wrong(f"{one.path}.target", wrong, "take one away, or give it a when")
        return fields

    def _field(self, path: str, given: object) -> form.Field:
        """Read a field."""
        self._fields += 1
        found = self._object(path, given, form.MAPPING_SCHEMA["properties"]["fields"]["items"])
        if not isinstance(given, dict):
            return form.Field(path, (), form.Constant(None))
        if "default" in found and "source" not in found:
            right = "put it with source, or use coalesce(…) in the expression"
            self.wrong(f"{path}.default", "a default belongs to a source", right)
        return form.Field(
            path=path,
            target=self._target(f"{path}.target", found.get("target")),
            origin=self._origin(path, found),
            when=self._optional(f"{path}.when", found.get("when")),
            format=self._format(f"{path}.format", found.get("format")),
            is_required=self._flag(f"{path}.required", found.get("required", False)),
        )

    def _origin(self, path: str, found: dict[str, Any]) -> form.Origin:
        """Read where a field's value comes from; there has to be one place."""
        given = [
            name
            for name in _ORIGINS
            if name in found and (name == "constant" or found[name] is not None)
        ]
        if len(given) != 1:
            wrong = f"it has {' and '.join(given)}" if given else "nothing says what goes there"
            self.wrong(path, wrong, f"write one of {', '.join(_ORIGINS)}")
            return form.Constant(None)
        name, value, place = given[0], found[given[0]], f"{path}.{given[0]}"
        if name == "source":
            return form.FromPath(self._read(place, value, compile_path), found.get("default"))
        if name == "constant":
            size = measured(value)
            if size.values > form.CONSTANT_VALUES or size.characters > form.CONSTANT_CHARACTERS:
                right = f"at most {form.CONSTANT_CHARACTERS} characters"
                self.wrong(place, "the constant is too large", right)
            return form.Constant(value)
        if name == "expression":
            return form.Computed(self._read(place, value, compile_expression))
        properties = form.MAPPING_SCHEMA["properties"]["fields"]["items"]["properties"]
        inner = self._object(place, value, properties[name])
        table = self._text(f"{place}.map", inner.get("map"))
        key = self._read(f"{place}.key", inner.get("key"), compile_expression)
        if name == "price":
            return form.Priced(
                table,
                key,
                source=self._optional(f"{place}.source", inner.get("source")),
                cost=self._optional(f"{place}.cost", inner.get("cost")),
                digits=self._digits(f"{place}.digits", inner.get("digits", 2)),
            )
        into = inner.get("into")
        into = None if into is None else self._text(f"{place}.into", into)
        return form.LookedUp(table, key, into, inner.get("default"), "default" in inner)

    def _lines(self, path: str, given: object, *, keeps: bool) -> form.Lines:
        """Read how a list is made."""
        found = self._object(path, given, form.MAPPING_SCHEMA["properties"]["lines"]["items"])
        return form.Lines(
            path=path,
            target=self._target(f"{path}.target", found.get("target")),
            source=self._read(f"{path}.from", found.get("from"), compile_path),
            fields=self._all_fields(f"{path}.fields", found.get("fields", [])),
            filter=self._optional(f"{path}.filter", found.get("filter")),
            keeps=self._flag(f"{path}.keep", found.get("keep", keeps)),
        )

    def _customer(self, path: str, given: object) -> form.CustomerRules:
        """Read how a customer is matched."""
        found = self._object(path, given, form.MAPPING_SCHEMA["properties"]["customer"])
        rules: list[str] = []
        standard = list(form.CustomerRules().rules)
        for index, rule in enumerate(self._list(f"{path}.rules", found.get("rules", standard))):
            place = f"{path}.rules[{index}]"
            if rule not in form.CUSTOMER_RULES:
                right = f"write one of {', '.join(form.CUSTOMER_RULES)}"
                near = nearest(str(rule)[:80], form.CUSTOMER_RULES)
                self.wrong(place, f"{shown(rule)} is not a rule", right, near)
            elif rule in rules:
                self.wrong(place, f"{rule} stands there twice", "take one away")
            else:
                rules.append(rule)
        otherwise = found.get("else", "create")
        if isinstance(otherwise, dict):
            schema = {"properties": {"collective": {}}, "required": ["collective"]}
            inner = self._object(f"{path}.else", otherwise, schema)
            code = self._text(f"{path}.else.collective", inner.get("collective"))
            return form.CustomerRules(tuple(rules), "collective", code)
        if otherwise not in ("create", "park"):
            right = 'write "create", "park" or {"collective": "code of a customer"}'
            self.wrong(f"{path}.else", f"{shown(otherwise)} is not known", right)
            otherwise = "park"
        return form.CustomerRules(tuple(rules), otherwise)

    def _format(self, path: str, given: object) -> Format | None:
        """Read how a value is written."""
        if given is None:
            return None
        is_date = isinstance(given, dict) and "date" in given
        found = self._object(path, given, form.FORMATS[0 if is_date else 1])
        if not is_date:
            marks = [found.get("point", "."), found.get("thousands", "")]
            if not all(isinstance(mark, str) and len(mark) <= 1 for mark in marks):
                self.wrong(path, "point and thousands are one character each", 'such as ","')
                marks = [".", ""]
            return NumberFormat(self._digits(f"{path}.digits", found.get("digits")), *marks)
        try:
            directives_of(found["date"])
            zone = found.get("zone")
            return DateFormat(found["date"], None if zone is None else zone_of(zone))
        except ExpressionError as error:
            self.problems.append(error.problem(path))
            return None

    def _check_sizes(self) -> None:
        """Bound how many fields and patterns there are."""
        if self._fields > form.FIELDS_LIMIT:
            wrong = f"there are {self._fields} fields"
            self.wrong("fields", wrong, f"write at most {form.FIELDS_LIMIT}")
        patterns = {one for _, expression in self.expressions for one in expression.patterns}
        if len(patterns) > form.PATTERNS_LIMIT:
            wrong = f"there are {len(patterns)} regular expressions"
            self.wrong("fields", wrong, f"write at most {form.PATTERNS_LIMIT}")

    def _object(self, path: str, given: object, schema: dict[str, Any]) -> dict[str, Any]:
        """Return an object, without keys that are not known."""
        if not isinstance(given, dict):
            self.wrong(path, f"{shown(given)} is not an object", "write { … }")
            return {}
        known = schema["properties"]
        for key in given:
            if key not in known:
                place = f"{path}.{key[:80]}" if path else key[:80]
                right = f"write one of {', '.join(known)}"
                self.wrong(place, "there is no such key", right, nearest(key[:80], known))
        for key in schema.get("required", ()):
            if given.get(key) is None:
                self.wrong(f"{path}.{key}" if path else key, "it is missing", "write it")
        return {key: value for key, value in given.items() if key in known}

    def _list(self, path: str, given: object) -> list[Any]:
        """Return a list."""
        if isinstance(given, list):
            return given
        self.wrong(path, f"{shown(given)} is not a list", "write [ … ]")
        return []

    def _flag(self, path: str, given: object) -> bool:
        """Return true or false."""
        if not isinstance(given, bool):
            self.wrong(path, f"{shown(given)} is neither true nor false")
        return given is True

    def _digits(self, path: str, given: object) -> int:
        """Return how many digits stand after the point."""
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= 10:  # noqa: PLR2004 - as the schema has it
            return given
        if given is not None:
            self.wrong(path, f"{shown(given)} is not a number of digits", "write 0 to 10")
        return 2

    def _text(self, path: str, given: object) -> str:
        """Return a text that is not empty; what is missing has been noted before."""
        if isinstance(given, str) and given:
            return given
        if given is not None:
            self.wrong(path, f"{shown(given)} is not a text", "write a name")
        return ""

    def _target(self, path: str, given: object) -> tuple[str, ...]:
        """Read where a value goes."""
        text = self._text(path, given)
        names = tuple(text.split("."))
        if text and (len(names) > _TARGET_NAMES or not all(names) or set(text) & set("[]")):
            right = f"write at most {_TARGET_NAMES} names with points between them"
            self.wrong(path, f"{shown(text)} is not a place", right)
            return ()
        return names if text else ()

    def _optional(self, path: str, given: object) -> Expression | None:
        """Read an expression that may be left out."""
        return None if given is None else self._read(path, given, compile_expression)

    def _read(self, path: str, given: object, read: Callable[[str], Expression]) -> Expression:
        """Read an expression or a path."""
        if isinstance(given, str) and given.strip():
            try:
                expression = read(given)
            except ExpressionError as error:
                self.problems.append(error.problem(path))
            else:
                self.expressions.append((path, expression))
                return expression
        elif given is not None:
            self.wrong(path, f"{shown(given)} is not an expression", "write one as text")
        return compile_expression("null")
