"""`loge token`: a bearer token on standard output, and nothing else there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.commands.tokens import NewToken, issue_token
from app.config import read_settings
from app.domain.permissions import Role
from app.domain.scopes import Scope
from app.processes.progress import print_line
from app.storage.organisations import find_account_id
from app.verbs.execution import RefusedError, operator_name
from app.verbs.reach import chosen_organisation, reached

if TYPE_CHECKING:
    from argparse import Namespace
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.organisations import Organisation


def print_token(arguments: Namespace) -> int:
    """Issue a token and print it."""
    role = Role(arguments.role)
    with reached(read_settings()) as runner:
        organisation = chosen_organisation(runner.engine, arguments.organisation)
        account_id = _account_id(runner, organisation, role, arguments.account)
        secret = new_token(
            runner,
            organisation,
            NewToken(
                label=arguments.label or f"{role} by loge token",
                role=role,
                account_id=account_id,
                expires_at=_end(arguments.expires_in),
                scopes=frozenset(map(Scope, arguments.scope)) if arguments.scope else None,
                rep_code=arguments.rep,
            ),
        )
    print_line(secret)
    return 0


def new_token(runner: Runner, organisation: Organisation, wanted: NewToken) -> str:
    """Issue a token of a club in the operator's name and return its secret."""
    return runner.transact(organisation.id, operator_name(), lambda work: issue_token(work, wanted))


def _account_id(
    runner: Runner, organisation: Organisation, role: Role, code: str | None
) -> UUID | None:
    """Find the account of a portal token; every other role must name none."""
    if (role is Role.PORTAL) is (code is None):
        raise RefusedError(
            "--role portal needs the account it belongs to: --account CODE"
            if role is Role.PORTAL
            else f"--account goes with --role portal only, not with {role}"
        )
    if code is None:
        return None
    found = find_account_id(runner.engine, organisation.id, code)
    if found is None:
        raise RefusedError(f"organisation {organisation.code} has no account with the code {code}")
    return found


def _end(days: int | None) -> datetime | None:
    """Return when a token expires."""
    return None if days is None else datetime.now(UTC) + timedelta(days=days)
