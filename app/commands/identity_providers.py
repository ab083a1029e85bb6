"""Identity providers: who else may vouch for a club's portal users and staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.register import Noun
from app.domain.errors import ErrorCode, refuse
from app.domain.identity_providers import IdentityProvider, SigningAlgorithm, check_provider
from app.domain.permissions import Permission
from app.storage.admission import is_addressee_taken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.commands.register import Change
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


def _check_providers(work: UnitOfWork, actor: Actor, changes: Sequence[Change]) -> None:
    """Check providers, and that a token can name only one of them."""
    if actor.scopes is not None:
        message = "a token with scopes cannot change who admits callers without scopes"
        refuse(ErrorCode.PERMISSION_DENIED, message)
    for change in changes:
        provider: IdentityProvider = change.after
        check_provider(provider, change.check)
        if is_addressee_taken(work, provider.issuer, provider.audience, {provider.id}):
            message = "this issuer and audience are in use already; each club has its own audience"
            change.check.add(ErrorCode.CODE_TAKEN, message, "audience")


IDENTITY_PROVIDER = Noun(
    "identity_provider",
    IdentityProvider,
    Permission.TOKEN_CHANGE,
    defaults={
        "algorithms": frozenset({SigningAlgorithm.RS256, SigningAlgorithm.ES256}),
        "role_of_value": {},
        "clock_skew_seconds": 60,
        "is_active": True,
    },
    check=_check_providers,
)
