import pytest

from app.domain.errors import ErrorCode
from app.http.refusals import DoorCode
from tests.architecture.error_page import render_page
from tests.architecture.source import ROOT


@pytest.mark.parametrize("code", [*ErrorCode, *DoorCode])
def test_a_code_is_explained_in_a_sentence(code: ErrorCode | DoorCode) -> None:
    assert code.value == code.name
    assert code.description.endswith(".")
    assert "|" not in code.description, "it would split the row of the page"


def test_the_page_lists_exactly_the_codes() -> None:
    page = ROOT / "docs" / "errors.md"
    assert page.read_text(encoding="utf-8") == render_page(), "run: make docs"


def test_the_schema_exports_exactly_the_codes() -> None:
    schema = ROOT / "schema.graphql"
    if not schema.exists():
        pytest.skip("schema.graphql does not exist yet")
    block = schema.read_text(encoding="utf-8").partition("enum ErrorCode {")[2].partition("\n}")[0]
    names = [line.strip() for line in block.splitlines()]
    exported = {name for name in names if name.isupper() and name.replace("_", "").isalnum()}
    assert exported == {code.value for code in ErrorCode}, "run: make schema"
