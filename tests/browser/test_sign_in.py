"""People sign in at the identity provider of their club, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.http.oidc_issuer import Issuer, running_issuers, trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.club import Club

STAFF = {
    "code": "meerhaven-id",
    "roleClaim": "groups",
    "roles": [{"value": "tills", "role": "SALES"}],
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running_issuers() as running:
        found = running.found()
        found.person = {"groups": ["tills"], "sub": "an"}
        yield found


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A page of somebody who has not signed in."""
    context = browser.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


def test_a_provider_signs_people_in_and_leads_back_to_where_they_were(
    stranger: Page, club: Club, issuer: Issuer
) -> None:
    trust(club, issuer, **STAFF)
    where = f"{club.http.base_url}/office/sales?club={club.organisation.code}&status=DRAFT"
    stranger.goto(where)
    stranger.get_by_role("button", name="Sign in with meerhaven-id").click()
    expect(stranger.get_by_role("heading", name="Sales", level=1)).to_be_visible()
    assert stranger.url == where
    expect(stranger.get_by_text("No Sale meets this.")).to_be_visible()
    stranger.get_by_role("button", name="Sign out").click()
    issuer.failing = "denying"
    stranger.get_by_role("button", name="Sign in with meerhaven-id").click()
    expect(stranger.get_by_role("alert")).to_contain_text("access_denied")
    issuer.failing = None
    stranger.goto(f"{club.http.base_url}/office/signed-in?code=stolen&state=stolen")
    expect(stranger.get_by_role("alert")).to_contain_text("was not begun here")
    assert stranger.evaluate("sessionStorage.getItem('loge.token')") is None
