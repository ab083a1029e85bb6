"""What people do at /office, in a real browser on a real server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from tests.browser.conftest import Office

STANDARD = 30


def tile(page: Page, title: str) -> Locator:
    return page.locator(".tile").filter(has=page.get_by_text(title, exact=True))


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


def test_a_part_of_a_sale_is_cancelled_after_its_preview(
    own_page: Page, own_office: Office
) -> None:
    page = own_page
    page.get_by_role("link", name="Sales", exact=True).click()
    assert barriers(page) == []
    page.get_by_role("link", name=own_office.sale["code"]).click()
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


def test_an_invoice_gets_its_document_and_a_payment_that_is_taken_back(
    own_page: Page, own_office: Office
) -> None:
    page, club = own_page, own_office.stadium.club
    club.make("documentSourceCreate", "documentSource { id }", {"code": "BOOKS", "name": "Books"})
    page.goto(f"{own_office.url}/office/sales/{own_office.sale['id']}")
    dialog = page.get_by_role("dialog")
    page.get_by_role("button", name="Document of").first.click()
    dialog.get_by_label("Number").fill("2026-0001")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Record the document").click()
    expect(page.get_by_role("cell", name="2026-0001")).to_be_visible()
    page.get_by_role("button", name="Payment of").first.click()
    dialog.get_by_role("button", name="Record a payment").click()
    paid = tile(page, "Paid")
    expect(paid).to_contain_text("€212.00")
    page.get_by_role("button", name="Take back the payment").first.click()
    dialog.get_by_label("Why").fill("returned by the bank")
    dialog.get_by_role("button", name="Take the payment back").click()
    expect(paid).to_contain_text("€0.00")


def test_the_list_of_sales_is_filtered_by_account(page: Page, office: Office) -> None:
    page.get_by_role("link", name="Sales", exact=True).click()
    rows = page.locator(".sales-rows tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Account").click()
    page.get_by_label("Search: Account").fill("nobody has this name")
    expect(page.get_by_text("No such value.")).to_be_visible()
    page.get_by_label("Search: Account").fill("A1")
    page.get_by_role("checkbox", name="A1").click()
    expect(rows).to_have_count(2)
    assert "account=account_" in page.url
    assert barriers(page) == []
    page.get_by_label("Search code, reference or name on tickets").fill(office.sale["code"])
    expect(rows).to_have_count(1)


@pytest.mark.slow
def test_each_standard_report_opens_with_a_number_or_says_that_there_is_none(page: Page) -> None:
    links = page.locator("#SALES ~ ul a, #OPERATIONS ~ ul a, #FINANCE ~ ul a")
    expect(links).to_have_count(STANDARD)
    named = links.evaluate_all("all => all.map(one => [one.getAttribute('href'), one.textContent])")
    for address, title in named:
        page.locator(f'a[href="{address}"]').first.click()
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        shown = page.locator(".blocks .tile dd, .blocks .rows td, main .empty").first
        expect(shown).to_be_visible()
        expect(page.locator("main .problem")).to_have_count(0)
        page.go_back()


def test_a_report_is_built_by_dragging_and_a_copy_keeps_its_other_parts(page: Page) -> None:
    page.get_by_role("link", name="New report").click()
    wells = page.locator(".well")
    page.get_by_label("Search measures and dimensions").fill("net bookings")
    page.get_by_role("button", name="Net bookings", exact=True).drag_to(wells.first)
    page.get_by_label("Search measures and dimensions").fill("type of sale")
    page.get_by_role("button", name="Type of Sale", exact=True).drag_to(wells.nth(1))
    expect(page.locator(".preview").get_by_role("cell", name="€400.00")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_role("textbox", name="Title").fill("Dragged")
    page.get_by_role("button", name="One more part").click()
    page.get_by_label("Search measures and dimensions").fill("")
    page.get_by_role("button", name="Sales", exact=True).click()
    page.get_by_role("button", name="Account", exact=True).first.click()
    expect(page.locator(".preview .numbers-table")).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Dragged", level=1)).to_be_visible()
    expect(page.locator(".numbers-table")).to_have_count(2)
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("radio")).to_have_count(3)
    assert barriers(page) == []
    page.get_by_role("button", name="Remove this part").click()
    expect(page.get_by_role("radio")).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".numbers-table")).to_have_count(1)
    expect(tile(page, "Net bookings")).to_contain_text("€400.00")


def test_a_report_is_exported_as_each_kind_of_file(page: Page, office: Office) -> None:
    page.goto(f"{office.url}/office/reports/sales_by_season")
    expect(tile(page, "Net bookings")).to_contain_text("€400.00")
    begins = {"Excel": b"PK", "CSV": b"", "PDF": b"%PDF", "PNG": b"\x89PNG", "Parquet": b"PAR1"}
    for name, magic in begins.items():
        page.get_by_text("Export", exact=True).click()
        with page.expect_download() as downloading:
            page.get_by_role("button", name=name, exact=True).click()
        path: Path = downloading.value.path()
        content = path.read_bytes()
        assert content.startswith(magic), name
        assert len(content) > len(magic), name


def test_a_report_is_scheduled_to_whom_the_club_allows(page: Page, office: Office) -> None:
    page.goto(f"{office.url}/office/reports/sales_by_season?period=this+year")
    page.get_by_role("button", name="Send by e-mail").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Recipients").fill("an@club.example")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("does not let reports be sent")
    expect(dialog.get_by_label("Recipients")).to_have_attribute("aria-invalid", "true")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Back").click()
    page.get_by_role("link", name="Schedules", exact=True).click()
    page.get_by_role("button", name="Who may get reports").click()
    dialog.get_by_label("Addresses and domains").fill("@club.example")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="New schedule").click()
    dialog.get_by_label("Report", exact=True).select_option(label="S1 · Sales by season")
    dialog.get_by_label("Recipients").fill("an@club.example")
    dialog.get_by_label("Day", exact=True).select_option("Friday")
    dialog.get_by_label("Time", exact=True).fill("07:30")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Every Friday at 07:30")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Send now").click()
    expect(dialog.get_by_role("cell", name="an@club.example")).to_be_visible()
    expect(dialog.get_by_role("cell", name="Waiting")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Change Sales by season").click()
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Really delete").click()
    expect(page.get_by_text("Nothing is sent by itself yet.")).to_be_visible()


def test_a_report_on_the_screen_follows_what_is_sold(own_page: Page, own_office: Office) -> None:
    page, stadium = own_page, own_office.stadium
    page.goto(f"{own_office.url}/office/reports/sales_by_season")
    expect(tile(page, "Net bookings")).to_contain_text("€400.00")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    line = stadium.line("PARKING", 1, "30.00", parkingIds=stadium.parkings[:1])
    stadium.act("saleFinalise", stadium.equal(stadium.add(stadium.begin(), line), 1))
    expect(tile(page, "Net bookings")).to_contain_text("€430.00")


def test_a_link_shows_a_report_and_opens_nothing_else(
    own_page: Page, own_office: Office, browser: Browser
) -> None:
    page = own_page
    page.goto(f"{own_office.url}/office/reports/sales_by_season?period=this+year")
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Sites that may show reports").click()
    dialog.get_by_label("Sites", exact=True).fill("https://intranet.club.example")
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_role("button", name="Copy link")).to_be_visible()
    assert barriers(page) == []
    found = own_office.stadium.club.query("{ reportLinks(first: 5) { nodes { path } } }")
    (link,) = found["reportLinks"]["nodes"]
    context = browser.new_context(locale="en-GB")
    shown = context.new_page()
    answer = shown.goto(own_office.url + link["path"])
    assert answer is not None
    assert (
        "frame-ancestors https://intranet.club.example" in answer.headers["content-security-policy"]
    )
    expect(tile(shown, "Net bookings")).to_contain_text("€400.00")
    expect(shown.get_by_role("list", name="What is shown")).to_contain_text("Period")
    expect(shown.get_by_role("link")).to_have_count(0)
    expect(shown.get_by_role("button").filter(has_text="€")).to_have_count(0)
    assert barriers(shown) == []
    kept = shown.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert json.dumps(kept) == '[0, 0, ""]'
    dialog.get_by_role("button", name="End").click()
    expect(dialog.get_by_role("button", name="Copy link")).to_be_hidden()
    shown.reload()
    expect(shown.get_by_text("This link no longer works")).to_be_visible()
    context.close()
