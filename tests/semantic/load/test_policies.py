"""Access policies: who may see which members and rows."""

import pytest

from semantic.spec.filters import ContextValue, FilterGroup, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.policies import ContextCondition
from tests.semantic.load.writing import cube_with, refused_in_cube


def test_a_policy_grants_members_and_rows_to_groups() -> None:
    policies = cube_with(
        """
        access_policy:
          - group: "*"
            member_level:
              includes: [status, orders.count, id]
              excludes: [id]
            member_masking:
              includes: "*"
              excludes: []
            row_level:
              filters:
                - member: "{CUBE}.status"
                  operator: equals
                  values: ["{ securityContext.user.status }", paid, null]
                - or:
                    - {member: orders.is_open, operator: equals, values: [true]}
                    - and:
                        - {member: id, operator: in, values: COMPILE_CONTEXT.security_context.ids}
                        - {member: status, operator: notSet}
          - groups: [finance, root]
            row_level:
              allow_all: true
        """.replace("{CUBE}.status", "{CUBE.status}")
    ).access_policies
    assert policies is not None
    everybody, finance = policies
    assert everybody.groups == {"*"}
    assert everybody.members is not None
    assert [everybody.members.has(name) for name in ("status", "count", "id", "net")] == [
        True,
        True,
        False,
        False,
    ]
    assert everybody.masked is not None
    assert everybody.masked.has("net")
    assert everybody.rows is not None
    first, group = everybody.rows
    assert isinstance(first, MemberFilter)
    assert first.member == Reference(("status",))
    assert first.values == (ContextValue(("user", "status")), "paid", None)
    assert isinstance(group, FilterGroup)
    assert group.kind == "or"
    inner = group.filters[1]
    assert isinstance(inner, FilterGroup)
    assert isinstance(group.filters[0], MemberFilter)
    assert group.filters[0].member == Reference(("is_open",))
    assert isinstance(inner.filters[0], MemberFilter)
    assert inner.filters[0].values == (ContextValue(("ids",)),)
    assert finance.groups == {"finance", "root"}
    assert finance.rows == ()
    assert finance.members is None


def test_a_policy_may_deny_all_members_and_rows_need_no_word() -> None:
    policies = cube_with(
        "access_policy:\n  - group: a\n    member_level:\n      excludes: '*'\n  - group: b"
    ).access_policies
    assert policies is not None
    assert policies[0].members is not None
    assert not policies[0].members.has("net")
    assert policies[0].rows is None


def test_a_cube_without_policies_has_none() -> None:
    assert cube_with("title: a").access_policies is None


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("{ securityContext.is_manager }", ContextCondition(("is_manager",), "is_true")),
        ("security_context.user.ok", ContextCondition(("user", "ok"), "is_true")),
        ("not security_context.ok", ContextCondition(("ok",), "is_false")),
        ("security_context.a == 'x'", ContextCondition(("a",), "equals", "x")),
        ('{ security_context.a != "x" }', ContextCondition(("a",), "not_equals", "x")),
        ("security_context.a == -5", ContextCondition(("a",), "equals", -5)),
        ("security_context.a == True", ContextCondition(("a",), "equals", value=True)),
        ("security_context.a != None", ContextCondition(("a",), "not_equals", None)),
    ],
)
def test_a_policy_counts_under_conditions_on_the_context(
    written: str, condition: ContextCondition
) -> None:
    quoted = written.replace('"', '\\"')
    policies = cube_with(
        f'access_policy:\n  - group: a\n    conditions:\n      - if: "{quoted}"'
    ).access_policies
    assert policies is not None
    assert policies[0].conditions == (condition,)


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("[]", 1, "has no policy, which is not the same as none", "remove it"),
        ("\n  - row_level: {allow_all: true}", 2, "is for nobody", "group: sales"),
        ("\n  - {group: a, groups: [b]}", 2, "'group' and 'groups' are one thing", "keep 'groups'"),
        ("\n  - role: admin", 2, "'role' is not executed: it is an older word", "write 'group'"),
        (
            "\n  - {group: a, member_masking: {includes: '*'} }",
            2,
            "'member_masking' needs 'member_level'",
            "add it",
        ),
        ("\n  - group: a\n    member_level: {includes: net}", 3, "'net' is not a list", "brackets"),
        (
            "\n  - group: a\n    member_level: {include: '*'}",
            3,
            "'include' is not a key",
            "includes",
        ),
        (
            "\n  - group: a\n    member_level: {includes: [nett]}",
            2,
            "'nett' is not a member",
            "net",
        ),
        ("\n  - group: a\n    member_level: {excludes: [x.net]}", 2, "'x.net' is not a", "net"),
        ("\n  - group: a\n    row_level: {}", 3, "needs either 'filters' or 'allow_all: true'", ""),
        ("\n  - group: a\n    row_level: {filters: []}", 3, "needs either 'filters' or", ""),
        ("\n  - group: a\n    row_level: {allow_all: false}", 3, "needs either 'filters' or", ""),
        (
            (
                "\n  - group: a\n    row_level:\n      filters:\n"
                "        - {and: [{member: id, operator: set}], or: [{member: id, operator: set}]}"
            ),
            5,
            "has 'and' beside 'or'",
            "nest one in the other",
        ),
        (
            "\n  - group: a\n    row_level:\n      filters:\n        - or: []",
            5,
            "is an empty group",
            "at least one filter",
        ),
        (
            (
                "\n  - group: a\n    row_level:\n      filters:\n"
                "        - or: [{member: state, operator: set}]"
            ),
            5,
            "'state' is not a member of this",
            "did you mean 'status'?",
        ),
        (
            (
                "\n  - group: a\n    row_level:\n      filters:\n"
                "        - {member: net, operator: gt, values: [1]}"
            ),
            5,
            "'net' is not a dimension; rows are told apart by dimensions",
            "",
        ),
        (
            (
                "\n  - group: a\n    row_level:\n      filters:\n"
                "        - {member: status, operator: onTheDate, values: ['2024-01-01']}"
            ),
            5,
            "'onTheDate' compares dates, and 'status' is no time dimension",
            "equals",
        ),
        (
            "\n  - group: a\n    conditions:\n      - if: '{ securityContext.f(1) }'",
            4,
            "is not a condition on the security context",
            "is_manager",
        ),
        (
            "\n  - group: a\n    conditions:\n      - if: not security_context.a == 1",
            4,
            "is not a condition on the security context",
            "",
        ),
        (
            "\n  - group: a\n    conditions:\n      - if: user.a",
            4,
            "is not a condition on the security context",
            "",
        ),
        ("\n  - group: a\n    conditions:\n      - when: x", 4, "'if' is missing", ""),
    ],
)
def test_a_wrong_policy_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    text = f"access_policy: {part}" if part == "[]" else f"access_policy:{part}"
    found = [one for one in refused_in_cube(text) if message in one[1]]
    assert [one[0] for one in found] == [line], refused_in_cube(text)
    assert suggestion in found[0][2]
