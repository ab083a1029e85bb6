"""The GraphQL documents of the guides fit the schema."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from app.schema.build import print_schema

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
DOCUMENTS = [
    (guide.name, number, text)
    for guide in sorted(GUIDES.glob("*.md"))
    for number, text in enumerate(re.findall(r"```graphql\n(.*?)```", guide.read_text(), re.DOTALL))
]


@pytest.mark.parametrize(
    ("guide", "number", "text"),
    DOCUMENTS,
    ids=[f"{name}-{number}" for name, number, _ in DOCUMENTS],
)
def test_a_document_of_a_guide_is_valid(guide: str, number: int, text: str) -> None:
    assert validate(build_schema(print_schema()), parse(text)) == []


def test_the_guides_have_documents() -> None:
    assert {name for name, _, _ in DOCUMENTS} >= {
        "back-office.md",
        "partner.md",
        "portal-developer.md",
    }
