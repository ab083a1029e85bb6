"""What people do at /office, in a real browser on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.conftest import AXE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Office

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def barriers(page: Page) -> list[str]:
    """Ask axe what keeps people out of a page."""
    # By the debugger's way in, which the page's security policy does not and need not allow.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("rules => axe.run(rules)", RULES)
    return [
        f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]
    ]


def test_a_token_opens_the_pages_and_a_wrong_one_does_not(browser: Browser, office: Office) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{office.url}/office/")
    page.get_by_label("Access token").fill("loge_wrong")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert barriers(page) == []
    page.get_by_label("Access token").fill(office.stadium.club.token())
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Reports", level=1)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Access token")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    context.close()


def test_the_token_of_a_link_does_not_stay_in_the_address(page: Page) -> None:
    assert "token" not in page.url


def test_a_report_is_found_opened_filtered_and_drilled_into(page: Page) -> None:
    assert barriers(page) == []
    page.get_by_label("Search reports").fill("season")
    page.get_by_role("link", name="Sales by season").click()
    expect(page.get_by_role("heading", name="Sales by season")).to_be_visible()
    tile = page.locator(".tile", has_text="Net bookings")
    expect(tile).to_contain_text("€400.00")
    expect(page.locator(".plot svg")).to_be_visible()
    assert barriers(page) == []
    page.get_by_label("Period", exact=True).select_option("last year")
    expect(page.get_by_text("Nothing was sold in this selection.")).to_be_visible()
    assert "period=last+year" in page.url
    page.get_by_label("Period", exact=True).select_option("this year")
    tile.get_by_role("button").click()
    drilled = page.get_by_role("dialog")
    expect(drilled.get_by_role("row")).to_have_count(2)
    expect(drilled.get_by_role("cell", name="€400.00")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drilled).to_be_hidden()


def test_a_report_is_built_by_the_keyboard_and_saved(page: Page) -> None:
    page.get_by_role("link", name="New report").click()
    page.get_by_label("Title").fill("Bookings by type")
    page.get_by_role("button", name="Net bookings", exact=True).press("Enter")
    page.get_by_role("button", name="Type of Sale", exact=True).press("Enter")
    expect(page.locator(".preview").get_by_role("cell", name="€400.00")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Bookings by type")).to_be_visible()
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Everybody in the club").check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("link", name="Reports").first.click()
    expect(page.get_by_role("link", name="Bookings by type")).to_be_visible()


def test_the_pages_speak_dutch_and_french_and_can_be_dark(page: Page) -> None:
    page.get_by_label("Language").select_option("nl")
    expect(page.get_by_role("heading", name="Rapporten", level=1)).to_be_visible()
    page.get_by_label("Taal").select_option("fr")
    expect(page.get_by_role("heading", name="Rapports", level=1)).to_be_visible()
    page.get_by_label("Langue").select_option("en")
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert barriers(page) == []


def test_a_part_of_a_sale_is_cancelled_after_its_preview(page: Page, office: Office) -> None:
    page.get_by_role("link", name="Sales", exact=True).click()
    assert barriers(page) == []
    page.get_by_role("link", name=office.sale["code"]).click()
    total = page.locator(".tile", has_text="Total")
    expect(total).to_contain_text("€424.00")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Cancel …").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".chip").first.click()
    expect(dialog.get_by_role("row", name="Total")).to_contain_text("€318.00")
    assert barriers(page) == []
    expect(total).to_contain_text("€424.00")
    dialog.get_by_label("Why").fill("moved away")
    dialog.get_by_role("button", name="Cancel €106.00").click()
    expect(page.get_by_text("Cancelled €106.00.")).to_be_visible()
    expect(total).to_contain_text("€318.00")
    expect(page.get_by_role("rowheader", name="moved away")).to_be_visible()


def test_a_change_of_somebody_else_is_shown_by_itself(page: Page, office: Office) -> None:
    page.goto(f"{office.url}/office/sales/{office.sale['id']}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    sale = office.stadium.read(office.sale)
    office.stadium.act("saleUpdate", sale, reference="PO-4711")
    expect(page.get_by_text("PO-4711")).to_be_visible()
