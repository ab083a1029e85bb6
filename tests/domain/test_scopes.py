"""Scopes: which part of what a role may do a token is for."""

from collections import Counter
from uuid import UUID

import pytest

from app.domain.errors import DomainError, ErrorCode
from app.domain.permissions import (
    GRANTS,
    PERMISSION_SCOPES,
    PERMITTED,
    READS,
    Actor,
    Permission,
    Role,
    allows,
    author_shown,
    can_read,
    require,
    require_read,
    require_scope,
    useful_scopes,
)
from app.domain.scopes import IMPLIED, MEANINGS, READABLE, TABLE_SCOPES, Scope, widened


def actor(role: Role, *scopes: Scope) -> Actor:
    return Actor(UUID(int=1), UUID(int=2), role, scopes=frozenset(scopes))


def refusal(action: object, *arguments: object) -> str:
    assert callable(action)
    with pytest.raises(DomainError) as caught:
        action(*arguments)
    assert caught.value.violations[0].code is ErrorCode.PERMISSION_DENIED
    return caught.value.violations[0].message


def test_every_permission_belongs_to_exactly_one_scope() -> None:
    times = Counter(one for permissions in PERMITTED.values() for one in permissions)
    assert times == dict.fromkeys(Permission, 1)


def test_every_readable_table_but_the_club_itself_belongs_to_exactly_one_scope() -> None:
    times = Counter(one for tables in READABLE.values() for one in tables)
    assert times == dict.fromkeys(READS.keys() - {"organisation"}, 1)


def test_every_scope_has_a_meaning_and_opens_something_to_root() -> None:
    assert list(MEANINGS) == list(Scope)
    assert useful_scopes(Role.ROOT) == set(Scope)


def test_what_a_scope_implies_lets_nothing_be_changed() -> None:
    for scope, implied in IMPLIED.items():
        assert scope in PERMITTED
        assert not set(implied) & PERMITTED.keys()


@pytest.mark.parametrize("permission", Permission)
def test_a_scope_opens_its_permissions_to_the_roles_that_have_them_and_no_other(
    permission: Permission,
) -> None:
    scope = PERMISSION_SCOPES[permission]
    for role in Role:
        holder, other = actor(role, scope), actor(role, *(set(Scope) - {scope}))
        assert allows(holder, permission) is (role in GRANTS[permission])
        assert not allows(other, permission)
        if role in GRANTS[permission]:
            require(holder, permission)
            assert f"lacks the scope {scope}" in refusal(require, other, permission)
        else:
            assert f"role {role} may not do this" in refusal(require, holder, permission)


@pytest.mark.parametrize("table", TABLE_SCOPES)
def test_a_scope_lets_its_tables_be_read_by_the_roles_that_may_and_no_other(table: str) -> None:
    scope = TABLE_SCOPES[table]
    for role in Role:
        holder, other = actor(role, scope), actor(role, *(set(Scope) - {scope}))
        assert can_read(holder, table) is (role in READS[table].roles)
        assert not can_read(other, table)
        if role in READS[table].roles:
            require_read(holder, table)
            assert f"lacks the scope {scope}" in refusal(require_read, other, table)
        else:
            assert f"role {role} may not read any" in refusal(require_read, holder, table)


def test_a_count_over_several_tables_asks_for_its_scope_by_name() -> None:
    require_scope(actor(Role.SALES, Scope.READ_INVENTORY), Scope.READ_INVENTORY)
    require_scope(Actor(UUID(int=1), None, Role.SALES), Scope.READ_INVENTORY)
    message = refusal(require_scope, actor(Role.SALES, Scope.READ_SALES), Scope.READ_INVENTORY)
    assert "read:inventory" in message


def test_the_callers_own_club_needs_no_scope() -> None:
    assert can_read(actor(Role.PARTNER, Scope.WRITE_PAYMENTS), "organisation")


def test_whoever_changes_something_may_read_it() -> None:
    assert widened([Scope.WRITE_PAYMENTS]) == {
        Scope.WRITE_PAYMENTS,
        Scope.READ_PAYMENTS,
        Scope.READ_INVOICES,
    }
    assert widened([]) == frozenset()


def test_no_scope_of_money_is_of_use_to_a_portal_user() -> None:
    useful = useful_scopes(Role.PORTAL)
    assert Scope.WRITE_PAYMENTS not in useful
    assert {Scope.READ_PAYMENTS, Scope.READ_INVENTORY, Scope.WRITE_SALES} <= useful
    assert not useful & {Scope.MANAGE_ACCESS, Scope.READ_AUDIT, Scope.MANAGE_WEBHOOKS}


def test_what_can_be_read_is_part_of_the_sight_and_whose_it_is_is_not() -> None:
    one = Actor(UUID(int=1), None, Role.PORTAL, UUID(int=3), scopes=frozenset({Scope.READ_SALES}))
    other = Actor(UUID(int=9), None, Role.PORTAL, UUID(int=4), scopes=frozenset({Scope.READ_SALES}))
    assert one.sight == other.sight
    assert hash(one.sight) == hash(other.sight)
    assert one.sight != Actor(UUID(int=1), None, Role.PORTAL, UUID(int=3)).sight


@pytest.mark.parametrize("role", Role)
def test_whoever_is_from_outside_is_told_roles_and_not_tokens(role: Role) -> None:
    told = author_shown("sales:0199-token", Actor(UUID(int=1), None, role))
    assert told == ("sales" if role in {Role.PARTNER, Role.PORTAL} else "sales:0199-token")


def test_whoever_signs_in_elsewhere_is_named_by_provider_and_subject() -> None:
    guest = Actor(UUID(int=1), None, Role.PORTAL, UUID(int=3), subject="oidc:fans:1f2e")
    assert guest.name == "portal:oidc:fans:1f2e"
