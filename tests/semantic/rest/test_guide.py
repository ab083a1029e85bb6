"""The guide for analysts: its code is tested, and what it asks for is in the models."""

import re

import pytest

from semantic.query.shape import OPERATORS
from tests.clients.running import ROOT
from tests.semantic.models.shipped import MODEL

GUIDE = (ROOT / "docs" / "guides" / "semantic-rest.md").read_text("utf-8")
SNIPPET = re.compile(r"<!-- (tests/\S+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
SNIPPETS = dict(SNIPPET.findall(GUIDE))


@pytest.mark.parametrize("path", SNIPPETS)
def test_a_snippet_is_the_tested_file(path: str) -> None:
    assert SNIPPETS[path] == (ROOT / path).read_text("utf-8"), f"copy {path} into the guide"


def test_both_languages_have_one() -> None:
    assert len(SNIPPETS) == 2


def test_every_member_that_is_named_exists() -> None:
    names = set(re.findall(r'"(sales\.[a-z_]+)"', GUIDE))
    assert len(names) > 3
    assert not [name for name in names if MODEL.find(name) is None]


def test_every_operator_is_listed() -> None:
    positive = {one for one in OPERATORS if not one.startswith("not")} - {"measureFilter"}
    assert not [one for one in positive if f"`{one}`" not in GUIDE]
