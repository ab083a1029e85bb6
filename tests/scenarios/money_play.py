"""One account and its Sale, played through the public API and looked at after everything."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.http.document_limits import REPEAT_LIMIT
from tests.club import fresh_key
from tests.scenarios.money_rules import broken, documents, footprint, statuses
from tests.stadium import Stadium, amount, build_stadium

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Connection

    from tests.club import Club

SALE = "sale { id code version status lines { id quantity product { code } } }"
INVOICES = """invoices(first: 100, sort: CODE_ASC, filter: {saleId: $s}) { nodes {
  id code kind status isFrozen gross { amount } open { amount } net { amount } vat { amount }
  document { id state number } waitsFor { id } } }"""
PREVIEW = """query($i: SaleCancelPreviewInput!) { saleCancelPreview(input: $i) {
  userErrors { code message path }
  preview { previewHash isWhole
    saleAfter { net { amount } gross { amount } }
    released { quantity }
    invoices { code after { net { amount } gross { amount } } statusAfter }
    creditNotes { code amounts { net { amount } gross { amount } } isWaiting }
    settlements { creditNoteCode settled { amount } openAfter { amount } invoice { code } }
    refunds { amount { amount } } } } }"""


def cents(text_: str) -> int:
    """Read an amount in euros as cents."""
    return int(text_.replace(".", ""))


def euros(minor: int) -> dict[str, str]:
    """Write cents as a MoneyInput."""
    sign = "-" if minor < 0 else ""
    return amount(f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}")


def build_theatre(club: Club) -> Stadium:
    """Set up a stadium with two seasons and a package of two VAT rates."""
    stadium = build_stadium(club, matches=2, seats=6, parkings=4, places=40)
    year = datetime.now(UTC).year + 2
    given = {
        "code": "S2",
        "name": "Next",
        "startsOn": f"{year}-07-01",
        "endsOn": f"{year + 1}-06-30",
    }
    stadium.make("seasonCreate", "season", given)
    stadium.package("VIP", ("SEAT", 1, 3), ("COCKTAIL", 1, 1))
    return stadium


class Play:
    """One account, its Sale and everything that hangs on it."""

    told: ClassVar[Counter[str]] = Counter()
    """What mutations of all runs answered."""

    def __init__(self, stadium: Stadium, number: int, **terms: Any) -> None:
        self.stadium = stadium
        self.club = stadium.club
        self.account = stadium.account(f"P{number:05d}-{fresh_key()[-6:]}")
        self.club_id = self.club.organisation.id
        self.account_id = stadium.uuid(self.account)
        made = self.club.make("saleCreate", SALE, {"accountId": self.account, **terms})
        self.sale: dict[str, Any] = made["sale"]
        self.documents: dict[UUID, str] = {}
        self.payments: list[str] = []
        self.refunds: list[str] = []
        self.cancellations: list[str] = []
        self.numbers = 0
        self.known: list[dict[str, Any]] | None = None
        self.is_seen = False

    @cached_property
    def today(self) -> date:
        """The club's day."""
        return datetime.now(ZoneInfo("Europe/Brussels")).date()

    @property
    def status(self) -> str:
        """The Sale's status."""
        found: str = self.sale["status"]
        return found

    def do(
        self, name: str, fields: str, given: dict[str, Any], *, again: bool = False
    ) -> dict[str, Any]:
        """Run a mutation; a refusal writes nothing, and the same key changes nothing again."""
        given = {"idempotencyKey": fresh_key(), **given}
        with self.connection() as connection:
            before = footprint(connection, self.club_id, self.account_id)
        payload = self.club.mutate(name, fields, given)
        self.known, self.is_seen = None, False
        self.told.update(f"{name}: {code}" for code in codes(payload) or {"done"})
        with self.connection() as connection:
            after = footprint(connection, self.club_id, self.account_id)
            if payload["userErrors"]:
                assert before == after, f"{name} was refused and wrote"
            elif again:
                assert self.club.mutate(name, fields, given) == payload
                assert footprint(connection, self.club_id, self.account_id) == after, (
                    f"{name} wrote again under the same key"
                )
        if payload.get("sale"):
            self.sale = payload["sale"]
        return payload

    def act(self, name: str, *, again: bool = False, **more: Any) -> dict[str, Any]:
        """Run a mutation on the Sale at its version."""
        return self.do(name, SALE, self.stadium.about(self.sale, **more), again=again)

    def invoices(self) -> list[dict[str, Any]]:
        """Read the Sale's invoices and credit notes, unless nothing was done since."""
        if self.known is not None:
            return self.known
        document = f"query($s: [ID!], $id: ID!) {{ {INVOICES} sale(id: $id) {{ {SALE[7:-2]} }} }}"
        found = self.club.query(document, {"s": [self.sale["id"]], "id": self.sale["id"]})
        self.sale = found["sale"]
        nodes: list[dict[str, Any]] = found["invoices"]["nodes"]
        self.known = nodes
        return nodes

    def entitlements(self) -> list[dict[str, Any]]:
        """Read what is live, in an order that is the same in every run."""
        document = """query($s: [ID!]) { entitlements(first: 100,
          filter: {saleId: $s, status: [LIVE]}) { nodes { id unitNo pieceNo line { lineNo }
            component { componentNo } calendarItem { code } } } }"""
        found = self.club.query(document, {"s": [self.sale["id"]]})["entitlements"]["nodes"]
        return sorted(found, key=lambda one: str({**one, "id": None}))

    def connection(self) -> Connection:
        """Open a connection for reading."""
        return self.club.runner.engine.connect()

    def next_number(self) -> str:
        """Return a document or payment number that nothing else has."""
        self.numbers += 1
        return f"{self.sale['code']}/{self.numbers}"

    def cancel(self, *, again: bool = False, **selection: Any) -> list[str]:
        """Preview and cancel; everything must come as it was shown. Returns refusals."""
        wanted = {"saleId": self.sale["id"], **selection}
        shown = self.club.query(PREVIEW, {"i": wanted})["saleCancelPreview"]
        if shown["userErrors"]:
            return [one["code"] for one in shown["userErrors"]]
        preview = shown["preview"]
        known = {one["code"] for one in self.invoices()}
        stale = {**wanted, "reason": "x", "previewHash": "0" * 64}
        codes = [one["code"] for one in self.do("saleCancel", SALE, stale)["userErrors"]]
        assert codes == ["PREVIEW_STALE"]
        live, refunded = len(self.entitlements()), self.refund_sums()
        given = {**wanted, "reason": "sold twice", "previewHash": preview["previewHash"]}
        fields = f"{SALE} cancellation {{ id }}"
        payload = self.do("saleCancel", fields, given, again=again)
        assert payload["userErrors"] == [], payload["userErrors"]
        self.cancellations.append(payload["cancellation"]["id"])
        self._compare(preview, known)
        assert live - len(self.entitlements()) == sum(r["quantity"] for r in preview["released"])
        due = sorted(cents(one["amount"]["amount"]) for one in preview["refunds"])
        assert sorted(self.refund_sums())[len(refunded) :] or not due
        assert sum(self.refund_sums()) - sum(refunded) == sum(due)
        return []

    def _compare(self, preview: dict[str, Any], known: set[str]) -> None:
        """Compare invoices, credit notes and settlements with what a preview showed."""
        found = {one["code"]: one for one in self.invoices()}
        for one in preview["invoices"]:
            own = found[one["code"]]
            assert (own["net"], own["gross"]) == (one["after"]["net"], one["after"]["gross"])
            assert own["status"] == one["statusAfter"]
        notes = {code for code, one in found.items() if code not in known}
        assert {one["code"] for one in preview["creditNotes"]} == {
            code for code in notes if found[code]["kind"] == "CREDIT_NOTE"
        }
        for one in preview["creditNotes"]:
            own = found[one["code"]]
            assert (own["net"], own["gross"]) == (one["amounts"]["net"], one["amounts"]["gross"])
            assert bool(own["waitsFor"]) is one["isWaiting"]
        for one in preview["settlements"]:
            assert found[one["invoice"]["code"]]["open"] == one["openAfter"]
        document = "query($id: ID!) { sale(id: $id) { net { amount } gross { amount } } }"
        sale = self.club.query(document, {"id": self.sale["id"]})["sale"]
        assert sale == preview["saleAfter"]

    def refund_sums(self) -> list[int]:
        """The amounts of the account's refunds."""
        query = """SELECT amount_minor FROM refund
            WHERE organisation_id = :club AND account_id = :account"""
        with self.connection() as connection:
            given = {"club": self.club_id, "account": self.account_id}
            return list(connection.execute(text(query), given).scalars())

    def rows(self, query: str) -> list[Any]:
        """Read rows about the account."""
        with self.connection() as connection:
            given = {"club": self.club_id, "account": self.account_id}
            return list(connection.execute(text(query), given).all())

    def look(self) -> None:
        """Check every rule, and that no document ever changes, unless nothing was done since."""
        if self.is_seen:
            return
        with self.connection() as connection:
            wrong = broken(connection, self.club_id, self.account_id)
            assert wrong == {}, wrong
            found = documents(connection, self.club_id, self.account_id)
            derived = statuses(connection, self.club_id, self.account_id, self.today)
        for key, digest in self.documents.items():
            assert found.get(key) == digest, "an accepted document changed"
        self.documents, self.is_seen = found, True
        shown = {self.stadium.uuid(one["id"]): one["status"] for one in self.invoices()}
        differing = {
            str(key): (status, derived[key])
            for key, status in shown.items()
            if status != derived[key]
        }
        assert differing == {}, f"status shown, status derived: {differing}"

    def look_at_filters(self) -> None:
        """Check that invoices found by status are those that show it."""
        shown = {one["id"]: one["status"] for one in self.invoices()}
        names = sorted({*shown.values(), "VOID", "TODO", "PENDING", "OVERDUE", "RECEIVED"})
        for start in range(0, len(names), REPEAT_LIMIT):
            some = names[start : start + REPEAT_LIMIT]
            parts = " ".join(
                f"s{place}: invoices(first: 100, filter: {{saleId: $s, status: [{name}]}}) "
                "{ nodes { id } }"
                for place, name in enumerate(some)
            )
            found = self.club.query(f"query($s: [ID!]) {{ {parts} }}", {"s": [self.sale["id"]]})
            for place, name in enumerate(some):
                kept = {one["id"] for one in found[f"s{place}"]["nodes"]}
                assert kept == {one for one, status in shown.items() if status == name}, name

    def day(self, offset: int) -> str:
        """A day so far from today."""
        return (self.today + timedelta(days=offset)).isoformat()


def codes(payload: dict[str, Any]) -> set[str]:
    """The codes of a payload's refusals."""
    return {one["code"] for one in payload["userErrors"]}


def expect(payload: dict[str, Any], allowed: Sequence[str] = ()) -> bool:
    """Tell whether a mutation was carried out; only these refusals are expected."""
    assert codes(payload) <= set(allowed), payload["userErrors"]
    return not payload["userErrors"]
