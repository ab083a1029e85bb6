"""Documents that an installation has registered, and callers who may send only those."""

import json
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from app.config import SettingError
from app.domain.permissions import Role
from app.http.door import DoorRules
from app.http.trusted import ManifestError, Trusted, TrustedOnly, read_manifest
from app.main import door_rules, trusted_documents
from tests.http.asking import Everybody, ask, code_of, endpoint_for

TEXT = "query Who { __typename }"
DIGEST = sha256(TEXT.encode()).hexdigest()


def answer_to(
    given: dict[str, object],
    only: TrustedOnly = TrustedOnly.NOBODY,
    role: Role = Role.PORTAL,
) -> httpx.Response:
    rules = DoorRules(trusted=Trusted.of({DIGEST: TEXT}, only))
    return ask(endpoint_for(Everybody(role), rules=rules), json=given)


@pytest.mark.parametrize(
    "given",
    [
        {"documentId": DIGEST},
        {"documentId": f"sha256:{DIGEST}"},
        {"documentId": DIGEST, "query": TEXT},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}},
        {"query": TEXT},
    ],
)
@pytest.mark.parametrize("only", TrustedOnly)
def test_a_registered_document_is_answered_however_it_is_named(
    given: dict[str, object], only: TrustedOnly
) -> None:
    assert answer_to(given, only).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    "given",
    [
        {"documentId": "0" * 64},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
    ],
)
def test_an_unknown_id_is_answered_as_such(given: dict[str, object]) -> None:
    assert code_of(answer_to(given)) == "PERSISTED_QUERY_NOT_FOUND"


def test_an_id_with_another_text_is_refused() -> None:
    assert code_of(answer_to({"documentId": DIGEST, "query": "{ a }"})) == "REQUEST_INVALID"


@pytest.mark.parametrize(
    ("only", "role", "is_refused"),
    [
        (TrustedOnly.NOBODY, Role.PORTAL, False),
        (TrustedOnly.PORTALS, Role.PORTAL, True),
        (TrustedOnly.PORTALS, Role.SALES, False),
        (TrustedOnly.EVERYONE, Role.ROOT, True),
    ],
)
def test_who_may_send_registered_documents_only_sends_no_other(
    only: TrustedOnly, role: Role, *, is_refused: bool
) -> None:
    unknown = sha256(b"{ __typename }").hexdigest()
    texts: tuple[dict[str, object], ...] = (
        {"query": "{ __typename }"},
        # A client that would register a document registers nothing here.
        {"query": "{ __typename }", "extensions": {"persistedQuery": {"sha256Hash": unknown}}},
    )
    for given in texts:
        answer = answer_to(given, only, role)
        if is_refused:
            assert code_of(answer) == "DOCUMENT_NOT_TRUSTED"
        else:
            assert answer.json()["data"] == {"__typename": "Query"}


def test_a_manifest_is_relays_or_apollos_or_a_folder(tmp_path: Path) -> None:
    relay, apollo = tmp_path / "relay.json", tmp_path / "apollo.json"
    relay.write_text(json.dumps({DIGEST: TEXT}))
    other = sha256(b"{ __typename }").hexdigest()
    manifest = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": other, "name": "A", "type": "query", "body": "{ __typename }"}],
    }
    apollo.write_text(json.dumps(manifest))
    (tmp_path / "third.graphql").write_text("{ a: __typename }")
    (tmp_path / "README.md").write_text("about them")
    assert read_manifest(relay) == {DIGEST: TEXT}
    assert read_manifest(apollo) == {other: "{ __typename }"}
    assert set(read_manifest(tmp_path).values()) == {TEXT, "{ __typename }", "{ a: __typename }"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "must be an object"),
        ('{"format": "apollo-persisted-query-manifest"}', "must be an object"),
        (json.dumps({"0" * 64: TEXT}), "is not the SHA-256"),
        (json.dumps({DIGEST: 1}), "is not the SHA-256"),
        ("{}", "has no documents"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(content)
    with pytest.raises(ManifestError, match=why):
        read_manifest(file)
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "missing.json")


def test_an_installation_registers_its_documents_by_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "who.graphql").write_text(TEXT)
    monkeypatch.setenv("LOGE_TRUSTED_DOCUMENTS", str(tmp_path))
    monkeypatch.setenv("LOGE_TRUSTED_ONLY", "portals")
    trusted = door_rules().trusted
    assert (trusted.texts, trusted.only) == ({DIGEST: TEXT}, TrustedOnly.PORTALS)


def test_no_installation_has_a_manifest_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGE_TRUSTED_DOCUMENTS", str(tmp_path / "missing.json"))
    with pytest.raises(
        SettingError, match=r"LOGE_TRUSTED_DOCUMENTS: .*missing.json cannot be read"
    ):
        trusted_documents()
