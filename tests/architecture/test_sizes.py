import ast
from collections.abc import Iterator

from tests.architecture.source import python_files

FILE_LINES = 400
FUNCTION_LINES = 60

# What may be longer, each with its reason. An entry that is no longer needed fails too.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

# A revision of the database is one step, never edited once released: its length says nothing.
REVISIONS = "app/storage/migrations/versions/"


def measured_files() -> Iterator[tuple[str, int]]:
    for file in python_files("app", "semantic", "reports", "bench", "tests"):
        if not file.path.startswith(REVISIONS):
            yield file.path, len(file.text.splitlines())


def measured_functions() -> Iterator[tuple[str, int]]:
    for file in python_files("app", "semantic", "reports", "bench", "tests"):
        if file.path.startswith(REVISIONS):
            continue
        for node in ast.walk(file.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{file.path}:{node.name}", lines


def test_no_file_is_longer_than_one_concept_needs() -> None:
    long = {path: lines for path, lines in measured_files() if lines > FILE_LINES}
    assert long.keys() == LONG_FILES.keys(), long


def test_no_function_is_longer_than_a_screen() -> None:
    long = {name: lines for name, lines in measured_functions() if lines > FUNCTION_LINES}
    assert long.keys() == LONG_FUNCTIONS.keys(), long
