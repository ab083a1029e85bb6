from tests.architecture.report_page import render_page
from tests.architecture.source import ROOT


def test_the_page_of_reports_is_current() -> None:
    page = ROOT / "docs" / "reports.md"
    assert page.read_text(encoding="utf-8") == render_page(), "run: make docs"
