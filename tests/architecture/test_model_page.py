from tests.architecture.model_page import render_page
from tests.architecture.source import ROOT


def test_the_page_of_models_is_current() -> None:
    page = ROOT / "docs" / "models.md"
    assert page.read_text(encoding="utf-8") == render_page(), "run: make docs"
