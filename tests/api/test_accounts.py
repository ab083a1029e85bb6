"""Accounts, contacts and ticket holders over GraphQL."""

import threading
from typing import Any
from uuid import UUID

import pytest

from app.domain.permissions import Role
from app.resolvers.ids import decode_id
from tests.club import Club

ACCOUNT = "account { id code name kind vatId currency creditLimit { amount currency } version }"
CONTACT = "contact { id isDefault version }"
HOLDER = "ticketHolder { id firstName version account { id } }"


def make_account(club: Club, code: str = "A1", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = club.make("accountCreate", ACCOUNT, {"code": code, "name": code, **more})
    account: dict[str, Any] = made["account"]
    return account


def make_contact(club: Club, account: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    given = {"accountId": account["id"], "firstName": name, "lastName": "Peeters", **more}
    contact: dict[str, Any] = club.make("contactCreate", CONTACT, given)["contact"]
    return contact


def make_holder(club: Club, account: dict[str, Any], **caller: Any) -> dict[str, Any]:
    given = {"accountId": account["id"], "firstName": "Jo", "lastName": "Maes"}
    holder: dict[str, Any] = club.make("ticketHolderCreate", HOLDER, given, **caller)[
        "ticketHolder"
    ]
    return holder


def uuid_of(node: dict[str, Any]) -> UUID:
    decoded = decode_id(node["id"])
    assert decoded is not None
    return decoded[1]


def defaults_of(club: Club, account: dict[str, Any]) -> list[str]:
    document = "query($id: ID!) { node(id: $id) { ... on Account { contacts { id isDefault } } } }"
    found = club.query(document, {"id": account["id"]})["node"]["contacts"]
    return [contact["id"] for contact in found if contact["isDefault"]]


def changes_of(club: Club) -> int:
    count: int = club.query(
        '{ auditEntries(filter: {entity: ["account", "contact", "ticket_holder"]}) '
        "{ totalCount { count } } }"
    )["auditEntries"]["totalCount"]["count"]
    return count


def test_an_account_takes_the_currency_of_the_club_and_a_compact_vat_id(club: Club) -> None:
    made = make_account(club, country="BE", vatId="BE 0403.019.261")
    assert made == {
        "id": made["id"],
        "code": "A1",
        "name": "A1",
        "kind": "BUSINESS",
        "vatId": "BE0403019261",
        "currency": "EUR",
        "creditLimit": None,
        "version": 1,
    }


def test_a_vat_id_needs_no_prefix_where_the_country_is_known(club: Club) -> None:
    assert make_account(club, country="BE", vatId="0403019261")["vatId"] == "BE0403019261"


@pytest.mark.parametrize(
    ("field", "value", "code", "path"),
    [
        ("code", "a b", "CODE_INVALID", ["code"]),
        ("name", " ", "TEXT_REQUIRED", ["name"]),
        ("name", "x" * 201, "TEXT_TOO_LONG", ["name"]),
        ("vatId", "BE0403019262", "VAT_ID_INVALID", ["vatId"]),
        ("vatId", "NL123456789B01", "VAT_ID_INVALID", ["vatId"]),
        ("vatId", "", "VAT_ID_INVALID", ["vatId"]),
        ("country", "XX", "COUNTRY_UNKNOWN", ["country"]),
        ("language", "dutch", "LANGUAGE_UNKNOWN", ["language"]),
        ("email", "nobody", "EMAIL_INVALID", ["email"]),
        ("paymentTermDays", 366, "INPUT_INVALID", ["paymentTermDays"]),
        ("paymentTermDays", -1, "INPUT_INVALID", ["paymentTermDays"]),
        ("currency", "EURO", "CURRENCY_UNKNOWN", ["currency"]),
        ("creditLimit", {"amount": "-1.00", "currency": "EUR"}, "AMOUNT_NEGATIVE", ["creditLimit"]),
        ("creditLimit", {"amount": "1.001", "currency": "EUR"}, "AMOUNT_INVALID", ["creditLimit"]),
        (
            "creditLimit",
            {"amount": "90071992547409.92", "currency": "EUR"},
            "AMOUNT_TOO_LARGE",
            ["creditLimit"],
        ),
        ("priceListId", "price_list_" + "0" * 32, "NOT_FOUND", ["priceListId"]),
        ("priceListId", "season_" + "0" * 32, "ID_INVALID", ["priceListId"]),
    ],
)
def test_what_is_wrong_with_an_account_is_named_and_nothing_is_written(
    club: Club, field: str, value: object, code: str, path: list[str]
) -> None:
    given = {"code": "A1", "name": "A1", "country": "BE", field: value}
    errors = club.refused("accountCreate", given)
    assert [(e["code"], e["path"]) for e in errors] == [(code, path)]
    assert club.query("{ accounts { nodes { id } } }")["accounts"]["nodes"] == []
    assert changes_of(club) == 0


def test_a_credit_limit_is_kept_in_the_currency_of_the_account(club: Club) -> None:
    limit = {"amount": "5000", "currency": "JPY"}
    made = make_account(club, creditLimit=limit)
    assert (made["currency"], made["creditLimit"]) == ("JPY", limit)
    change = {"id": made["id"], "expectedVersion": 1}
    euros = {"amount": "5000.00", "currency": "EUR"}
    errors = club.refused("accountUpdate", {**change, "creditLimit": euros})
    assert [(e["code"], e["path"]) for e in errors] == [
        ("CURRENCY_MIXED", ["creditLimit", "currency"])
    ]
    without = club.make("accountUpdate", ACCOUNT, {**change, "creditLimit": None})["account"]
    assert (without["creditLimit"], without["currency"]) == (None, "JPY")


def test_a_currency_beside_a_credit_limit_in_another_one_is_refused(club: Club) -> None:
    limit = {"amount": "5000.00", "currency": "EUR"}
    given = {"code": "A1", "name": "A1", "currency": "USD", "creditLimit": limit}
    assert [e["code"] for e in club.refused("accountCreate", given)] == ["CURRENCY_MIXED"]


def test_an_account_is_changed_deactivated_and_audited(club: Club) -> None:
    made = make_account(club)
    given = {"id": made["id"], "expectedVersion": 1, "city": "Gent", "isActive": False}
    fields = "account { city isActive version }"
    changed = club.make("accountUpdate", fields, given)["account"]
    assert changed == {"city": "Gent", "isActive": False, "version": 2}
    found = club.query(
        "query($id: ID!) { auditEntries(filter: {entityId: [$id]}, sort: CREATED_AT_ASC) "
        "{ nodes { action entityId before after } } }",
        made,
    )["auditEntries"]["nodes"]
    assert [entry["action"] for entry in found] == ["account.created", "account.changed"]
    assert found[1]["entityId"] == made["id"]
    assert found[1]["before"] == {"city": None, "is_active": True, "version": 1}
    assert found[1]["after"] == {"city": "Gent", "is_active": False, "version": 2}


def test_a_change_that_changes_nothing_leaves_version_and_audit(club: Club) -> None:
    made = make_account(club, country="BE", vatId="BE0403019261")
    before = changes_of(club)
    given = {"id": made["id"], "expectedVersion": 1, "vatId": "BE 0403 019 261", "name": "A1"}
    assert club.make("accountUpdate", ACCOUNT, given)["account"]["version"] == 1
    assert changes_of(club) == before


def test_an_older_version_is_refused(club: Club) -> None:
    made = make_account(club)
    change = {"id": made["id"], "expectedVersion": 1}
    club.make("accountUpdate", ACCOUNT, {**change, "city": "Gent"})
    errors = club.refused("accountUpdate", {**change, "city": "Brugge"})
    assert [(e["code"], e["path"]) for e in errors] == [("VERSION_STALE", ["expectedVersion"])]
    found = club.query("{ accounts { nodes { city version } } }")["accounts"]["nodes"]
    assert found == [{"city": "Gent", "version": 2}]


def test_a_required_field_cannot_be_emptied(club: Club) -> None:
    made = make_account(club)
    given = {"id": made["id"], "expectedVersion": 1, "name": None, "isActive": None}
    errors = club.refused("accountUpdate", given)
    assert {(e["code"], *e["path"]) for e in errors} == {
        ("INPUT_INVALID", "name"),
        ("INPUT_INVALID", "isActive"),
    }


def test_a_code_is_taken_once(club: Club, other_club: Club) -> None:
    make_account(club)
    errors = club.refused("accountCreate", {"code": "A1", "name": "again"})
    assert [(e["code"], e["path"]) for e in errors] == [("CODE_TAKEN", ["code"])]
    assert make_account(other_club)["code"] == "A1"


def test_the_first_contact_becomes_the_default_and_another_takes_its_place(club: Club) -> None:
    account = make_account(club)
    first = make_contact(club, account, "An", isDefault=False)
    second = make_contact(club, account, "Bo")
    assert (first["isDefault"], second["isDefault"]) == (True, False)
    given = {"id": second["id"], "expectedVersion": 1, "isDefault": True}
    club.make("contactUpdate", CONTACT, given)
    assert defaults_of(club, account) == [second["id"]]
    third = make_contact(club, account, "Cis", isDefault=True)
    assert defaults_of(club, account) == [third["id"]]
    moved = club.query(
        "query($id: ID!) { node(id: $id) { ... on Contact { version isDefault } } }",
        {"id": first["id"]},
    )
    assert moved["node"] == {"version": 2, "isDefault": False}


def test_the_default_contact_cannot_give_up_its_mark(club: Club) -> None:
    account = make_account(club)
    only = make_contact(club, account, "An")
    given = {"id": only["id"], "expectedVersion": 1, "isDefault": False}
    errors = club.refused("contactUpdate", given)
    assert [(e["code"], e["path"]) for e in errors] == [("INPUT_INVALID", ["isDefault"])]
    assert defaults_of(club, account) == [only["id"]]


def test_first_contacts_that_come_together_leave_one_default(club: Club) -> None:
    account = make_account(club)
    club.token()
    threads = [
        threading.Thread(target=make_contact, args=(club, account, f"C{n}"), kwargs={})
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(defaults_of(club, account)) == 1


def test_an_account_leads_to_its_people(club: Club) -> None:
    account = make_account(club)
    contact = make_contact(club, account, "An")
    holder = make_holder(club, account)
    found = club.query(
        "{ accounts { nodes { defaultContact { id } contacts { id } "
        "ticketHolders { nodes { id } } } } contacts { nodes { account { code } } } }"
    )
    assert found["accounts"]["nodes"] == [
        {
            "defaultContact": {"id": contact["id"]},
            "contacts": [{"id": contact["id"]}],
            "ticketHolders": {"nodes": [{"id": holder["id"]}]},
        }
    ]
    assert found["contacts"]["nodes"] == [{"account": {"code": "A1"}}]


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({"code": ["A1", "nothing"]}, ["A1"]),
        ({"search": "gEN"}, ["A1"]),
        ({"search": "0403"}, ["A2"]),
        ({"search": "100%"}, []),
        ({"country": ["BE"]}, ["A2"]),
        ({"segment": ["gold"]}, ["A1"]),
        ({"repCode": ["R7"]}, ["A2"]),
        ({"kind": ["PERSON"]}, ["A3"]),
        ({"isActive": False}, ["A3"]),
        ({"isActive": True, "search": " "}, ["A1", "A2"]),
        ({"createdFrom": "2020-01-01T00:00:00Z"}, ["A1", "A2", "A3"]),
        ({"createdTo": "2020-01-01T00:00:00Z"}, []),
    ],
)
def test_accounts_are_found_by_what_a_back_office_asks(
    club: Club, wanted: dict[str, object], codes: list[str]
) -> None:
    make_account(club, "A1", city="Gent", segment="gold")
    make_account(club, "A2", country="BE", vatId="BE0403019261", repCode="R7")
    make_account(club, "A3", kind="PERSON", isActive=False)
    document = (
        "query($f: AccountFilter) { accounts(filter: $f, sort: CODE_ASC) { nodes { code } } }"
    )
    found = club.query(document, {"f": wanted})["accounts"]["nodes"]
    assert [node["code"] for node in found] == codes


def test_a_portal_user_sees_and_changes_the_holders_of_their_own_account_only(club: Club) -> None:
    own, foreign = make_account(club, "OWN"), make_account(club, "FOREIGN")
    theirs, other = make_holder(club, own), make_holder(club, foreign)
    make_contact(club, foreign, "An")
    caller: dict[str, Any] = {"role": Role.PORTAL, "account_id": uuid_of(own)}
    seen = club.query(
        "{ accounts { nodes { code } } contacts { nodes { id } } ticketHolders { nodes { id } } }",
        **caller,
    )
    assert seen["accounts"]["nodes"] == [{"code": "OWN"}]
    assert seen["contacts"]["nodes"] == []
    assert seen["ticketHolders"]["nodes"] == [{"id": theirs["id"]}]
    change = {"expectedVersion": 1, "firstName": "Li"}
    changed = club.make("ticketHolderUpdate", HOLDER, {"id": theirs["id"], **change}, **caller)
    assert changed["ticketHolder"]["firstName"] == "Li"
    before = changes_of(club)
    errors = club.refused("ticketHolderUpdate", {"id": other["id"], **change}, **caller)
    assert [(e["code"], e["path"]) for e in errors] == [("NOT_FOUND", ["id"])]
    given = {"accountId": foreign["id"], "firstName": "Li", "lastName": "Wei"}
    errors = club.refused("ticketHolderCreate", given, **caller)
    assert [(e["code"], e["path"]) for e in errors] == [("NOT_FOUND", ["accountId"])]
    assert changes_of(club) == before
    assert make_holder(club, own, **caller)["account"] == {"id": own["id"]}


def test_a_portal_user_changes_no_account_and_no_contact(club: Club) -> None:
    own = make_account(club)
    contact = make_contact(club, own, "An")
    before = changes_of(club)
    caller: dict[str, Any] = {"role": Role.PORTAL, "account_id": uuid_of(own)}
    change = {"expectedVersion": 1}
    for name, given in (
        ("accountUpdate", {"id": own["id"], **change, "name": "Mine"}),
        ("accountCreate", {"code": "A9", "name": "A9"}),
        ("contactUpdate", {"id": contact["id"], **change, "firstName": "Ann"}),
    ):
        assert [e["code"] for e in club.refused(name, given, **caller)] == ["PERMISSION_DENIED"]
    assert changes_of(club) == before


def test_another_club_neither_sees_nor_changes_what_is_not_its_own(
    club: Club, other_club: Club
) -> None:
    account = make_account(club)
    contact, holder = make_contact(club, account, "An"), make_holder(club, account)
    before = changes_of(club)
    for node in (account, contact, holder):
        document = "query($id: ID!) { node(id: $id) { id } }"
        assert other_club.query(document, {"id": node["id"]})["node"] is None
    change = {"expectedVersion": 1, "firstName": "X"}
    for name, given in (
        ("accountUpdate", {"id": account["id"], "expectedVersion": 1, "name": "X"}),
        ("contactUpdate", {"id": contact["id"], **change}),
        ("ticketHolderUpdate", {"id": holder["id"], **change}),
        ("contactCreate", {"accountId": account["id"], "firstName": "X", "lastName": "Y"}),
        ("ticketHolderCreate", {"accountId": account["id"], "firstName": "X", "lastName": "Y"}),
    ):
        assert [e["code"] for e in other_club.refused(name, given)] == ["NOT_FOUND"]
    assert changes_of(club) == before


def test_half_a_character_is_refused_before_anything_else(club: Club) -> None:
    answer = club.http.post(
        "/graphql",
        content=b'{"query": "mutation($n: String!) { accountCreate(input: {idempotencyKey: '
        b'\\"12345678\\", code: \\"A1\\", name: $n}) { userErrors { code } } }", '
        b'"variables": {"n": "\\ud800"}}',
        headers={
            "authorization": f"Bearer {club.token()}",
            "content-type": "application/json",
        },
    )
    assert answer.status_code == 400
    assert club.query("{ accounts { nodes { id } } }")["accounts"]["nodes"] == []


def test_names_are_sorted_without_regard_to_accents_and_capitals(club: Club) -> None:
    for number, name in enumerate(("Zwaan", "éclair", "Eclat", "Ångström", "abel", "Öhman")):
        make_account(club, f"A{number}", name=name)
    found = club.query("{ accounts(sort: NAME_ASC) { nodes { name } } }")["accounts"]["nodes"]
    names = [node["name"] for node in found]
    assert names == ["abel", "Ångström", "éclair", "Eclat", "Öhman", "Zwaan"]
