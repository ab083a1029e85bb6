"""Words for the codes of the models, in the languages of the pages."""

from datetime import date
from typing import Any

from reports.build import plan
from reports.build.words import read_words
from reports.spec import Definition, read_definition
from tests.reports.conftest import simple

Meta = list[dict[str, Any]]


def made(meta: Meta, definition: Definition, language: str = "en") -> Any:
    today = date(2026, 11, 22)
    found = plan(definition, {}, meta, language=language, today=today, time_zone="Europe/Brussels")
    return found.as_json()


def test_codes_have_words_in_every_language_of_pages(meta: Meta) -> None:
    dimensions = ["attendance.reason", "attendance.result"]
    query = {"measures": ["attendance.scan_count"], "dimensions": dimensions}
    blocks = [{"kind": "table", "query": "main"}]
    definition = read_definition(simple(queries={"main": query}, blocks=blocks), where="")
    for language, word in (("en", "Wrong gate"), ("nl", "Verkeerde ingang")):
        reason, result, _ = made(meta, definition, language)["queries"][0]["columns"]
        assert reason["values"]["WRONG_GATE"] == word
        assert set(result["values"]) == {"ACCEPTED", "REFUSED"}
    cancelled = {"measures": ["sales.cancellations"], "dimensions": ["sales.reason"]}
    definition = read_definition(simple(queries={"main": cancelled}, blocks=blocks), where="")
    assert made(meta, definition)["queries"][0]["columns"][0]["values"] == {}, "people write these"


def test_every_code_of_the_models_has_words_in_three_languages() -> None:
    for name, codes in read_words()["values"].items():
        for code, texts in codes.items():
            assert set(texts) == {"en", "nl", "fr"}, f"{name}.{code}"
