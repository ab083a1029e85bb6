"""What a file is, by its content and not by its name."""

import pytest

from app.domain.stored_files import FILE_LIMIT_BYTES, check_file, media_type_of, safe_name
from app.domain.validation import Check


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\r\n%PDF-1.4", "application/pdf"),
        (b"<?xml version='1.0'?>", "application/xml"),
        (b"\xef\xbb\xbf\n<?xml?>", "application/xml"),
        (b" " * 1_024 + b"%PDF-1.4", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_content_tells_what_it_is(content: bytes, kind: str | None) -> None:
    assert media_type_of(content) == kind


def test_a_file_has_a_name_a_size_and_a_known_kind() -> None:
    check = Check("file")
    check_file("F1.pdf", b"%PDF-", check)
    assert not check.violations
    check_file("", b"%PDF-" + b"0" * FILE_LIMIT_BYTES, check)
    check_file("F1.pdf", b"MZ", check)
    assert [(one.code, one.path) for one in check.violations] == [
        ("TEXT_REQUIRED", ("file", "name")),
        ("FILE_TOO_LARGE", ("file", "content")),
        ("FILE_MALFORMED", ("file", "content")),
    ]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("F1.pdf", "F1.pdf"),
        ("../../etc/F1.pdf", "F1.pdf"),
        ("C:\\books\\F1.pdf", "F1.pdf"),
        ('F"1\r\n.pdf', "F1.pdf"),
        ("..", "document"),
        ("a/", "document"),
    ],
)
def test_a_name_has_no_folders_and_nothing_that_breaks_a_header(name: str, safe: str) -> None:
    assert safe_name(name) == safe
