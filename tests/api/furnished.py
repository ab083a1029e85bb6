"""A club that has at least one row of everything the API can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select, text

from app.commands.event_cancelling import cancel_next
from app.commands.webhook_deliveries import claim, follow_for, record_answer
from app.domain.permissions import Role
from app.domain.webhooks import Answer, AttemptError
from app.resolvers.ids import encode_id
from app.schema.fields import NODE_TYPES
from app.storage.identity import new_id
from app.storage.tables import metadata
from tests.api.stated import entry_of_a_statement
from tests.api.transferred import connect_and_transfer
from tests.stadium import Stadium, amount, build_stadium

if TYPE_CHECKING:
    from tests.club import Club

_SCHEDULE = """INSERT INTO report_schedule SELECT organisation_id, :schedule, 'sales_by_season',
  'Sales', '{}', 'en', 'csv', 'DAILY', NULL, NULL, 0, 'UTC', ARRAY['an@club.example'],
  'token:' || id, id, false, now(), 1, now(), now() FROM access_token
  WHERE organisation_id = :club ORDER BY id LIMIT 1"""
_SENT = """INSERT INTO report_delivery SELECT organisation_id, :delivery, id, now(), 'SENT', 1,
  NULL, NULL, recipients, now(), now() FROM report_schedule WHERE id = :schedule"""
_LINK = """INSERT INTO report_link SELECT organisation_id, :link, 'sales_by_season', 'Sales', '{}',
  'en', ARRAY['https://club.example'], 'token:' || id, id, now() + interval '1 day', false, now()
  FROM access_token WHERE organisation_id = :club ORDER BY id LIMIT 1"""
"""A schedule, what was sent of it, and a link; over the API that takes a semantic layer."""


@dataclass
class Furnished:
    """A club with everything; `sample` has one id of each kind, all of which belong together."""

    stadium: Stadium
    sample: dict[str, str]

    @property
    def club(self) -> Club:
        return self.stadium.club

    def uuids(self) -> set[UUID]:
        """The ids of all the club's rows."""
        return {row_id for rows in rows_by_table(self.club).values() for row_id in rows}

    def node_ids(self) -> dict[str, list[str]]:
        """The encoded ids of all the club's rows that are nodes, by table."""
        rows = rows_by_table(self.club)
        return {
            table: [encode_id(table, one) for one in rows.get(table, [self.club.organisation.id])]
            for table in NODE_TYPES
        }


def rows_by_table(club: Club) -> dict[str, list[UUID]]:
    """The ids of all rows of a club, by table."""
    found: dict[str, list[UUID]] = {}
    with club.runner.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if {"organisation_id", "id"} <= set(table.c.keys()):
                mine = table.c.organisation_id == club.organisation.id
                query = select(table.c.id).where(mine).order_by(table.c.id)
                found[table.name] = list(connection.execute(query).scalars())
    return found


def furnish(club: Club) -> Furnished:
    """Set up a stadium, and sell, price, block, keep and remove something of everything."""
    stadium = build_stadium(club)
    ids = stadium.ids
    sample = {
        "venue": ids["V"],
        "season": ids["S1"],
        "calendar_item": stadium.matches[-1],
        "calendar_bundle": ids["SUBSCRIPTION"],
        "location": ids["N1"],
        "resource": stadium.seats[1],
        "product_group": ids["GROUP"],
        "product": ids["SEAT"],
        "account": ids["A1"],
    }
    stadium.package("VIP", ("SEAT", 1, 3), ("COCKTAIL", 1, 1))
    stadium.product("LOCKER", "CATALOG", "PARKING", scope="SEASON", isLimited=True, capacity=5)
    pack = {"code": "PACK", "name": "Pack", "kind": "PACK", "seasonId": ids["S1"]}
    members = [{"bundleId": ids["SUBSCRIPTION"]}]
    stadium.make("calendarBundleCreate", "calendarBundle", {**pack, "members": members})
    club.token(Role.PORTAL, stadium.uuid(ids["A1"]))
    _price(stadium, sample)
    _block(stadium)
    _keep(stadium, sample)
    sample |= sell_to(stadium, "A1", stadium.seats[:2])
    gone = stadium.begin()
    club.make("saleRemove", "saleTombstone { id }", stadium.about(gone, reason="a mistake"))
    _overbook(stadium, sample)
    _cancel_event(stadium, sample)
    source = {"code": "BOOKS", "name": "Books"}
    made = club.make("documentSourceCreate", "documentSource { id }", source)
    sample["document_source"] = made["documentSource"]["id"]
    quota = {"pointsPerSecond": 100, "bucketPoints": 2_000}
    token = {"label": "till", "role": "SALES", "quota": quota}
    made = club.make("accessTokenCreate", "accessToken { id }", token)
    sample["access_token"] = made["accessToken"]["id"]
    portals = {"audience": "loge", "accountClaim": "account", "accountKey": "CODE"}
    staff = {"roleClaim": "groups", "roles": [{"value": "tills", "role": "SALES"}]}
    named = {"code": "fans", "issuer": f"https://{club.organisation.code}.example"}
    trusted = {**named, **portals, **staff}
    made = club.make("identityProviderCreate", "identityProvider { id }", trusted)
    sample["identity_provider"] = made["identityProvider"]["id"]
    _post(club, sample)
    _report(club, sample)
    _attend(club, sample)
    _aim(club, sample)
    connect_and_transfer(club, sample)
    rule = club.query('{ vatRules(first: 1, filter: {country: "BE"}) { nodes { id } } }')
    sample["vat_rule"] = rule["vatRules"]["nodes"][0]["id"]
    return Furnished(stadium, sample | entry_of_a_statement(club))


