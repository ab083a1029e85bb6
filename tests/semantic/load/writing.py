"""Small models, written where a test needs them, and what is refused of them by line."""

import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

from semantic.catalogue import read_models
from semantic.spec.cubes import Cube
from semantic.spec.model import Model
from semantic.spec.places import ModelError

TABLES = ("orders", "lines", "accounts")
ORDERS = """\
cubes:
  - name: orders
    sql_table: orders
    dimensions:
      - name: id
        sql: "{CUBE}.id"
        type: number
        primary_key: true
      - name: status
        sql: "{CUBE}.status"
        type: string
      - name: ordered_at
        sql: "{CUBE}.ordered_at"
        type: time
      - name: is_open
        sql: "{CUBE}.is_open"
        type: boolean
"""
MEASURES = """\
    measures:
      - name: count
        type: count
      - name: net
        sql: "{CUBE}.net"
        type: sum
"""
LINES = """\
  - name: lines
    sql_table: lines
    dimensions:
      - name: id
        sql: "{CUBE}.id"
        type: number
        primary_key: true
      - name: product
        sql: "{CUBE}.product"
        type: string
    measures:
      - name: quantity
        sql: "{CUBE}.quantity"
        type: sum
    segments:
      - name: drinks
        sql: "{CUBE}.category = 'drinks'"
"""
Refusal = tuple[int, str, str]


def indented(text: str, depth: int) -> str:
    """Move a text to the right, without its own indentation."""
    return textwrap.indent(textwrap.dedent(text).strip("\n") + "\n", " " * depth)


def read(text: str, tables: tuple[str, ...] = TABLES) -> Model:
    """Read one file."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "own"
        folder.mkdir()
        (folder / "m.yml").write_text(text, "utf-8")
        return read_models([folder], tables)


def refusals(text: str, before: str = "") -> list[Refusal]:
    """List what is refused of a file: line (1 is the first of `text`), message, suggestion."""
    try:
        read(before + text)
    except ModelError as error:
        offset = before.count("\n")
        return [(one.place.line - offset, one.message, one.suggestion) for one in error.faults]
    return []


def cube_with(part: str) -> Cube:
    """Read the cube `orders` with more keys."""
    return read(ORDERS + MEASURES + indented(part, 4)).cubes["orders"]


def refused_in_cube(part: str) -> list[Refusal]:
    """List what is refused of more keys of the cube `orders`; its first line is line 1."""
    return refusals(indented(part, 4), ORDERS + MEASURES)


def cube_with_dimension(part: str) -> Cube:
    """Read the cube `orders` with a dimension more, given from its `name` on."""
    return read(ORDERS + _item(part) + MEASURES).cubes["orders"]


def refused_dimension(part: str) -> list[Refusal]:
    """List what is refused of a dimension, given from its `name` on, which is line 1."""
    return refusals(_item(part), ORDERS)


def cube_with_measure(part: str) -> Cube:
    """Read the cube `orders` with a measure more, given from its `name` on."""
    return read(ORDERS + MEASURES + _item(part)).cubes["orders"]


def refused_measure(part: str) -> list[Refusal]:
    """List what is refused of a measure, given from its `name` on, which is line 1."""
    return refusals(_item(part), ORDERS + MEASURES)


def _item(part: str) -> str:
    """Write keys as an item of a list of members."""
    text = indented(part, 8)
    return f"      - {text[8:]}"
