"""Files of models, found below a folder and read as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.load.nodes import MAX_CHARACTERS
from semantic.spec.places import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILES = 1_000
_YAML = frozenset({".yml", ".yaml"})
_PROGRAMS = frozenset({".js", ".ts", ".py", ".jinja", ".j2"})


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file by its name within its folder, the folder's own name before it."""

    name: str
    text: str


def model_paths(folder: Path) -> Iterator[Path]:
    """List the files below a folder that are read, or refused, in order; hidden ones are not."""
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in _YAML | _PROGRAMS and not is_hidden and path.is_file():
            yield path


def read_folder(folder: Path) -> tuple[list[ModelFile], list[Fault]]:
    """Read the models below a folder; other files, such as notes, are left alone."""
    if not folder.is_dir():
        place = Place(folder.name, 1)
        return [], [Fault(place, "folder", "is not a folder of models", "make it, or name another")]
    files = []
    faults = []
    for number, path in enumerate(model_paths(folder)):
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            refusal = _refuse(path, number)
            if refusal is None:
                files.append(ModelFile(name, path.read_text("utf-8")))
            else:
                faults.append(Fault(Place(name, 1), "file", *refusal))
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            faults.append(Fault(Place(name, line), "file", "is not UTF-8", "save it as UTF-8"))
        except OSError as error:
            faults.append(Fault(Place(name, 1), "file", f"cannot be read: {error.strerror}"))
    return files, faults


def _refuse(path: Path, number: int) -> tuple[str, str] | None:
    """Say why a file is not read, and what would be right."""
    if number >= MAX_FILES:
        return f"is more than the {MAX_FILES} files that are read", "put models together"
    if path.suffix in _PROGRAMS:
        return "is a program, and models are not executed", "write the model in YAML"
    if path.stat().st_size > MAX_CHARACTERS * 4:
        return f"is longer than {MAX_CHARACTERS} characters", "split it into several files"
    return None
