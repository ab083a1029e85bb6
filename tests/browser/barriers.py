"""What keeps people out of a page, as axe finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.http.office import BUILT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = BUILT.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def barriers(page: Page) -> list[str]:
    """Ask axe what keeps people out of a page."""
    # By the debugger's way in, which the page's security policy does not and need not allow.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("rules => axe.run(rules)", RULES)
    return [
        f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]
    ]
