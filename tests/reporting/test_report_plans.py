"""Reports planned for their readers, and written as files, over a real semantic layer."""

import csv
import io
from typing import Any

import pytest

from app.domain.permissions import Role
from app.domain.scopes import Scope
from tests.club import Club
from tests.fingerprint import fingerprint
from tests.reporting.reports import DRAFTS, create, one

pytestmark = pytest.mark.slow


def plan(club: Club, given: dict[str, Any], **caller: Any) -> Any:
    document = """query($id: ID, $key: String, $definition: JSON, $parameters: JSON,
        $language: String!) {
      reportPlan(id: $id, key: $key, definition: $definition, parameters: $parameters,
        language: $language) { plan userErrors { code message path } } }"""
    return club.query(document, {"language": "en", **given}, **caller)["reportPlan"]


def test_a_plan_asks_what_the_semantic_layer_answers(asked: Club) -> None:
    made = create(asked)
    found = plan(asked, {"id": made["id"], "parameters": {"account": ["A2"]}})
    assert found["userErrors"] == []
    assert found["plan"]["report"]["version"] == 1
    asked_for = next(one for one in found["plan"]["queries"] if one["name"] == "main")
    answer = asked.http.post(
        "/cubejs-api/v1/load",
        json={"query": asked_for["query"], "queryType": "multi"},
        headers={"authorization": asked.token()},
    ).json()
    assert answer["results"][0]["data"] == [
        {"pipeline.account_code": "A2", "pipeline.draft_count": "1"}
    ]
    preview = plan(asked, {"definition": DRAFTS})
    assert preview["plan"]["report"]["version"] is None
    assert preview["plan"]["notices"] == []


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({}, "INPUT_INVALID", ["id"]),
        ({"key": "nothing", "definition": {}}, "INPUT_INVALID", ["id"]),
        ({"key": "nothing"}, "NOT_FOUND", ["key"]),
        ({"definition": []}, "REPORT_INVALID", ["definition"]),
        ({"definition": {**DRAFTS, "title": None}}, "REPORT_INVALID", ["definition", "title"]),
        (
            {"definition": DRAFTS, "parameters": {"acount": ["A1"]}},
            "REPORT_PARAMETER_INVALID",
            ["parameters", "acount"],
        ),
        ({"definition": DRAFTS, "parameters": []}, "REPORT_INVALID", ["parameters"]),
    ],
)
def test_what_cannot_be_planned_says_why(asked: Club, given: Any, code: str, path: Any) -> None:
    found = plan(asked, given)
    assert found["plan"] is None
    assert [(error["code"], error["path"]) for error in found["userErrors"]] == [(code, path)]


def test_what_the_models_lost_is_a_problem_and_the_rest_is_shown(asked: Club) -> None:
    made = create(asked)
    with asked.runner.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE report SET definition = replace(definition::text, 'account_code', "
            "'account_kode')::jsonb WHERE organisation_id = %s AND title = 'Drafts'",
            (asked.organisation.id,),
        )
    seen = one(asked, made["id"])
    assert "queries.main.dimensions[0]" in [problem["path"] for problem in seen["problems"]]
    found = plan(asked, {"id": made["id"]})["plan"]
    assert found["queries"][0]["query"]["measures"] == ["pipeline.draft_count"]
    assert found["notices"]


def test_a_report_that_no_version_reads_says_so(asked: Club) -> None:
    made = create(asked)
    with asked.runner.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE report SET definition = definition - 'queries' WHERE organisation_id = %s",
            (asked.organisation.id,),
        )
    assert "queries" in [problem["path"] for problem in one(asked, made["id"])["problems"]]
    found = plan(asked, {"id": made["id"]})
    assert found["userErrors"][0]["code"] == "REPORT_INVALID"


def test_nothing_is_saved_that_could_not_be_checked(club: Club) -> None:
    club.token()
    before = fingerprint(club)
    errors = club.refused("reportCreate", {"definition": DRAFTS})
    assert [error["code"] for error in errors] == ["SEMANTIC_UNAVAILABLE"]
    assert fingerprint(club) == before


def export(club: Club, named: str, role: Role = Role.ROOT, **parameters: str) -> Any:
    return club.http.get(
        f"/loge/v1/reports/{named}/export",
        params=parameters,
        headers={"authorization": f"Bearer {club.token(role)}"},
    )


def test_a_report_is_written_as_csv_while_its_rows_come(asked: Club) -> None:
    made = create(asked, {**DRAFTS, "title": "Drafts, by account"})
    for named in (made["id"], made["key"]):
        answer = export(asked, named, format="csv", parameters='{"account":["A2"]}')
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        assert 'filename="drafts-by-account-20' in answer.headers["content-disposition"]
        assert answer.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[1:] == [["A2", "1"]]
    sorted_rows = export(asked, made["key"]).text.splitlines()[1:]
    assert sorted(sorted_rows) == ["A1,1", "A2,1"]


@pytest.mark.parametrize(
    ("named", "given", "status", "code"),
    [
        ("nothing", {}, 404, "NOT_FOUND"),
        ("nothing", {"format": "docx"}, 422, "INPUT_INVALID"),
        ("nothing", {"parameters": "{"}, 422, "REPORT_PARAMETER_INVALID"),
    ],
)
def test_a_file_that_cannot_be_written_says_why(
    asked: Club, named: str, given: Any, status: int, code: str
) -> None:
    answer = export(asked, named, **given)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code


def test_files_are_for_those_who_see_the_report(asked: Club, club: Club) -> None:
    made = create(asked)
    assert export(asked, made["key"], Role.SALES).status_code == 404
    assert export(club, "nothing").status_code == 404
    stranger = asked.http.get(f"/loge/v1/reports/{made['key']}/export")
    assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")
    scoped = asked.scoped(Role.ANALYST, Scope.READ_SALES)
    assert export(scoped, made["key"], Role.ANALYST).status_code == 403
