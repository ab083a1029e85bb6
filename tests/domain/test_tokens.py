"""Access tokens: what is kept of them, and how long they open anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.domain.admission import Refusal
from app.domain.permissions import Quota, Role
from app.domain.scopes import Scope
from app.domain.tokens import TOKEN_PREFIX, AccessToken, hash_token, is_token

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


def test_while_a_token_rotates_its_old_secret_ends_first() -> None:
    rotated = replace(
        TOKEN,
        token_hash=b"new",
        previous_hash=b"old",
        previous_expires_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    assert rotated.refusal(NOW - timedelta(seconds=1), b"old") is None
    assert rotated.refusal(NOW, b"old") is Refusal.EXPIRED
    assert rotated.refusal(NOW, b"new") is None
    assert rotated.refusal(NOW + timedelta(days=1), b"new") is Refusal.EXPIRED
    assert replace(rotated, is_revoked=True).refusal(NOW, b"old") is Refusal.REVOKED
    assert replace(rotated, expires_at=NOW - timedelta(days=1)).ends_at(b"old") == NOW - timedelta(
        days=1
    )


def test_a_token_stands_for_an_actor_with_its_scopes_and_quota() -> None:
    club = UUID(int=7)
    assert TOKEN.actor(club).scopes is None
    assert TOKEN.actor(club).quota is None
    narrow = replace(
        TOKEN,
        scopes=frozenset({Scope.WRITE_ACCOUNTS}),
        quota_points_per_second=5,
        quota_bucket_points=50,
    ).actor(club)
    assert narrow.scopes == frozenset({Scope.WRITE_ACCOUNTS, Scope.READ_ACCOUNTS})
    assert narrow.quota == Quota(5, 50)


def test_only_texts_of_the_form_of_a_token_are_looked_up() -> None:
    assert is_token(TOKEN_PREFIX + "aZ0_-" * 8 + "abc")
    for text in ("", "loge_", "loge_" + "x" * 42, "loge_" + "x" * 44, "logo_" + "x" * 43):
        assert not is_token(text)
    assert not is_token("loge_" + "x" * 42 + "é")
