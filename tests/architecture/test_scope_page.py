from tests.architecture.scope_page import render_page
from tests.architecture.source import ROOT


def test_the_page_lists_exactly_the_scopes() -> None:
    page = ROOT / "docs" / "scopes.md"
    assert page.read_text(encoding="utf-8") == render_page(), "run: make docs"
