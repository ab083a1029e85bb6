"""A client as a process of its own: buys, pays and cancels by lot, and writes down what it is told.

`python -m tests.faults.customer PLACE NUMBER`: the file `stage.json` in the place says where and
what. It is killed at any moment; started again, it reads in its log what it had under way. Each
request goes on until it is answered, under the same key; some are sent twice at once, and some that
were carried out long ago are sent again.
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.faults.client_log import Answer, ClientLog, Request, Truth, lines_of, read_logs

STAGE, STOP = "stage.json", "stop"
PATIENCE_SECONDS = 15.0
"""How long a client waits for an answer before it asks again."""
FIELDS = {
    "saleCreate": "sale { id version }",
    "saleLineAdd": "sale { id version lines { id } }",
    "invoiceScheduleSet": "sale { id version }",
    "saleFinalise": "sale { id version }",
    "saleCancel": "sale { id version }",
    "paymentRecord": "payment { id }",
    "accountCreate": "account { id }",
}
PREVIEW = """query($input: SaleCancelPreviewInput!) { saleCancelPreview(input: $input) {
    preview { previewHash } userErrors { code } } }"""
LOOK = "query($id: ID!) { sale(id: $id) { version } }"


class StoppedError(Exception):
    """The run is over, and the service did not answer any more."""


@dataclass
class Wire:
    """A connection to the API that is made again whenever it was lost."""

    address: str
    token: str
    _kept: http.client.HTTPConnection | None = None

    def post(self, body: str) -> dict[str, Any]:
        """Send a document and return its data.

        Raises:
            OSError: it is not known whether it was carried out; the text says how it failed.
        """
        try:
            connection = self._connection()
            headers = {
                "authorization": f"Bearer {self.token}",
                "content-type": "application/json",
            }
            connection.request("POST", "/graphql", body.encode(), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ConnectionError("not connected") from error
        if answer.headers.get_content_type() != "application/json":
            raise ConnectionError(f"{answer.status} {answer.headers.get_content_type()}")
        found = json.loads(content)
        if answer.status == http.HTTPStatus.OK and "errors" not in found:
            data: dict[str, Any] = found["data"]
            return data
        codes = {one.get("extensions", {}).get("code", "") for one in found.get("errors", ())}
        raise ConnectionError(f"{answer.status} {' '.join(sorted(codes))}")

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connection(self) -> http.client.HTTPConnection:
        if self._kept is None:
            parts = urlsplit(self.address)
            assert parts.hostname is not None
            self._kept = http.client.HTTPConnection(
                parts.hostname, parts.port, timeout=PATIENCE_SECONDS
            )
        return self._kept


@dataclass
class Customer:
    """One client: what it may buy, the lots it draws, and its log."""

    place: Path
    number: int
    stage: dict[str, Any]
    log: ClientLog
    wire: Wire
    dice: random.Random
    told: Truth = field(default_factory=Truth)
    visit: str = ""
    step: int = 0

    def go(self) -> None:
        """Finish what was under way or let it be, then make one visit after another."""
        lines = list(lines_of(self.place / f"{self.number}.log"))
        self.told = Truth({**_of(read_logs(self.place), self.number)})
        begun = sum(one["what"] == "visit" for one in lines)
        with_chance = random.Random(f"{self.stage['seed']}-{self.number}-again-{begun}")
        for request in list(self.told.requests.values()):
            if not request.answers and with_chance.random() < 0.7:
                self.insist(request)
        while not self.is_over:
            self.visit, self.step = f"{self.number}-{begun}", 0
            self.dice = random.Random(f"{self.stage['seed']}-{self.visit}")
            self.log.note("visit")
            self.make_visit()
            begun += 1

    @property
    def is_over(self) -> bool:
        return (self.place / STOP).exists()

    def make_visit(self) -> None:
        """Do one thing that a customer does."""
        kind = self.dice.choices(
            [self.buy_season, self.buy_match, self.buy_scarfs, self.pay, self.join],
            [30, 30, 20, 15, 5],
        )[0]
        kind()
        time.sleep(self.dice.uniform(0, 2 * self.stage["pause_seconds"]))

    def buy_season(self) -> None:
        seats = self.some_seats()
        scope = {"bundleId": self.stage["ids"]["SUBSCRIPTION"]}
        lines = [self.line("SEAT", 10_000, len(seats), seatIds=seats, **scope)]
        lines.append(self.line("COCKTAIL", 5_000, len(seats), **scope))
        self.buy(lines, seats, self.stage["matches"], "SEASON", len(seats))

    def buy_match(self) -> None:
        seats, match = self.some_seats(), self.dice.choice(self.stage["matches"])
        line = self.line("SEAT", 3_000, len(seats), seatIds=seats, calendarItemId=match)
        self.buy([line], seats, [match], "TICKET")

    def buy_scarfs(self) -> None:
        self.buy([self.line("SCARF", 1_000, self.dice.randint(1, 5))], [], [], "CATALOG")

    def some_seats(self) -> list[str]:
        count = self.dice.randint(1, 3)
        first = self.dice.randrange(len(self.stage["seats"]) - count)
        found: list[str] = self.stage["seats"][first : first + count]
        return found

    def line(self, product: str, price_minor: int, quantity: int, **more: Any) -> dict[str, Any]:
        price = {"amount": f"{price_minor // 100}.{price_minor % 100:02d}", "currency": "EUR"}
        identity = self.stage["ids"][product]
        return {"productId": identity, "quantity": quantity, "unitPrice": price, **more}

    def buy(
        self,
        lines: list[dict[str, Any]],
        seats: list[str],
        items: list[str],
        kind: str,
        place_count: int = 0,
    ) -> None:
        """Begin a Sale, put lines into it, bill it, make it Final, perhaps cancel it."""
        given = {"type": kind, "accountId": self.account(), "reference": self.next_key}
        sale = self.ask("saleCreate", given, {})
        if sale is None:
            return
        net_minor = sum(
            one["quantity"] * int(one["unitPrice"]["amount"].replace(".", "")) for one in lines
        )
        about: dict[str, Any] = {"sale": sale["id"], "lines": len(lines), "net_minor": net_minor}
        wanted = [{**one, "description": self.next_key} for one in lines]
        said = {**about, "seats": seats, "items": items, "places": place_count}
        sale = self.act("saleLineAdd", sale, said, lines=wanted)
        recipe = {"equal": {"count": 2, "firstOn": f"{datetime.now(UTC).year + 1}-08-01"}}
        sale = sale and self.act("invoiceScheduleSet", sale, about, recipe=recipe)
        sale = sale and self.act("saleFinalise", sale, about)
        if sale is None:
            return
        if self.dice.random() < 0.3:
            self.look_at(sale)
        if self.dice.random() < 0.5:
            self.cancel(sale, about)

    def act(
        self, operation: str, sale: dict[str, Any], said: dict[str, Any], **more: Any
    ) -> dict[str, Any] | None:
        return self.ask(
            operation, {"saleId": sale["id"], "expectedVersion": sale["version"], **more}, said
        )

    def cancel(self, sale: dict[str, Any], about: dict[str, Any]) -> None:
        wanted = {"saleId": sale["id"], "everything": True}
        found = self.read(PREVIEW, {"input": wanted})["saleCancelPreview"]
        if not found["userErrors"]:
            hashed = {"previewHash": found["preview"]["previewHash"], "reason": self.next_key}
            self.ask("saleCancel", {**wanted, **hashed}, about)

    def look_at(self, sale: dict[str, Any]) -> None:
        """Read what was just answered: it must be there, however it is answered."""
        found = self.read(LOOK, {"id": sale["id"]})["sale"]
        version = found and found["version"]
        self.log.note("seen", sale=sale["id"], version=version, at_least=sale["version"])

    def pay(self) -> None:
        amount_minor = self.dice.randint(1, 100_000)
        given = {
            "accountId": self.account(),
            "amount": {"amount": f"{amount_minor / 100:.2f}", "currency": "EUR"},
            "receivedOn": f"{datetime.now(UTC):%Y-%m-%d}",
            "method": "BANK_TRANSFER",
            "reference": self.next_key,
        }
        self.ask("paymentRecord", given, {"amount_minor": amount_minor})

    def join(self) -> None:
        given = {"code": self.next_key, "name": self.visit, "kind": "BUSINESS"}
        self.ask("accountCreate", given, {})

    def account(self) -> str:
        found: str = self.stage["accounts"][self.number % len(self.stage["accounts"])]
        return found

    @property
    def next_key(self) -> str:
        """The key of the request that comes next, by which its effects are found again."""
        return f"visit-{self.visit}-{self.step}"

    def ask(
        self, operation: str, given: dict[str, Any], said: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Have something carried out; return what it is about, None where it was refused."""
        key, kind = self.next_key, operation[0].upper() + operation[1:] + "Input"
        self.step += 1
        document = (
            f"mutation($input: {kind}!) {{ {operation}(input: $input) "
            f"{{ {FIELDS[operation]} userErrors {{ code }} }} }}"
        )
        variables = {"input": {**given, "idempotencyKey": key}}
        body = json.dumps({"query": document, "variables": variables})
        request = Request(key, operation, said, body, time.time())
        self.told.requests[key] = request
        self.log.note("asked", key=key, operation=operation, said=said, body=body)
        twin = None
        if self.dice.random() < 0.15:
            twin = threading.Thread(target=self.send, args=(request, Wire(*self.place_of_api())))
            twin.start()
        payload = self.insist(request)
        if twin is not None:
            twin.join()
        if self.dice.random() < 0.1:
            self.repeat_something()
        found: dict[str, Any] | None = next(
            one for name, one in payload.items() if name != "userErrors"
        )
        return found

    def place_of_api(self) -> tuple[str, str]:
        return self.stage["address"], self.stage["token"]

    def repeat_something(self) -> None:
        """Send something again that was carried out before."""
        done = [one for one in self.told.requests.values() if one.is_done]
        if done:
            self.insist(self.dice.choice(done))

    def insist(self, request: Request) -> dict[str, Any]:
        """Send a request until it is answered; return its payload."""
        while True:
            payload = self.send(request, self.wire)
            if payload is not None:
                return payload
            self.wait()

    def read(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Ask a question until it is answered."""
        body = json.dumps({"query": document, "variables": variables})
        while True:
            try:
                return self.wire.post(body)
            except ConnectionError as error:
                self.log.note("failed", reason=str(error))
            self.wait()

    def send(self, request: Request, wire: Wire) -> dict[str, Any] | None:
        """Send a request once and write down what became of it."""
        try:
            payload: dict[str, Any] = wire.post(request.body)[request.operation]
        except ConnectionError as error:
            self.log.note("failed", key=request.key, reason=str(error))
            return None
        codes = [one["code"] for one in payload["userErrors"]]
        ids = [] if codes else _ids(payload)
        self.log.note("answered", key=request.key, ids=ids, codes=codes)
        request.answers.append(Answer(time.time(), tuple(ids), tuple(codes)))
        return payload

    def wait(self) -> None:
        """Pause before another attempt; give up when the run has been over for long."""
        stop = self.place / STOP
        if stop.exists() and time.time() - stop.stat().st_mtime > 4 * PATIENCE_SECONDS:
            raise StoppedError
        time.sleep(random.uniform(0.05, 0.2))


def _ids(payload: dict[str, Any]) -> list[str]:
    """Name what an answer is about: an object, and the lines that it shows."""
    (found,) = (one for name, one in payload.items() if name != "userErrors")
    return [found["id"], *sorted(line["id"] for line in found.get("lines", ()))]


def _of(truth: Truth, number: int) -> dict[str, Request]:
    """Choose what one client asked."""
    mine = f"visit-{number}-"
    return {key: one for key, one in truth.requests.items() if key.startswith(mine)}


def main(place: Path, number: int) -> None:
    """Be a customer until the run is over."""
    stage = json.loads((place / STAGE).read_text(encoding="utf-8"))
    log = ClientLog(place / f"{number}.log")
    wire = Wire(stage["address"], stage["token"])
    Customer(place, number, stage, log, wire, random.Random()).go()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
