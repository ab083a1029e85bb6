"""The state machine of a Sale's money: rules in any order, everything checked after each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from app.commands.sealing import seal, verify_ledger
from app.storage.sealing import CHAINS
from tests.scenarios.invariants import broken_rules
from tests.scenarios.money_play import SALE, Play, build_theatre, cents, euros, expect
from tests.scenarios.money_sale_machine import FLAGS, NUMBERS, TENTHS, SaleMachine

if TYPE_CHECKING:
    from tests.club import Club

RUNS = {"ci": 100, "cover": 5, "dev": 5, "explore": 1_000}
STEPS = 30
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, which takes long here: the steps that led to a failure are printed anyway."""
CANCEL_REFUSALS = {
    "CANCEL_NOTHING",
    "CANCEL_TOO_MUCH",
    "FORMULA_NEEDS_SEAT",
    "INPUT_INVALID",
    "NOT_FOUND",
    "SEATS_MISMATCH",
}
MONEY_REFUSALS = [
    "ALLOCATION_TOO_LARGE",
    "PAYMENT_REVERSED",
    "PAYMENT_REFUNDED",
    "REFUND_TOO_LARGE",
    "WRITE_OFF_TOO_LARGE",
    "REFUND_STATUS_INVALID",
    "INVOICE_NOT_PAYABLE",
    "NOT_FOUND",
    "INPUT_INVALID",
]
OUTCOMES = st.sampled_from(["SENT", "DONE", "FAILED"])
REACHED = (
    "saleLineAdd",
    "saleLineReplace",
    "invoiceScheduleSet",
    "saleFinalise",
    "saleExpire",
    "saleRevive",
    "invoiceClaim",
    "invoiceClaimRelease",
    "invoiceDocumentRecord",
    "invoiceDocumentDecide",
    "saleCancel",
    "cancellationUndo",
    "invoiceReplace",
    "invoiceSplit",
    "paymentRecord",
    "paymentAllocate",
    "paymentUnallocate",
    "paymentReverse",
    "creditAllocate",
    "creditUnallocate",
    "receivableWriteOff",
    "refundRequest",
    "refundUpdate",
)
"""What a play of enough runs must have carried out at least once."""
ENOUGH = 100
MORE_BATCHES = 4
PART = 8
"""Below this a part is taken back, else all of it."""
LEFT = """SELECT id, left_minor FROM payment WHERE organisation_id = :club
    AND account_id = :account AND left_minor > 0 ORDER BY left_minor, id"""
HELD = """SELECT payment_id, credit_id, invoice_id, sum(amount_minor)::bigint
    FROM payment_allocation
    WHERE organisation_id = :club AND account_id = :account AND invoice_id IS NOT NULL
    GROUP BY 1, 2, 3 HAVING sum(amount_minor) > 0 ORDER BY 4, 1, 2, 3"""


def play_money(club: Club, *, price_basis: str, dice: int) -> None:
    """Play as many runs as the profile asks for, and prove the whole club's books at the end.

    `dice` says how they fall. What enough runs never carried out gets a few batches more.
    """
    stadium = build_theatre(club)
    profile = os.environ.get("LOGE_TEST_PROFILE", "dev")
    runs = int(os.environ.get("LOGE_MONEY_RUNS", RUNS[profile]))

    class Machine(MoneyMachine):
        arena = stadium
        basis = price_basis

    missed = set(REACHED)
    for batch in range(1 + MORE_BATCHES):
        run_state_machine_as_test(
            seed(dice + batch)(Machine),
            settings=settings(
                max_examples=runs if batch == 0 else runs // 4,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=PHASES,
            ),
        )
        missed = {name for name in REACHED if not Play.told[f"{name}: done"]}
        if runs < ENOUGH or not missed:
            break
    assert runs < ENOUGH or not missed, (missed, Play.told)
    assert broken_rules(club.runner.engine, club.organisation.id) == {}
    for chain in CHAINS:
        seal(club.runner, club.organisation.id, chain)
    report = verify_ledger(club.runner, club.organisation.id)
    assert report.is_intact, report
    assert report.chain.pending == 0


def is_open(invoice: dict[str, Any]) -> bool:
    """Tell whether something is still to be paid."""
    return cents(invoice["open"]["amount"]) > 0