def sell_to(stadium: Stadium, account: str, seats: list[str]) -> dict[str, str]:
    """Sell an account a billed Draft and a Final Sale; return the ids of the Draft's parts."""
    club = stadium.club
    contact = club.query(
        "query($a: [ID!]) { contacts(first: 1, filter: {accountId: $a}) { nodes { id } } }",
        {"a": [stadium.ids[account]]},
    )["contacts"]["nodes"][0]
    person = {"accountId": stadium.ids[account], "firstName": "Jef", "lastName": "Maes"}
    holder = club.make("ticketHolderCreate", "ticketHolder { id }", person)["ticketHolder"]
    final = stadium.add(stadium.begin(account), stadium.line("VIP", 1, "900.00", seatIds=seats[:1]))
    billed = stadium.act("saleFinalise", stadium.equal(final, 2))
    papers = document_of(stadium, billed["invoices"][0])
    papers |= money_of(stadium, billed["invoices"][0])
    papers |= cancelled_of(stadium, account)
    line = stadium.line("VIP", 1, "900.00", seatIds=seats[1:])
    draft = stadium.equal(stadium.add(stadium.begin(account), line), 2)
    entitlement = club.query(
        "query($s: [ID!]) { entitlements(first: 1, filter: {saleId: $s}) { nodes { id } } }",
        {"s": [draft["id"]]},
    )["entitlements"]["nodes"][0]
    names = [{"entitlementId": entitlement["id"], "ticketHolderId": holder["id"]}]
    stadium.act("ticketHolderAssign", draft, names=names)
    return {
        "account": stadium.ids[account],
        "contact": contact["id"],
        "ticket_holder": holder["id"],
        "sale": draft["id"],
        "sale_line": draft["lines"][0]["id"],
        "invoice": draft["invoices"][0]["id"],
        "entitlement": entitlement["id"],
        **papers,
    }


def document_of(stadium: Stadium, invoice: dict[str, Any]) -> dict[str, str]:
    """Report a document with a file of an invoice; return the ids of both."""
    club = stadium.club
    headers = {"authorization": f"Bearer {club.token()}"}
    file_id = club.http.post("/files", content=b"%PDF-1.7", headers=headers).json()["id"]
    given = {"invoiceId": invoice["id"], "source": "BOOKS", "number": f"F-{invoice['code']}"}
    given |= {"issuedOn": "2026-01-15", "fileId": file_id}
    made = club.make("invoiceDocumentRecord", "invoiceDocument { id }", given)
    return {"invoice_document": made["invoiceDocument"]["id"], "stored_file": file_id}


def money_of(stadium: Stadium, invoice: dict[str, Any]) -> dict[str, str]:
    """Pay an invoice in part and too much beside it, and refund some of that; return the ids."""
    club = stadium.club
    given = {"receivedOn": "2026-01-20", "method": "BANK_TRANSFER", "amount": amount("50.00")}
    allocation = {"invoiceId": invoice["id"], "amount": amount("20.00")}
    answer = "payment { id allocations { id } }"
    paid = club.make("paymentRecord", answer, {**given, "allocations": [allocation]})["payment"]
    back = {"paymentId": paid["id"], "amount": amount("10.00"), "reason": "too much"}
    refund = club.make("refundRequest", "refund { id }", back)["refund"]
    entry = club.query(
        "query($p: [ID!]) { ledgerEntries(first: 1, filter: {paymentId: $p}) { nodes { id } } }",
        {"p": [paid["id"]]},
    )["ledgerEntries"]["nodes"][0]
    return {
        "payment": paid["id"],
        "payment_allocation": paid["allocations"][0]["id"],
        "refund": refund["id"],
        "ledger_entry": entry["id"],
    }


