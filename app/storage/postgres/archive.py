"""The form of a backup: a folder with two compressed archives, PostgreSQL's manifest, and Loge's.

PostgreSQL's manifest has the SHA-256 of every file of the data folder. Loge's has those of the
files of the backup itself, so that the log of changes, which the other leaves out, is covered too.
"""

import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from app.storage.postgres.errors import BackupDamagedError

MANIFEST_NAME = "loge-backup.json"
FORMAT = 1
DATA_ARCHIVE = "base.tar.gz"
CHANGES_ARCHIVE = "pg_wal.tar.gz"
POSTGRES_MANIFEST = "backup_manifest"
CONTENTS = (DATA_ARCHIVE, CHANGES_ARCHIVE, POSTGRES_MANIFEST)
CHANGES_FOLDER = "pg_wal"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class FileSeal:
    """How long a file of the backup is and what its SHA-256 is, in hexadecimal."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class BackupManifest:
    """What a backup says about itself; `taken_at` is an ISO instant in UTC."""

    postgres_version: str
    system_identifier: str
    taken_at: str
    files: dict[str, FileSeal]

    @property
    def major(self) -> int:
        """Return the major version of PostgreSQL that can read the backup."""
        return int(self.postgres_version.split(".")[0])

    def to_json(self) -> str:
        """Return the text of the manifest."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n"


def read_manifest(backup: Path) -> BackupManifest:
    """Read Loge's manifest of a backup; does not look at the files that it names.

    Raises:
        BackupDamagedError: it is missing, unreadable, or names other files than a backup has.
    """
    file = backup / MANIFEST_NAME
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise BackupDamagedError(
                f"{file} is of format {content['format']}, and this Loge reads format {FORMAT}. "
                "Use the Loge that made the backup.",
            )
        manifest = BackupManifest(
            postgres_version=str(content["postgres_version"]),
            system_identifier=str(content["system_identifier"]),
            taken_at=str(content["taken_at"]),
            files={
                str(name): FileSeal(int(seal["size_bytes"]), str(seal["sha256"]))
                for name, seal in content["files"].items()
            },
        )
        complete = set(manifest.files) == set(CONTENTS) and manifest.major > 0
    except (FileNotFoundError, NotADirectoryError):
        raise BackupDamagedError(
            f"{backup} is no backup made by Loge: it has no {MANIFEST_NAME}.",
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamagedError(f"{file} cannot be read as a manifest: {error!r}.") from error
    if not complete:
        raise BackupDamagedError(f"{file} does not name the files {', '.join(CONTENTS)}.")
    return manifest


def seal(file: Path) -> FileSeal:
    """Measure a file and compute its SHA-256."""
    digest = hashlib.sha256()
    size_bytes = 0
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
    return FileSeal(size_bytes, digest.hexdigest())


def check_seals(backup: Path, manifest: BackupManifest) -> None:
    """Compare every file of the backup with Loge's manifest.

    Raises:
        BackupDamagedError: one is missing or differs in a single bit.
    """
    for name, expected in manifest.files.items():
        file = backup / name
        if not file.is_file():
            raise BackupDamagedError(f"The backup {backup} lacks {name}. Use another backup.")
        found = seal(file)
        if found != expected:
            raise BackupDamagedError(
                f"{file} is not what was written when the backup was made: {found.size_bytes} "
                f"bytes with SHA-256 {found.sha256}, and {expected.size_bytes} bytes with "
                f"{expected.sha256} were expected. Use another backup.",
            )


def postgres_manifest(backup: Path) -> tuple[str, dict[str, FileSeal]]:
    """Read the system identifier and the files of the data folder from PostgreSQL's manifest.

    Raises:
        BackupDamagedError: it is not as PostgreSQL writes it.
    """
    file = backup / POSTGRES_MANIFEST
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        seals = {}
        for entry in content["Files"]:
            if entry["Checksum-Algorithm"] != "SHA256":
                raise BackupDamagedError(f"{file} has no SHA-256 of {entry['Path']}.")
            seals[str(entry["Path"])] = FileSeal(int(entry["Size"]), str(entry["Checksum"]))
        return str(content["System-Identifier"]), seals
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamagedError(f"{file} cannot be read as a manifest: {error!r}.") from error


def unpack(backup: Path, target: Path | None) -> None:
    """Unpack a backup into a folder, or nowhere, comparing every file with PostgreSQL's manifest.

    Writes only regular files and folders below the target, readable by their owner alone.

    Raises:
        BackupDamagedError: a file is missing, unknown, or differs.
    """
    _, expected = postgres_manifest(backup)
    found: dict[str, FileSeal] = {}
    changes = 0
    try:
        for path, digest in _unpack_archive(backup / DATA_ARCHIVE, target):
            found[str(path)] = digest
        changes_target = target / CHANGES_FOLDER if target else None
        for _ in _unpack_archive(backup / CHANGES_ARCHIVE, changes_target):
            changes += 1
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, FileExistsError) as error:
        raise BackupDamagedError(f"An archive of {backup} cannot be read: {error}.") from error
    wrong = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
    if wrong or not changes:
        raise BackupDamagedError(
            f"The backup {backup} is not complete; first file that differs: "
            f"{min(wrong, default=CHANGES_FOLDER)}. Use another backup.",
        )


def _unpack_archive(
    archive: Path,
    target: Path | None,
) -> Iterator[tuple[PurePosixPath, FileSeal]]:
    # PostgreSQL begins an archive with an empty gzip member, which tarfile alone takes for its end.
    with gzip.open(archive) as raw, tarfile.open(fileobj=raw, mode="r|") as members:
        for member in members:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts:
                raise BackupDamagedError(f"{archive} names a place outside itself: {member.name}.")
            place = target / path if target else None
            if member.isdir():
                if place is not None:
                    place.mkdir(mode=0o700, parents=True, exist_ok=True)
                continue
            stream = members.extractfile(member) if member.isreg() else None
            if stream is None:
                raise BackupDamagedError(f"{archive} holds {member.name}, which is no plain file.")
            yield path, _copy_stream(stream, place)


def _copy_stream(stream: IO[bytes], place: Path | None) -> FileSeal:
    digest = hashlib.sha256()
    size_bytes = 0
    sink = os.devnull if place is None else place
    flags = os.O_WRONLY if place is None else os.O_WRONLY | os.O_CREAT | os.O_EXCL
    if place is not None:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(sink, flags, 0o600), "wb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
            size_bytes += len(chunk)
    return FileSeal(size_bytes, digest.hexdigest())
