"""A Tryton to test against: its JSON-RPC with the models, rules and errors that a club meets.

What it answers was recorded from Tryton 8.2. The tests beside it run against it, and against a real
Tryton by `make test-peers`, so that it stays like one.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from stdnum.be import vat

from tests.transfers.tryton.store import Record, RefusalError, Store, WarnedError

USER, PASSWORD, DATABASE = "admin", "the-password-of-tryton", "erp"
CENT = Decimal("0.01")


class Tryton:
    """One database with a company, the Belgian accounts that matter, and its taxes."""

    def __init__(self) -> None:
        self.store = Store()
        self.tokens = {"first"}
        self.logins = 0
        self.calls: list[str] = []
        self.faults: list[tuple[str, str]] = []
        self.skipped: set[str] = set()
        self.wizards: dict[int, int] = {}
        self.preferences: dict[str, Any] = {"company": 1, "companies": [1], "employee": None}
        self.store.compute["account.invoice"] = self._computed
        self._seed()

    def fails_next(self, method: str, how: str) -> None:
        """The next call of a method is `lost` after it was done, or not done and `429`, `503`…"""
        self.faults.append((method, how))

    def call(self, method: str, params: list[Any]) -> Any:
        """Answer a call, or raise what Tryton raises."""
        self.calls.append(method)
        kind, _, rest = method.partition(".")
        name, _, verb = rest.rpartition(".")
        if method == "common.db.login":
            return self._login(params)
        if method == "model.res.user.get_preferences":
            return self.preferences
        if method == "model.res.user.warning.skip":
            self.skipped.add(params[0])
            return None
        if kind == "wizard":
            return self._wizard(verb, params)
        if name == "account.invoice" and verb == "post":
            return self._post(self.store.tables[name][params[0][0]])
        if name in {"party.party", "account.invoice"} and verb in {"create", "write"}:
            self._validate(name, params[-2] if verb == "write" else params[0][0])
        return self.store.call(name, verb, params)

    def _login(self, params: list[Any]) -> list[Any]:
        if params[0] != USER or params[1] != {"password": PASSWORD}:
            raise PermissionError
        self.logins += 1
        token = f"session{self.logins}"
        self.tokens.add(token)
        return [1, token, None]

    def _validate(self, name: str, values: Record) -> None:
        if name == "party.party":
            same = [["code", "=", values.get("code", object())]]
            if self.store.found(name, same):
                raise RefusalError("The code on party must be unique.")
            for _, created in values.get("identifiers", ()):
                for one in created:
                    if not vat.is_valid(one["code"]):
                        told = f'The European VAT Number "{one["code"]}" is not valid.'
                        raise RefusalError(told)

    def _computed(self, invoice: Record, field: str) -> Any:
        store = self.store
        lines = [store.tables["account.invoice.line"][one] for one in invoice.get("lines", ())]
        sums: dict[tuple[int, ...], Decimal] = {}
        net = Decimal(0)
        for one in lines:
            amount = Decimal(str(one["quantity"])) * one["unit_price"]
            amount = amount.quantize(CENT, ROUND_HALF_UP)
            net += amount
            taxes = tuple(one.get("taxes", ()))
            sums[taxes] = sums.get(taxes, Decimal(0)) + amount
        tax = Decimal(0)
        for idents, base in sums.items():
            for ident in idents:
                rate = store.tables["account.tax"][ident]["rate"]
                tax += (base * rate).quantize(CENT, ROUND_HALF_UP)
        paid = sum((one["amount"] for one in invoice.get("_payments", ())), Decimal(0))
        amounts = {"untaxed_amount": net, "tax_amount": tax, "total_amount": net + tax}
        if field == "amount_to_pay":
            return net + tax - paid if invoice["state"] in {"posted", "paid"} else Decimal(0)
        return amounts.get(field, invoice.get(field))

    def _post(self, invoice: Record) -> None:
        party = self.store.tables["party.party"][invoice["party"]]
        lines = [self.store.tables["account.invoice.line"][one] for one in invoice["lines"]]
        has_product = any(one.get("product") for one in lines)
        self._warn(f"{invoice['id']}.invoice_taxes", is_due=has_product)
        numbers = [
            self.store.tables["party.identifier"][one]["code"]
            for one in party.get("identifiers", ())
        ]
        is_belgian = any(one.startswith("BE") for one in numbers)
        self._warn(f"{invoice['id']}.invoice_peppol_required", is_due=is_belgian)
        posted = [one for one in self.store.tables["account.invoice"].values() if one.get("number")]
        invoice["number"] = f"2026-{len(posted) + 1:05}"
        invoice["state"] = "posted"
        invoice["customer_payment_reference"] = f"RF{len(posted):04}"
        invoice["write_date"] = datetime.now(UTC)
        invoice["lines_to_pay"] = [self.store.made("account.move.line", self._maturity(invoice))]

    def _maturity(self, invoice: Record) -> Record:
        term = self.store.tables["account.invoice.payment_term"].get(invoice["payment_term"] or 0)
        day = invoice["invoice_date"] if term else datetime.now(UTC).date()
        begin: date = invoice.get("payment_term_date") or day
        days = 0
        for line in term["lines"] if term else ():
            for delta in self.store.tables["account.invoice.payment_term.line"][line][
                "relativedeltas"
            ]:
                days += self.store.tables["account.invoice.payment_term.line.delta"][delta]["days"]
        return {"maturity_date": begin + timedelta(days=days)}

    def _warn(self, name: str, *, is_due: bool) -> None:
        if is_due and name not in self.skipped:
            raise WarnedError(name, f"Is {name} all right?")

    def _wizard(self, verb: str, params: list[Any]) -> Any:
        if verb == "create":
            ident = len(self.wizards) + 1
            self.wizards[ident] = params[-1]["active_id"]
            return [ident, "start", "end"]
        if verb == "delete":
            return None
        ident, data, state, _ = params
        invoice = self.store.tables["account.invoice"][self.wizards[ident]]
        open_amount = self._computed(invoice, "amount_to_pay")
        if state == "start":
            defaults = {"amount": open_amount, "payee": invoice["party"], "company": 1}
            return {"view": {"defaults": {**defaults, "company.": {"id": 1}}}}
        start = data["start"]
        if state == "choice" and start["amount"] != open_amount:
            return {"view": {"defaults": {"amount": start["amount"], "type": "partial"}}}
        number = str(len(self.store.tables["account.move"]) + 1)
        move = {"description": start["description"], "number": number, "company": 1}
        self.store.made("account.move", move)
        invoice.setdefault("_payments", []).append({"amount": start["amount"]})
        if self._computed(invoice, "amount_to_pay") == 0:
            invoice["state"] = "paid"
        invoice["write_date"] = datetime.now(UTC)
        return {}

    def _seed(self) -> None:
        made = self.store.made
        made("party.party", {"name": "Stadion Hospitality NV", "code": "1", "addresses": []})
        made("currency.currency", {"code": "EUR", "rec_name": "EUR"})
        company = {"party": 1, "currency": 1, "rec_name": "Stadion Hospitality NV"}
        made("company.company", company)
        made("country.country", {"code": "BE", "name": "Belgium"})
        made("product.uom", {"symbol": "u"})
        made("ir.module", {"name": "account_invoice", "state": "activated"})
        made("account.journal", {"code": "REV", "rec_name": "Revenue"})
        for code in ("400", "700", "708"):
            account = {"code": code, "company": 1, "closed": False, "rec_name": code}
            made("account.account", account)
        groups = ("BTW Verkoop van goederen", "BTW Verkoop van diensten")
        for name in groups:
            made("account.tax.group", {"name": name, "kind": "sale"})
        for group in (1, 2):
            for category, rate in (("S", "0.06"), ("S", "0.12"), ("S", "0.21"), ("Z", "0")):
                made("account.tax", _tax(category, rate, group))
        for days in (0, 30):
            delta = {"days": days, "weeks": 0, "months": 0, "day": None}
            deltas = [made("account.invoice.payment_term.line.delta", delta)] if days else []
            line = {"type": "remainder", "relativedeltas": deltas}
            lines = [made("account.invoice.payment_term.line", line)]
            term = {"name": f"Net {days} days", "rec_name": f"Net {days} days", "lines": lines}
            made("account.invoice.payment_term", term)
        method = {"name": "Bank", "company": 1, "rec_name": "Bank"}
        made("account.invoice.payment.method", method)


def _tax(category: str, rate: str, group: int) -> Record:
    return {
        "name": f"BTW {Decimal(rate) * 100:f}% {group}",
        "rate": Decimal(rate),
        "type": "percentage",
        "parent": None,
        "group": group,
        "unece_category_code": category,
        "unece_code": "VAT",
        "company": 1,
    }


class _Handler(BaseHTTPRequestHandler):
    """Speaks Tryton's JSON-RPC."""

    tryton: Tryton

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        method, params = body["method"], _decoded(body["params"])
        fault = next((one for one in self.tryton.faults if one[0] == method), None)
        if fault is not None:
            self.tryton.faults.remove(fault)
        how = fault[1] if fault else ""
        if how.isdigit():
            self._answer(int(how), b"busy", {"retry-after": "7"})
        elif how == "garbage":
            self._answer(200, b"<html>a proxy</html>")
        else:
            self._carry_out(method, params, how)

    def _carry_out(self, method: str, params: list[Any], how: str) -> None:
        if self.path != f"/{DATABASE}/rpc/":
            self._answer(404, b"not found")
            return
        if method != "common.db.login" and not self._is_signed_in():
            self._answer(401, b"<!doctype html>")
            return
        try:
            answer: Any = {"id": 1, "result": self.tryton.call(method, params)}
        except PermissionError:
            self._answer(401, b"<!doctype html>")
            return
        except (RefusalError, WarnedError) as error:
            answer = {"id": 1, "error": error.args[0]}
        except KeyError as error:
            answer = {"id": 1, "error": [str(error), ""]}
        if how == "lost":
            self.close_connection = True
            self.connection.close()
            return
        if how == "warn":
            name = f"{len(self.tryton.calls)}.invoice_taxes"
            answer = {"id": 1, "error": ["UserWarning", [name, "Again?", ""]]}
        if how.startswith("error:"):
            answer = {"id": 1, "error": [how.removeprefix("error:"), ""]}
        self._answer(200, json.dumps(answer, default=_encoded).encode())

    def _is_signed_in(self) -> bool:
        _, _, coded = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(coded).decode().rpartition(":")[2] in self.tryton.tokens

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "datetime":
            day = datetime(value["year"], value["month"], value["day"], tzinfo=UTC)
            names = ("hour", "minute", "second", "microsecond")
            return day.replace(**{name: value[name] for name in names})
        case _:
            pass
    return {name: _decoded(one) for name, one in value.items()}


def _encoded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, datetime):
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime", **{name: getattr(value, name) for name in names}}
    parts = {"year": value.year, "month": value.month, "day": value.day}
    return {"__class__": "date", **parts}


@contextmanager
def standing_in() -> Iterator[tuple[str, Tryton]]:
    """Serve one on a port of its own; give its address."""
    tryton = Tryton()
    handler = type("Handler", (_Handler,), {"tryton": tryton})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", tryton
    server.shutdown()
    thread.join()
    server.server_close()
