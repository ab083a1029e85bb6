"""A small stadium with a season to sell, set up through the API as a club would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.permissions import Role
from tests.copies import built
from tests.fingerprint import fingerprint

if TYPE_CHECKING:
    from tests.club import Club

SALE = """
sale { id code status version net { amount } vat { amount } gross { amount currency }
  discount { amount } holdExpiresAt
  lines { id lineNo quantity amount { amount } net { amount } vat { amount } gross { amount }
    saleDiscount { amount }
    components { product { code } rateBp vatCategory amount { amount } vat { amount } } }
  invoices { id code sequenceNo plannedOn status amount { amount } net { amount }
    vat { amount } gross { amount }
    lines { line { lineNo } component { componentNo } amount { amount } vat { amount } }
    vatLines { rateBp vatCategory net { amount } vat { amount } } } }
"""
CONFLICTS = """
conflicts { wanted free calendarItem { code } resource { label }
  pool { id } holder { saleCode saleStatus accountName } alternatives { label } }
together { label }
"""


def amount(text: str, currency: str = "EUR") -> dict[str, str]:
    """Write a MoneyInput."""
    return {"amount": text, "currency": currency}


@dataclass
class Stadium:
    """Ids by code of everything that was set up, and shortcuts to sell it."""

    club: Club
    ids: dict[str, str] = field(default_factory=dict)
    seats: list[str] = field(default_factory=list)
    parkings: list[str] = field(default_factory=list)
    matches: list[str] = field(default_factory=list)

    def make(self, name: str, member: str, given: dict[str, Any]) -> str:
        """Create something with a code and remember its id."""
        made = self.club.make(name, f"{member} {{ id }}", given)[member]
        self.ids[given.get("code", name)] = made["id"]
        identity: str = made["id"]
        return identity

    def product(self, code: str, kind: str, supply: str, **more: Any) -> str:
        """Create a product in the one group."""
        given = {
            "code": code,
            "name": code.title(),
            "kind": kind,
            "scope": "CALENDAR_ITEM",
            "productGroupId": self.ids["GROUP"],
            "supplyType": supply,
            **more,
        }
        return self.make("productCreate", "product", given)

    def account(self, code: str = "A1", **more: Any) -> str:
        """Create a complete account with a default contact."""
        given = {
            "code": code,
            "name": f"Account {code}",
            "kind": "BUSINESS",
            "language": "nl",
            "street": "Walplein 26",
            "postalCode": "8000",
            "city": "Brugge",
            "country": "BE",
            "paymentTermDays": 30,
            **more,
        }
        identity = self.make("accountCreate", "account", given)
        contact = {"accountId": identity, "firstName": "An", "lastName": "Peeters"}
        self.club.make("contactCreate", "contact { id }", contact)
        return identity

    def begin(self, account: str = "A1", **more: Any) -> dict[str, Any]:
        """Begin a season Sale."""
        given = {"type": "SEASON", "accountId": self.ids[account], **more}
        sale: dict[str, Any] = self.club.make("saleCreate", SALE, given)["sale"]
        return sale

    def act(self, name: str, sale: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Run a mutation on a Sale at the version it has here; return the Sale afterwards."""
        changed: dict[str, Any] = self.club.make(name, SALE, self.about(sale, **more))["sale"]
        return changed

    def cancel(
        self, sale: dict[str, Any], reason: str = "not needed", **selection: Any
    ) -> dict[str, Any]:
        """Preview cancelling a part of a Sale, or all of it, and do so; return the Sale."""
        given = self.to_cancel(sale, reason, **selection)
        changed: dict[str, Any] = self.club.make("saleCancel", SALE, given)["sale"]
        return changed

    def to_cancel(
        self, sale: dict[str, Any], reason: str = "not needed", **selection: Any
    ) -> dict[str, Any]:
        """Preview cancelling a part of a Sale, or all of it; return the input that does it."""
        given = {"saleId": sale["id"], **(selection or {"everything": True})}
        seen = self.preview(given)
        return {**given, "reason": reason, "previewHash": seen["previewHash"]}

    def preview(
        self, given: dict[str, Any], fields: str = "previewHash", **caller: Any
    ) -> dict[str, Any]:
        """Preview a cancellation that is possible."""
        document = f"""query($input: SaleCancelPreviewInput!) {{
          saleCancelPreview(input: $input) {{
            preview {{ {fields} }} userErrors {{ code message path }} }} }}"""
        answer = self.club.query(document, {"input": given}, **caller)["saleCancelPreview"]
        assert answer["userErrors"] == [], answer["userErrors"]
        found: dict[str, Any] = answer["preview"]
        return found

    def about(self, sale: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Name a Sale and its version in an input."""
        return {"saleId": sale["id"], "expectedVersion": sale["version"], **more}

    def add(self, sale: dict[str, Any], *lines: dict[str, Any]) -> dict[str, Any]:
        """Add lines."""
        return self.act("saleLineAdd", sale, lines=list(lines))

    def line(self, product: str, quantity: int, price: str | None, **more: Any) -> dict[str, Any]:
        """Write a line for the whole season, or for the scope given."""
        given: dict[str, Any] = {"productId": self.ids[product], "quantity": quantity, **more}
        if price is not None:
            given["unitPrice"] = amount(price)
        if not {"bundleId", "calendarItemId", "seasonId"} & more.keys():
            given["bundleId"] = self.ids["SUBSCRIPTION"]
        return given

    def equal(self, sale: dict[str, Any], count: int) -> dict[str, Any]:
        """Bill a Sale in equal months from next year's first of August."""
        return self.act("invoiceScheduleSet", sale, recipe={"equal": self.months(count)})

    def read(self, sale: dict[str, Any], fields: str = SALE, **caller: Any) -> dict[str, Any]:
        """Read a Sale as it is now."""
        inner = (
            fields.strip().removeprefix("sale {").removesuffix("}") if fields is SALE else fields
        )
        document = f"query($id: ID!) {{ sale(id: $id) {{ {inner} }} }}"
        found: dict[str, Any] = self.club.query(document, {"id": sale["id"]}, **caller)["sale"]
        return found

    def refused(
        self,
        name: str,
        given: dict[str, Any],
        *,
        role: Role = Role.ROOT,
        account_id: UUID | None = None,
    ) -> list[tuple[str, list[str]]]:
        """Run a mutation that must be refused and write nothing; return codes and paths."""
        errors = self.refusals(name, given, role=role, account_id=account_id)["userErrors"]
        return [(error["code"], error["path"]) for error in errors]

    def refusals(
        self,
        name: str,
        given: dict[str, Any],
        fields: str = "",
        *,
        role: Role = Role.ROOT,
        account_id: UUID | None = None,
    ) -> dict[str, Any]:
        """Run a mutation that must be refused and write nothing; return its whole payload."""
        self.club.token(role, account_id)
        before = fingerprint(self.club)
        payload = self.club.mutate(name, fields, given, role=role, account_id=account_id)
        assert payload["userErrors"], "the mutation was not refused"
        assert fingerprint(self.club) == before
        return payload

    def conflict(self, name: str, given: dict[str, Any], **caller: Any) -> dict[str, Any]:
        """Run a mutation that finds its inventory taken; return conflicts and adjacent seats."""
        payload = self.refusals(name, given, CONFLICTS, **caller)
        assert [error["code"] for error in payload["userErrors"]] == ["INVENTORY_CONFLICT"]
        return payload

    def package(self, code: str, *parts: tuple[str, int, int], **more: Any) -> str:
        """Create a package of (product, quantity, weight)."""
        given = {"kind": "PACKAGE", "supply": "ADMISSION", "scope": "NONE", **more}
        identity = self.product(code, **given)
        components = [
            {"productId": self.ids[product], "quantity": quantity, "priceWeight": weight}
            for product, quantity, weight in parts
        ]
        wanted = {"productId": identity, "expectedVersion": 1, "components": components}
        self.club.make("packageComponentsSet", "product { id }", wanted)
        return identity

    def price(self, product: str, text: str, **scope: Any) -> str:
        """Put a price into the one public price list, which is made when it is first needed."""
        if "LIST" not in self.ids:
            given = {"code": "LIST", "name": "List", "currency": "EUR", "priceBasis": "NET"}
            self.make("priceListCreate", "priceList", {**given, "isPublic": True})
        given = {"priceListId": self.ids["LIST"], "productId": self.ids[product]}
        wanted = {**given, "amount": amount(text), "validFrom": "2020-01-01", **scope}
        identity: str = self.club.make("priceCreate", "price { id }", wanted)["price"]["id"]
        return identity

    def taken(self) -> dict[str, int]:
        """Count the places taken of each pool, by product or location and calendar item."""
        document = """{ pools(first: 100) { nodes {
            taken product { code } location { code } calendarItem { code } } } }"""
        found: dict[str, int] = {}
        for pool in self.club.query(document)["pools"]["nodes"]:
            owner = (pool["product"] or pool["location"])["code"]
            item = pool["calendarItem"]["code"] if pool["calendarItem"] else ""
            found[f"{owner} {item}".strip()] = pool["taken"]
        return found

    def held(self, state: str = "HELD") -> list[tuple[str, str]]:
        """List the (calendar item, resource) pairs that are reserved in a state."""
        document = """query($state: [ReservationState!]) {
          reservations(first: 100, filter: {state: $state}) { nodes {
            calendarItem { code } resource { id } } } }"""
        rows = self.club.query(document, {"state": [state]})["reservations"]["nodes"]
        return sorted((row["calendarItem"]["code"], row["resource"]["id"]) for row in rows)

    @staticmethod
    def uuid(identity: str) -> UUID:
        """Return the UUID inside an id."""
        return UUID(hex=identity.rpartition("_")[2])

    @staticmethod
    def months(count: int) -> dict[str, Any]:
        """Write an equal recipe that lies in the future."""
        return {"count": count, "firstOn": f"{datetime.now(UTC).year + 1}-08-01"}


def build_stadium(
    club: Club,
    *,
    matches: int = 3,
    seats: int = 12,
    parkings: int = 6,
    places: int = 20,
    country: str = "BE",
) -> Stadium:
    """Set up venue, season, subscription, products and an account."""

    def build() -> dict[str, Any]:
        made = Stadium(club)
        _build(made, matches, seats, parkings, places, country)
        return {one: getattr(made, one) for one in ("ids", "seats", "parkings", "matches")}

    wanted = ("stadium", matches, seats, parkings, places, country)
    return Stadium(club, **built(club, wanted, build))


def _build(
    stadium: Stadium, matches: int, seats: int, parkings: int, places: int, country: str
) -> None:
    """Set up a stadium through the API."""
    club = stadium.club
    make = stadium.make
    venue = make("venueCreate", "venue", {"code": "V", "name": "Stadium", "country": country})
    place = {"venueId": venue}
    make("locationCreate", "location", {**place, "code": "N", "name": "North", "kind": "STAND"})
    block = {**place, "parentId": stadium.ids["N"], "code": "N1", "name": "N1", "kind": "BLOCK"}
    make("locationCreate", "location", block)
    row = {**place, "parentId": stadium.ids["N1"], "code": "N1-1", "name": "1", "kind": "ROW"}
    make("locationCreate", "location", row)
    zone = {**place, "code": "P1", "name": "P1", "kind": "PARKING_ZONE"}
    make("locationCreate", "location", zone)
    lounge = {**place, "code": "LOUNGE", "name": "Lounge", "kind": "HOSPITALITY"}
    make("locationCreate", "location", {**lounge, "typeCode": "COCKTAIL", "capacity": places})
    stadium.seats = _resources(club, stadium.ids["N1-1"], "SEAT", seats)
    stadium.parkings = _resources(club, stadium.ids["P1"], "PARKING", parkings)
    year = datetime.now(UTC).year + 1
    season = {"code": "S1", "name": "Season", "startsOn": f"{year}-07-01"}
    season_id = make("seasonCreate", "season", {**season, "endsOn": f"{year + 1}-06-30"})
    first = datetime(year, 8, 7, 18, 30, tzinfo=UTC)
    for number in range(1, matches + 1):
        item = {"code": f"M{number}", "name": f"Match {number}", "kind": "MATCH", "venueId": venue}
        starts_at = (first + timedelta(days=14 * number)).isoformat()
        given = {**item, "seasonId": season_id, "startsAt": starts_at}
        stadium.matches.append(make("calendarItemCreate", "calendarItem", given))
    members = [{"calendarItemId": one, "weight": 1} for one in stadium.matches]
    bundle: dict[str, Any] = {
        "code": "SUBSCRIPTION",
        "name": "Subscription",
        "kind": "SUBSCRIPTION",
    }
    subscription: dict[str, Any] = {**bundle, "seasonId": season_id, "members": members}
    make("calendarBundleCreate", "calendarBundle", subscription)
    make("productGroupCreate", "productGroup", {"code": "GROUP", "name": "Group"})
    stadium.product("SEAT", "SEAT", "ADMISSION", isNumbered=True, isLimited=True)
    stadium.product("PARKING", "PARKING", "PARKING", isNumbered=True, isLimited=True)
    stadium.product("SCARF", "CATALOG", "PARKING", scope="NONE", isLimited=False)
    cocktail = {"locationTypeCode": "COCKTAIL", "locationId": stadium.ids["LOUNGE"]}
    stadium.product("COCKTAIL", "FORMULA", "CATERING", isLimited=True, **cocktail)
    stadium.account(country=country)


def _resources(club: Club, location: str, kind: str, count: int) -> list[str]:
    """Create numbered resources in one location."""
    given = {"locationId": location, "kind": kind, "count": count}
    made = club.make("resourcesCreate", "resources { id }", given)["resources"]
    return [one["id"] for one in made]
