"""What mutations of the calendar are given, and the requests that it becomes."""

from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from app.commands.calendar import ChangeStatus
from app.commands.calendar_bundles import CreateBundle, EditBundle, Member
from app.domain.calendar import BundleKind, CalendarItemKind
from app.domain.validation import Check
from app.resolvers.ids import checked_id
from app.resolvers.inputs import values_of
from app.schema.inputs import expected_version, given, key, maybe


@strawberry.input(description="A new season.")
class SeasonCreateInput:
    """Fields of a new season."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    starts_on: date = given("The first day.")
    ends_on: date = given("The last day, not before the first.")


@strawberry.input(description="Changes of a season; omitted fields stay as they are.")
class SeasonUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The season.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    starts_on: date | None = maybe("The first day.")
    ends_on: date | None = maybe("The last day.")


@strawberry.input(description="A new match or event.")
class CalendarItemCreateInput:
    """Fields of a new calendar item."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name, such as the two teams.")
    season_id: strawberry.ID = given("The season it belongs to.", refers="season")
    venue_id: strawberry.ID = given("Where it takes place.", refers="venue")
    kind: CalendarItemKind = given("Whether it is a match or an event.")
    starts_at: datetime = given("When it starts; may lie in the past, to register what was.")


@strawberry.input(description="Changes of a match or event; omitted fields stay as they are.")
class CalendarItemUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The match or event.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    season_id: strawberry.ID | None = maybe("The season it belongs to.", refers="season")
    venue_id: strawberry.ID | None = maybe("Where it takes place.", refers="venue")
    kind: CalendarItemKind | None = maybe("Whether it is a match or an event.")
    starts_at: datetime | None = maybe("When it starts.")


@strawberry.input(description="Which match or event to postpone, and to when.")
class CalendarItemPostponeInput:
    """A calendar item and perhaps a new date."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The match or event.")
    expected_version: int = expected_version()
    new_starts_at: datetime | None = strawberry.field(
        description="When it starts now; omit it while that is not known.", default=None
    )


@strawberry.input(description="Which match or event is over.")
class CalendarItemMarkPlayedInput:
    """A calendar item."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The match or event.")
    expected_version: int = expected_version()


@strawberry.input(description="Which match or event to cancel.")
class CalendarItemCancelInput:
    """A calendar item."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The match or event.")
    expected_version: int = expected_version()


@strawberry.input(description="A member of a bundle: a calendar item or a bundle.")
class BundleMemberInput:
    """One of two ids, and a weight."""

    calendar_item_id: strawberry.ID | None = maybe("A match or event.", refers="calendar_item")
    bundle_id: strawberry.ID | None = maybe(
        "In a pack: a subscription or series.", refers="calendar_bundle"
    )
    weight: int = strawberry.field(
        description="Its share of the bundle's value, relative to the others, 0 to 1,000,000.",
        default=1,
    )


@strawberry.input(description="A new bundle.")
class CalendarBundleCreateInput:
    """Fields and members of a new bundle."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    season_id: strawberry.ID = given("The season of all its members.", refers="season")
    kind: BundleKind = given("What it groups.")
    members: list[BundleMemberInput] = strawberry.field(
        description="The members in order, at least one; none may be reached twice."
    )


@strawberry.input(description="Changes of a bundle; omitted fields stay as they are.")
class CalendarBundleUpdateInput:
    """Fields to change, and the members that replace those it has."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The bundle.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    season_id: strawberry.ID | None = maybe("The season of all its members.", refers="season")
    kind: BundleKind | None = maybe("What it groups.")
    members: list[BundleMemberInput] | None = strawberry.field(
        description="All members in order, in place of those it has.", default=UNSET
    )


def status_to_change(
    input: CalendarItemPostponeInput | CalendarItemMarkPlayedInput | CalendarItemCancelInput,  # noqa: A002 - the argument's name in the API
    check: Check,
) -> ChangeStatus:
    """Read what a change of status is given."""
    item_id = checked_id("calendar_item", input.id, check, "id")
    starts_at = getattr(input, "new_starts_at", None)
    check.instant("newStartsAt", starts_at)
    return ChangeStatus(item_id, input.expected_version, starts_at)


def bundle_to_create(input: CalendarBundleCreateInput, check: Check) -> CreateBundle:  # noqa: A002 - same
    """Read a new bundle."""
    return CreateBundle(values_of(input, check), _members(input.members, check))


def bundle_to_edit(input: CalendarBundleUpdateInput, check: Check) -> EditBundle:  # noqa: A002 - same
    """Read changes of a bundle; members that are omitted or null stay as they are."""
    stay = input.members is UNSET or input.members is None
    return EditBundle(
        checked_id("calendar_bundle", input.id, check, "id"),
        input.expected_version,
        values_of(input, check),
        None if stay else _members(input.members or [], check),
    )


def _members(given_members: list[BundleMemberInput], check: Check) -> tuple[Member, ...]:
    """Read the members of a bundle."""
    members = []
    for index, one in enumerate(given_members):
        values = values_of(one, check.below("members", str(index)))
        members.append(Member(values.get("calendar_item_id"), values.get("bundle_id"), one.weight))
    return tuple(members)
