"""Access tokens: what is kept of them, and how long they open anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.domain.permissions import Role
from app.domain.tokens import TOKEN_PREFIX, AccessToken, hash_token

NOW = datetime(2026, 8, 1, tzinfo=UTC)
TOKEN = AccessToken(UUID(int=1), b"", "till", Role.SALES, None, False, NOW, None, 1)  # noqa: FBT003 - not revoked


def test_a_token_without_an_end_is_valid_until_it_is_revoked() -> None:
    assert TOKEN.is_valid(NOW + timedelta(days=10_000))
    assert not replace(TOKEN, is_revoked=True).is_valid(NOW)


def test_a_token_is_valid_until_just_before_its_end() -> None:
    ending = replace(TOKEN, expires_at=NOW)
    assert ending.is_valid(NOW - timedelta(microseconds=1))
    assert not ending.is_valid(NOW)


def test_what_is_kept_of_a_token_does_not_contain_it() -> None:
    secret = TOKEN_PREFIX + "x" * 43
    assert hash_token(secret).hex() == (
        "7ce9cbef7e5effaebac17b0f9e304cd5f2f1b9a7d24c648caebc9d259bffeae4"
    )
    assert hash_token(secret) != hash_token(secret + "x")
