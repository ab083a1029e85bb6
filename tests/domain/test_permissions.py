"""Who may do and see what: the tables, and how a refusal reads."""

from uuid import UUID

import pytest

from app.domain.errors import DomainError, ErrorCode
from app.domain.permissions import (
    GRANTS,
    READS,
    Actor,
    Permission,
    PortalRows,
    Role,
    allows,
    can_read,
    require,
)


def actor(role: Role) -> Actor:
    return Actor(UUID(int=1), UUID(int=2), role)


def test_every_permission_is_granted_to_root_and_analysts_change_nothing_but_reports() -> None:
    assert set(GRANTS) == set(Permission)
    for permission, roles in GRANTS.items():
        assert Role.ROOT in roles
        assert Role.ANALYST not in roles or permission is Permission.REPORT_CHANGE


def test_a_portal_user_may_do_three_things() -> None:
    granted = {permission for permission, roles in GRANTS.items() if Role.PORTAL in roles}
    assert granted == {
        Permission.TICKET_HOLDER_CHANGE,
        Permission.SALE_CREATE,
        Permission.SALE_CHANGE,
    }


def test_finance_changes_no_inventory_and_root_alone_removes() -> None:
    for permission in (Permission.CAPACITY_CHANGE, Permission.SEAT_SWAP, Permission.VENUE_CHANGE):
        assert Role.FINANCE not in GRANTS[permission]
    for permission in (
        Permission.SALE_REMOVE,
        Permission.TOKEN_CHANGE,
        Permission.ORGANISATION_CHANGE,
    ):
        assert GRANTS[permission] == {Role.ROOT}


def test_what_belongs_to_accounts_is_narrowed_for_portal_users() -> None:
    for table in ("account", "contact", "ticket_holder", "sale", "invoice", "payment"):
        assert READS[table].portal is PortalRows.OWN_ACCOUNT
    for table in ("sale_line", "entitlement", "reservation"):
        assert READS[table].portal is PortalRows.OWN_SALES
    for table in ("access_token", "audit_entry", "pool", "vat_rule", "resource_block"):
        assert Role.PORTAL not in READS[table].roles


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_require_refuses_exactly_what_is_not_allowed(role: Role, permission: Permission) -> None:
    caller = actor(role)
    if allows(caller, permission):
        require(caller, permission)
        return
    with pytest.raises(DomainError) as caught:
        require(caller, permission)
    assert caught.value.violations[0].code is ErrorCode.PERMISSION_DENIED
    assert permission in caught.value.violations[0].message


def test_an_actor_is_named_by_role_and_token() -> None:
    assert actor(Role.SALES).name == "sales:00000000-0000-0000-0000-000000000002"


def test_a_role_reads_what_the_table_says_and_nothing_unknown() -> None:
    assert can_read(actor(Role.ROOT), "audit_entry")
    assert not can_read(actor(Role.SALES), "audit_entry")
    assert not can_read(actor(Role.ROOT), "idempotency")
