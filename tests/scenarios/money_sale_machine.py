"""A Sale in any order up to its documents: the first half of the state machine of its money."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.scenarios.money_play import Play, cents, euros, expect
from tests.scenarios.rivals import race

if TYPE_CHECKING:
    from tests.stadium import Stadium

FLAGS, NUMBERS = st.booleans(), st.integers(0, 10_000)
PRICES = st.sampled_from(["0.00", "0.01", "33.33", "199.99", "1000.00", "84.03"])
TENTHS = st.integers(0, 13)
UNFIT = ["INVOICE_NOT_BILLABLE", "DOCUMENT_TOTALS_INVALID", "INPUT_INVALID"]
TAKEN = ["INVENTORY_CONFLICT", "DUPLICATE_RESOURCE"]
RIVAL = "sale { id version }"
_PLAYS = count(1)


def is_undocumented(invoice: dict[str, Any]) -> bool:
    """Tell whether a document can be made of an invoice."""
    waits = invoice["waitsFor"]
    return not invoice["document"] and not waits and invoice["status"] != "VOID"


class SaleMachine(RuleBasedStateMachine):
    """One account with one Sale; a rule does one thing through the API, or nothing."""

    arena: ClassVar[Stadium]
    basis: ClassVar[str]
    play: Play

    @initialize(
        is_credit=st.integers(0, 9).map(lambda drawn: drawn == 0),
        price=PRICES,
        quantity=TENTHS,
        products=st.lists(st.sampled_from(["SEAT", "VIP", "PARKING"]), max_size=3, unique=True),
        instalments=st.integers(0, 5),
    )
    def begin(
        self,
        *,
        is_credit: bool,
        price: str,
        quantity: int,
        products: list[str],
        instalments: int,
    ) -> None:
        """Begin a Sale with something in it; most are Final from the start."""
        kind = "CREDIT" if is_credit else "SEASON"
        self.play = Play(self.arena, next(_PLAYS), type=kind, priceBasis=self.basis)
        self.is_credit = is_credit
        self.rival: dict[str, Any] | None = None
        self.add_line("SCARF", quantity % 4 + 1, price)
        for place, product in enumerate([] if is_credit else products):
            self.add_line(product, quantity % 3 + 1, "199.99", place)
        if instalments:
            self.finalise_in(instalments)

    def is_(self, *wanted: str) -> bool:
        return self.play.status in wanted

    def teardown(self) -> None:
        if not hasattr(self, "play"):
            return
        play = self.play
        if self.is_("DRAFT", "FINAL") and play.sale["lines"] and play.entitlements():
            refusals = play.cancel(everything=True)
            assert refusals == [], refusals
            assert self.is_("CANCELLED")
        play.look()
        play.look_at_filters()
        self.drop_rival()

    @invariant()
    def everything_is_right(self) -> None:
        if hasattr(self, "play"):
            self.play.look()

    # What is sold, while it is a Draft.

    def line(self, product: str, quantity: int, price: str, place: int = 0) -> dict[str, Any]:
        stadium = self.arena
        price = f"-{price}" if self.is_credit and price != "0.00" else price
        more: dict[str, Any] = {}
        if product == "SCARF":
            more["bundleId"] = None
        if product in {"SEAT", "VIP"}:
            quantity = min(quantity, 3)
            more["seatIds"] = stadium.seats[place % 4 :][:quantity]
            quantity = len(more["seatIds"])
        if product == "PARKING":
            quantity = min(quantity, 2)
            more["parkingIds"] = stadium.parkings[place % 3 :][:quantity]
            quantity = len(more["parkingIds"])
        return stadium.line(product, quantity, price, **more)

    def add_line(self, product: str, quantity: int, price: str, place: int = 0) -> None:
        product = "SCARF" if self.is_credit else product
        payload = self.play.act("saleLineAdd", lines=[self.line(product, quantity, price, place)])
        expect(payload, TAKEN)

    @precondition(lambda self: self.is_("DRAFT"))
    @rule(
        product=st.sampled_from(["SEAT", "VIP", "PARKING", "SCARF"]),
        quantity=st.integers(1, 4),
        price=PRICES,
        place=NUMBERS,
    )
    def sell_more(self, product: str, quantity: int, price: str, place: int) -> None:
        self.add_line(product, quantity, price, place)

    @precondition(lambda self: self.is_("DRAFT") and self.play.sale["lines"])
    @rule(place=NUMBERS, quantity=st.integers(1, 5), price=PRICES)
    def change_line(self, place: int, quantity: int, price: str) -> None:
        lines = self.play.sale["lines"]
        line = lines[place % len(lines)]
        wanted = self.line(line["product"]["code"], quantity, price, place)
        payload = self.play.act("saleLineReplace", lineId=line["id"], line=wanted)
        expect(payload, TAKEN)

    @precondition(lambda self: self.is_("DRAFT"))
    @rule(number=st.integers(1, 6), months=st.integers(-6, 3), again=FLAGS)
    def schedule(self, *, number: int, months: int, again: bool) -> None:
        recipe = {"equal": {"count": number, "firstOn": self.play.day(30 * months)}}
        expect(self.play.act("invoiceScheduleSet", recipe=recipe, again=again))

    @precondition(lambda self: self.is_("DRAFT") and self.play.sale["lines"])
    @rule(number=st.integers(1, 5), again=FLAGS)
    def finalise(self, *, number: int, again: bool) -> None:
        self.finalise_in(number, again=again)

    def finalise_in(self, number: int, *, again: bool = False) -> None:
        recipe = {"equal": {"count": number, "firstOn": self.play.day(-40)}}
        if expect(self.play.act("invoiceScheduleSet", recipe=recipe)):
            allowed = ["HOLD_LOST", "NO_LINES", "FORMULA_NEEDS_SEAT"]
            expect(self.play.act("saleFinalise", again=again), allowed)

    @precondition(lambda self: self.is_("DRAFT") and self.play.sale["lines"])
    @rule()
    def expire(self) -> None:
        expect(self.play.act("saleExpire"), ["SALE_STATUS_INVALID"])

    @precondition(lambda self: self.is_("EXPIRED"))
    @rule()
    def revive(self) -> None:
        expect(self.play.act("saleRevive"), ["INVENTORY_CONFLICT"])

    # Others.

    @precondition(lambda self: self.is_("DRAFT") and not self.is_credit and not self.rival)
    @rule(place=NUMBERS, quantity=st.integers(1, 3))
    def race_a_rival(self, place: int, quantity: int) -> None:
        """Want the same seats at the same moment as somebody else: one at most gets them.

        Whoever won gives them back, so that the rest of the run does not depend on chance.
        """
        line = self.line("SEAT", quantity, "10.00", place)
        before = {one["id"] for one in self.play.sale["lines"]}
        rival = self.begin_rival()
        answers = race(
            [
                lambda: self.play.act("saleLineAdd", lines=[line]),
                lambda: self.arena.club.mutate(
                    "saleLineAdd", RIVAL, self.arena.about(rival, lines=[line])
                ),
            ]
        )
        won = [expect(payload, TAKEN) for payload in answers]
        assert won.count(True) <= 1
        self.play.look()
        added = [one["id"] for one in self.play.sale["lines"] if one["id"] not in before]
        if added:
            expect(self.play.act("saleLineRemove", lineIds=added))
        self.drop_rival()

    @precondition(lambda self: not self.rival)
    @rule(place=NUMBERS, quantity=st.integers(1, 3))
    def let_a_rival_hold(self, place: int, quantity: int) -> None:
        """Let somebody else have seats, so that adding and reviving may find them taken."""
        line = self.arena.line("SEAT", quantity, "10.00")
        line["seatIds"] = self.arena.seats[place % 4 :][:quantity]
        line["quantity"] = len(line["seatIds"])
        rival = self.begin_rival()
        given = self.arena.about(rival, lines=[line])
        expect(self.arena.club.mutate("saleLineAdd", RIVAL, given), TAKEN)
        self.play.is_seen = False

    def begin_rival(self) -> dict[str, Any]:
        given = {"type": "SEASON", "accountId": self.arena.ids["A1"]}
        rival: dict[str, Any] = self.arena.club.make("saleCreate", RIVAL, given)["sale"]
        self.rival = rival
        return rival

    @precondition(lambda self: self.rival)
    @rule()
    def drop_rival(self) -> None:
        if self.rival:
            club = self.arena.club
            read = f"query($id: ID!) {{ {RIVAL.replace('sale', 'sale(id: $id)', 1)} }}"
            sale = club.query(read, {"id": self.rival["id"]})["sale"]
            club.make("saleRemove", "", {**self.arena.about(sale), "reason": "a rival"})
            self.rival, self.play.is_seen = None, False

    # Documents.

    def some_invoice(self, place: int, *, only: Any = None) -> dict[str, Any] | None:
        found = [one for one in self.play.invoices() if only is None or only(one)]
        return found[place % len(found)] if found else None

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS, again=FLAGS)
    def claim(self, *, place: int, again: bool) -> None:
        # Mostly what can be claimed, and now and then what cannot.
        invoice = self.some_invoice(place, only=is_undocumented if place % 4 else None)
        if invoice:
            given = {"source": "BOOKS", "invoiceIds": [invoice["id"]]}
            payload = self.play.do("invoiceClaim", "invoices { id }", given, again=again)
            expect(payload, ["INVOICE_NOT_BILLABLE"])

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS)
    def release_claim(self, place: int) -> None:
        invoice = self.some_invoice(place, only=lambda one: one["status"] == "PENDING")
        if invoice:
            payload = self.play.do("invoiceClaimRelease", "", {"invoiceIds": [invoice["id"]]})
            expect(payload, ["INVOICE_NOT_BILLABLE", "DOCUMENT_EXISTS"])

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(
        place=NUMBERS,
        off=st.sampled_from([0, 0, 0, 1, -1, 5, -5, 6, -6, 1_000]),
        is_draft=st.integers(0, 4).map(lambda drawn: drawn == 0),
        late=st.sampled_from([-30, 30]),
        again=FLAGS,
    )
    def document(self, *, place: int, off: int, is_draft: bool, late: int, again: bool) -> None:
        invoice = self.some_invoice(
            place, only=lambda one: not one["document"] or one["document"]["state"] == "DRAFT"
        )
        if not invoice or not invoice["gross"]:
            return
        number = self.play.next_number()
        given = {
            "invoiceId": invoice["id"],
            "source": "BOOKS",
            "number": f"D1{number}" if is_draft else number,
            "issuedOn": self.play.day(-40),
            "dueOn": self.play.day(late),
        }
        if off:
            given["gross"] = euros(cents(invoice["gross"]["amount"]) + off)
        payload = self.play.do(
            "invoiceDocumentRecord", "invoiceDocument { id state }", given, again=again
        )
        # A few cents off can turn the sign of an invoice over a cent.
        expect(payload, [*UNFIT, "INVOICE_AMOUNT_NEGATIVE"] if off else UNFIT)

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(few=st.integers(1, 3))
    def document_some(self, *, few: int) -> None:
        """Let documents be made of several invoices, as they are."""
        for invoice in [one for one in self.play.invoices() if is_undocumented(one)][:few]:
            given = {
                "invoiceId": invoice["id"],
                "source": "BOOKS",
                "number": self.play.next_number(),
                "issuedOn": self.play.day(-40),
            }
            payload = self.play.do("invoiceDocumentRecord", "invoiceDocument { id }", given)
            expect(payload, ["INVOICE_NOT_BILLABLE"])

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(
        place=NUMBERS,
        decision=st.sampled_from(["ACCEPT", "REJECT", "REJECT_AND_OFFER"]),
        again=FLAGS,
    )
    def decide(self, *, place: int, decision: str, again: bool) -> None:
        invoice = self.some_invoice(
            place,
            only=lambda one: one["document"] and one["document"]["state"] in {"MISMATCH", "DRAFT"},
        )
        if invoice:
            given = {
                "id": invoice["document"]["id"],
                "decision": decision,
                "reason": "looked at it",
            }
            payload = self.play.do("invoiceDocumentDecide", "", given, again=again)
            expect(payload, ["DOCUMENT_STATE_INVALID"])
