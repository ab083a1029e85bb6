"""GraphiQL: served by Loge itself, and examples that work."""

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution import get_variable_values

from app.http.graphiql import pages
from app.http.graphiql.pages import Example, examples
from tests.architecture.source import ROOT
from tests.club import Club

FOLDER = Path(pages.__file__).parent
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Page(HTMLParser):
    """What a page loads, and what stands in it itself."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        loads = named.get("src") or (named.get("href") if tag == "link" else None)
        if loads:
            self.loaded.append(loads)
        elif tag in {"script", "style"}:
            self.inline.append(tag)
        self.inline += [name for name in named if name == "style" or name.startswith("on")]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))


def operation_of(example: Example) -> OperationDefinitionNode:
    (operation,) = parse(example.document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation


@pytest.mark.postgres
def test_the_page_loads_only_what_loge_serves_and_has_nothing_inline(club: Club) -> None:
    answer = club.http.get("/graphiql")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    page = Page()
    page.feed(answer.text)
    assert page.inline == []
    loaded = [one for one in page.loaded if one != "data:,"]
    assert len(loaded) == 6
    for path in loaded:
        found = club.http.get(path)
        assert found.status_code == 200, path
        assert found.headers["x-content-type-options"] == "nosniff"
        again = club.http.get(path, headers={"if-none-match": found.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        plain = club.http.get(path, headers={"accept-encoding": "identity"})
        assert plain.content == found.content


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["pages.py", "README.md", "..%2fpages.py", "vendor", "%00"])
def test_nothing_else_of_the_folder_is_served(club: Club, name: str) -> None:
    assert club.http.get(f"/graphiql/{name}").status_code == 404


@pytest.mark.postgres
def test_a_browser_that_opens_the_endpoint_comes_to_the_page(club: Club) -> None:
    answer = club.http.get("/graphql", headers={"accept": BROWSER})
    assert (answer.status_code, answer.headers["location"]) == (303, "/graphiql")
    asked = club.http.get("/graphql?query={__typename}", headers={"accept": BROWSER})
    assert asked.headers["content-type"].startswith("application/")


@pytest.mark.postgres
def test_the_examples_are_served_in_their_order(club: Club) -> None:
    served = club.http.get("/graphiql/examples.json").json()
    assert [one["name"] for one in served] == [one.name for one in examples()]
    assert len(served) >= 12
    assert len({one["title"] for one in served}) == len(served)


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)
def test_an_example_is_valid_and_so_are_its_variables(
    example: Example, schema: GraphQLSchema
) -> None:
    assert not validate(schema, parse(example.document))
    operation = operation_of(example)
    assert operation.name is not None
    assert operation.operation.value == "mutation" or "NEW-KEY" not in example.variables
    given = json.loads(example.variables or "{}")
    declared = operation.variable_definitions or ()
    assert given.keys() <= {one.variable.name.value for one in declared}
    found = get_variable_values(schema, declared, given)
    assert not isinstance(found, list), found


@pytest.mark.postgres
@pytest.mark.parametrize(
    "example",
    [one for one in examples() if operation_of(one).operation.value == "query"],
    ids=lambda one: one.name,
)
def test_an_example_that_reads_is_answered(example: Example, club: Club) -> None:
    answer = club.http.post(
        "/graphql",
        json={"query": example.document, "variables": json.loads(example.variables or "{}")},
        headers={"authorization": f"Bearer {club.token()}"},
    )
    assert answer.status_code == 200
    assert "errors" not in answer.json(), answer.text


def test_what_is_vendored_is_what_its_page_says() -> None:
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"\| `vendor/(\S+)` \|.*\| `([0-9a-f]{64})` \|", told))
    files = {file.name: file.read_bytes() for file in (FOLDER / "vendor").iterdir()}
    assert rows == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
