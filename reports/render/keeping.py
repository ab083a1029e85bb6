"""Files that are whole only at their end: written beside, then given piece by piece."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PIECE_BYTES = 262_144


@contextmanager
def folder_beside() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="loge-report-") as folder:
        yield Path(folder)


def read_pieces(path: Path) -> Generator[bytes, None, None]:
    """Read a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
