"""Files of documents: stored and read over HTTP with the rights of the API."""

from typing import Any

import pytest

from app.domain.permissions import Role
from tests.api.documented import document, invoices, sell_example, sell_to
from tests.club import Club, fresh_key
from tests.fingerprint import fingerprint
from tests.stadium import Stadium, build_stadium

PDF = b"%PDF-1.7\n1 0 obj\n" + bytes(range(256))


def store(club: Club, content: bytes, name: str = "F1.pdf", **caller: Any) -> Any:
    """Send a file."""
    headers = {
        "authorization": f"Bearer {club.token(**caller)}",
        "idempotency-key": fresh_key(),
    }
    return club.http.post("/files", params={"name": name}, content=content, headers=headers)


def read(club: Club, file_id: str, **caller: Any) -> Any:
    """Ask for a file."""
    headers = {"authorization": f"Bearer {club.token(**caller)}"}
    return club.http.get(f"/files/{file_id}", headers=headers)


def code_of(answer: Any) -> tuple[int, str]:
    """The status and code of a refusal."""
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


def test_a_file_is_stored_attached_and_read_back(club: Club) -> None:
    first = invoices(club, sell_example(club))[0]
    stored = store(club, PDF, "factuur é 1.pdf")
    assert stored.status_code == 201
    file_id = stored.json()["id"]
    made = document(club, first, number="F1", fileId=file_id)
    assert made["file"] == {"id": file_id}
    text = """query($id: ID!) { node(id: $id) { ... on InvoiceDocument { file {
      name mediaType sizeBytes sha256 path } } } }"""
    found = club.query(text, {"id": made["id"]})["node"]["file"]
    assert (found["name"], found["mediaType"]) == ("factuur é 1.pdf", "application/pdf")
    assert found["sizeBytes"] == str(len(PDF))
    answer = club.http.get(
        found["path"], headers={"authorization": f"Bearer {club.token(Role.ROOT)}"}
    )
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"factuur _ 1.pdf\"; filename*=UTF-8''factuur%20%C3%A9%201.pdf"
    )


def test_a_file_may_come_after_its_document(club: Club) -> None:
    first = invoices(club, sell_example(club))[0]
    made = document(club, first, number="F1")
    assert made["file"] is None
    file_id = store(club, b'\xef\xbb\xbf<?xml version="1.0"?><Invoice/>', "F1.xml").json()["id"]
    again = document(club, first, number="F1", fileId=file_id)
    assert (again["id"], again["file"]) == (made["id"], {"id": file_id})
    other = store(club, PDF).json()["id"]
    kept = document(club, first, number="F1", fileId=other)
    assert kept["file"] == {"id": file_id}


def test_the_same_key_stores_once(club: Club) -> None:
    headers = {"authorization": f"Bearer {club.token()}", "idempotency-key": fresh_key()}
    one = club.http.post("/files?name=a.pdf", content=PDF, headers=headers)
    two = club.http.post("/files?name=a.pdf", content=PDF, headers=headers)
    assert one.json() == two.json()
    other = club.http.post("/files?name=b.pdf", content=PDF, headers=headers)
    assert code_of(other) == (409, "IDEMPOTENCY_KEY_REUSED")


def test_only_pdf_and_xml_up_to_ten_megabytes_are_taken(club: Club) -> None:
    club.token()
    before = fingerprint(club)
    assert code_of(store(club, b"MZ\x90\x00 program", "F1.pdf")) == (422, "FILE_MALFORMED")
    assert code_of(store(club, b"", "F1.pdf")) == (422, "FILE_MALFORMED")
    assert code_of(store(club, PDF, "x" * 201)) == (422, "TEXT_TOO_LONG")
    large = PDF + b"0" * 10_000_000
    assert code_of(store(club, large)) == (413, "BODY_TOO_LARGE")
    assert fingerprint(club) == before
    assert store(club, PDF + b"0" * 9_000_000).status_code == 201


def test_without_a_token_there_are_no_files(club: Club) -> None:
    assert code_of(club.http.post("/files", content=PDF)) == (401, "UNAUTHENTICATED")
    file_id = store(club, PDF).json()["id"]
    assert code_of(club.http.get(f"/files/{file_id}")) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("role", [Role.SALES, Role.OPERATIONS, Role.ANALYST])
def test_only_who_reports_documents_stores_files(club: Club, role: Role) -> None:
    assert code_of(store(club, PDF, role=role)) == (403, "PERMISSION_DENIED")


def test_files_of_others_do_not_exist(club: Club, other_club: Club) -> None:
    theirs = store(other_club, PDF).json()["id"]
    first = invoices(club, sell_example(club))[0]
    assert code_of(read(club, theirs)) == (404, "NOT_FOUND")
    assert code_of(read(club, first["id"])) == (404, "NOT_FOUND")
    assert code_of(read(club, "nonsense")) == (404, "NOT_FOUND")
    given = {"code": first["code"], "source": "BOOKS", "number": "F1", "issuedOn": "2030-01-15"}
    found = Stadium(club).refused("invoiceDocumentRecord", {**given, "fileId": theirs})
    assert found == [("NOT_FOUND", ["fileId"])]


def test_a_portal_user_reads_the_files_of_their_own_accepted_documents(club: Club) -> None:
    stadium = build_stadium(club)
    stadium.account("A2")
    first, second, *_ = invoices(club, sell_to(stadium))
    other = invoices(club, sell_to(stadium, "A2", at=4))[0]
    own, mismatched, foreign, loose = (store(club, PDF).json()["id"] for _ in range(4))
    document(club, first, fileId=own)
    document(club, second, "2000.00", fileId=mismatched)
    document(club, other, fileId=foreign)
    caller = {"role": Role.PORTAL, "account_id": stadium.uuid(stadium.ids["A1"])}
    assert read(club, own, **caller).content == PDF
    for hidden in (mismatched, foreign, loose):
        assert code_of(read(club, hidden, **caller)) == (404, "NOT_FOUND")
        assert read(club, hidden).content == PDF


def test_a_file_is_never_shared_between_accounts(club: Club) -> None:
    stadium = build_stadium(club)
    stadium.account("A2")
    first, second, *_ = invoices(club, sell_to(stadium))
    other = invoices(club, sell_to(stadium, "A2", at=4))[0]
    file_id = store(club, PDF).json()["id"]
    document(club, first, fileId=file_id)
    assert document(club, second, fileId=file_id)["file"] == {"id": file_id}
    given = {"code": other["code"], "source": "BOOKS", "number": "F9", "issuedOn": "2030-01-15"}
    found = stadium.refused("invoiceDocumentRecord", {**given, "fileId": file_id})
    assert found == [("IN_USE", ["fileId"])]
