from typing import Any

import pytest

from app.transfers.mapping.applying import compile_mapping
from app.transfers.mapping.definition import CustomerRules
from app.transfers.mapping.matching import (
    Candidate,
    Decision,
    match_customer,
    plain_name,
    search_keys,
)

CUSTOMER: dict[str, Any] = {
    "code": "C1",
    "name": "Peeters & Zonen N.V.",
    "vat_id": "BE 0123.456.749",
    "email": " Jan@Peeters.example ",
}
ONE = Candidate("100", "Peeters", "BE0123456749")
OTHER = Candidate("200", "Peeters-Janssens")
STRANGER = Candidate("300", "Peeters", "BE0999999922")


def rules(**given: Any) -> CustomerRules:
    return compile_mapping({"customer": given}).customer


def test_each_rule_says_what_to_look_for() -> None:
    assert search_keys(rules(), CUSTOMER) == (
        ("code", "C1"),
        ("vat_id", "BE0123456749"),
        ("email_domain+name", "peeters.example|peeters zonen"),
        ("email", "jan@peeters.example"),
    )
    assert search_keys(rules(rules=["external_code"]), {"external_code": " 7 "}) == (
        ("external_code", "7"),
    )


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({}, ()),
        ({"code": 7, "name": None, "vat_id": 1, "email": "nobody"}, ()),
        ({"name": "Jan", "email": "jan@gmail.com"}, (("email", "jan@gmail.com"),)),
        ({"name": "NV", "email": "a@b.example"}, (("email", "a@b.example"),)),
        ({"name": 7, "email": "a@b.example"}, (("email", "a@b.example"),)),
    ],
)
def test_what_is_not_known_is_not_looked_for(
    customer: dict[str, Any], expected: tuple[tuple[str, str], ...]
) -> None:
    assert search_keys(rules(), customer) == expected


def test_the_first_rule_that_finds_one_decides() -> None:
    found = match_customer(rules(), CUSTOMER, {"vat_id": [ONE, ONE], "email": [OTHER]})
    assert (found.decision, found.code, found.rule) == (Decision.MATCHED, "100", "vat_id")
    assert found.message == "vat_id BE0123456749 is customer 100, Peeters"


def test_more_than_one_is_parked_with_all_of_them() -> None:
    found = match_customer(rules(), CUSTOMER, {"email": [ONE, OTHER]})
    assert (found.decision, found.code, found.rule) == (Decision.PARKED, None, "email")
    assert found.candidates == (ONE, OTHER)
    assert "100 (Peeters), 200 (Peeters-Janssens); say which it is" in found.message


def test_another_vat_id_is_somebody_else_and_nobody_is_made_beside_it() -> None:
    found = match_customer(rules(), CUSTOMER, {"code": [STRANGER], "email": [STRANGER]})
    assert (found.decision, found.candidates) == (Decision.PARKED, (STRANGER,))
    assert "300 (Peeters, BE0999999922)" in found.message
    found = match_customer(rules(), CUSTOMER, {"code": [STRANGER], "email": [STRANGER, OTHER]})
    assert (found.decision, found.code) == (Decision.MATCHED, "200")


@pytest.mark.parametrize(
    ("given", "decision", "code"),
    [
        ({}, Decision.CREATE, None),
        ({"else": "park"}, Decision.PARKED, None),
        ({"else": {"collective": "99999"}}, Decision.COLLECTIVE, "99999"),
        ({"rules": [], "else": {"collective": "99999"}}, Decision.COLLECTIVE, "99999"),
    ],
)
def test_where_no_rule_finds_anybody_the_mapping_says_what_to_do(
    given: dict[str, Any], decision: Decision, code: str | None
) -> None:
    found = match_customer(rules(**given), CUSTOMER, {})
    assert (found.decision, found.code) == (decision, code)
    assert found.message


def test_names_are_compared_without_signs_and_legal_forms() -> None:
    assert plain_name("Café De Zwaan B.V.") == plain_name("CAFÉ de zwaan") == "café de zwaan"
