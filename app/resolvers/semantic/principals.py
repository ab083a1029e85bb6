"""What the semantic layer is told of a caller: the claims of a security context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.domain.permissions import Actor


def claims_of(actor: Actor, currency: str, time_zone: str) -> dict[str, Any]:
    """Return the claims that stand for a caller, as access policies of the models know them.

    Currency and time zone are the club's. `groups` are the role; of a credential with scopes they
    are the scopes instead, so that it sees no more than each of them opens. `rep` is there for
    whoever is a sales rep; policies that need it refuse everybody else.
    """
    scopes = actor.scopes
    groups = [str(actor.role)] if scopes is None else sorted(map(str, scopes))
    claims = {
        "organisation": str(actor.organisation_id),
        "groups": groups,
        "currency": currency,
        "timezone": time_zone,
        "sub": actor.name,
    }
    if actor.account_id is not None:
        claims["account"] = str(actor.account_id)
    if actor.rep_code is not None:
        claims["rep"] = actor.rep_code
    return claims
