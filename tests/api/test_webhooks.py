"""Webhook endpoints over GraphQL: who may, what is refused, what is never shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.commands.webhook_rules import WebhookRules
from app.commands.webhooks import NewEndpoint, create_endpoint
from app.domain.errors import DomainError
from app.domain.permissions import Actor, Role
from app.storage.unit_of_work import UnitOfWork
from app.storage.vault import Vault, new_key
from tests.club import Club
from tests.fingerprint import fingerprint

pytestmark = pytest.mark.postgres
FIELDS = "webhookEndpoint { id url description topics isActive version } secret"
GIVEN = {"url": "https://partner.example/events", "description": "Ticketing partner"}


def refused(club: Club, name: str, given: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Run a mutation that must be refused and change nothing."""
    club.token()
    before = fingerprint(club)
    errors = club.refused(name, given)
    assert fingerprint(club) == before
    return [(one["code"], one["path"]) for one in errors]


def test_an_endpoint_is_made_with_a_secret_that_is_shown_once(club: Club) -> None:
    made = club.make("webhookEndpointCreate", FIELDS, {**GIVEN, "topics": ["sale.finalised"]})
    endpoint = made["webhookEndpoint"]
    assert made["secret"].startswith("whsec_")
    assert endpoint == {
        **GIVEN,
        "id": endpoint["id"],
        "topics": ["sale.finalised"],
        "isActive": True,
        "version": 1,
    }
    listed = club.query("{ webhookEndpoints(first: 5) { nodes { id url } } }")["webhookEndpoints"]
    assert listed["nodes"] == [{"id": endpoint["id"], "url": GIVEN["url"]}]
    audit = club.send("{ auditEntries(first: 20) { nodes { action before after } } }", {})
    assert "webhook_endpoint.created" in str(audit)
    assert made["secret"] not in str(audit)


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"url": "ftp://partner.example/"}, "WEBHOOK_URL_INVALID", "url"),
        ({"url": "https://user:word@partner.example/"}, "WEBHOOK_URL_INVALID", "url"),
        ({"url": "nowhere"}, "WEBHOOK_URL_INVALID", "url"),
        ({"description": " "}, "TEXT_REQUIRED", "description"),
        ({"topics": []}, "INPUT_INVALID", "topics"),
        ({"topics": ["sale.sold"]}, "INPUT_INVALID", "topics"),
        ({"topics": ["webhook.ping"]}, "INPUT_INVALID", "topics"),
    ],
)
def test_a_wrong_endpoint_is_refused_by_the_name_of_its_field(
    club: Club, change: dict[str, Any], code: str, path: str
) -> None:
    assert refused(club, "webhookEndpointCreate", {**GIVEN, **change}) == [(code, [path])]


@pytest.mark.parametrize(
    "url",
    ["http://partner.example/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"],
)
def test_what_is_not_on_the_public_internet_is_refused_unless_allowed(club: Club, url: str) -> None:
    rules = WebhookRules(Vault.of([new_key()]), "https://loge.example")
    actor = Actor(club.organisation.id, None, Role.ROOT, operator="test")
    shown: list[str] = []

    def action(work: UnitOfWork) -> None:
        create_endpoint(work, actor, NewEndpoint(url, "partner"), rules, shown.append)

    with pytest.raises(DomainError, match="WEBHOOK_URL_INVALID"):
        club.runner.transact(club.organisation.id, "test", action)
    assert shown == []
    assert club.query("{ webhookEndpoints(first: 5) { nodes { id } } }") == {
        "webhookEndpoints": {"nodes": []}
    }