def cancelled_of(stadium: Stadium, account: str) -> dict[str, str]:
    """Cancel half of a Sale with a document, and invoice that document anew; return the id."""
    sale = stadium.begin(account, type="CATALOG")
    sale = stadium.add(sale, stadium.line("SCARF", 2, "10.00", bundleId=None))
    sale = stadium.act("saleFinalise", stadium.equal(sale, 2))
    document_of(stadium, sale["invoices"][0])
    sale = stadium.cancel(sale, lines=[{"lineId": sale["lines"][0]["id"], "quantity": 1}])
    given = {"invoiceId": sale["invoices"][0]["id"], "expectedVersion": sale["version"]}
    more = {"plannedOn": "2099-01-01", "reason": "another purchase order"}
    stadium.club.make("invoiceReplace", "invoice { id }", {**given, **more})
    found = stadium.read(sale, "cancellations { id }")["cancellations"]
    return {"cancellation": found[0]["id"]}


def _price(stadium: Stadium, sample: dict[str, str]) -> None:
    """Put a price into a public list."""
    listed: dict[str, Any] = {"code": "L1", "name": "List", "currency": "EUR", "priceBasis": "NET"}
    sample["price_list"] = stadium.make(
        "priceListCreate", "priceList", {**listed, "isPublic": True}
    )
    given = {"priceListId": sample["price_list"], "productId": stadium.ids["SCARF"]}
    day = {"amount": amount("10.00"), "validFrom": "2026-01-01"}
    sample["price"] = stadium.make("priceCreate", "price", {**given, **day})


def _block(stadium: Stadium) -> None:
    """Block a seat."""
    place = {"resourceIds": stadium.seats[-2:-1], "calendarItemIds": stadium.matches[:1]}
    stadium.club.make("resourceBlock", "", {**place, "reason": "camera"})


def _keep(stadium: Stadium, sample: dict[str, str]) -> None:
    """Keep a template."""
    lines = [{"productId": stadium.ids["SCARF"], "quantity": 2}]
    given = {"code": "T1", "name": "Template", "saleType": "SEASON", "lines": lines}
    sample["sale_template"] = stadium.make("saleTemplateCreate", "saleTemplate", given)


def _overbook(stadium: Stadium, sample: dict[str, str]) -> None:
    """Force a pool below what is taken, and let it grow again; the record stays."""
    pool = stadium.club.query("{ pools(first: 1) { nodes { id version } } }")["pools"]["nodes"][0]
    wanted = {"id": pool["id"], "expectedVersion": pool["version"], "capacity": 1}
    stadium.club.make("poolCapacitySet", "", {**wanted, "force": True, "reason": "works"})
    wanted |= {"expectedVersion": pool["version"] + 1, "capacity": 20}
    stadium.club.make("poolCapacitySet", "", wanted)
    sample["pool"] = pool["id"]


def _cancel_event(stadium: Stadium, sample: dict[str, str]) -> None:
    """Sell a seat at an event, and cancel the event in the Sale."""
    club, ids = stadium.club, stadium.ids
    gala = {"code": "GALA", "name": "Gala", "kind": "EVENT", "seasonId": ids["S1"]}
    starts_at = {"venueId": ids["V"], "startsAt": "2099-05-01T18:00:00Z"}
    item = stadium.make("calendarItemCreate", "calendarItem", {**gala, **starts_at})
    line = stadium.line("SEAT", 1, "10.00", calendarItemId=item, seatIds=stadium.seats[:1])
    stadium.act("saleFinalise", stadium.equal(stadium.add(stadium.begin(), line), 1))
    given = {"calendarItemId": item, "reason": "rain"}
    made = club.make("eventCancellationStart", "eventCancellation { id }", given)
    job = sample["event_cancellation"] = made["eventCancellation"]["id"]
    assert cancel_next(club.runner, club.organisation.id, stadium.uuid(job))
    row = club.query(
        "query($id: ID!) { node(id: $id) { ... on EventCancellation { "
        "sales { nodes { id cancellation { id } } } } } }",
        {"id": job},
    )["node"]["sales"]["nodes"][0]
    sample["event_cancellation_sale"] = row["id"]
    sample.setdefault("cancellation", row["cancellation"]["id"])


