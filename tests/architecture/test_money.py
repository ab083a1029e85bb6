import ast

import pytest

from tests.architecture.source import python_files, text_files

# Column types, in Python and in SQL text, and the GraphQL type that cannot hold an exact amount.
INEXACT_NAMES = {"Float", "REAL", "Double", "DOUBLE", "DOUBLE_PRECISION", "GraphQLFloat"}
INEXACT_SQL = ("double precision", "::float", "::real", "float8", "float4")


def test_no_column_and_no_field_is_a_float() -> None:
    strays = [
        file.place(node)
        for file in python_files("app")
        for node in ast.walk(file.tree)
        if (isinstance(node, ast.Name) and node.id in INEXACT_NAMES)
        or (isinstance(node, ast.Attribute) and node.attr in INEXACT_NAMES)
        or (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and any(name in node.value.lower() for name in INEXACT_SQL)
        )
    ]
    assert not strays, "amounts are bigint minor units, rates are basis points"


def test_no_graphql_declaration_is_annotated_with_a_float() -> None:
    strays = [
        file.place(node)
        for file in python_files("app/schema")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Name) and node.id == "float"
    ]
    assert not strays, "an amount is Money, a rate is a Decimal string"


def test_the_printed_schema_knows_no_float() -> None:
    schema = text_files().get("schema.graphql")
    if schema is None:
        pytest.skip("schema.graphql does not exist yet")
    assert not [line for line in schema.splitlines() if ": Float" in line or "[Float" in line]
