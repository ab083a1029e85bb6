"""Titles and formats by Cube's rules; expected is what Cube 1.7.43 makes of the names."""

import pytest

from semantic.rest.display import NAMED_FORMATS, dimension_format, measure_format
from semantic.rest.titles import title_of


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("net", "Net"),
        ("sale_id", "Sale ID"),
        ("userIds", "User IDs"),
        ("net_30d", "Net30 D"),
        ("ECommerceRecordsUs2021", "E Commerce Records Us2021"),
        ("share_of_total", "Share of Total"),
        ("VATRate", "Vat Rate"),
        ("HTTPServer", "Http Server"),
        ("__x_y", "X Y"),
        ("of_the", "Of the"),
    ],
)
def test_titles_are_those_of_cubes_rules(name: str, title: str) -> None:
    assert title_of(name) == title


def test_formats_are_words_or_what_d3_understands() -> None:
    assert (NAMED_FORMATS["abbr"], NAMED_FORMATS["abbr_0"]) == (".2~s", ".0~s")
    assert (NAMED_FORMATS["percent_0"], NAMED_FORMATS["currency_2"]) == (".0%", "$,.2~f")
    assert measure_format(",.3f") == {"type": "custom-numeric", "value": ",.3f"}
    assert measure_format("percent") == "percent"
    assert measure_format(None) is None
    assert dimension_format("imageUrl", "string") == "imageUrl"
    assert dimension_format("anything", "string") == "anything"
    assert dimension_format(",.3f", "number") == {"type": "custom-numeric", "value": ",.3f"}
    link = {"type": "link", "label": "Open"}
    assert dimension_format(link, "string") == link
