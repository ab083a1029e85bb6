"""SQL with references in braces."""

import pytest

from semantic.spec.fragments import Reference
from tests.semantic.load.writing import cube_with_dimension, refused_dimension


def test_sql_is_taken_apart_at_its_references() -> None:
    text = r"""
        name: d
        type: string
        sql: "CASE WHEN { status } = 'a' THEN {TABLE}.x ELSE '\\{' || {CUBE.status} || '\\}' END"
    """
    sql = cube_with_dimension(text).dimensions["d"].sql
    assert sql is not None
    assert sql.parts == (
        "CASE WHEN ",
        Reference(("status",)),
        " = 'a' THEN ",
        Reference(("CUBE",)),
        ".x ELSE '{' || ",
        Reference(("CUBE", "status")),
        " || '}' END",
    )


@pytest.mark.parametrize(
    ("sql", "message", "suggestion"),
    [
        ("{status", "the brace before 'status' is not closed", "close it"),
        ("status}", "a brace is closed that was not opened", "for a brace"),
        ("{lines.sql()}", "'{lines.sql()}' is not a reference", "such as {CUBE}"),
        ("{}", "'{}' is not a reference", "such as {CUBE}"),
        ("{FILTER_PARAMS.orders.status.filter('x')}", "FILTER_PARAMS is not executed", "apply by"),
        ("{FILTER_GROUP(a)} AND x", "is not a reference", "names with dots"),
        ("{SECURITY_CONTEXT.rep.filter('x')}", "SECURITY_CONTEXT is not executed", "row_level"),
        ("{securityContext.rep}", "securityContext is not executed", "access_policy"),
        ("{SQL_UTILS.convertTz(x)}", "SQL_UTILS is not executed", "time zones are applied"),
        ("{COMPILE_CONTEXT.x}", "COMPILE_CONTEXT is not executed", "write the model out"),
    ],
)
def test_what_is_no_reference_is_refused(sql: str, message: str, suggestion: str) -> None:
    found = refused_dimension(f'name: d\ntype: string\nsql: "{sql}"')
    assert [one[0] for one in found] == [3]
    assert message in found[0][1]
    assert suggestion in found[0][2]


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("colour", "{CUBE}.colour"),
        (" colour ", "{CUBE}.colour"),
        ("NULL", "NULL"),
        ("'colour'", "'colour'"),
        ("{status}", "{status}"),
        ("upper(colour)", "upper(colour)"),
    ],
)
def test_a_word_alone_is_a_column_of_the_cube(sql: str, written: str) -> None:
    text = f'name: d\ntype: string\nsql: "{sql}"'
    assert str(cube_with_dimension(text).dimensions["d"].sql) == written
