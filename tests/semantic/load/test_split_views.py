"""Entries of a view that are split off: views of their own, as narrow as the one they are of."""

from semantic.spec.cubes import View
from semantic.spec.filters import DefaultFilter
from semantic.spec.fragments import Reference
from tests.semantic.load.writing import LINES, MEASURES, ORDERS, indented, read, refusals

JOINED = ORDERS.replace(
    "    dimensions:",
    """\
    joins:
      - name: lines
        sql: "{CUBE.id} = {lines}.order_id"
        relationship: one_to_many
    dimensions:""",
    1,
)
CUBES = JOINED + MEASURES + LINES


def views_with(part: str) -> dict[str, View]:
    return dict(read(f"{CUBES}views:\n  - name: desk\n{indented(part, 4)}").views)


def test_an_entry_is_shown_in_a_view_of_its_own() -> None:
    views = views_with(
        """
        title: Desk
        cubes:
          - {join_path: orders, includes: [status, net]}
          - {join_path: orders.lines, includes: "*", prefix: true, split: true}
          - {join_path: orders, includes: [id], alias: keys, split: true}
        """
    )
    assert {name: list(view.members) for name, view in views.items()} == {
        "desk": ["status", "net"],
        "desk_lines": ["lines_id", "lines_product", "lines_quantity", "lines_drinks"],
        "desk_keys": ["id"],
    }
    assert views["desk"].join_paths == (("orders",),)
    assert views["desk_lines"].join_paths == (("orders", "lines"),)
    assert [view.title for view in views.values()] == ["Desk", None, None]


def test_policies_and_filters_go_with_what_is_split_off() -> None:
    views = views_with(
        """
        public: false
        cubes:
          - {join_path: orders, includes: [status, net, ordered_at]}
          - {join_path: orders, includes: [{name: status, alias: state}], alias: a, split: true}
          - {join_path: orders.lines, includes: [product], split: true}
        default_filters:
          - {member: status, operator: equals, values: [open], unless: [status, ordered_at]}
          - {member: ordered_at, operator: set}
        access_policy:
          - group: sales
            member_level: {includes: [net]}
          - group: guest
            member_level: {includes: "*", excludes: [net]}
        """
    )
    for view in views.values():
        assert not view.is_public
        assert view.access_policies is not None
        assert [sorted(one.groups) for one in view.access_policies] == [["sales"], ["guest"]]
    granted = views["desk_a"].access_policies or ()
    assert [one.members.has("state") for one in granted if one.members] == [False, True]
    (kept,) = views["desk_a"].default_filters
    assert isinstance(kept, DefaultFilter)
    assert (kept.filter.member, kept.unless) == (Reference(("state",)), (Reference(("state",)),))
    assert views["desk_lines"].default_filters == ()


def test_a_filter_of_rows_needs_its_member_there() -> None:
    part = """\
views:
  - name: desk
    cubes:
      - {join_path: orders, includes: [status]}
      - {join_path: orders.lines, includes: [product], split: true}
    access_policy:
      - group: sales
        row_level: {filters: [{member: status, operator: equals, values: [open]} ]}
"""
    assert [one[:2] for one in refusals(part, CUBES)] == [(8, "'status' is not a member of this")]


def test_what_is_split_off_takes_no_other_name() -> None:
    part = """\
views:
  - name: desk
    cubes:
      - {join_path: orders.lines, includes: [product], split: true}
  - name: desk_lines
    cubes:
      - {join_path: orders, includes: [status]}
"""
    assert refusals(part, CUBES) == [
        (
            2,
            "'desk_lines' is the name of another cube or view",
            "give the entry that is split off an alias",
        )
    ]


def test_a_hierarchy_is_split_off_as_well() -> None:
    levels = "    hierarchies:\n      - {name: h, levels: [status, id]}\n"
    text = CUBES.replace(MEASURES, levels + MEASURES, 1)
    views = read(
        f"{text}views:\n  - name: desk\n    cubes:\n"
        "      - {join_path: orders, includes: [h], split: true}\n"
    ).views
    assert list(views["desk_orders"].hierarchies) == ["h"]
    assert list(views["desk_orders"].members) == ["id", "status"]
    assert views["desk"].access_policies is None
