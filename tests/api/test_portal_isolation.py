"""A portal user sees and touches nothing of another account, over every type and mutation."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from app.domain.permissions import READS, PortalRows, Role
from app.resolvers.ids import encode_id
from app.schema.fields import NODE_TYPES
from app.storage.engine import Engine
from app.storage.tables import metadata
from tests.api.foreign_inputs import build_input, id_places, mutations, needed_with
from tests.api.furnished import Furnished, furnish, owned_by, sell_to, version_of
from tests.api.schema_walk import Walk
from tests.conftest import LiveServer, found_club
from tests.fingerprint import fingerprint

WORDS = {"Account OTHER", "stranger's reference", "stranger's comment"}
"""Words of the other account that no answer may hold."""


@dataclass
class Portal:
    """A club with two accounts that bought the same kinds of things; `own` is the portal user's."""

    furnished: Furnished
    own: dict[str, str]
    others: dict[str, str]

    @property
    def account_id(self) -> UUID:
        return UUID(hex=self.own["account"].rpartition("_")[2])

    def rows(self, sample: dict[str, str]) -> dict[str, list[UUID]]:
        return owned_by(self.furnished.club, sample["account"])


@pytest.fixture(scope="module")
def portal(engine: Engine, server: LiveServer) -> Iterator[Portal]:
    club = found_club(engine, server)
    with club.http:
        furnished = furnish(club)
        stadium = furnished.stadium
        stadium.account("OTHER", priceListId=furnished.sample["price_list"])
        others = sell_to(stadium, "OTHER", stadium.seats[2:4])
        words = {"reference": "stranger's reference", "comments": "stranger's comment"}
        sale = {"id": others["sale"], "version": version_of(club, others["sale"])}
        stadium.act("saleUpdate", sale, **words)
        yield Portal(furnished, furnished.sample, furnished.sample | others)


@pytest.fixture(scope="module")
def seen(portal: Portal) -> Walk:
    """Everything that the portal user can reach, by every connection and relation."""
    return Walk(portal.furnished.club, Role.PORTAL, portal.account_id).run()


def test_a_portal_user_reaches_all_of_their_own(portal: Portal, seen: Walk) -> None:
    own = portal.rows(portal.own)
    wanted = {
        encode_id(table, one)
        for table, ids in own.items()
        if table in NODE_TYPES and Role.PORTAL in READS[table].roles
        for one in ids
    }
    hidden = {encode_id("access_token", one) for one in own["access_token"]}
    assert wanted - hidden <= seen.node_ids
    assert {"Sale", "Invoice", "Entitlement", "Contact", "InvoiceLine"} <= seen.types


def test_a_portal_user_reaches_nothing_of_another_account(portal: Portal, seen: Walk) -> None:
    rows = portal.rows(portal.others)
    others = {one for ids in rows.values() for one in ids}
    assert not seen.uuids & others
    assert not [word for word in WORDS if any(word in text for text in seen.texts)]
    root = Walk(portal.furnished.club).run()
    # Movements are for the reports alone, so nobody reaches them here.
    assert others - root.uuids == set(rows["sale_movement"])
    assert [word for word in WORDS if not any(word in text for text in root.texts)] == []


def test_a_portal_user_finds_no_row_of_another_account_by_its_id(portal: Portal) -> None:
    walk = Walk(portal.furnished.club, Role.PORTAL, portal.account_id)
    for table, ids in portal.rows(portal.others).items():
        for one in ids if table in NODE_TYPES else []:
            answer = portal.furnished.club.send(
                f'{{ node(id: "{encode_id(table, one)}") {{ id }} }}',
                role=walk.role,
                account_id=walk.account_id,
            )
            assert (answer.get("data") or {}).get("node") is None, table


def test_every_table_with_an_owner_is_narrowed_for_portal_users() -> None:
    for table in metadata.sorted_tables:
        rule = READS.get(table.name)
        if rule is None or Role.PORTAL not in rule.roles:
            continue
        if table.name == "invoice_document":
            assert rule.portal is PortalRows.OWN_DOCUMENTS
        elif "account_id" in table.c or table.name == "account":
            assert rule.portal is PortalRows.OWN_ACCOUNT, table.name
        elif "sale_id" in table.c:
            assert rule.portal is PortalRows.OWN_SALES, table.name


@pytest.mark.slow
def test_no_mutation_of_a_portal_user_reaches_another_account(portal: Portal) -> None:
    """With every id the other account's where it has one, and with each of those alone."""
    club = portal.furnished.club
    caller = {"role": Role.PORTAL, "account_id": portal.account_id}
    club.token(Role.PORTAL, portal.account_id)
    before = fingerprint(club)
    owned = {kind for kind in portal.own if portal.own[kind] != portal.others[kind]}
    asked = 0

    def version(node_id: str) -> int:
        return version_of(club, node_id)

    for name, kind in mutations().items():
        for foreign, foreign_kind in id_places(name, kind).items():
            if foreign_kind not in owned:
                continue
            needed = needed_with(name, kind, foreign)

            def id_at(
                path: tuple[str, ...],
                table: str,
                foreign: tuple[str, ...] = foreign,
                needed: set[tuple[str, ...]] = needed,
            ) -> str | None:
                if path == foreign:
                    return portal.others[table]
                return portal.own[table] if path in needed else None

            for at in (id_at, lambda _path, table: portal.others[table]):
                payload = club.mutate(name, "", build_input(name, kind, at, version), **caller)
                codes = {error["code"] for error in payload["userErrors"]}
                assert codes & {"NOT_FOUND", "PERMISSION_DENIED"}, (name, foreign, codes)
                asked += 1
    assert fingerprint(club) == before
    assert asked > 50
