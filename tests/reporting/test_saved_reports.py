"""A club's own reports over GraphQL: made, seen, changed, shared, had back, planned, exported."""

from typing import Any

import pytest

from app.domain.permissions import Role
from app.domain.reports import DEFINITION_DEPTH
from app.domain.scopes import Scope
from reports.library import STANDARD
from tests.club import Club, fresh_key
from tests.fingerprint import fingerprint
from tests.reporting.reports import DRAFTS, REPORT, about, create, one

pytestmark = pytest.mark.slow


def titles(club: Club, condition: dict[str, Any] | None = None, **caller: Any) -> list[str]:
    document = """query($f: ReportFilter) {
      reports(first: 100, filter: $f) { nodes { title } totalCount { count } } }"""
    found = club.query(document, {"f": {"isStandard": False, **(condition or {})}}, **caller)
    assert found["reports"]["totalCount"]["count"] == len(found["reports"]["nodes"])
    return [node["title"] for node in found["reports"]["nodes"]]


def test_a_report_is_saved_and_found_by_its_maker_alone(fresh: Club) -> None:
    made = create(fresh, role=Role.ANALYST)
    assert (made["title"], made["category"], made["version"]) == ("Drafts", "SALES", 1)
    assert (made["sharing"], made["isShared"], made["isStandard"]) == ("PRIVATE", False, False)
    assert (made["owner"], made["canEdit"], made["problems"]) == ("test analyst", True, [])
    assert made["key"].startswith("own_")
    assert made["definition"] == {**DRAFTS, "key": made["key"]}
    assert titles(fresh, role=Role.ANALYST) == ["Drafts"]
    assert titles(fresh, role=Role.SALES) == []
    assert one(fresh, made["id"], role=Role.SALES) is None
    assert titles(fresh) == ["Drafts"], "root sees every report"
    by_key = fresh.query(f'{{ report(key: "{made["key"]}") {{ id }} }}', role=Role.ANALYST)
    assert by_key["report"]["id"] == made["id"]


def test_the_same_intent_sent_again_makes_no_second_report(fresh: Club) -> None:
    given = {"definition": DRAFTS, "idempotencyKey": fresh_key()}
    first, again = (fresh.make("reportCreate", REPORT, given)["report"] for _ in range(2))
    assert first["id"] == again["id"]
    assert titles(fresh) == ["Drafts"]
    other = {**given, "definition": {**DRAFTS, "title": "Other"}}
    errors = fresh.refused("reportCreate", other)
    assert [error["code"] for error in errors] == ["IDEMPOTENCY_KEY_REUSED"]


def test_everything_that_is_wrong_with_a_definition_is_told_where_it_is(fresh: Club) -> None:
    before = fingerprint(fresh)
    wrong = {**DRAFTS, "blocks": [{"kind": "tabel", "query": "main"}], "colour": "blue"}
    errors = fresh.refused("reportCreate", {"definition": wrong})
    assert {error["code"] for error in errors} == {"REPORT_INVALID"}
    assert ["definition", "blocks", "0", "kind"] in [error["path"] for error in errors]
    assert ["definition", "colour"] in [error["path"] for error in errors]
    misspelt = {**DRAFTS, "queries": {"main": {"measures": ["pipeline.draft_cuont"]}}}
    misspelt["blocks"], misspelt["parameters"] = [{"kind": "table", "query": "main"}], []
    (error,) = fresh.refused("reportCreate", {"definition": misspelt})
    assert error["path"] == ["definition", "queries", "main", "measures", "0"]
    assert "pipeline.draft_count" in error["message"]
    assert fingerprint(fresh) == before


def nested(depth: int) -> Any:
    found: Any = "text"
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    "given",
    [
        "text",
        {"title": nested(DEFINITION_DEPTH)},
        {"title": "x" * 100_001},
        {**DRAFTS, "title": "nul \0"},
    ],
)
def test_what_is_no_definition_at_all_is_refused(fresh: Club, given: Any) -> None:
    before = fingerprint(fresh)
    errors = fresh.refused("reportCreate", {"definition": given})
    assert {error["code"] for error in errors} == {"REPORT_INVALID"}
    assert fingerprint(fresh) == before


