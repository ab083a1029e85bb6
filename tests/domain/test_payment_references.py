"""References by which payments find documents, whatever people write around them."""

import pytest

from app.domain.payment_references import reference_key, reference_keys


@pytest.mark.parametrize(
    "text",
    [
        "+++090/9337/55493+++",
        "***090/9337/55493***",
        "090/9337/55493",
        "090933755493",
        "Betaling factuur 12 +++090/9337/55493+++ dank u",
        " 090 / 9337 / 55493 ",
    ],
)
def test_a_belgian_structured_communication_is_its_digits(text: str) -> None:
    assert reference_key(text) == "090933755493"


@pytest.mark.parametrize(
    "text",
    ["RF18539007547034", "rf18 5390 0754 7034", "ref RF18 5390 0754 7034 for the season"],
)
def test_a_creditor_reference_is_compact(text: str) -> None:
    assert reference_key(text) == "RF18539007547034"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("+++123/4567/89012+++", "123456789012"),
        ("RF19 5390 0754 7034", "RF19539007547034"),
        ("f-2026/0001", "F20260001"),
        ("  ", None),
        ("---", None),
        ("", None),
        (None, None),
    ],
)
def test_anything_else_is_its_letters_and_digits(text: str | None, key: str | None) -> None:
    assert reference_key(text) == key


def test_a_text_may_be_a_reference_by_each_of_its_words() -> None:
    assert reference_keys("invoice F-1 +++090/9337/55493+++") == (
        "090933755493",
        "INVOICEF1090933755493",
        "INVOICE",
        "F1",
    )
    assert reference_keys(None) == ()


def test_digits_that_are_part_of_a_longer_number_are_no_structured_communication() -> None:
    assert reference_key("1090933755493") == "1090933755493"
