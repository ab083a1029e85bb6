"""Types generated from the schema, and TypeScript's own check of everything in this folder."""

import pytest

from tests.clients.compiling import check_types, compile_relay, generate_types
from tests.clients.conftest import Shop
from tests.clients.office import are_current
from tests.clients.running import CLIENTS, checks_of, expect_well, run_checks

SCRIPT = CLIENTS / "codegen" / "check.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop) -> dict[str, str | None]:
    generate_types()
    return run_checks(SCRIPT, shop.env)


def test_every_script_and_snippet_is_typed_correctly() -> None:
    compile_relay()
    generate_types()
    assert check_types() == ""


def test_the_types_of_the_pages_are_those_of_the_schema() -> None:
    assert are_current(), "run: make web-types"


@pytest.mark.parametrize("sentence", checks_of(SCRIPT))
def test_generated_types(endings: dict[str, str | None], sentence: str) -> None:
    expect_well(endings, sentence)
