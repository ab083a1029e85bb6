"""Connected systems, flows and value maps: what is wrong with them, pauses, and the pace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.flows import FlowTrigger, Offered, TransferFlow, check_flow, entities_of
from app.domain.systems import (
    ConnectedSystem,
    PauseCause,
    SettingRule,
    check_settings,
    check_system,
    paused,
    refused_access,
    resumed,
    turn_of,
)
from app.domain.transfers import Failure, TransferFault
from app.domain.validation import Check
from app.domain.value_maps import ValueMap, ValueMapEntry, check_entry, check_map

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SYSTEM = ConnectedSystem(
    UUID(int=1),
    "ERP",
    "Erp",
    "erp",
    {},
    None,
    None,
    None,
    None,
    None,
    None,
    None,
    None,
    1,
    NOW,
    NOW,
)
FLOW = TransferFlow(
    id=UUID(int=2),
    code="OUT",
    name="Out",
    system_id=SYSTEM.id,
    trigger=FlowTrigger.EVENT,
    entity="invoice",
    topics=("sale.finalised",),
    source=None,
    after_flow_id=None,
    action="invoice.post",
    options={},
    every_seconds=None,
    days_ahead=0,
    mapping_version_id=None,
    is_active=False,
    version=1,
    created_at=NOW,
    updated_at=NOW,
)
OFFERED = Offered({"invoice.post": "invoice"}, {"payments": "payment"})
RULES = (
    SettingRule("url", "ADDRESS", is_required=True),
    SettingRule("key", "SECRET", is_required=True),
    SettingRule("size", "WHOLE"),
    SettingRule("way", "CHOICE", choices=("A", "B")),
)


def wrong_with(settings: dict[str, Any], secrets: dict[str, str]) -> list[str]:
    """What is said against settings."""
    check = Check()
    check_settings(settings, secrets, RULES, check)
    return [one.message for one in check.violations]


def wrong_with_flow(**given: Any) -> list[tuple[str, ...]]:
    """The fields that are wrong with a flow."""
    check = Check()
    check_flow(replace(FLOW, **given), OFFERED, ("invoice", "payment", "ticket"), check)
    return [one.path for one in check.violations]


def test_settings_are_of_their_kind_and_secrets_stand_apart() -> None:
    assert wrong_with({"url": "https://x", "size": 3, "way": "A"}, {"key": "k"}) == []
    assert wrong_with({}, {"key": ""}) == ["url is required", "key is required"]
    said = wrong_with({"url": "ftp://x", "size": True, "way": "C", "key": "k"}, {"key": "k"})
    assert said == [
        "key belongs into secrets",
        "url must begin with https:// or http://",
        "size must be a whole, not a bool",
        "way must be one of A, B",
    ]
    assert wrong_with({"url": "https://x", "colour": "red"}, {"key": "k"}) == [
        "no setting is named 'colour'; there are key, size, url, way"
    ]


def test_a_system_has_a_code_and_a_pace() -> None:
    check = Check()
    check_system(SYSTEM, check)
    check_system(replace(SYSTEM, document_source_code="BOOKS", rate_per_minute=60), check)
    assert check.violations == []
    check_system(replace(SYSTEM, code="", name="", rate_per_minute=0), check)
    assert [one.path for one in check.violations] == [("code",), ("name",), ("ratePerMinute",)]


def test_refused_credentials_pause_a_system_once() -> None:
    failure = Failure(TransferFault.ACCESS, "who are you")
    held = refused_access(SYSTEM, failure, NOW)
    assert held.is_paused
    assert (held.pause_cause, held.pause_reason, held.version) == (
        PauseCause.ACCESS,
        "who are you",
        2,
    )
    assert refused_access(held, failure, NOW) == held
    assert not resumed(held, NOW).is_paused
    assert paused(SYSTEM, PauseCause.PERSON, "stock-taking", NOW).pause_cause is PauseCause.PERSON
    assert not SYSTEM.checked(NOW, is_well=False, message="no").is_well


def test_calls_are_spread_evenly() -> None:
    assert turn_of(None, None, NOW) == (NOW, None)
    second = timedelta(seconds=1)
    assert turn_of(None, 60, NOW) == (NOW, NOW + second)
    assert turn_of(NOW + second, 60, NOW) == (NOW + second, NOW + 2 * second)
    assert turn_of(NOW - second, 60, NOW) == (NOW, NOW + second)


def test_a_flow_names_what_its_trigger_needs() -> None:
    assert wrong_with_flow() == []
    assert wrong_with_flow(topics=()) == [("topics",)]
    assert wrong_with_flow(topics=("sale.gone",)) == [("topics",)]
    assert wrong_with_flow(topics=("webhook.ping",)) == [("topics",)]
    assert wrong_with_flow(trigger=FlowTrigger.MANUAL) == [("topics",)]
    manual = {"trigger": FlowTrigger.MANUAL, "topics": None}
    assert wrong_with_flow(**manual) == []
    assert wrong_with_flow(**manual, action=None) == [("action",)]
    assert wrong_with_flow(**manual, action="invoice.burn") == [("action",)]
    assert wrong_with_flow(**manual, entity="dragon") == [("entity",)]
    assert wrong_with_flow(**manual, after_flow_id=FLOW.id) == [("afterFlowId",)]
    due = {"trigger": FlowTrigger.DUE, "topics": None}
    assert wrong_with_flow(**due, days_ahead=3) == []
    assert wrong_with_flow(**due, entity="ticket", days_ahead=-1) == [("daysAhead",), ("entity",)]
    taken = {"trigger": FlowTrigger.SOURCE, "topics": None, "entity": "payment", "action": None}
    assert wrong_with_flow(**taken) == [("source",)]
    assert wrong_with_flow(**taken, source="payments", every_seconds=1) == [("everySeconds",)]


@pytest.mark.parametrize(
    ("topic", "entity"),
    [
        ("sale.finalised", "ticket"),
        ("credit_note.created", "credit_note"),
        ("refund.changed", "refund"),
    ],
)
def test_an_event_tells_of_records(topic: str, entity: str) -> None:
    assert entity in entities_of(topic)


def test_an_entry_without_a_value_is_right_and_one_without_a_key_is_not() -> None:
    entry = ValueMapEntry(UUID(int=1), UUID(int=2), "K", None, None, {}, 0, None, 1, NOW, NOW)
    check = Check()
    check_entry(entry, check)
    check_map(ValueMap(UUID(int=2), "ITEMS", "Items", "", 1, NOW, NOW), check)
    assert check.violations == []
    check_entry(replace(entry, key=""), check)
    assert [one.path for one in check.violations] == [("key",)]
