"""YAML as data with places: mappings, lists and scalars, nothing evaluated and nothing shared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

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


class _Refused(Exception):
    """A document that is not read any further."""

    def __init__(self, place: Place, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.fault = Fault(place, "yaml", message, suggestion)


def parse_document(file: str, text: str) -> tuple[Node | None, list[Fault]]:
    """Read one document of YAML; None for an empty one, or one that cannot be read."""
    refused = _refuse_text(file, text)
    if refused is not None:
        return None, [refused]
    building = _Building(file)
    try:
        return building.document(YAML(typ="safe", pure=True).parse(text)), building.faults
    except _Refused as refusal:
        return None, [*building.faults, refusal.fault]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [*building.faults, _explain(file, text, str(error.problem), mark)]
    except YAMLError as error:
        return None, [Fault(Place(file, 1), "yaml", f"cannot be read: {error}")]


def plain_value(node: Node) -> Any:
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


def _explain(file: str, text: str, problem: str, mark: Any) -> Fault:
    """Say what is wrong with the YAML, and where."""
    place = Place(file, mark.line + 1, mark.column + 1)
    line = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
    is_bare = re.search(r":\s+\{[^}'\"]*\}\s*[^\s,}\]#]", line) is not None
    hint = "put quotes around a value that begins with a brace" if is_bare else ""
    return Fault(place, "yaml", f"is not YAML: {problem}", hint)


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
                raise _Refused(self._place(event), "the file has a second document", "remove '---'")
            if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent):
                root = self._node(event, events, 0)
        return root

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        place = self._place(event)
        self._refuse_sharing(event, place)
        if depth > MAX_DEPTH:
            raise _Refused(place, f"is nested more than {MAX_DEPTH} levels deep")
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
                raise _Refused(key.place, "a key is not a single word", hint)
            value = self._node(next(events), events, depth + 1)
            if key.text in pairs:
                first = pairs[key.text][0].line
                message = f"'{key.text}' stands here twice, first in line {first}"
                self.faults.append(Fault(key.place, "yaml", message, "remove one of them"))
            pairs[key.text] = (key.place, value)
        return MapNode(place, pairs)

    def _refuse_sharing(self, event: Any, place: Place) -> None:
        """Refuse anchors, aliases and tags: a file says what it means where it stands."""
        if event.anchor is not None:
            sign = "*" if isinstance(event, AliasEvent) else "&"
            raise _Refused(
                place,
                f"'{sign}{event.anchor}' is an anchor or alias of YAML, which are not read",
                "write it out, or share whole cubes with 'extends'",
            )
        if event.tag is not None:
            raise _Refused(place, f"'{event.tag}' is a tag of YAML, which are not read", "remove it")
