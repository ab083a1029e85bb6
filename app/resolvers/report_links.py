"""What a link shows whoever opens it: the report that its owner would see, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import jwt

from app.domain.errors import DomainError, ErrorCode
from app.domain.permissions import can_read, require_read
from app.resolvers.brands import logo_path, own_brand
from app.resolvers.ids import encode_id
from app.resolvers.report_plans import definition_of, plan_for
from app.resolvers.reports import find_report
from app.storage.report_links import frames_of, link_with_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.permissions import Actor
    from app.domain.report_links import ReportLink
    from app.resolvers.context import Context
    from app.resolvers.semantic.door import SemanticDoor
    from app.storage.reads import Reader

EMBED_PATH = "/office/embed"
"""Below it lie the pages that show links, each named by the id of its link."""
_AUDIENCE = "loge:report-link"
_ALGORITHM = "HS256"
_ASKED_AT_ONCE = 4
"""Queries of one report that are asked at a time."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that somebody opens, and whom it stands for."""

    link: ReportLink
    actor: Actor


def path_of(context: Context, row: Mapping[str, Any]) -> str | None:
    """Return a link's address below the host, which has its credential; None: it has ended.

    The credential stands in the fragment, which browsers send to nobody.
    """
    is_over = row["is_revoked"] or context.clock() >= row["expires_at"]
    if context.semantics is None or is_over:
        return None
    claims = {
        "aud": _AUDIENCE,
        "org": row["organisation_id"].hex,
        "jti": row["id"].hex,
        "exp": row["expires_at"],
    }
    credential = jwt.encode(claims, _key(context.semantics), algorithm=_ALGORITHM)
    return f"{EMBED_PATH}/{encode_id('report_link', row['id'])}#{credential}"


async def opened(
    reader: Reader, door: SemanticDoor, credential: str, now: datetime
) -> Opened | None:
    """Return what a credential opens and with whose sight; None: nothing, or nothing any more."""
    try:
        claims = jwt.decode(
            credential,
            _key(door),
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["exp", "jti"]},
        )
    except jwt.InvalidTokenError:
        return None
    organisation_id = UUID(claims["org"])
    found = await link_with_token(reader, organisation_id, UUID(claims["jti"]))
    if found is None:
        return None
    link, token = found
    actor = token.actor(organisation_id)
    if not (link.is_open(now) and token.is_valid(now) and can_read(actor, "report")):
        return None
    return Opened(link, actor)


async def report_of(context: Context, link: ReportLink) -> Mapping[str, Any] | None:
    """Return the report of a link; None where it was deleted, or its owner sees it no more."""
    row = await find_report(context, None, link.report_key)
    return None if row is None or row["deleted_at"] is not None else row


async def shown(context: Context, link: ReportLink, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that the page of a link shows: its report's plan, and the answers to its queries.

    Raises:
        DomainError: whatever planning and asking it raise.
    """
    definition = definition_of(row)
    planned = await plan_for(context, definition, link.parameters, link.language, row["version"])
    plan = planned.as_json()
    club = await context.row("organisation", context.caller.organisation_id)
    assert club is not None  # noqa: S101 - an actor's club is always there
    assert context.semantics is not None  # noqa: S101 - nothing is planned without it
    brand = await own_brand(context)
    answers = await _answers(context.semantics, (context.caller, club), plan)
    return {
        "title": link.title,
        "club": {
            "name": club["name"],
            "colour": brand.colour,
            "logo": logo_path(context.caller.organisation_id, brand),
        },
        "language": link.language,
        "timeZone": club["time_zone"],
        "currency": club["currency"],
        "expiresAt": link.expires_at,
        "plan": plan,
        "answers": answers,
    }


async def allowed_frames(context: Context) -> list[str]:
    """Return the origins in whose pages the club lets reports be shown."""
    require_read(context.caller, "report_frame")
    return await frames_of(context.reader, context.caller)


async def _answers(
    door: SemanticDoor, caller: tuple[Actor, Mapping[str, Any]], plan: Mapping[str, Any]
) -> dict[str, Any]:
    """Ask all queries of a plan; one that cannot be answered says so in its place."""
    found: dict[str, Any] = {}
    limiter = anyio.CapacityLimiter(_ASKED_AT_ONCE)

    async def ask(name: str, query: Mapping[str, Any]) -> None:
        async with limiter:
            try:
                answer = await door.load(*caller, query)
            except DomainError as error:
                if error.violations[0].code is ErrorCode.SEMANTIC_UNAVAILABLE:
                    unavailable.append(error)
                found[name] = {"error": error.violations[0].message}
            else:
                kept = ("data", "lastRefreshTime")
                found[name] = {key: answer[key] for key in kept if key in answer}

    unavailable: list[DomainError] = []
    async with anyio.create_task_group() as group:
        for one in plan["queries"]:
            group.start_soon(ask, one["name"], one["query"])
    if unavailable:
        raise unavailable[0]
    return found


def _key(door: SemanticDoor) -> bytes:
    """Return what links are signed with: it is made of the secret of contexts, and is none."""
    return hmac.digest(door.secret.encode(), _AUDIENCE.encode(), hashlib.sha256)
