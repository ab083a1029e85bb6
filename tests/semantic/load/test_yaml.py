"""YAML as models may use it."""

import pytest

from semantic.load.nodes import MAX_CHARACTERS, MAX_DEPTH
from tests.semantic.load.writing import ORDERS, read, refusals


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (
            "cubes:\n  - name: a\n    sql: &x SELECT 1\n",
            (3, "'&x' is an anchor", "'extends'"),
        ),
        ("cubes: *a\n", (1, "'*a' is an anchor or alias", "write it out")),
        ("cubes:\n  - name: !python/name:os.system x\n", (2, "is a tag of YAML", "remove it")),
        ("cubes:\n  - name: {CUBE}.x\n", (2, "is not YAML", "put quotes around a value")),
        (
            "cubes:\n  - name: a\n    title: Net: all of it\n",
            (3, "is not YAML", "put quotes around a text that has a colon"),
        ),
        ("cubes:\n\t- name: a\n", (2, "is not YAML: found character", "")),
        ("cubes:\n  - name: a\x01\n", (2, "has a character that YAML may not", "")),
        ("cubes: []\n---\ncubes: []\n", (2, "has a second document", "remove '---'")),
        (
            "cubes: []\nviews: []\ncubes: []\n",
            (3, "'cubes' stands here twice, first in line 1", ""),
        ),
        ("? [cubes]\n: []\n", (1, "a key is not a single word", "put quotes")),
        ("- cubes\n", (1, "has to be a mapping", "begin it with 'cubes:'")),
        ("cubes\n", (1, "has to be a mapping", "begin it with 'cubes:'")),
        ("cubse: []\n", (1, "'cubse' is not a key of a file of models", "did you mean 'cubes'?")),
        ("cubes: orders\n", (1, "has to be a list", "begin each with '- name: …'")),
        ("cubes:\n  - sql: SELECT 1\n", (2, "has no name", "begin it with '- name: …'")),
        ("cubes:\n  - orders\n", (2, "has no name", "begin it with '- name: …'")),
        ("views:\n  - name: []\n", (2, "has no name", "begin it with '- name: …'")),
        (f"x: {'[' * (MAX_DEPTH + 2)}", (1, f"more than {MAX_DEPTH} levels deep", "")),
        ("x: " + "y" * MAX_CHARACTERS, (1, f"at most {MAX_CHARACTERS} are read", "split it")),
        (
            "cubes:\n  # {% for x in y %}\n",
            (2, "'{%' starts or ends a Jinja template", "write the model out"),
        ),
        (
            "cubes:\n  - name: a\n    sql: {{ table }}\n",
            (3, "'{{' starts or ends a Jinja template", ""),
        ),
        ("cubes:\n  - {name: a, meta: {b: c}}\n", (2, "'}}' starts or ends", "by a space")),
    ],
)
def test_what_a_file_may_not_have_is_refused_where_it_stands(
    text: str, refused: tuple[int, str, str]
) -> None:
    line, message, suggestion = refused
    found = refusals(text)
    assert len(found) == 1, found
    assert found[0][0] == line
    assert message in found[0][1]
    assert suggestion in found[0][2]


@pytest.mark.parametrize("text", ["", "# nothing\n", "cubes:\n", "cubes: []\nviews: ~\n"])
def test_an_empty_file_declares_nothing(text: str) -> None:
    assert not read(text).cubes


def test_values_follow_the_core_schema_of_yaml() -> None:
    meta = """\
    meta:
      whole: 12
      negative: -3
      part: 1.5
      small: 2e-3
      yes_is_text: yes
      true_is_not: true
      false_is_not: False
      nothing: ~
      empty:
      day_is_text: 2024-01-01
      quoted: "12"
      many: [1, two]
      within: {camelKept: 1}
"""
    assert read(ORDERS + meta).cubes["orders"].meta == {
        "whole": 12,
        "negative": -3,
        "part": 1.5,
        "small": 0.002,
        "yes_is_text": "yes",
        "true_is_not": True,
        "false_is_not": False,
        "nothing": None,
        "empty": None,
        "day_is_text": "2024-01-01",
        "quoted": "12",
        "many": [1, "two"],
        "within": {"camelKept": 1},
    }


def test_all_faults_of_a_file_are_told_at_once_and_in_order() -> None:
    text = ORDERS + "    titel: x\n    public: maybe\n    rewrite_queries: true\n"
    assert [(line, message) for line, message, _ in refusals(text)] == [
        (18, "'titel' is not a key of this"),
        (19, "has to be true or false, but is 'maybe'"),
        (20, "'rewrite_queries' is not executed: queries are answered as they are asked"),
    ]
