"""What admits callers: tokens by their hash, providers by issuer and audience, their accounts.

These reads do not know their organisation beforehand; what they find says which it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import any_, bindparam, or_, select, text

from app.domain.identity_providers import IdentityProvider
from app.domain.tokens import AccessToken
from app.storage.failures import read_again_if_lost
from app.storage.rows import names_of
from app.storage.tables import access_token, account, identity_provider, organisation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Engine, Row, Select

    from app.storage.unit_of_work import UnitOfWork

_TOKEN = select(
    access_token.c.organisation_id, *(access_token.c[name] for name in names_of(AccessToken))
).where(
    or_(
        access_token.c.token_hash == bindparam("token_hash"),
        access_token.c.previous_hash == bindparam("token_hash"),
    )
)
_NAMED = select(*(access_token.c[name] for name in names_of(AccessToken))).where(
    access_token.c.organisation_id == bindparam("organisation_id"),
    access_token.c.label == bindparam("label"),
)
_ONE = select(*(access_token.c[name] for name in names_of(AccessToken))).where(
    access_token.c.organisation_id == bindparam("organisation_id"),
    access_token.c.id == bindparam("id"),
)
_PROVIDERS = select(
    identity_provider.c.organisation_id,
    *(identity_provider.c[name] for name in names_of(IdentityProvider)),
).where(
    identity_provider.c.issuer == bindparam("issuer"),
    identity_provider.c.audience == any_(bindparam("audiences")),
)
_STAFF = (
    select(organisation.c.code, *(identity_provider.c[name] for name in names_of(IdentityProvider)))
    .join(organisation, organisation.c.id == identity_provider.c.organisation_id)
    .where(identity_provider.c.is_active, identity_provider.c.role_claim.is_not(None))
    .order_by(organisation.c.code, identity_provider.c.code)
)
_TRUSTED = select(identity_provider.c.id).where(identity_provider.c.issuer == bindparam("issuer"))
# Other processes note the same token, and a minute is fine enough for everybody.
_NOTE = text(
    """
    UPDATE access_token SET last_used_at = given.used_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[])) AS given(id, used_at)
    WHERE access_token.organisation_id = :organisation_id AND access_token.id = given.id
      AND (access_token.last_used_at IS NULL
           OR access_token.last_used_at < given.used_at - interval '1 minute')
    """
)


def token_of(engine: Engine, token_hash: bytes) -> tuple[UUID, AccessToken] | None:
    """Return the token that a hash belongs to, with its organisation; also one that has ended."""
    rows = _read(engine, _TOKEN, {"token_hash": token_hash})
    found = [(club, AccessToken(*values)) for club, *values in map(list, rows)]
    return found[0] if found else None


def tokens_named(engine: Engine, organisation_id: UUID, label: str) -> list[AccessToken]:
    """Return the tokens of a club with a label, also those that have ended, the newest first."""
    given = {"organisation_id": organisation_id, "label": label}
    order = access_token.c.created_at.desc(), access_token.c.id
    rows = _read(engine, _NAMED.order_by(*order), given)
    return [AccessToken(*values) for values in map(list, rows)]


def token_by_id(engine: Engine, organisation_id: UUID, token_id: UUID) -> AccessToken:
    """Return a token of a club, also one that has ended; tokens are never removed."""
    given = {"organisation_id": organisation_id, "id": token_id}
    (values,) = map(list, _read(engine, _ONE, given))
    return AccessToken(*values)


def providers_of(
    engine: Engine, issuer: str, audiences: Sequence[str]
) -> list[tuple[UUID, IdentityProvider]]:
    """Return the identity providers of an issuer for any of some audiences, of all clubs."""
    rows = _read(engine, _PROVIDERS, {"issuer": issuer, "audiences": list(audiences)})
    return [(club, IdentityProvider(*values)) for club, *values in map(list, rows)]


def is_trusted(engine: Engine, issuer: str) -> bool:
    """Tell whether any club trusts an issuer, for whatever audience."""
    return bool(_read(engine, _TRUSTED.limit(1), {"issuer": issuer}))


def staff_providers(engine: Engine, club: str | None) -> list[tuple[str, IdentityProvider]]:
    """Return the active identity providers that vouch for staff, each with its club's code.

    Without a club they are those of the only one that has any: which clubs there are is not told.
    """
    query = _STAFF if club is None else _STAFF.where(organisation.c.code == club)
    found = [
        (code, IdentityProvider(*values)) for code, *values in map(list, _read(engine, query, {}))
    ]
    return found if len({code for code, _ in found}) == 1 else []


def is_provider(engine: Engine, organisation_id: UUID, code: str) -> bool:
    """Tell whether a club trusts an identity provider of a code at present."""
    query = select(identity_provider.c.id).where(
        identity_provider.c.organisation_id == organisation_id,
        identity_provider.c.code == code,
        identity_provider.c.is_active,
    )
    return bool(_read(engine, query, {}))


def active_account_ids(
    engine: Engine, organisation_id: UUID, column: str, value: object
) -> list[UUID]:
    """Return the active accounts of a club with a value in a column; two of them are ambiguous."""
    query = select(account.c.id).where(
        account.c.organisation_id == organisation_id,
        account.c[column] == value,
        account.c.is_active,
    )
    return [row[0] for row in _read(engine, query.limit(2), {})]


def is_addressee_taken(work: UnitOfWork, issuer: str, audience: str, but: Collection[UUID]) -> bool:
    """Tell whether any club has another provider of an issuer for the same audience."""
    query = select(identity_provider.c.id).where(
        identity_provider.c.issuer == issuer,
        identity_provider.c.audience == audience,
        identity_provider.c.id.not_in(but),
    )
    return work.connection.execute(query.limit(1)).one_or_none() is not None


def note_uses(work: UnitOfWork, uses: Mapping[UUID, datetime]) -> None:
    """Write when tokens of a club were last used, at most once a minute for each."""
    ordered = sorted(uses.items())
    parameters = {
        "organisation_id": work.organisation_id,
        "ids": [token_id for token_id, _ in ordered],
        "instants": [instant for _, instant in ordered],
    }
    work.connection.execute(_NOTE, parameters)


def _read(engine: Engine, query: Select[Any], parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Run a query of its own, once more when its connection was dead."""

    def read() -> Sequence[Row[Any]]:
        with engine.connect() as connection:
            return connection.execute(query, parameters).all()

    return read_again_if_lost(read)