def test_an_endpoint_changes_at_the_version_that_was_seen(club: Club) -> None:
    made = club.make("webhookEndpointCreate", FIELDS, GIVEN)["webhookEndpoint"]
    seen = {"id": made["id"], "expectedVersion": 1}
    stale = {**seen, "expectedVersion": 9, "url": "https://other.example/"}
    assert refused(club, "webhookEndpointUpdate", stale) == [("VERSION_STALE", ["expectedVersion"])]
    empty = {**seen, "url": None, "isActive": None}
    assert refused(club, "webhookEndpointUpdate", empty) == [
        ("INPUT_INVALID", ["url"]),
        ("INPUT_INVALID", ["isActive"]),
    ]
    given = {**seen, "topics": ["sale.created", "sale.expired"], "isActive": False}
    fields = "webhookEndpoint { url topics isActive version }"
    after = club.make("webhookEndpointUpdate", fields, given)["webhookEndpoint"]
    assert after == {
        "url": GIVEN["url"],
        "topics": ["sale.created", "sale.expired"],
        "isActive": False,
        "version": 2,
    }
    all_topics = {"id": made["id"], "expectedVersion": 2, "topics": None}
    after = club.make("webhookEndpointUpdate", fields, all_topics)["webhookEndpoint"]
    assert (after["topics"], after["version"]) == (None, 3)


def test_nothing_is_sent_or_queued_for_an_endpoint_that_is_off(club: Club) -> None:
    made = club.make("webhookEndpointCreate", FIELDS, GIVEN)["webhookEndpoint"]
    off = {"id": made["id"], "expectedVersion": 1, "isActive": False}
    club.make("webhookEndpointUpdate", "", off)
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert refused(club, "webhookReplay", {"endpointId": made["id"], "since": since}) == [
        ("WEBHOOK_INACTIVE", ["endpointId"])
    ]
    assert refused(club, "webhookEndpointTest", {"id": made["id"]}) == [
        ("WEBHOOK_INACTIVE", ["id"])
    ]


def test_a_replay_reaches_thirty_days_back_and_ends_after_it_begins(club: Club) -> None:
    made = club.make("webhookEndpointCreate", FIELDS, GIVEN)["webhookEndpoint"]
    now = datetime.now(UTC)
    far = {"endpointId": made["id"], "since": (now - timedelta(days=31)).isoformat()}
    assert refused(club, "webhookReplay", far) == [("DATE_INVALID", ["since"])]
    near = (now - timedelta(hours=1)).isoformat()
    backwards = {"endpointId": made["id"], "since": near, "until": near}
    assert refused(club, "webhookReplay", backwards) == [("DATE_RANGE_INVALID", ["until"])]


def test_an_old_secret_signs_for_a_week_at_most(club: Club) -> None:
    made = club.make("webhookEndpointCreate", FIELDS, GIVEN)["webhookEndpoint"]
    long = {"id": made["id"], "overlapHours": 169}
    assert refused(club, "webhookEndpointSecretRotate", long) == [
        ("INPUT_INVALID", ["overlapHours"])
    ]


def test_a_club_has_at_most_twenty_endpoints(club: Club) -> None:
    for number in range(20):
        club.make("webhookEndpointCreate", "", {**GIVEN, "description": f"partner {number}"})
    assert refused(club, "webhookEndpointCreate", GIVEN) == [("TOO_MANY_ITEMS", [])]


@pytest.mark.parametrize("role", [one for one in Role if one not in {Role.ROOT, Role.PORTAL}])
def test_only_root_sees_and_changes_endpoints(club: Club, role: Role) -> None:
    made = club.make("webhookEndpointCreate", FIELDS, GIVEN)["webhookEndpoint"]
    errors = club.refused("webhookEndpointCreate", GIVEN, role=role)
    assert [one["code"] for one in errors] == ["PERMISSION_DENIED"]
    errors = club.refused("webhookEndpointTest", {"id": made["id"]}, role=role)
    assert [one["code"] for one in errors] == ["PERMISSION_DENIED"]
    node = club.query("query($id: ID!) { node(id: $id) { id } }", {"id": made["id"]}, role=role)
    assert node == {"node": None}
    for name in ("webhookEndpoints", "webhookDeliveries", "webhookReplays"):
        answer = club.send(f"{{ {name}(first: 5) {{ nodes {{ id }} }} }}", role=role)
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["PERMISSION_DENIED"]
