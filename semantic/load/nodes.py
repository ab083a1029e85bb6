"""YAML as data with places: mappings, lists and scalars, nothing evaluated and nothing shared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from semantic.spec.places import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 1_000_000
"""How long a file may be; a file of models has some thousand."""
MAX_DEPTH = 40
"""How deep lists and mappings may be nested; models need about ten levels."""

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}")


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value, read by the core schema of YAML 1.2; a date stays text."""

    place: Place
    text: str
    is_plain: bool

    @property
    def value(self) -> str | int | float | bool | None:
        """What it stands for."""
        if not self.is_plain:
            return self.text
        if _NULL.fullmatch(self.text):
            return None
        if _TRUE.fullmatch(self.text):
            return True
        if _FALSE.fullmatch(self.text):
            return False
        if _WHOLE.fullmatch(self.text):
            return int(self.text)
        return float(self.text) if _FLOAT.fullmatch(self.text) else self.text


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping; each key with where it stands."""

    place: Place
    pairs: dict[str, tuple[Place, Node]]


Node = ScalarNode | ListNode | MapNode
_Start = ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent


class _RefusedError(Exception):
    """A document that is not read any further."""

    def __init__(self, place: Place, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.fault = Fault(place, "yaml", message, suggestion)


@lru_cache(maxsize=256)
def parse_document(file: str, text: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """Read one document of YAML; None for an empty one, or one that cannot be read.

    Files that did not change are not parsed again: that is most of the time of a reload.
    """
    refused = _refuse_text(file, text)
    if refused is not None:
        return None, (refused,)
    building = _Building(file)
    try:
        root = building.document(YAML(typ="safe", pure=True).parse(text))
    except _RefusedError as refusal:
        return None, (*building.faults, refusal.fault)
    except MarkedYAMLError as error:
        return None, (*building.faults, _explain(file, text, error))
    except ReaderError as error:
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, error.position - before.rfind("\n"))
        return None, (Fault(place, "yaml", f"has a character that YAML may not: {error.reason}"),)
    return root, tuple(building.faults)


def plain_value(node: Node) -> Any:  # noqa: ANN401 - `meta` may hold anything
    """Turn a node into dicts, lists and values, as `meta` has it."""
    if isinstance(node, MapNode):
        return {key: plain_value(value) for key, (_, value) in node.pairs.items()}
    if isinstance(node, ListNode):
        return [plain_value(item) for item in node.items]
    return node.value


def _refuse_text(file: str, text: str) -> Fault | None:
    """Refuse what is too long, and templates, which Cube would run."""
    if len(text) > MAX_CHARACTERS:
        limit = f"the file has {len(text)} characters; at most {MAX_CHARACTERS} are read"
        return Fault(Place(file, 1), "yaml", limit, "split it into several files")
    found = _TEMPLATE.search(text)
    if found is None:
        return None
    before = text[: found.start()]
    place = Place(file, before.count("\n") + 1, found.start() - before.rfind("\n"))
    return Fault(
        place,
        "yaml",
        f"'{found[0]}' starts or ends a Jinja template, and templates are not run",
        "write the model out; part two closing braces by a space",
    )


def _explain(file: str, text: str, error: MarkedYAMLError) -> Fault:
    """Say what is wrong with the YAML, and where."""
    mark = error.problem_mark
    place = Place(file, mark.line + 1, mark.column + 1)
    line = text[: mark.index].rpartition("\n")[2] + text[mark.index :].partition("\n")[0]
    hint = ""
    if re.search(r":\s+\{[^}'\"]*\}\s*[^\s,}\]#]", line):
        hint = "put quotes around a value that begins with a brace"
    elif error.problem == "mapping values are not allowed here":
        hint = "put quotes around a text that has a colon"
    return Fault(place, "yaml", f"is not YAML: {error.problem}", hint)


class _Building:
    """Puts nodes together from the events of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def document(self, events: Iterator[Any]) -> Node | None:
        """Build the only document of a file."""
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                message = "the file has a second document"
                raise _RefusedError(self._place(event), message, "remove '---'")
            if isinstance(event, _Start):
                root = self._node(event, events, 0)
        return root

    def _place(self, event: Event) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: _Start, events: Iterator[Any], depth: int) -> Node:
        place = self._place(event)
        self._refuse_sharing(event, place)
        if depth > MAX_DEPTH:
            raise _RefusedError(place, f"is nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, ScalarEvent):
            return ScalarNode(place, event.value, event.style is None)
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(following := next(events), SequenceEndEvent):
                items.append(self._node(following, events, depth + 1))
            return ListNode(place, tuple(items))
        return self._mapping(place, events, depth)

    def _mapping(self, place: Place, events: Iterator[Any], depth: int) -> MapNode:
        pairs: dict[str, tuple[Place, Node]] = {}
        while not isinstance(following := next(events), MappingEndEvent):
            key = self._node(following, events, depth + 1)
            if not isinstance(key, ScalarNode):
                hint = "put quotes around a value that begins with a brace"
                raise _RefusedError(key.place, "a key is not a single word", hint)
            value = self._node(next(events), events, depth + 1)
            if key.text in pairs:
                first = pairs[key.text][0].line
                message = f"'{key.text}' stands here twice, first in line {first}"
                self.faults.append(Fault(key.place, "yaml", message, "remove one of them"))
            pairs[key.text] = (key.place, value)
        return MapNode(place, pairs)

    def _refuse_sharing(self, event: _Start, place: Place) -> None:
        """Refuse anchors, aliases and tags: a file says what it means where it stands."""
        if event.anchor is not None:
            sign = "*" if isinstance(event, AliasEvent) else "&"
            raise _RefusedError(
                place,
                f"'{sign}{event.anchor}' is an anchor or alias of YAML, which are not read",
                "write it out, or share whole cubes with 'extends'",
            )
        if not isinstance(event, AliasEvent) and event.tag is not None:
            message = f"'{event.tag}' is a tag of YAML, which are not read"
            raise _RefusedError(place, message, "remove it")
