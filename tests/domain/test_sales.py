"""The parts of a Sale, of its events and of its templates; how names are written outside."""

from dataclasses import FrozenInstanceError, replace
from uuid import UUID

import pytest

from app.domain.errors import DomainError
from app.domain.events import Event, Topic
from app.domain.names import camel
from app.domain.sales import SaleState, SaleType
from app.domain.schedule import PastDates
from app.domain.templates import SaleTemplate, check_template
from app.domain.validation import Check
from tests.domain.sale_states import NOW, line_of, part_of, sale_of, state_of


def test_a_line_is_found_by_its_id_and_no_other() -> None:
    lines = [line_of(1, 1, 100), line_of(2, 1, 200)]
    state = state_of([(line, 600) for line in lines])
    assert state.line(lines[1].id) == lines[1]
    with pytest.raises(DomainError, match=r"^NOT_FOUND: ") as caught:
        state.line(UUID(int=999))
    assert caught.value.violations[0].path == ("lineId",)


def test_the_components_of_a_line_come_in_order() -> None:
    line, other = line_of(1, 1, 100), line_of(2, 1, 100)
    first, second = part_of(line, 600), part_of(line, 2_100, component_no=2)
    state = SaleState(sale_of(), (line, other), (second, part_of(other, 600), first))
    assert state.components_of(line.id) == (first, second)
    assert state.components_of(UUID(int=999)) == ()


def test_an_event_never_changes_and_its_topic_is_in_the_past_tense() -> None:
    event = Event(UUID(int=1), Topic.SALE_FINALISED, "sale", UUID(int=2), {"version": 3}, NOW)
    with pytest.raises(FrozenInstanceError):
        event.entity = "invoice"  # type: ignore[misc]
    assert event.topic == "sale.finalised"
    assert len({topic.value for topic in Topic}) == len(Topic)


def test_a_template_needs_a_code_and_a_name() -> None:
    template = SaleTemplate(
        id=UUID(int=1),
        code="VIP",
        name="VIP season",
        sale_type=SaleType.SEASON,
        recipe=None,
        past_dates=PastDates.KEEP,
        is_active=True,
        version=1,
        created_at=NOW,
    )
    check = Check("template")
    check_template(template, check)
    assert check.violations == []
    check_template(replace(template, code="a b", name=" "), check)
    assert [(one.code.value, one.path) for one in check.violations] == [
        ("CODE_INVALID", ("template", "code")),
        ("TEXT_REQUIRED", ("template", "name")),
    ]


def test_a_name_is_written_in_camel_case_outside() -> None:
    assert [camel(name) for name in ("name", "starts_on", "calendar_item_id")] == [
        "name",
        "startsOn",
        "calendarItemId",
    ]
