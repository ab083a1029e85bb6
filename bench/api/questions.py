"""The questions, as Loge's clients, PostGraphile's clients and the bare endpoint are asked them.

PostGraphile has other names for the same things and no prefixes in its ids; aliases make both
answers alike, in length too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from app.resolvers.connections import write_cursor
from app.resolvers.ids import encode_id
from app.storage.reads import Sort
from bench.api.load import get, post

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_HEAD = """id code status createdAt currency gross { amountMinor } account { id code name }"""
_WHOLE = f"""{_HEAD}
  lines {{ id lineNo description quantity gross {{ amountMinor }} }}
  invoices {{ id code sequenceNo plannedOn gross {{ amountMinor }}
    allocations {{ id amount {{ amountMinor }} payment {{ id method receivedOn }} }} }}"""
_ENDS = "pageInfo { hasNextPage endCursor }"

_PEER_HEAD = """wholeId: rowId code status createdAt currency grossInMinorUnits: grossMinor
  account: accountByOrganisationIdAndAccountId { wholeId: rowId code name }"""
_PEER_WHOLE = f"""{_PEER_HEAD}
  lines: saleLinesByOrganisationIdAndSaleIdList(orderBy: [LINE_NO_ASC]) {{
    idOfLine: rowId lineNo description quantity grossInMinorUnits: grossMinor }}
  invoices: invoicesByOrganisationIdAndSaleIdList(orderBy: [SEQUENCE_NO_ASC]) {{
    idOfIt: rowId code sequenceNo plannedOn grossInMinorUnits: grossMinor
    allocations: paymentAllocationsByOrganisationIdAndInvoiceIdList(orderBy: [ROW_ID_ASC]) {{
      idOfAllocation: rowId amountInMinorUnits: amountMinor
      payment: paymentByOrganisationIdAndPaymentId {{ idOfIt: rowId method receivedOn }} }} }}"""


@dataclass(frozen=True)
class Position:
    """Where a page begins: behind the Sale at `depth` in the order of `created_at`, falling."""

    depth: int
    created_at: datetime
    id: UUID
    peer_cursor: str


@dataclass(frozen=True)
class Question:
    """One thing that is asked in several variants, as requests to each of the three.

    `variables` and `peer_variables` pair up with the paths of the bare endpoint.
    """

    name: str
    document: str
    variables: list[dict[str, Any]]
    peer_document: str
    peer_variables: list[dict[str, Any]]
    paths: list[str]

    def to_loge(self, token: str) -> list[bytes]:
        """Write the requests to Loge."""
        return [
            post("/graphql", orjson.dumps({"query": self.document, "variables": one}), token)
            for one in self.variables
        ]

    def to_peer(self) -> list[bytes]:
        """Write the requests to PostGraphile."""
        return [
            post("/graphql", orjson.dumps({"query": self.peer_document, "variables": one}))
            for one in self.peer_variables
        ]

    def to_bare(self, way: str) -> list[bytes]:
        """Write the requests to the bare endpoint, for answers written in one of its ways."""
        return [get(f"/{way}{path}") for path in self.paths]


def _path(name: str, **given: object) -> str:
    """Write a path of the bare endpoint."""
    return f"/{name}?{urlencode(given)}" if given else f"/{name}"


def pages(name: str, club: UUID, positions: list[Position | None]) -> Question:
    """Ask for pages of 50 Sales with everything, each behind a position or from the start."""
    cursors = [
        one and write_cursor(Sort("created_at", descending=True), one.__dict__) for one in positions
    ]
    peer_cursors = [one and one.peer_cursor for one in positions]
    return Question(
        name,
        f"""query Sales($first: Int!, $after: String) {{
  sales(first: $first, after: $after) {{ {_ENDS} nodes {{ {_WHOLE} }} }} }}""",
        [{"first": 50, "after": cursor} for cursor in cursors],
        f"""query Sales($club: UUID!, $first: Int!, $after: Cursor) {{
  sales: allSales(condition: {{organisationId: $club}}, first: $first, after: $after,
    orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {{ {_ENDS} nodes {{ {_PEER_WHOLE} }} }} }}""",
        [{"club": str(club), "first": 50, "after": cursor} for cursor in peer_cursors],
        [
            _path("first")
            if one is None
            else _path("after", **{"from": one.created_at.isoformat(), "id": one.id})
            for one in positions
        ],
    )


def single(club: UUID, ids: list[UUID]) -> Question:
    """Ask for one Sale with everything."""
    return Question(
        "a single Sale",
        f"query Sale($id: ID!) {{ sale(id: $id) {{ {_WHOLE} }} }}",
        [{"id": encode_id("sale", one)} for one in ids],
        f"""query Sale($club: UUID!, $id: UUID!) {{
  sale: saleByOrganisationIdAndRowId(organisationId: $club, rowId: $id) {{ {_PEER_WHOLE} }} }}""",
        [{"club": str(club), "id": str(one)} for one in ids],
        [_path("one", id=one) for one in ids],
    )


def _listed(
    name: str,
    order: tuple[str, str],
    variables: list[dict[str, Any]],
    peer_variables: list[dict[str, Any]],
    paths: list[str],
) -> Question:
    """Ask for the first 50 Sales that meet a filter, in an order, without what belongs to them."""
    return Question(
        name,
        f"""query Sales($filter: SaleFilter!) {{
  sales(first: 50, filter: $filter, sort: {order[0]}) {{ {_ENDS} nodes {{ {_HEAD} }} }} }}""",
        [{"filter": one} for one in variables],
        f"""query Sales($filter: SaleFilter!) {{
  sales: allSales(first: 50, filter: $filter, orderBy: [{order[1]}, ROW_ID_DESC]) {{
    {_ENDS} nodes {{ {_PEER_HEAD} }} }} }}""",
        [{"filter": one} for one in peer_variables],
        paths,
    )


def of_season(club: UUID, season: UUID, spans: list[tuple[datetime, datetime]]) -> Question:
    """Ask for the Final Sales of a season made in a span of time, newest first."""
    return _listed(
        "the list by status, season and time",
        ("CREATED_AT_DESC", "CREATED_AT_DESC"),
        [
            {
                "status": ["FINAL"],
                "seasonId": [encode_id("season", season)],
                "createdFrom": begins.isoformat(),
                "createdBefore": ends.isoformat(),
            }
            for begins, ends in spans
        ],
        [
            {
                "organisationId": {"equalTo": str(club)},
                "status": {"in": ["FINAL"]},
                "seasonId": {"in": [str(season)]},
                "createdAt": {
                    "greaterThanOrEqualTo": begins.isoformat(),
                    "lessThan": ends.isoformat(),
                },
            }
            for begins, ends in spans
        ],
        [
            _path(
                "season",
                **{
                    "statuses": "FINAL",
                    "id": season,
                    "from": begins.isoformat(),
                    "before": ends.isoformat(),
                },
            )
            for begins, ends in spans
        ],
    )


def of_account(club: UUID, accounts: list[UUID]) -> Question:
    """Ask for the Sales of an account, newest first."""
    return _listed(
        "the list by account",
        ("CREATED_AT_DESC", "CREATED_AT_DESC"),
        [{"accountId": [encode_id("account", one)]} for one in accounts],
        [
            {"organisationId": {"equalTo": str(club)}, "accountId": {"in": [str(one)]}}
            for one in accounts
        ],
        [_path("account", id=one) for one in accounts],
    )


def largest(club: UUID, below: list[int]) -> Question:
    """Ask for the largest Final Sales up to an amount."""
    return _listed(
        "the list by status and amount, largest first",
        ("GROSS_DESC", "GROSS_MINOR_DESC"),
        [
            {
                "status": ["FINAL"],
                "grossTo": {"amount": f"{one // 100}.{one % 100:02d}", "currency": "EUR"},
            }
            for one in below
        ],
        [
            {
                "organisationId": {"equalTo": str(club)},
                "status": {"in": ["FINAL"]},
                "grossMinor": {"lessThanOrEqualTo": str(one)},
            }
            for one in below
        ],
        [_path("largest", statuses="FINAL", minor=one) for one in below],
    )
