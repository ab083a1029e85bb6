"""Who asks the semantic layer while the database is away."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest

from app.http.authentication import Authentication
from app.semantics import Credentials
from app.storage.engine import command_engine
from semantic.rest.failures import RefusedError

SECRET = "a secret that signs contexts of these tests"


def now() -> datetime:
    return datetime.now(UTC)


def test_whoever_needs_the_database_to_be_known_is_told_to_come_again_while_it_is_away() -> None:
    engine = command_engine("postgresql://nobody@/loge?host=/nowhere")
    credentials = Credentials(engine, Authentication(engine, now), SECRET)
    with pytest.raises(RefusedError, match="cannot be reached") as refused:
        asyncio.run(credentials.authenticate(f"loge_{'a' * 43}"))
    assert refused.value.status == 503
    claims = {"organisation": str(uuid4()), "exp": now() + timedelta(minutes=1)}
    signed = jwt.encode(claims, SECRET, "HS256")
    caller = asyncio.run(credentials.authenticate(signed))
    assert str(caller.principal.organisation_id) == claims["organisation"]