class MoneyMachine(SaleMachine):
    """What happens after documents: cancelling, paying, paying back, invoicing anew."""

    # Cancelling.

    @precondition(lambda self: self.is_("DRAFT", "FINAL") and self.play.sale["lines"])
    @rule(
        kind=st.sampled_from(["entitlements", "line", "units", "match", "everything"]),
        place=NUMBERS,
        size=st.integers(1, 4),
        where=st.sampled_from(["PROPORTIONAL", "PROPORTIONAL", "OPEN_FIRST", "LAST_FIRST"]),
        notes=st.sampled_from(["PER_DOCUMENT", "PER_CANCELLATION"]),
        settlement=st.sampled_from(["KEEP", "OFFSET_OLDEST", "REFUND"]),
        again=FLAGS,
    )
    def cancel(
        self,
        *,
        kind: str,
        place: int,
        size: int,
        where: str,
        notes: str,
        settlement: str,
        again: bool,
    ) -> None:
        lines, live = self.play.sale["lines"], self.play.entitlements()
        if not live:
            return
        line = lines[place % len(lines)]
        start = place % len(live)
        wanted: dict[str, dict[str, Any]] = {
            "entitlements": {"entitlementIds": [one["id"] for one in live[start:][:size]]},
            "line": {"lines": [{"lineId": line["id"]}]},
            "units": {"lines": [{"lineId": line["id"], "quantity": size}]},
            "match": {"calendarItemIds": [self.arena.matches[place % 2]]},
            "everything": {"everything": True},
        }
        refusals = self.play.cancel(
            **wanted[kind],
            creditWhere=where,
            creditNotes=notes,
            settlement=settlement,
            again=again,
        )
        assert set(refusals) <= CANCEL_REFUSALS, refusals

    @precondition(lambda self: self.play.cancellations)
    @rule(again=FLAGS)
    def undo(self, *, again: bool) -> None:
        play = self.play
        version = {"expectedVersion": play.sale["version"], "reason": "by mistake"}
        given = {"cancellationId": play.cancellations[-1], **version}
        payload = play.do("cancellationUndo", SALE, given, again=again)
        if expect(payload, ["UNDO_IMPOSSIBLE", "INVENTORY_CONFLICT", "SALE_STATUS_INVALID"]):
            play.cancellations.pop()

    @precondition(lambda self: self.is_("FINAL"))
    @rule(place=NUMBERS, days=st.integers(-5, 40), again=FLAGS)
    def invoice_anew(self, *, place: int, days: int, again: bool) -> None:
        invoice = self.some_invoice(
            place, only=lambda one: one["kind"] == "INVOICE" and one["document"]
        )
        if invoice:
            version = {"expectedVersion": self.play.sale["version"], "reason": "wrong VAT"}
            given = {"invoiceId": invoice["id"], "plannedOn": self.play.day(days), **version}
            payload = self.play.do("invoiceReplace", SALE, given, again=again)
            expect(payload, ["DOCUMENT_STATE_INVALID", "CANCEL_NOTHING"])

    @precondition(lambda self: self.is_("FINAL"))
    @rule(place=NUMBERS, part=st.integers(1, 9), again=FLAGS)
    def split(self, *, place: int, part: int, again: bool) -> None:
        invoice = self.some_invoice(place, only=lambda one: not one["isFrozen"])
        if not invoice or invoice["kind"] != "INVOICE":
            return
        basis = "gross" if self.basis == "GROSS" else "net"
        whole = cents(invoice[basis]["amount"])
        taken = whole * part // 10
        if taken in {0, whole}:
            return
        given = {"invoiceId": invoice["id"], "amount": euros(taken), "plannedOn": self.play.day(9)}
        expect(self.play.act("invoiceSplit", again=again, **given), ["INVOICE_FROZEN"])

    # Money.

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(
        place=NUMBERS,
        tenths=TENTHS,
        off=st.sampled_from([0, 0, 1, -1, 2, -5, 6]),
        how=st.sampled_from(["allocated", "reference", "none"]),
        again=FLAGS,
    )
    def pay(self, *, place: int, tenths: int, off: int, how: str, again: bool) -> None:
        # Mostly what is open, and now and then what is not, or what has no document yet.
        invoice = self.some_invoice(place, only=is_open if place % 4 else None)
        if not invoice or not invoice["gross"]:
            return
        whole = cents(invoice["open"]["amount"]) or cents(invoice["gross"]["amount"])
        paid = abs(whole) * tenths // 10 + off
        if paid <= 0:
            return
        given: dict[str, Any] = {
            "accountId": self.play.account,
            "amount": euros(paid),
            "receivedOn": self.play.day(0),
            "method": "BANK_TRANSFER",
            "externalId": self.play.next_number(),
        }
        if how == "allocated":
            part = min(paid, max(0, whole))
            if not part:
                return
            given["allocations"] = [{"invoiceId": invoice["id"], "amount": euros(part)}]
        elif how == "reference":
            given["reference"] = invoice["code"]
        payload = self.play.do("paymentRecord", "payment { id }", given, again=again)
        if expect(payload, MONEY_REFUSALS):
            self.play.payments.append(payload["payment"]["id"])

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS, tenths=st.integers(1, 10), again=FLAGS)
    def allocate(self, *, place: int, tenths: int, again: bool) -> None:
        invoice = self.some_invoice(place, only=is_open)
        if invoice and not self.play.rows(LEFT):
            # Money that is for nothing yet is rare by itself.
            self.pay(place=place, tenths=tenths, off=0, how="none", again=False)
        left = self.play.rows(LEFT)
        if left and invoice:
            payment, rest = left[place % len(left)]
            part = max(1, min(rest, cents(invoice["open"]["amount"]) * tenths // 10))
            given = [{"invoiceId": invoice["id"], "amount": euros(part)}]
            about = {"paymentId": f"payment_{payment.hex}", "allocations": given}
            payload = self.play.do("paymentAllocate", "payment { id }", about, again=again)
            expect(payload, MONEY_REFUSALS)

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS, tenths=st.integers(1, 10), again=FLAGS)
    def take_back(self, *, place: int, tenths: int, again: bool) -> None:
        held = self.play.rows(HELD)
        if held:
            payment, credit, invoice, amount = held[place % len(held)]
            given: dict[str, Any] = {"invoiceId": f"invoice_{invoice.hex}"}
            if tenths < PART:
                given["amount"] = euros(max(1, amount * tenths // 10))
            if payment:
                given["paymentId"] = f"payment_{payment.hex}"
                payload = self.play.do("paymentUnallocate", "payment { id }", given, again=again)
            else:
                given["creditId"] = f"invoice_{credit.hex}"
                payload = self.play.do("creditUnallocate", "invoice { id }", given, again=again)
            expect(payload, MONEY_REFUSALS)

    @precondition(lambda self: self.play.payments)
    @rule(place=NUMBERS, again=FLAGS)
    def charge_back(self, *, place: int, again: bool) -> None:
        payment = self.play.payments[place % len(self.play.payments)]
        given = {"paymentId": payment, "reason": "bounced"}
        payload = self.play.do("paymentReverse", "payment { id }", given, again=again)
        expect(payload, MONEY_REFUSALS)

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS, other=NUMBERS, tenths=st.integers(1, 10), again=FLAGS)
    def use_credit(self, *, place: int, other: int, tenths: int, again: bool) -> None:
        credit = self.some_invoice(place, only=lambda one: cents(one["open"]["amount"]) < 0)
        invoice = self.some_invoice(other, only=is_open)
        if credit and invoice:
            part = max(1, abs(cents(credit["open"]["amount"])) * tenths // 10)
            given = {
                "creditId": credit["id"],
                "invoiceId": invoice["id"],
                "amount": euros(min(part, cents(invoice["open"]["amount"]))),
            }
            payload = self.play.do("creditAllocate", "invoice { id }", given, again=again)
            expect(payload, MONEY_REFUSALS)

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS, tenths=st.integers(1, 10), again=FLAGS)
    def write_off(self, *, place: int, tenths: int, again: bool) -> None:
        invoice = self.some_invoice(place, only=lambda one: cents(one["open"]["amount"]) > 0)
        if invoice:
            part = max(1, cents(invoice["open"]["amount"]) * tenths // 10)
            given = {"invoiceId": invoice["id"], "amount": euros(part), "reason": "bankrupt"}
            payload = self.play.do("receivableWriteOff", "invoice { id }", given, again=again)
            expect(payload, MONEY_REFUSALS)

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS, tenths=st.integers(1, 11), through=FLAGS, again=FLAGS, status=OUTCOMES)
    def refund(self, *, place: int, tenths: int, through: bool, again: bool, status: str) -> None:
        given: dict[str, Any] = {"reason": "asked for it"}
        left = self.play.rows(LEFT)
        whole = sum(max(0, -cents(one["open"]["amount"])) for one in self.play.invoices())
        if through and left:
            payment, rest = left[place % len(left)]
            given["paymentId"] = f"payment_{payment.hex}"
            whole += rest
        else:
            given["accountId"] = self.play.account
        if whole:
            given["amount"] = euros(max(1, whole * tenths // 10))
            payload = self.play.do("refundRequest", "refund { id }", given, again=again)
            expect(payload, MONEY_REFUSALS)
            # Seldom enough that one was requested: mostly it is followed at once.
            if not again:
                self._follow(place, status, again=False)

    @precondition(lambda self: self.is_("FINAL", "CANCELLED"))
    @rule(place=NUMBERS, status=OUTCOMES, again=FLAGS)
    def follow_refund(self, *, place: int, status: str, again: bool) -> None:
        self._follow(place, status, again=again)

    def _follow(self, place: int, status: str, *, again: bool) -> None:
        rows = self.play.rows(
            "SELECT id, version FROM refund "
            "WHERE organisation_id = :club AND account_id = :account ORDER BY amount_minor, id"
        )
        if not rows:
            return
        identity, version = rows[place % len(rows)]
        given = {"id": f"refund_{identity.hex}", "expectedVersion": version, "status": status}
        if status == "FAILED":
            given["failure"] = "account closed"
        payload = self.play.do("refundUpdate", "refund { id }", given, again=again)
        expect(payload, MONEY_REFUSALS)
