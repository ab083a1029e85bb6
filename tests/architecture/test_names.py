import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.architecture.source import python_files, text_files

# Names that say where something was put, not what it is.
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
EMPTY_WORDS |= {"base", "data", "info", "stuff", "shared"}

# Currencies have no, two or three decimals: amounts count minor units and end in _minor.
CENTS = re.compile(r"\w*_" + r"cents\b|\bcents_" + r"\w*")


def module_words() -> Iterator[tuple[str, str]]:
    for file in python_files("app", "semantic", "reports", "bench", "tests"):
        for part in PurePosixPath(file.path).with_suffix("").parts:
            for word in part.split("_"):
                yield word, file.path


def test_a_module_is_named_by_its_noun() -> None:
    assert not [path for word, path in module_words() if word in EMPTY_WORDS]


def test_a_class_is_named_by_its_noun() -> None:
    empty = [
        f"{file.place(node)} {node.name}"
        for file in python_files("app", "semantic", "reports", "bench")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ClassDef)
        and node.name.endswith(("Manager", "Helper", "Helpers", "Util", "Utils", "Info"))
    ]
    assert not empty


def test_amounts_are_named_in_minor_units() -> None:
    strays = [
        f"{path}: {match.group()}"
        for path, text in text_files().items()
        if path.endswith((".py", ".graphql", ".sql", ".yml"))
        for match in CENTS.finditer(text)
    ]
    assert not strays
