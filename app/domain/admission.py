"""Admission: whom a request's credentials stand for, or why they stand for nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.permissions import Actor, Role


class Refusal(StrEnum):
    """Why a request has no actor; each has the sentence that the caller is told."""

    def __new__(cls, value: str, sentence: str = "") -> Self:
        """Attach the sentence to the reason itself."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    sentence: str

    ABSENT = "absent", "send a valid token in the header 'Authorization: Bearer …'"
    MALFORMED = "malformed", "this is neither one of our tokens nor a signed one (JWT)"
    UNKNOWN = "unknown", "nobody has this token"
    EXPIRED = "expired", "the token has expired"
    REVOKED = "revoked", "the token was revoked"

    # Of signed tokens only.
    TOO_LARGE = "too_large", "the signed token is larger than 8,192 bytes"
    TYPE_WRONG = "type_wrong", "the signed token is of a type that opens nothing here"
    ALGORITHM_REFUSED = "algorithm_refused", "the token is signed in a way that is not accepted"
    ISSUER_UNKNOWN = "issuer_unknown", "nobody here trusts the issuer of the token"
    AUDIENCE_WRONG = "audience_wrong", "the token is for another audience"
    AUDIENCE_AMBIGUOUS = "audience_ambiguous", "the token is for the audiences of several clubs"
    PROVIDER_INACTIVE = "provider_inactive", "the issuer of the token is not trusted at present"
    KEY_UNKNOWN = "key_unknown", "the issuer has no key of this id, or it does not fit"
    KEYS_UNAVAILABLE = "keys_unavailable", "the keys of the issuer cannot be fetched at present"
    SIGNATURE_WRONG = "signature_wrong", "the signature of the token is wrong"
    NOT_YET_VALID = "not_yet_valid", "the token is not valid yet"
    CLAIM_WRONG = "claim_wrong", "the token lacks a claim that is needed, or it has a wrong form"
    LIFE_TOO_LONG = "life_too_long", "the token lives longer than 24 hours"
    ROLE_AMBIGUOUS = "role_ambiguous", "the token gives several roles"
    NOBODY_NAMED = "nobody_named", "the token names no account and no role that are known here"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a verified token says; kept so that its signature is checked once.

    `provider_version` is that of the provider's settings under which it was verified; `subject`
    is a hash, never the person's name or id at the issuer.
    """

    issuer: str
    audience: str
    provider_version: int
    subject: str
    role: Role | None
    account_value: str | None
    expires_at: datetime
    rep_code: str | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a request's credentials; exactly one of actor and refusal is there.

    `ends_at` is when the credentials end by themselves. `voucher` is what they are looked up by
    again: the hash of an access token, or what a signed token said.
    """

    actor: Actor | None
    refusal: Refusal | None = None
    ends_at: datetime | None = None
    voucher: bytes | Vouched | None = None


def refused(refusal: Refusal) -> Admission:
    """Return the admission of nobody."""
    return Admission(None, refusal)
