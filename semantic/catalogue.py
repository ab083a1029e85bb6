"""The models that are served: folders read, checked, and read again when their files change.

The shipped models are everybody's. A folder of an installation's own models, or of one club's, adds
cubes and views to them, and may extend the shipped ones. What is wrong is refused as a whole: the
models from before go on being served, and the faults stand in the state.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from semantic.check.checking import check_model
from semantic.load.entries import Faults
from semantic.load.files import model_paths, read_folder
from semantic.load.reading import read_files
from semantic.spec.places import Fault, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    from semantic.spec.model import Model

POLL_SECONDS = 1.0
"""How often files are looked at for changes."""
_log = logging.getLogger("loge.semantic.models")

Stamp = tuple[tuple[str, int, int, int], ...]


def read_models(folders: Sequence[Path], tables: Collection[str]) -> Model:
    """Read and check all models below some folders together, which may use the given tables.

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


@dataclass(frozen=True, slots=True)
class ModelState:
    """The models of a club: those that are served, and how the latest attempt to read went.

    `faults` are what was wrong in the latest attempt, at `refused_at`; with any, `model` is from
    before it. `is_complete` is False as long as a folder of own models was never right: then they
    are left out.
    """

    model: Model
    loaded_at: datetime
    faults: tuple[Fault, ...] = ()
    refused_at: datetime | None = None
    is_complete: bool = True


class Catalogue:
    """Keeps the models of every club, and replaces them when their files change."""

    def __init__(
        self,
        shipped: Path,
        tables: Collection[str],
        *,
        installation: Path | None = None,
        clubs: Mapping[UUID, Path] | None = None,
        verify: Callable[[Model], object] | None = None,
    ) -> None:
        """Read everything once.

        Args:
            shipped: The folder of models that everybody has.
            tables: What models may read.
            installation: A folder of models for all clubs of this installation.
            clubs: A folder of own models by club.
            verify: Called with models before they are served; it raises ModelError to refuse them.

        Raises:
            ModelError: The shipped models are wrong; without them nothing can be served.
        """
        self._tables = frozenset(tables)
        self._verify = verify
        self._changed: list[Callable[[UUID | None, Model], None]] = []
        self._lock = threading.Lock()
        self._states: dict[UUID | None, ModelState] = {}
        self._folders: dict[UUID | None, tuple[Path, ...]] = {}
        everybody = (shipped,) if installation is None else (shipped, installation)
        self._stamps = {folder: _stamp(folder) for folder in (*everybody, *(clubs or {}).values())}
        model, faults = self._read((shipped,))
        if model is None:
            raise ModelError(faults)
        shipped_alone = ModelState(model, datetime.now(UTC))
        self._folders[None] = everybody
        self._states[None] = shipped_alone
        if installation is not None:
            self._keep(None, everybody, shipped_alone)
        for club, folder in (clubs or {}).items():
            self._keep(club, (*everybody, folder), self._states[None])

    def model_for(self, club: UUID) -> Model:
        """Return the latest models of a club that are right."""
        return self.state(club).model

    def state(self, club: UUID | None = None) -> ModelState:
        """Return the state of a club's models, or of those that all clubs have."""
        return self._states.get(club, self._states[None])

    def on_change(self, call: Callable[[UUID | None, Model], None]) -> None:
        """Call a function with a club, or None for all others, whenever its models are replaced."""
        self._changed.append(call)

    def refresh(self) -> bool:
        """Read again what has changed on disk since the last time; tell whether anything had."""
        with self._lock:
            stamps = {folder: _stamp(folder) for folder in self._stamps}
            changed = {one for one, stamp in stamps.items() if stamp != self._stamps[one]}
            self._stamps = stamps
            replaced = [
                club
                for club, folders in self._folders.items()
                if changed.intersection(folders) and self._replace(club, folders)
            ]
        for club in replaced:
            for call in self._changed:
                call(club, self._states[club].model)
        return bool(changed)

    def watch(self, stop: threading.Event, poll_seconds: float = POLL_SECONDS) -> None:
        """Refresh until the event is set; for a thread of its own."""
        while not stop.wait(poll_seconds):
            try:
                self.refresh()
            except Exception:  # noqa: BLE001 - whatever it is, later changes have to be seen
                _log.exception("Models could not be looked at; it is tried again")

    def _keep(self, club: UUID | None, folders: tuple[Path, ...], fallback: ModelState) -> None:
        """Read models for the first time; where they are wrong, others are served for now."""
        self._folders[club] = folders
        self._states[club] = replace(fallback, is_complete=False)
        self._replace(club, folders)

    def _replace(self, club: UUID | None, folders: tuple[Path, ...]) -> bool:
        """Read models, and serve them unless something is wrong; tell whether they are served."""
        model, faults = self._read(folders)
        now = datetime.now(UTC)
        if model is not None:
            self._states[club] = ModelState(model, now)
            return True
        self._states[club] = replace(self._states[club], faults=faults, refused_at=now)
        for fault in faults:
            _log.warning("Models are refused, those from before are served: %s", fault)
        return False

    def _read(self, folders: tuple[Path, ...]) -> tuple[Model | None, tuple[Fault, ...]]:
        """Try to read models; None where something is wrong with them."""
        try:
            model = read_models(folders, self._tables)
            if self._verify is not None:
                self._verify(model)
        except ModelError as error:
            return None, error.faults
        return model, ()


def _stamp(folder: Path) -> Stamp:
    """Describe the files of a folder so that a change is seen without reading them."""
    found = []
    for path in model_paths(folder):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)
