"""The code in the guide for portals is the code that these tests run."""

import re

import pytest

from tests.clients.running import ROOT

GUIDE = ROOT / "docs" / "guides" / "portal-developer.md"
SNIPPET = re.compile(r"<!-- (tests/clients/\S+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
SNIPPETS = dict(SNIPPET.findall(GUIDE.read_text("utf-8")))


@pytest.mark.parametrize("path", SNIPPETS)
def test_a_snippet_is_the_tested_file(path: str) -> None:
    assert SNIPPETS[path] == (ROOT / path).read_text("utf-8"), f"copy {path} into the guide"


def test_every_typescript_block_is_a_tested_file() -> None:
    assert GUIDE.read_text("utf-8").count("```ts\n") == len(
        [path for path in SNIPPETS if path.endswith(".ts")]
    )
    assert len(SNIPPETS) >= 6
