"""Mappings of a model file read key by key, so that nothing in them stays unread."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from semantic.load.fragments import FragmentError, is_path, read_reference, take_apart
from semantic.load.nodes import ListNode, MapNode, Node, ScalarNode, plain_value
from semantic.spec.fragments import Fragment, Reference
from semantic.spec.places import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_CAMEL = re.compile(r"[a-z]+(?:[A-Z][a-z0-9]*)+")
_CONSTANTS = frozenset({"NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIMESTAMP"})
_RESERVED = frozenset({"CUBE", "TABLE", "FILTER_PARAMS", "FILTER_GROUP", "SECURITY_CONTEXT"})


def snake(text: str) -> str:
    """Write a name of the format in snake case; Cube accepts `sqlTable` for `sql_table`."""
    if _CAMEL.fullmatch(text) is None:
        return text
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", text)


def suggest(name: str, known: list[str]) -> str:
    """Say which of the known names was probably meant, or what they are when they are few."""
    close = get_close_matches(name, known, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"it has {', '.join(known)}" if 0 < len(known) <= 12 else ""  # noqa: PLR2004 - a line's


class Faults:
    """Everything that is wrong, in the order of the files, each said once."""

    def __init__(self) -> None:
        """Start without any."""
        self._found: dict[tuple[Place, str], Fault] = {}

    def add(self, place: Place, about: str, message: str, suggestion: str = "") -> None:
        """Note a fault; the same message at the same place counts once."""
        self._found.setdefault((place, message), Fault(place, about, message, suggestion))

    def extend(self, faults: Iterable[Fault]) -> None:
        """Note several."""
        for one in faults:
            self.add(one.place, one.about, one.message, one.suggestion)

    def in_order(self) -> tuple[Fault, ...]:
        """List them by place."""
        return tuple(sorted(self._found.values(), key=lambda one: (one.place, one.message)))


class Entry:
    """A mapping that is read key by key; `finish` refuses the keys that nobody asked for."""

    def __init__(self, node: MapNode, about: str, faults: Faults) -> None:
        """Take a mapping; `about` names it in faults."""
        self.node = node
        self.place = node.place
        self.about = about
        self.faults = faults
        self._known: list[str] = []
        self._values: dict[str, tuple[Place, Node]] = {}
        for written, (place, value) in node.pairs.items():
            key = snake(written)
            if key in self._values:
                faults.add(place, about, f"'{written}' and '{key}' are one key, given twice")
            self._values[key] = (place, value)

    def fault(self, message: str, suggestion: str = "", key: str | None = None) -> None:
        """Note a fault of this entry, at a key of it."""
        about = self.about if key is None else f"{self.about}.{key}"
        self.faults.add(self.place_of(key), about, message, suggestion)

    def place_of(self, key: str | None) -> Place:
        """Find where a key stands; the entry's own place where it does not."""
        return self.place if key is None else self._values.get(key, (self.place,))[0]

    def has(self, key: str) -> bool:
        """Tell whether a key is given."""
        return key in self._values

    def node_of(self, key: str) -> Node | None:
        """Return what a key has, None for nothing or null; the key is known from now on."""
        if key not in self._known:
            self._known.append(key)
        value = self._values[key][1] if key in self._values else None
        return None if isinstance(value, ScalarNode) and value.value is None else value

    def knows(self, key: str) -> bool:
        """Tell whether a key was asked for."""
        return key in self._known

    def is_mapping(self, key: str) -> bool:
        """Tell whether a key has a mapping."""
        return isinstance(self.node_of(key), MapNode)

    def is_scalar(self, key: str) -> bool:
        """Tell whether a key has a single value."""
        return isinstance(self.node_of(key), ScalarNode)

    def no_sql(self) -> Fragment:
        """Stand in for SQL that is missing, which is a fault already."""
        return Fragment(("NULL",), self.place)

    def scalar(self, key: str) -> str | int | float | bool | None:
        """Read a single value."""
        value = self.node_of(key)
        if value is None or isinstance(value, ScalarNode):
            return None if value is None else value.value
        hint = "put quotes around a value that begins with a brace"
        self.fault("has to be a single value", hint if isinstance(value, MapNode) else "", key)
        return None

    def text(self, key: str, *, is_required: bool = False) -> str | None:
        """Read a text."""
        value = self.scalar(key)
        if value is None:
            if is_required and self.node_of(key) is None:
                self.fault(f"'{key}' is missing", f"add '{key}:'")
            return None
        if not isinstance(value, str):
            self.fault(f"has to be a text, but is {value!r}", "put quotes around it", key)
            return str(value)
        return value

    def name(self, key: str = "name") -> str | None:
        """Read the name of something: letters, digits and underscores."""
        value = self.text(key, is_required=True)
        if value is None:
            return None
        if _NAME.fullmatch(value) is None or value in _RESERVED:
            self.fault(
                f"'{value}' is not a name",
                "use letters, digits and underscores, not a digit first, and no word of the format",
                key,
            )
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Read true or false."""
        value = self.scalar(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(f"has to be true or false, but is {value!r}", "", key)
            return default
        return value

    def choice(
        self, key: str, choices: Mapping[str, str], *, default: str, is_required: bool = False
    ) -> str:
        """Read one of several words, given with what each stands for."""
        value = self.text(key, is_required=is_required)
        if value is None:
            return default
        found = choices.get(value, choices.get(snake(value)))
        if found is None:
            hint = suggest(value, list(choices)) or f"use one of {', '.join(choices)}"
            self.fault(f"'{value}' is not known here", hint, key)
            return default
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts."""
        texts = []
        for item in self.items(key):
            if isinstance(item, ScalarNode) and isinstance(item.value, str):
                texts.append(item.value)
            else:
                self.faults.add(item.place, f"{self.about}.{key}", "has to be a text")
        return tuple(texts)

    def items(self, key: str) -> tuple[Node, ...]:
        """Read a list."""
        value = self.node_of(key)
        if value is None or isinstance(value, ListNode):
            return () if value is None else value.items
        self.fault("has to be a list", "write each item on a line of its own after '-'", key)
        return ()

    def entry(self, key: str) -> Entry | None:
        """Read a mapping."""
        value = self.node_of(key)
        if value is None or isinstance(value, MapNode):
            return None if value is None else Entry(value, f"{self.about}.{key}", self.faults)
        self.fault("has to be a mapping of keys and values", "", key)
        return None

    def entries(self, key: str) -> tuple[Entry, ...]:
        """Read a list of mappings; each is named in faults by its `name`, or its number."""
        found = []
        for number, item in enumerate(self.items(key)):
            about = f"{self.about}.{key}"
            if isinstance(item, MapNode):
                found.append(Entry(item, f"{about}.{_named(item, number)}", self.faults))
            else:
                hint = "begin it with '- name: …'"
                self.faults.add(item.place, about, "has to be a mapping of keys and values", hint)
        return tuple(found)

    def sql(self, key: str, *, is_required: bool = False) -> Fragment | None:
        """Read SQL with references in braces."""
        text = self.text(key, is_required=is_required)
        value = self.node_of(key)
        if text is None or value is None:
            return None
        if not text.strip():
            self.fault("is empty", "", key)
            return None
        try:
            return take_apart(text, value.place)
        except FragmentError as error:
            self.faults.add(value.place, f"{self.about}.{key}", error.message, error.suggestion)
            return self.no_sql()

    def column_sql(self, key: str, *, is_required: bool = False) -> Fragment | None:
        """Read SQL over the rows of a cube, in which a word alone is a column of its table."""
        fragment = self.sql(key, is_required=is_required)
        if fragment is None or len(fragment.parts) != 1 or fragment.references:
            return fragment
        word = str(fragment).strip()
        if _NAME.fullmatch(word) is None or word.upper() in _CONSTANTS:
            return fragment
        return Fragment((Reference(("CUBE",)), f".{word}"), fragment.place)

    def reference(self, key: str, *, is_required: bool = False) -> Reference | None:
        """Read the name of a member, with or without braces."""
        text = self.text(key, is_required=is_required)
        value = self.node_of(key)
        return None if text is None or value is None else self._refer(text, value.place, key)

    def references(self, key: str) -> tuple[Reference, ...]:
        """Read a list of names of members; a single one may stand without a list."""
        if self.is_scalar(key):
            one = self.reference(key)
            return () if one is None else (one,)
        found = []
        for item in self.items(key):
            if isinstance(item, ScalarNode) and isinstance(item.value, str):
                one = self._refer(item.value, item.place, key)
                found.extend([] if one is None else [one])
            else:
                message = "has to be the name of a member"
                hint = "put quotes around a name in braces"
                self.faults.add(item.place, f"{self.about}.{key}", message, hint)
        return tuple(found)

    def plain(self, key: str) -> Any:  # noqa: ANN401 - `meta` may hold anything
        """Read whatever stands there, as dicts, lists and values."""
        value = self.node_of(key)
        return None if value is None else plain_value(value)

    def meta(self) -> Mapping[str, Any] | None:
        """Read `meta`: whatever a model's readers agreed on among themselves."""
        value = self.plain("meta")
        if value is not None and not isinstance(value, dict):
            self.fault("has to be a mapping of keys and values", "", "meta")
            return None
        return value

    def is_shown(self, *, default: bool = True) -> bool:
        """Read `public`, or `shown`, which is the older word for it."""
        if self.has("public") and self.has("shown"):
            self.fault("'public' and 'shown' are one thing, given twice", "keep 'public'", "shown")
        shown = self.flag("shown", default=default)
        return self.flag("public", default=shown)

    def refuse(self, key: str, because: str, suggestion: str = "") -> None:
        """Refuse a key that the format has and that is not executed."""
        if self.node_of(key) is not None:
            self.fault(f"'{key}' is not executed: {because}", suggestion, key)

    def refuse_true(self, key: str, because: str) -> None:
        """Refuse a key unless it is false, which is what happens anyway."""
        if self.flag(key):
            self.fault(f"'{key}' is not executed: {because}", "remove it", key)

    def finish(self) -> None:
        """Refuse the keys that the format does not have."""
        for key, (place, _) in self._values.items():
            if key not in self._known:
                hint = suggest(key, self._known)
                self.faults.add(place, self.about, f"'{key}' is not a key of this", hint)

    def _refer(self, text: str, place: Place, key: str) -> Reference | None:
        inner = text.strip()
        if inner[:1] == "{" and inner[-1:] == "}":
            inner = inner[1:-1].strip()
        if not is_path(inner):
            message = f"'{text}' is not the name of a member"
            hint = "write a name, or names with dots between them, such as accounts.country"
            self.faults.add(place, f"{self.about}.{key}", message, hint)
            return None
        try:
            return read_reference(inner)
        except FragmentError as error:
            self.faults.add(place, f"{self.about}.{key}", error.message, error.suggestion)
            return None


def _named(node: MapNode, number: int) -> str:
    """Name an entry of a list by what it calls itself, or by its number."""
    pair = node.pairs.get("name")
    is_named = pair is not None and isinstance(pair[1], ScalarNode) and pair[1].text
    return str(pair[1].text) if is_named and pair is not None else str(number)  # type: ignore[union-attr]
