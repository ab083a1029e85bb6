"""The sandbox itself: payments, refunds and payouts in memory, and webhooks that misbehave.

It keeps everything in the process that serves it, so it is empty after a restart. Amounts are in
minor units. Nothing here sends or serves: `app.http` does.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any

from app.domain.money import CURRENCY_DIGITS, MAX_AMOUNT_MINOR

if TYPE_CHECKING:
    from datetime import datetime

FEE_FIXED_MINOR = 25
FEE_BP = 150
"""What each payment costs: 0.25 and 1.5 %, rounded down."""
_WHOLE_BP = 10_000
_MOST_COPIES = 5
_MOST_SECONDS = 60


class PaymentState(StrEnum):
    """Where a payment at the sandbox is."""

    OPEN = "open"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MOVES: dict[PaymentState, frozenset[PaymentState]] = {
    PaymentState.OPEN: frozenset(PaymentState) - {PaymentState.OPEN},
    PaymentState.PROCESSING: frozenset({PaymentState.SUCCEEDED, PaymentState.FAILED}),
    PaymentState.SUCCEEDED: frozenset(),
    PaymentState.FAILED: frozenset(),
    PaymentState.CANCELLED: frozenset(),
    PaymentState.EXPIRED: frozenset(),
}
"""Where a payment may go from where it is."""


class SandboxError(Exception):
    """A request that the sandbox does not accept; `status` is the answer's."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status of the answer with the message."""
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Misbehaviour:
    """What goes wrong with webhooks: copies of each, a delay, the wrong order, or all lost."""

    copies: int = 1
    delay_seconds: int = 0
    is_reordered: bool = False
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook that is to be sent."""

    url: str
    body: bytes = field(repr=False)


@dataclass(slots=True)
class Sandbox:
    """A payment service provider; safe to be used by several threads."""

    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    balance: list[dict[str, Any]] = field(default_factory=list)
    _answers: dict[str, str] = field(default_factory=dict)
    _notices: list[Notice] = field(default_factory=list)
    _sequence_no: int = 0
    _lock: Lock = field(default_factory=Lock)

    def open_payment(self, asked: dict[str, Any], key: str | None, now: datetime) -> dict[str, Any]:
        """Begin a payment; the same idempotency key answers the same payment."""
        with self._lock:
            if key is not None and key in self._answers:
                return dict(self.payments[self._answers[key]])
            currency = str(asked.get("currency"))
            if currency not in CURRENCY_DIGITS:
                raise SandboxError(422, f"currency: {currency!r} is no ISO 4217 currency")
            payment_id = f"sp_{secrets.token_hex(12)}"
            self.payments[payment_id] = {
                "id": payment_id,
                "status": PaymentState.OPEN,
                "amount_minor": _amount(asked.get("amount_minor")),
                "refunded_minor": 0,
                "refunds": [],
                "currency": currency,
                "reference": _text(asked, "reference"),
                "webhook_url": _address(asked, "webhook_url"),
                "return_url": _address(asked, "return_url"),
                "key": key,
                "created_at": _instant(now),
            }
            if key is not None:
                self._answers[key] = payment_id
            return self._changed(payment_id, now)

    def read(self, payment_id: str) -> dict[str, Any]:
        """Return a payment."""
        with self._lock:
            return dict(self._payment(payment_id))

    def since(self, sequence_no: int, key: str | None = None) -> list[dict[str, Any]]:
        """List payments that changed after a point, the earliest first; or the one of a key."""
        with self._lock:
            found = [
                dict(one)
                for one in self.payments.values()
                if one["sequence_no"] > sequence_no and key in {None, one["key"]}
            ]
        return sorted(found, key=lambda one: int(one["sequence_no"]))

    def move(self, payment_id: str, state: PaymentState, now: datetime) -> dict[str, Any]:
        """Bring a payment to another state; one that is already there stays as it is."""
        with self._lock:
            payment = self._payment(payment_id)
            before = PaymentState(payment["status"])
            if state is before:
                return dict(payment)
            if state not in MOVES[before]:
                raise SandboxError(409, f"status: after {before} comes no {state}")
            payment["status"] = state
            if state is PaymentState.SUCCEEDED:
                payment["paid_at"] = _instant(now)
                amount = int(payment["amount_minor"])
                fee = FEE_FIXED_MINOR + amount * FEE_BP // _WHOLE_BP
                self._moved("payment", payment, payment_id, amount, min(fee, amount), now)
            return self._changed(payment_id, now)

    def refund(
        self, payment_id: str, asked: dict[str, Any], key: str | None, now: datetime
    ) -> dict[str, Any]:
        """Pay back a part of a payment, or all of it; the same key answers the same refund."""
        with self._lock:
            payment = self._payment(payment_id)
            for known in payment["refunds"]:
                if key is not None and known["key"] == key:
                    return dict(known)
            amount = _amount(asked.get("amount_minor"))
            left = int(payment["amount_minor"]) - int(payment["refunded_minor"])
            if payment["status"] != PaymentState.SUCCEEDED or amount > left:
                raise SandboxError(422, f"amount_minor: {left} can still be paid back")
            made = {
                "id": f"sr_{secrets.token_hex(12)}",
                "payment_id": payment_id,
                "amount_minor": amount,
                "currency": payment["currency"],
                "status": "succeeded",
                "key": key,
                "created_at": _instant(now),
            }
            payment["refunds"] = [*payment["refunds"], made]
            payment["refunded_minor"] += amount
            self._moved("refund", payment, str(made["id"]), -amount, 0, now)
            self._changed(payment_id, now)
            return dict(made)

    def charge_back(self, payment_id: str, now: datetime) -> dict[str, Any]:
        """Take a whole payment back, as a payer's bank does."""
        with self._lock:
            payment = self._payment(payment_id)
            if payment["status"] != PaymentState.SUCCEEDED or payment["refunded_minor"]:
                raise SandboxError(422, "only a whole payment that succeeded is charged back")
            payment["refunded_minor"] = payment["amount_minor"]
            ref = f"sd_{secrets.token_hex(12)}"
            self._moved("chargeback", payment, ref, -int(payment["amount_minor"]), 0, now)
            return self._changed(payment_id, now)

    def pay_out(self, currency: str, now: datetime) -> dict[str, Any]:
        """Send everything of a currency that is on the balance to the bank."""
        with self._lock:
            parts = [
                one for one in self.balance if not one["payout_id"] and one["currency"] == currency
            ]
            net = sum(one["amount_minor"] - one["fee_minor"] for one in parts)
            if net <= 0:
                raise SandboxError(422, f"currency: there is nothing to be paid out in {currency}")
            payout_id = f"so_{secrets.token_hex(12)}"
            self._sequence_no += 1
            for one in parts:
                one["payout_id"] = payout_id
                one["sequence_no"] = self._sequence_no
            sent = {"currency": currency, "id": None}
            self._moved("payout", sent, payout_id, -net, 0, now)
            self.balance[-1]["payout_id"] = payout_id
            return {"id": payout_id, "amount_minor": net, "currency": currency}

    def moved_since(self, sequence_no: int) -> list[dict[str, Any]]:
        """List movements of the balance that were paid out after a point, payouts after parts."""
        with self._lock:
            found = [one for one in self.balance if one["payout_id"]]
            return [dict(one) for one in found if one["sequence_no"] > sequence_no]

    def take_notices(self) -> list[Notice]:
        """Return the webhooks that are to be sent now, as the misbehaviour wants them."""
        with self._lock:
            notices, self._notices = self._notices, []
            wrong = self.misbehaviour
        if wrong.is_lost:
            return []
        if wrong.is_reordered and len(notices) == 1:
            with self._lock:
                self._notices = [*notices, *self._notices]
            return []
        ordered = notices[::-1] if wrong.is_reordered else notices
        return [one for one in ordered for _ in range(wrong.copies)]

    def misbehave(self, asked: dict[str, Any]) -> Misbehaviour:
        """Switch what goes wrong with webhooks; what is not named is right again."""
        copies, delay = asked.get("copies", 1), asked.get("delay_seconds", 0)
        if copies not in range(1, _MOST_COPIES + 1) or delay not in range(_MOST_SECONDS + 1):
            message = f"copies is 1 to {_MOST_COPIES}, delay_seconds 0 to {_MOST_SECONDS}"
            raise SandboxError(422, message)
        flags = (bool(asked.get("is_reordered")), bool(asked.get("is_lost")))
        self.misbehaviour = Misbehaviour(copies, delay, *flags)
        return self.misbehaviour

    def _payment(self, payment_id: str) -> dict[str, Any]:
        """Find a payment."""
        found = self.payments.get(payment_id)
        if found is None:
            raise SandboxError(404, "there is no such payment")
        return found

    def _changed(self, payment_id: str, now: datetime) -> dict[str, Any]:
        """Number a change of a payment, and note the webhook that tells of it."""
        payment = self.payments[payment_id]
        self._sequence_no += 1
        payment["sequence_no"] = self._sequence_no
        told = {"id": f"se_{secrets.token_hex(12)}", "at": _instant(now), "payment": payment}
        if payment["webhook_url"]:
            body = json.dumps(told, separators=(",", ":")).encode()
            self._notices.append(Notice(payment["webhook_url"], body))
        return dict(payment)

    def _moved(
        self,
        kind: str,
        payment: dict[str, Any],
        reference: str,
        amount_minor: int,
        fee_minor: int,
        now: datetime,
    ) -> None:
        """Note a movement of the balance."""
        self._sequence_no += 1
        self.balance.append(
            {
                "id": reference,
                "kind": kind,
                "payment_id": payment["id"],
                "reference": payment.get("reference"),
                "amount_minor": amount_minor,
                "fee_minor": fee_minor,
                "currency": payment["currency"],
                "payout_id": None,
                "sequence_no": self._sequence_no,
                "at": _instant(now),
            }
        )


def _amount(value: object) -> int:
    """Read an amount in minor units, more than nothing."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_AMOUNT_MINOR:
        raise SandboxError(422, "amount_minor: is a whole number of minor units, more than 0")
    return value


def _text(asked: dict[str, Any], name: str) -> str:
    """Read a short text."""
    value = asked.get(name) or ""
    if not isinstance(value, str) or len(value) > 200:  # noqa: PLR2004 - as other PSPs have it
        raise SandboxError(422, f"{name}: is a text of at most 200 characters")
    return value


def _address(asked: dict[str, Any], name: str) -> str | None:
    """Read an address of the web, or none."""
    value = asked.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise SandboxError(422, f"{name}: is an address that begins with https://")
    return value


def _instant(now: datetime) -> str:
    return now.isoformat(timespec="seconds").replace("+00:00", "Z")
