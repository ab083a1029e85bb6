"""Finding out who calls, with little patience for addresses that guess tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.admission import Refusal
from app.http.observation import note_caller
from app.http.throttle import WRONG_TOKEN_POINTS

if TYPE_CHECKING:
    from app.domain.admission import Admission
    from app.http.authentication import Authentication
    from app.http.throttle import Throttle

IMPATIENT_MESSAGE = "too many requests without a valid token came from this address"


class ImpatientError(Exception):
    """Too many requests without a valid token came from an address; it has to wait."""

    def __init__(self, wait_seconds: int) -> None:
        """Carry after how many seconds the next one is looked at."""
        super().__init__(IMPATIENT_MESSAGE)
        self.wait_seconds = wait_seconds


async def admit_patiently(
    authentication: Authentication, throttle: Throttle, authorization: str | None, address: str
) -> Admission:
    """Return whom a request's credentials stand for.

    Raises:
        ImpatientError: the address has no points left, and the credentials were not admitted a
            moment ago; they were not looked up.
    """
    if not throttle.is_patient(address) and not authentication.knows(authorization):
        raise ImpatientError(1)
    admission = await authentication.admit(authorization)
    if admission.actor is None:
        points = 1 if admission.refusal is Refusal.ABSENT else WRONG_TOKEN_POINTS
        wait = throttle.take_stranger(address, points).wait_seconds
        if wait:
            raise ImpatientError(wait)
    else:
        note_caller(admission.actor)
    return admission
