"""Trusted documents: texts that an installation has registered, asked for by their hash."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.permissions import Role
from app.http.refusals import DocumentRefusedError, DoorCode, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from app.domain.permissions import Actor
    from app.http.graphql_request import Asked

_PREFIX = "sha256:"
_APOLLO = "apollo-persisted-query-manifest"


class ManifestError(Exception):
    """A manifest that cannot be used; the message names the file and says what is wrong."""


class TrustedOnly(StrEnum):
    """Whose requests must name registered documents."""

    NOBODY = "nobody"
    PORTALS = "portals"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Trusted:
    """The registered documents, by the SHA-256 of their texts in hexadecimal digits."""

    texts: Mapping[str, str] = field(default_factory=dict)
    only: TrustedOnly = TrustedOnly.NOBODY
    _known: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Mapping[str, str], only: TrustedOnly = TrustedOnly.NOBODY) -> Trusted:
        """Register texts."""
        return cls(texts, only, frozenset(texts.values()))

    def resolve(self, asked: Asked) -> str:
        """Return the text that a request asks for.

        Raises:
            RefusedError: it names a document that is not registered, or no document at all.
        """
        digest = _digest_of(asked)
        if digest is None:
            if not asked.text.strip():
                message = "send a document in query, or the id of a registered one in documentId"
                raise RefusedError(DoorCode.REQUEST_INVALID, message)
            return asked.text
        found = self.texts.get(digest.removeprefix(_PREFIX).lower())
        if found is None:
            if asked.text:
                # The form of clients that would register a document with its first request.
                return asked.text
            message = "no document is registered under this id; documents are registered here "
            message += "by the operator, not by requests"
            raise DocumentRefusedError(DoorCode.PERSISTED_QUERY_NOT_FOUND, message)
        if asked.text and asked.text != found:
            message = "query and the id of the document are about different texts; send one"
            raise RefusedError(DoorCode.REQUEST_INVALID, message)
        return found

    def check(self, text: str, actor: Actor) -> None:
        """Refuse a text that is not registered to a caller who may send only those.

        Raises:
            DocumentRefusedError: DOCUMENT_NOT_TRUSTED.
        """
        if self.only is TrustedOnly.NOBODY or text in self._known:
            return
        if self.only is TrustedOnly.PORTALS and actor.role is not Role.PORTAL:
            return
        message = "only registered documents are answered here, and this text is none of them"
        raise DocumentRefusedError(DoorCode.DOCUMENT_NOT_TRUSTED, message)


def _digest_of(asked: Asked) -> str | None:
    """Return the hash of a document that a request names, in either of the usual ways."""
    if asked.document_id is not None:
        return asked.document_id
    persisted = (asked.extensions or {}).get("persistedQuery")
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return digest if isinstance(digest, str) else None


def read_manifest(place: Path) -> dict[str, str]:
    """Read the documents of a file, or of all files of a folder that end in .json or .graphql.

    A JSON file is `{hash: text}`, as Relay's compiler writes it, or Apollo's manifest. Every hash
    must be the SHA-256 of its text, since that is what makes a document the registered one.

    Raises:
        ManifestError: something of it cannot be used.
    """
    if place.is_dir():
        files = sorted(one for one in place.iterdir() if one.suffix in {".json", ".graphql"})
    else:
        files = [place]
    found: dict[str, str] = {}
    for file in files:
        found.update(_documents_of(file))
    if not found:
        raise ManifestError(f"{place} has no documents")
    return found


def _documents_of(file: Path) -> Iterator[tuple[str, str]]:
    """Read the documents of one file."""
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{file} cannot be read: {error}") from None
    if file.suffix == ".graphql":
        yield sha256(content.encode()).hexdigest(), content
        return
    try:
        manifest = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{file} is not JSON: {error}") from None
    for digest, text in _pairs(manifest, file):
        if not isinstance(text, str) or sha256(text.encode()).hexdigest() != digest:
            raise ManifestError(f"{file}: {digest} is not the SHA-256 of its document")
        yield digest, text


def _pairs(manifest: Any, file: Path) -> list[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """List the hashes and texts of a manifest of either form."""
    if isinstance(manifest, dict) and manifest.get("format") == _APOLLO:
        operations = manifest.get("operations")
        if isinstance(operations, list) and all(isinstance(one, dict) for one in operations):
            return [(str(one.get("id")), one.get("body")) for one in operations]
    elif isinstance(manifest, dict):
        return list(manifest.items())
    raise ManifestError(f"{file} must be an object of hashes and texts, or Apollo's manifest")
