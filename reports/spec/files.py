"""Reads definitions from YAML files; problems are told with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

from reports.spec.problems import DefinitionError, Problem
from reports.spec.reading import examine

if TYPE_CHECKING:
    from pathlib import Path

    from ruamel.yaml.nodes import Node

    from reports.spec.definition import Definition


def read_yaml(path: Path) -> Definition:
    """Read a definition from a file.

    Raises:
        DefinitionError: with every problem, each with the line that it is on.
    """
    text = path.read_text("utf-8")
    try:
        given = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f":{mark.line + 1}"
        reason = getattr(error, "problem", None) or "is no YAML"
        raise DefinitionError([Problem("report", reason)], f"{path.name}{line}") from None
    definition, found = examine(_without_dates(given))
    if definition is None:
        lines = _lines(YAML(typ="safe", pure=True).compose(text))
        placed = (
            Problem(f"line {_line(lines, one.path)}: {one.path}", one.message, one.hint)
            for one in found
        )
        raise DefinitionError(list(placed), path.name)
    return definition


def _without_dates(given: Any) -> Any:  # noqa: ANN401 - what YAML has
    """Turn days back into texts, which YAML reads as dates where they stand without quotes."""
    if isinstance(given, dict):
        return {key: _without_dates(value) for key, value in given.items()}
    if isinstance(given, list):
        return [_without_dates(one) for one in given]
    if given is None or isinstance(given, bool | int | float | str):
        return given
    return str(given)


def _lines(root: Node | None) -> dict[str, int]:
    """Return the line of every path."""
    found: dict[str, int] = {}
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, MappingNode):
            for key, value in node.value:
                inner = f"{path}.{key.value}" if path else str(key.value)
                found[inner] = key.start_mark.line + 1
                waiting.append((inner, value))
        elif isinstance(node, SequenceNode):
            for index, value in enumerate(node.value):
                inner = f"{path}[{index}]"
                found[inner] = value.start_mark.line + 1
                waiting.append((inner, value))
    return found


def _line(lines: dict[str, int], path: str) -> int:
    """Return the line of a path, or of what is nearest around it."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path, 1)