def test_who_may_see_a_report_is_said_by_its_owner(fresh: Club) -> None:
    made = create(fresh, role=Role.FINANCE)
    given = about(made, sharing="GROUPS", groups=["SALES", "ROOT"])
    made = fresh.make("reportShare", REPORT, given, role=Role.FINANCE)["report"]
    assert (made["sharing"], made["groups"], made["version"]) == ("GROUPS", ["ROOT", "SALES"], 2)
    assert titles(fresh, role=Role.SALES) == ["Drafts"]
    assert titles(fresh, role=Role.OPERATIONS) == []
    seen = one(fresh, made["id"], role=Role.SALES)
    assert (seen["canEdit"], seen["owner"]) == (False, "test finance")
    assert [node["version"] for node in seen["versions"]["nodes"]] == [1]
    everyone = about(made, sharing="EVERYONE")
    made = fresh.make("reportShare", REPORT, everyone, role=Role.FINANCE)["report"]
    assert titles(fresh, role=Role.OPERATIONS) == ["Drafts"]
    private = about(made, sharing="PRIVATE")
    fresh.make("reportShare", REPORT, private, role=Role.FINANCE)
    assert titles(fresh, role=Role.SALES) == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"sharing": "GROUPS"}, ["groups"]),
        ({"sharing": "EVERYONE", "groups": ["SALES"]}, ["groups"]),
        ({"sharing": "GROUPS", "groups": ["PORTAL"]}, ["groups"]),
    ],
)
def test_groups_belong_to_a_sharing_with_groups(fresh: Club, given: Any, path: Any) -> None:
    made = create(fresh)
    before = fingerprint(fresh)
    errors = fresh.refused("reportShare", about(made, **given))
    assert [(error["code"], error["path"]) for error in errors] == [("INPUT_INVALID", path)]
    assert fingerprint(fresh) == before


def test_only_its_owner_and_root_change_a_report(fresh: Club) -> None:
    made = create(fresh, role=Role.SALES)
    given = about(made, definition={**DRAFTS, "title": "Mine"})
    hidden = fresh.refused("reportUpdate", given, role=Role.FINANCE)
    assert [error["code"] for error in hidden] == ["NOT_FOUND"]
    made = fresh.make("reportShare", REPORT, about(made, sharing="EVERYONE"), role=Role.SALES)[
        "report"
    ]
    before = fingerprint(fresh)
    for name, given in (
        ("reportUpdate", about(made, definition={**DRAFTS, "title": "Mine"})),
        ("reportShare", about(made, sharing="PRIVATE")),
        ("reportRestore", about(made, version=1)),
        ("reportDelete", {"reportId": made["id"], "expectedVersion": made["version"]}),
    ):
        errors = fresh.refused(name, given, role=Role.FINANCE)
        assert [error["code"] for error in errors] == ["PERMISSION_DENIED"], name
    assert fingerprint(fresh) == before
    given = about(made, definition={**DRAFTS, "title": "Of root"})
    assert fresh.make("reportUpdate", REPORT, given)["report"]["title"] == "Of root"


