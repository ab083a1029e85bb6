"""Draws what is asked for from the dataset: positions, ids, filters."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import psycopg

from bench.api import questions
from bench.api.load import post
from bench.api.questions import Position, Question
from bench.api.sameness import ask, data_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bench.api.dataset import Dataset

VARIANTS = 40
"""Different variables of one question, taken in turn."""
DEPTHS = (0, 50_000, 99_000)
_PEER_CURSOR = """query($club: UUID!, $depth: Int!) {
  allSales(condition: {organisationId: $club}, first: 1, offset: $depth,
    orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) { pageInfo { endCursor } } }"""


def draw(dataset: Dataset, peer_port: int) -> tuple[list[Question], list[Question]]:
    """Return the questions that are asked at every load, and those of deep pages."""
    dice = random.Random(4)
    club = dataset.club_id
    with psycopg.connect(dataset.plain_url) as connection:
        # What people look at: the first pages, each beginning somewhere else.
        near = [*(_position(connection, club, peer_port, 25 * n) for n in range(VARIANTS))]
        deep = [
            questions.pages(
                f"a page at depth {depth:,}",
                club,
                [_position(connection, club, peer_port, depth + 20 * n) for n in range(10)],
            )
            for depth in DEPTHS
        ]
        ids = _column(connection, "SELECT id FROM sale WHERE organisation_id = %s", club, dice)
        accounts = _column(
            connection, "SELECT id FROM account WHERE organisation_id = %s", club, dice
        )
        season, begins = _season(connection, club)
    spans = [(begins + timedelta(days=n), begins + timedelta(days=n + 21)) for n in range(40)]
    asked = [
        questions.pages("a page of 50 Sales", club, [None, *near[:-1]]),
        questions.single(club, ids),
        questions.of_season(club, season, spans),
        questions.of_account(club, accounts),
        questions.largest(club, [dice.randrange(300_000, 1_500_000) for _ in range(VARIANTS)]),
    ]
    return asked, deep


def _position(connection: psycopg.Connection, club: UUID, peer_port: int, depth: int) -> Position:
    """Find the Sale at a depth, and PostGraphile's cursor of it."""
    row = connection.execute(
        "SELECT created_at, id FROM sale WHERE organisation_id = %s "
        "ORDER BY created_at DESC, id DESC OFFSET %s LIMIT 1",
        (club, depth),
    ).fetchone()
    assert row is not None  # noqa: S101 - the dataset is larger than every depth
    given = {"query": _PEER_CURSOR, "variables": {"club": str(club), "depth": depth}}
    answer = data_of(ask(peer_port, post("/graphql", orjson.dumps(given))))
    return Position(depth, row[0], row[1], answer["allSales"]["pageInfo"]["endCursor"])


def _column(
    connection: psycopg.Connection, query: str, club: UUID, dice: random.Random
) -> list[UUID]:
    """Draw some of the ids that a query finds."""
    found = [row[0] for row in connection.execute(query, (club,)).fetchall()]
    return dice.sample(sorted(found), VARIANTS)


def _season(connection: psycopg.Connection, club: UUID) -> tuple[UUID, datetime]:
    """Find a season in the middle and when its first Sale was made."""
    row = connection.execute(
        "SELECT season_id, min(created_at) FROM sale WHERE organisation_id = %s "
        "GROUP BY season_id ORDER BY 2 OFFSET 2 LIMIT 1",
        (club,),
    ).fetchone()
    assert row is not None  # noqa: S101 - the dataset has five seasons
    return row[0], row[1]
