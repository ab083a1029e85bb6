"""The repository's own files, read once, for the checks in this folder."""

import ast
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENDORED = ROOT / "app" / "http" / "graphiql" / "vendor"
"""Released by others and kept unchanged; a test of GraphiQL compares it with its sums."""


@dataclass(frozen=True, slots=True)
class PythonFile:
    """A module of the repository: its path from the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    def place(self, node: ast.stmt | ast.expr) -> str:
        return f"{self.path}:{node.lineno}"


@cache
def repository_files() -> tuple[Path, ...]:
    """All files but those that .gitignore names, in order; works without git too."""
    patterns = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split() if line]
    ignored = (".git", *patterns)

    def walk(folder: Path) -> list[Path]:
        found: list[Path] = []
        for entry in sorted(folder.iterdir()):
            place = f"/{entry.relative_to(ROOT)}"
            if entry.is_symlink() or any(_is_matched(entry, place, one) for one in ignored):
                continue
            found += walk(entry) if entry.is_dir() else [entry]
        return found

    return tuple(walk(ROOT))


def _is_matched(entry: Path, place: str, pattern: str) -> bool:
    """A pattern with a slash in it is a path from the root, any other a name anywhere."""
    if "/" in pattern:
        return fnmatch(place, f"/{pattern.lstrip('/')}")
    return fnmatch(entry.name, pattern)


@cache
def text_files() -> dict[str, str]:
    """Path from the root → text, of every file that is text and ours."""
    texts = {}
    for file in repository_files():
        if VENDORED in file.parents:
            continue
        try:
            texts[str(file.relative_to(ROOT))] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


@cache
def python_files(*folders: str) -> tuple[PythonFile, ...]:
    """The modules below the given folders, which are paths from the root."""
    prefixes = tuple(f"{folder}/" for folder in folders)
    return tuple(
        PythonFile(path, text, ast.parse(text))
        for path, text in text_files().items()
        if path.endswith(".py") and path.startswith(prefixes)
    )


def called_name(node: ast.AST) -> str:
    """`commit` for a call of `commit(…)` or `anything.commit(…)`, otherwise nothing."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return ""