def test_callers_from_outside_have_no_reports(fresh: Club) -> None:
    partner = fresh.scoped(Role.PARTNER, Scope.WRITE_SALES)
    errors = partner.refused("reportCreate", {"definition": DRAFTS}, role=Role.PARTNER)
    assert [error["code"] for error in errors] == ["PERMISSION_DENIED"]
    answer = partner.send("{ reports { nodes { id } } }", role=Role.PARTNER)
    assert answer["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    plan = partner.send('{ reportPlan(key: "x") { plan } }', role=Role.PARTNER)
    assert plan["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


def test_another_club_sees_and_changes_nothing_of_it(fresh: Club, asked: Club) -> None:
    made = create(fresh)
    fresh.make("reportShare", REPORT, about(made, sharing="EVERYONE"))
    assert one(asked, made["id"]) is None
    assert made["title"] not in titles(asked, {"search": made["key"]})
    given = {"reportId": made["id"], "expectedVersion": 2}
    assert [error["code"] for error in asked.refused("reportDelete", given)] == ["NOT_FOUND"]


def test_a_change_of_an_older_version_is_refused(fresh: Club) -> None:
    made = create(fresh)
    changed = {**DRAFTS, "title": "Changed"}
    now = fresh.make("reportUpdate", REPORT, about(made, definition=changed))["report"]
    assert (now["title"], now["version"]) == ("Changed", 2)
    before = fingerprint(fresh)
    errors = fresh.refused("reportUpdate", about(made, definition=DRAFTS))
    assert [error["code"] for error in errors] == ["VERSION_STALE"]
    assert fingerprint(fresh) == before


def test_an_older_definition_and_a_deleted_report_come_back(fresh: Club) -> None:
    made = create(fresh)
    changed = {**DRAFTS, "title": "Changed"}
    now = fresh.make("reportUpdate", REPORT, about(made, definition=changed))["report"]
    gone = {"reportId": now["id"], "expectedVersion": now["version"]}
    assert fresh.make("reportDelete", "deletedId", gone)["deletedId"] == made["id"]
    assert titles(fresh) == []
    seen = one(fresh, made["id"])
    assert seen["deletedAt"] is not None
    again = {"reportId": now["id"], "expectedVersion": seen["version"]}
    assert fresh.make("reportDelete", "deletedId", again)["deletedId"] == made["id"]
    none = fresh.refused("reportRestore", about(seen, version=9))
    assert [(error["code"], error["path"]) for error in none] == [("NOT_FOUND", ["version"])]
    back = fresh.make("reportRestore", REPORT, about(seen, version=1))["report"]
    assert (back["title"], back["deletedAt"]) == ("Drafts", None)
    assert [(node["version"], node["title"]) for node in back["versions"]["nodes"]] == [
        (4, "Drafts"),
        (2, "Changed"),
        (1, "Drafts"),
    ]
    document = """query($f: ReportVersionFilter) {
      reportVersions(filter: $f, sort: CREATED_AT_ASC) { nodes { version definition author } } }"""
    found = fresh.query(document, {"f": {"reportId": [made["id"]]}})["reportVersions"]["nodes"]
    assert [node["definition"]["title"] for node in found] == ["Drafts", "Changed", "Drafts"]
    assert found[0]["author"].startswith("root:")


def test_a_copy_belongs_to_whoever_made_it(fresh: Club) -> None:
    made = create(fresh)
    shared = fresh.make("reportShare", REPORT, about(made, sharing="EVERYONE"))["report"]
    given = {"id": shared["id"], "title": "My drafts"}
    copy = fresh.make("reportCopy", REPORT, given, role=Role.OPERATIONS)["report"]
    assert (copy["title"], copy["owner"], copy["canEdit"]) == ("My drafts", "test operations", True)
    assert (copy["copiedFrom"], copy["sharing"]) == (made["key"], "PRIVATE")
    assert copy["definition"]["title"] == "My drafts"
    plain = fresh.make("reportCopy", REPORT, {"id": shared["id"]}, role=Role.SALES)["report"]
    assert plain["title"] == "Drafts"
    for wrong, code in (
        ({"id": shared["id"], "title": " "}, "TEXT_REQUIRED"),
        ({"id": copy["id"]}, "NOT_FOUND"),
        ({"id": "report_" + "0" * 32}, "NOT_FOUND"),
        ({"id": "sale_" + "0" * 32}, "ID_INVALID"),
    ):
        errors = fresh.refused("reportCopy", wrong, role=Role.SALES)
        assert [error["code"] for error in errors] == [code]


def test_favourites_are_everybodys_own(fresh: Club) -> None:
    made = create(fresh)
    fresh.make("reportShare", REPORT, about(made, sharing="EVERYONE"))
    chosen = fresh.make("reportFavour", REPORT, {"id": made["id"]}, role=Role.SALES)["report"]
    assert chosen["isFavourite"]
    fresh.make("reportFavour", REPORT, {"id": made["id"]}, role=Role.SALES)
    assert titles(fresh, {"isFavourite": True}, role=Role.SALES) == ["Drafts"]
    assert titles(fresh, {"isFavourite": False}, role=Role.SALES) == []
    assert titles(fresh, {"isFavourite": True}) == []
    given = {"id": made["id"], "isFavourite": False}
    assert not fresh.make("reportFavour", REPORT, given, role=Role.SALES)["report"]["isFavourite"]
    unknown = fresh.refused("reportFavour", {"id": "report_" + "0" * 32})
    assert [error["code"] for error in unknown] == ["NOT_FOUND"]


def test_the_standard_library_comes_first_for_whom_it_is(fresh: Club) -> None:
    create(fresh)
    document = """query($first: Int, $after: String, $f: ReportFilter) {
      reports(first: $first, after: $after, filter: $f) {
        edges { cursor node { key code isStandard title(language: "nl-BE") } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    keys, after = [], None
    while True:
        page = fresh.query(document, {"first": 7, "after": after})["reports"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        keys += [edge["node"]["key"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert keys[: len(STANDARD)] == list(STANDARD)
    assert len(keys) == len(STANDARD) + 1
    for role in (Role.SALES, Role.FINANCE):
        found = fresh.query(document, {"first": 100, "f": {"isStandard": True}}, role=role)
        shown = [edge["node"]["key"] for edge in found["reports"]["edges"]]
        assert shown == [key for key, one in STANDARD.items() if str(role) in one.groups]
    for given, path in (
        ({"first": 0}, "first"),
        ({"after": "x"}, "after"),
        ({"after": "W10"}, "after"),
    ):
        answer = fresh.send(document, given)
        assert answer["errors"][0]["extensions"]["code"] == "INPUT_INVALID", path


def test_reports_are_searched_by_words_and_category(fresh: Club) -> None:
    create(fresh)
    other = {
        **DRAFTS,
        "category": "custom",
        "title": {"en": "Held seats", "nl": "Stoelen in optie"},
    }
    create(fresh, other)
    assert titles(fresh, {"search": "OPTIE stoelen"}) == ["Held seats"]
    assert titles(fresh, {"category": ["SALES"]}) == ["Drafts"]
    assert titles(fresh, {"search": "nothing"}) == []
    assert titles(fresh, {"isOwn": True}) == ["Drafts", "Held seats"]
    assert titles(fresh, {"isOwn": True}, role=Role.SALES) == []


def test_a_report_is_named_by_its_id_or_its_key(fresh: Club) -> None:
    made = create(fresh)
    assert fresh.query("{ report { id } }")["report"] is None
    document = "query($id: ID!, $key: String!) { report(id: $id, key: $key) { id } }"
    both = fresh.send(document, {"id": made["id"], "key": made["key"]})
    assert both["errors"][0]["extensions"]["code"] == "INPUT_INVALID"
    assert fresh.query('{ report(key: "own_x") { id } }')["report"] is None
    standard = fresh.query('{ report(key: "sales_by_season") { id code owner groups } }')["report"]
    assert (standard["code"], standard["owner"]) == ("S1", None)
    document = "query($id: ID!) { node(id: $id) { ... on Report { key isStandard } } }"
    assert fresh.query(document, {"id": standard["id"]})["node"] == {
        "key": "sales_by_season",
        "isStandard": True,
    }
    hidden = fresh.query(document, {"id": made["id"]}, role=Role.SALES)["node"]
    assert hidden is None


def test_a_standard_report_is_copied_with_its_texts(fresh: Club) -> None:
    document = '{ report(key: "sales_by_season") { id } }'
    standard = fresh.query(document)["report"]
    copy = fresh.make("reportCopy", REPORT, {"id": standard["id"]}, role=Role.SALES)["report"]
    assert copy["copiedFrom"] == "sales_by_season"
    assert not {"code", "groups"} & copy["definition"].keys()
    dutch = fresh.query(
        'query($id: ID!) { report(id: $id) { title(language: "nl") } }',
        {"id": copy["id"]},
        role=Role.SALES,
    )
    assert dutch["report"]["title"] == STANDARD["sales_by_season"].title.nl
    errors = fresh.refused(
        "reportUpdate", {"id": standard["id"], "expectedVersion": 1, "definition": DRAFTS}
    )
    assert [error["code"] for error in errors] == ["NOT_FOUND"]
