"""The models that are served: folders read, checked, and read again when their files change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.checking import check_model
from semantic.load.entries import Faults
from semantic.load.files import read_folder
from semantic.load.reading import read_files
from semantic.spec.places import ModelError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from semantic.spec.model import Model


def read_models(folders: Sequence[Path], tables: Collection[str]) -> Model:
    """Read and check all models below some folders, which may use the given tables.

    Raises:
        ModelError: Something is wrong with them; it holds every fault of every file.
    """
    faults = Faults()
    files = []
    for folder in folders:
        found, refused = read_folder(folder)
        files.extend(found)
        faults.extend(refused)
    model = read_files(files, faults)
    check_model(model, tables, faults)
    if faults.in_order():
        raise ModelError(faults.in_order())
    return model
