"""Requests that are sent again: the same answer, carried out once, whatever came in between."""

from typing import Any

from tests.club import Club, fresh_key
from tests.fingerprint import fingerprint
from tests.scenarios.rivals import race
from tests.stadium import Stadium, amount, build_stadium


def test_a_replay_answers_the_same_and_writes_nothing(club: Club) -> None:
    stadium = build_stadium(club, matches=2)
    key = fresh_key()
    header = {"type": "SEASON", "accountId": stadium.ids["A1"], "idempotencyKey": key}
    first = club.make("saleCreate", "sale { id version }", header)["sale"]
    line = stadium.line("SEAT", 2, "10.00", seatIds=stadium.seats[:2])
    given = {**stadium.about(first, lines=[line]), "idempotencyKey": fresh_key()}
    added = club.make("saleLineAdd", "sale { id version lines { id } }", given)["sale"]
    before = fingerprint(club)
    assert club.make("saleLineAdd", "sale { id version lines { id } }", given)["sale"] == added
    again = club.make("saleCreate", "sale { id version }", header)["sale"]
    assert (again["id"], again["version"]) == (first["id"], 2)
    assert fingerprint(club) == before


def test_a_key_stands_for_one_content_of_one_operation(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    key = fresh_key()
    header = {"type": "SEASON", "accountId": stadium.ids["A1"], "idempotencyKey": key}
    sale = club.make("saleCreate", "sale { id version }", header)["sale"]
    assert stadium.refused("saleCreate", {**header, "type": "TICKET"}) == [
        ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    ]
    assert stadium.refused("saleCreate", {**header, "comments": "other"}) == [
        ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    ]
    given = {**stadium.about(sale), "expiresAt": None, "idempotencyKey": key}
    assert stadium.club.make("saleHoldSet", "sale { version }", given)["sale"]["version"] == 2


def test_a_key_is_long_enough_and_printable(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    header = {"type": "SEASON", "accountId": stadium.ids["A1"]}
    for key in ("", "1234567", "x" * 201, "with a space", "ümlaut-key", "tab\tkey-1"):
        assert stadium.refused("saleCreate", {**header, "idempotencyKey": key}) == [
            ("IDEMPOTENCY_KEY_INVALID", ["idempotencyKey"])
        ]
    document = (
        """mutation($input: SaleCreateInput!) { saleCreate(input: $input) { sale { id } } }"""
    )
    answer = club.send(document, {"input": header})
    assert "idempotencyKey" in answer["errors"][0]["message"]


def test_after_a_refusal_the_same_key_works_for_the_corrected_request(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    rival = stadium.add(stadium.begin(), stadium.line("SEAT", 1, "1.00", seatIds=stadium.seats[:1]))
    sale = stadium.begin()
    key = {"idempotencyKey": fresh_key()}
    wrong = stadium.line("SEAT", 1, "1.00", seatIds=stadium.parkings[:1])
    stadium.refused("saleLineAdd", {**stadium.about(sale, lines=[wrong]), **key})
    taken = stadium.line("SEAT", 1, "1.00", seatIds=stadium.seats[:1])
    stadium.conflict("saleLineAdd", {**stadium.about(sale, lines=[taken]), **key})
    stadium.act("saleExpire", rival)
    assert len(stadium.act("saleLineAdd", sale, lines=[taken], **key)["lines"]) == 1


def test_ten_identical_requests_at_once_are_carried_out_once(club: Club) -> None:
    stadium = build_stadium(club, matches=2)
    sale = stadium.begin()
    line = stadium.line("SEAT", 2, "10.00", seatIds=stadium.seats[:2])
    given = {**stadium.about(sale, lines=[line]), "idempotencyKey": fresh_key()}

    def send() -> dict[str, Any]:
        return club.mutate("saleLineAdd", "sale { id version lines { id } }", given)

    answers = race([send] * 10)
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["userErrors"] == []
    assert answers[0]["sale"]["version"] == 2
    assert len(stadium.held()) == 4


def test_ten_different_requests_on_one_version_change_it_once(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    line = stadium.line("SCARF", 1, "10.00", bundleId=None)

    def send() -> list[str]:
        payload = club.mutate("saleLineAdd", "", stadium.about(sale, lines=[line]))
        return [error["code"] for error in payload["userErrors"]]

    answers = race([send] * 10)
    assert sorted(answers) == [[]] + [["VERSION_STALE"]] * 9
    assert len(stadium.read(sale)["lines"]) == 1


def test_warnings_are_repeated_with_their_paths(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    sale = stadium.add(stadium.begin(), stadium.line("SCARF", 1, "10.00", bundleId=None))
    sale = stadium.act("invoiceScheduleSet", sale, recipe={"dates": ["2020-01-01"]})
    given = {**stadium.about(sale), "idempotencyKey": fresh_key()}
    fields = "sale { version status } warnings { code message path }"
    first = club.make("saleFinalise", fields, given)
    assert first["warnings"][0]["path"] == ["invoices", "0"]
    assert club.make("saleFinalise", fields, given) == first


def test_a_replay_of_a_removal_still_answers_with_the_tombstone(club: Club) -> None:
    stadium = build_stadium(club, matches=1)
    given = {**stadium.about(stadium.begin(), reason="twice"), "idempotencyKey": fresh_key()}
    first = club.make("saleRemove", "saleTombstone { id code }", given)
    assert club.make("saleRemove", "saleTombstone { id code }", given) == first


def test_prices_of_another_scale_are_another_request(club: Club) -> None:
    stadium: Stadium = build_stadium(club, matches=1)
    sale = stadium.begin()
    key = {"idempotencyKey": fresh_key()}
    line = stadium.line("SCARF", 1, None, bundleId=None, unitPrice=amount("10.00"))
    stadium.act("saleLineAdd", sale, lines=[line], **key)
    # 10 and 10.00 are one amount; 10.01 is another one.
    same = {**line, "unitPrice": amount("10")}
    assert stadium.act("saleLineAdd", sale, lines=[same], **key)["version"] == 2
    other = {**line, "unitPrice": amount("10.01")}
    given = {**stadium.about(sale, lines=[other]), **key}
    assert stadium.refused("saleLineAdd", given) == [("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])]