def _report(club: Club, sample: dict[str, str]) -> None:
    """Copy a standard report, and show everybody the copy."""
    (standard,) = club.query("{ reports(first: 1) { nodes { id } } }")["reports"]["nodes"]
    made = club.make("reportCopy", "report { id }", {"id": standard["id"]})["report"]
    given = {"id": made["id"], "expectedVersion": 1, "sharing": "EVERYONE"}
    club.make("reportShare", "", given)
    sample["report"] = made["id"]
    club.make("reportRecipientsSet", "", {"patterns": ["@club.example"]})
    club.make("reportFramesSet", "", {"origins": ["https://club.example"]})
    schedule_id, delivery_id, link_id = new_id(), new_id(), new_id()
    due = {"schedule": schedule_id, "delivery": delivery_id, "club": club.organisation.id}
    with club.runner.engine.begin() as connection:
        for statement in (_SCHEDULE, _SENT, _LINK):
            connection.execute(text(statement), {**due, "link": link_id})
    sample["report_link"] = encode_id("report_link", link_id)
    sample["report_schedule"] = encode_id("report_schedule", schedule_id)
    sample["report_delivery"] = encode_id("report_delivery", delivery_id)


def _attend(club: Club, sample: dict[str, str]) -> None:
    """Scan a ticket of a Final Sale, and note what its guest eats."""
    sold = club.query("{ sales(filter: {status: FINAL}, first: 1) { nodes { id } } }")["sales"]
    entitlement = club.query(
        "query($s: [ID!]) { entitlements(first: 1, filter: {saleId: $s}) { nodes { id } } }",
        {"s": [sold["nodes"][0]["id"]]},
    )["entitlements"]["nodes"][0]["id"]
    scan = {"externalId": "1", "ticket": entitlement, "scannedAt": "2026-02-01T19:00:00Z"}
    made = club.make("scansRecord", "scans { id }", {"source": "GATES", "scans": [scan]})
    sample["scan"] = made["scans"][0]["id"]
    wish = {"entitlementId": entitlement, "menu": "Fish"}
    club.make("fulfilmentsSet", "", {"entitlements": [wish]})


def _aim(club: Club, sample: dict[str, str]) -> None:
    """Name a sales rep and set a target."""
    made = club.make("salesRepCreate", "salesRep { id }", {"code": "R1", "name": "An Peeters"})
    sample["sales_rep"] = made["salesRep"]["id"]
    target = {"repCode": "R1", "month": "2026-02-01", "amount": amount("100.00")}
    made = club.make("salesTargetsSet", "salesTargets { id }", {"targets": [target]})
    sample["sales_target"] = made["salesTargets"][0]["id"]


def _post(club: Club, sample: dict[str, str]) -> None:
    """Send an event to an endpoint that may not be reached, and queue it once more."""
    given = {"url": "https://partner.invalid/events", "description": "a partner"}
    made = club.make("webhookEndpointCreate", "webhookEndpoint { id }", given)
    endpoint = sample["webhook_endpoint"] = made["webhookEndpoint"]["id"]
    club.make("webhookEndpointTest", "", {"id": endpoint})
    now = datetime.now(UTC) + timedelta(seconds=1)
    own, endpoint_id = club.organisation.id, UUID(endpoint.rpartition("_")[2])
    assert follow_for(club.runner, own, endpoint_id, now) == 1
    (sent,) = claim(club.runner, own, endpoint_id, now, 1)
    record_answer(club.runner, sent, Answer(5, error=AttemptError.NAME_UNKNOWN), now, 0)
    again = {"endpointId": endpoint, "since": (now - timedelta(hours=1)).isoformat()}
    made = club.make("webhookReplay", "webhookReplay { id }", again)
    sample["webhook_replay"] = made["webhookReplay"]["id"]
    sample["webhook_delivery"] = f"webhook_delivery_{sent.delivery.id.hex}"


def version_of(club: Club, node_id: str) -> int:
    """The version a row is at; 1 for rows without one."""
    kind, _, digits = node_id.rpartition("_")
    table = metadata.tables[kind]
    if "version" not in table.c:
        return 1
    query = select(func.coalesce(func.max(table.c.version), 1)).where(table.c.id == UUID(digits))
    with club.runner.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def owned_by(club: Club, account_id: str) -> dict[str, list[UUID]]:
    """The rows that are one account's: itself, what names it, and everything of its Sales."""
    account = UUID(hex=account_id.rpartition("_")[2])
    found: dict[str, list[UUID]] = {"account": [account]}
    sale = metadata.tables["sale"]
    own = select(sale.c.id).where(
        sale.c.organisation_id == club.organisation.id, sale.c.account_id == account
    )
    with club.runner.engine.connect() as connection:
        for table in metadata.sorted_tables:
            columns: Any = table.c
            if "id" not in columns or not {"account_id", "sale_id"} & set(columns.keys()):
                continue
            is_own = (
                columns.account_id == account
                if "account_id" in columns
                else columns.sale_id.in_(own)
            )
            query = select(columns.id).where(
                columns.organisation_id == club.organisation.id, is_own
            )
            found[table.name] = list(connection.execute(query).scalars())
    return found
