"""Links that show one report in pages of other sites: what they open, and all that they do not."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy import text

from app.domain.permissions import Role
from app.resolvers.ids import decode_id
from tests.club import Club
from tests.conftest import serving
from tests.fingerprint import fingerprint
from tests.reporting.conftest import SECRET, api
from tests.reporting.reports import DRAFTS, create

pytestmark = pytest.mark.slow
INTRANET = "https://intranet.club.example"
LINK = """reportLink { id title parameters language origins expiresAt isRevoked path
  report { id } }"""


def soon() -> str:
    return (datetime.now(UTC) + timedelta(days=7)).isoformat()


@pytest.fixture
def open_club(asked: Club) -> Club:
    """The club with Drafts, which lets reports be shown in its intranet."""
    asked.make("reportFramesSet", "", {"origins": [INTRANET, "http://localhost:8080"]})
    return asked


def linked(club: Club, report_id: str | None = None, **more: Any) -> Any:
    role = more.pop("role", Role.ROOT)
    given = {"reportId": report_id or create(club, role=role)["id"], "title": "Our Drafts"}
    given |= {"expiresAt": soon(), **more}
    return club.make("reportLinkCreate", LINK, given, role=role)["reportLink"]


def credential(link: dict[str, Any]) -> str:
    return str(link["path"].partition("#")[2])


def shown(club: Club, secret: str, **headers: str) -> httpx.Response:
    sent = {"authorization": f"Bearer {secret}", **headers}
    return club.http.get("/loge/v1/embed", headers=sent)


def drafts(answer: httpx.Response) -> list[str]:
    """Return how many Drafts each row of a report of Drafts has."""
    assert answer.status_code == 200, answer.text
    return [row["pipeline.draft_count"] for row in answer.json()["answers"]["main"]["data"]]


def is_over(answer: httpx.Response) -> bool:
    code = answer.json()["errors"][0]["extensions"]["code"] if answer.status_code == 401 else ""
    return bool(code == "UNAUTHENTICATED")


def test_a_link_shows_its_report_with_its_parameters_to_whoever_has_it(open_club: Club) -> None:
    link = linked(open_club, parameters={"account": ["A2"]}, language="nl")
    assert (link["title"], link["language"], link["isRevoked"]) == ("Our Drafts", "nl", False)
    assert link["origins"] == ["http://localhost:8080", INTRANET]
    answer = shown(open_club, credential(link))
    found = answer.json()
    assert drafts(answer) == ["1"]
    assert (found["title"], found["language"]) == ("Our Drafts", "nl")
    assert found["club"]["name"] == open_club.organisation.name
    assert (found["timeZone"], found["currency"]) == ("Europe/Brussels", "EUR")
    assert found["plan"]["parameters"][0]["value"] == ["A2"]
    names = {one["name"] for one in found["plan"]["queries"]}
    assert names == set(found["answers"]) == {"main", "main.totals"}
    assert found["answers"]["main"]["lastRefreshTime"]
    again = shown(open_club, credential(link), **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_nothing_else_is_opened_by_a_link(open_club: Club) -> None:
    link = linked(open_club, parameters={"account": ["A2"]})
    secret, other = credential(link), create(open_club)
    sent = {"authorization": f"Bearer {secret}"}
    asked = {"query": {"measures": ["pipeline.draft_count"]}}
    refused = [
        open_club.http.post(
            "/graphql", json={"query": "{ reports { nodes { id } } }"}, headers=sent
        ),
        open_club.http.post("/cubejs-api/v1/load", json=asked, headers=sent),
        open_club.http.get(f"/loge/v1/reports/{other['key']}/export", headers=sent),
        open_club.http.get("/api/instalments", headers=sent),
    ]
    assert [one.status_code for one in refused] == [401, 403, 401, 401]
    # What is sent beside the credential chooses nothing.
    address = f'/loge/v1/embed?parameters={{"account":["A1"]}}&report={other["key"]}'
    assert drafts(open_club.http.get(address, headers=sent)) == ["1"]
    assert open_club.http.post("/loge/v1/embed", json=asked, headers=sent).status_code == 405


def test_a_credential_that_was_not_signed_for_this_opens_nothing(
    open_club: Club, fresh: Club
) -> None:
    link = linked(open_club)
    head, body, mark = credential(link).split(".")
    claims = jwt.decode(credential(link), options={"verify_signature": False})
    context = jwt.encode(claims, SECRET, algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")
    elsewhere = jwt.encode({**claims, "org": fresh.organisation.id.hex}, SECRET, algorithm="HS256")
    for secret in (
        "nothing",
        open_club.token(),
        context,
        unsigned,
        elsewhere,
        f"{head}.{body}.{mark[::-1]}",
        f"{head}.{elsewhere.split('.')[1]}.{mark}",
    ):
        assert is_over(shown(open_club, secret)), secret
    bare = open_club.http.get("/loge/v1/embed")
    assert is_over(bare)
    assert drafts(shown(open_club, credential(link))) == ["1", "1"]


def test_a_link_stops_when_it_is_revoked_or_ends(open_club: Club) -> None:
    link = linked(open_club)
    assert drafts(shown(open_club, credential(link))) == ["1", "1"]
    for _ in range(2):
        made = open_club.make("reportLinkRevoke", LINK, {"reportLinkId": link["id"]})["reportLink"]
        assert (made["isRevoked"], made["path"]) == (True, None)
    assert is_over(shown(open_club, credential(link)))
    ended = linked(open_club)
    _rewrite(open_club, "UPDATE report_link SET expires_at = now() WHERE id = :id", ended)
    assert is_over(shown(open_club, credential(ended)))
    listed = """query($r: Boolean) { reportLinks(filter: {isRevoked: $r}) { nodes { id path } } }"""
    rows = open_club.query(listed, {"r": False})["reportLinks"]["nodes"]
    assert {"id": ended["id"], "path": None} in rows
    assert link["id"] not in [row["id"] for row in rows]


def test_a_link_shows_what_its_owner_sees_at_that_moment(open_club: Club) -> None:
    # Tokens of this test's own: what happens to them is not other tests' business.
    club = Club(open_club.organisation, open_club.runner, open_club.http)
    own = create(club, role=Role.ANALYST)
    link = linked(club, own["id"], role=Role.ANALYST)
    assert drafts(shown(club, credential(link))) == ["1", "1"]
    change = "UPDATE access_token SET {} FROM report_link l WHERE l.id = :id AND "
    change += "access_token.id = l.owner_token_id AND l.organisation_id = access_token."
    change += "organisation_id"
    # A rep sees what is theirs.
    _rewrite(club, change.format("role = 'sales', rep_code = 'R1'"), link)
    assert drafts(shown(club, credential(link))) == ["1"]
    for role in ("partner", "analyst"):
        scopes = "'read:sales'" if role == "partner" else "NULL"
        _rewrite(club, change.format(f"role = '{role}', scopes = {scopes}"), link)
        answer = shown(club, credential(link))
        assert is_over(answer) is (role == "partner")
    gone = {"reportId": own["id"], "expectedVersion": own["version"]}
    club.make("reportDelete", "", gone, role=Role.ANALYST)
    _rewrite(club, "UPDATE report SET owner = 'somebody' WHERE id = :id", own)
    assert is_over(shown(club, credential(link)))
    other = linked(club, role=Role.ANALYST)
    _rewrite(club, change.format("is_revoked = true"), other)
    assert is_over(shown(club, credential(other)))


def test_a_link_that_could_show_nothing_is_refused(open_club: Club) -> None:
    made = create(open_club)
    before = fingerprint(open_club)
    good = {"reportId": made["id"], "title": "Drafts", "expiresAt": soon()}
    late = (datetime.now(UTC) + timedelta(days=401)).isoformat()
    for wrong, code, path in (
        ({"origins": ["https://elsewhere.example"]}, "REPORT_FRAME_REFUSED", ["origins", "0"]),
        ({"origins": []}, "REPORT_FRAME_REFUSED", ["origins"]),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "INPUT_INVALID", ["expiresAt"]),
        ({"expiresAt": late}, "INPUT_INVALID", ["expiresAt"]),
        ({"title": ""}, "TEXT_REQUIRED", ["title"]),
        (
            {"parameters": {"acount": ["A1"]}},
            "REPORT_PARAMETER_INVALID",
            ["parameters", "acount"],
        ),
        ({"reportId": "report_" + "0" * 32}, "NOT_FOUND", ["id"]),
    ):
        errors = open_club.refused("reportLinkCreate", {**good, **wrong})
        assert [(one["code"], one["path"]) for one in errors] == [(code, path)]
    assert fingerprint(open_club) == before


def test_links_are_their_owners_and_roots_and_end_with_their_sites(open_club: Club) -> None:
    link = linked(open_club, role=Role.ANALYST)
    named = {"reportLinkId": link["id"]}
    errors = open_club.refused("reportLinkRevoke", named, role=Role.SALES)
    assert [one["code"] for one in errors] == ["NOT_FOUND"]
    listed = "{ reportLinks { nodes { id } } }"
    assert open_club.query(listed, role=Role.SALES)["reportLinks"]["nodes"] == []
    assert link["id"] in [row["id"] for row in open_club.query(listed)["reportLinks"]["nodes"]], (
        "root sees every link"
    )
    assert open_club.make("reportLinkRevoke", LINK, named)["reportLink"]["isRevoked"]


def test_root_says_which_sites_may_show_reports_and_browsers_are_told(open_club: Club) -> None:
    link = linked(open_club, origins=[INTRANET])
    page = link["path"].partition("#")[0]
    assert framed(open_club, page) == INTRANET
    assert framed(open_club, "/office/embed/report_link_" + "0" * 32) == "'none'"
    assert framed(open_club, "/office/embed/nothing") == "'none'"
    denied = open_club.refused("reportFramesSet", {"origins": []}, role=Role.FINANCE)
    assert [one["code"] for one in denied] == ["PERMISSION_DENIED"]
    wrong = [
        "https://x",
        "https://X.example",
        "https://x.example/",
        "https://x.example; script-src",
    ]
    errors = open_club.refused("reportFramesSet", {"origins": wrong})
    assert [(one["code"], one["path"]) for one in errors] == [
        ("INPUT_INVALID", ["origins", str(place)]) for place in range(len(wrong))
    ]
    assert framed(open_club, page) == INTRANET
    for _ in range(2):
        open_club.make("reportFramesSet", "organisation { code }", {"origins": []})
    assert framed(open_club, page) == "'none'", "what the club forbids is so for all its links"
    none = open_club.query("{ reportFrames { origins } }", role=Role.ANALYST)
    assert none["reportFrames"]["origins"] == []


def framed(club: Club, page: str) -> str:
    """Return what the page of a link says about who may frame it."""
    policy = club.http.get(page).headers["content-security-policy"]
    assert "script-src 'self'" in policy
    found = re.search(r"frame-ancestors (.*)$", policy)
    assert found is not None
    return found[1]


def test_readers_of_one_link_share_its_answer_and_its_points(open_club: Club) -> None:
    link = linked(open_club)
    answers = [shown(open_club, credential(link)) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}


def test_what_cannot_be_shown_at_the_moment_is_told(open_club: Club, database_url: str) -> None:
    own = create(open_club)
    link = linked(open_club, own["id"], parameters={"account": ["A2"]})
    with serving(api(database_url, "http://127.0.0.1:9")) as url:
        answer = httpx.get(
            f"{url}/loge/v1/embed",
            headers={"authorization": f"Bearer {credential(link)}"},
            verify=False,  # noqa: S501 - a server of this machine, without TLS
        )
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    day = {"member": "pipeline.day", "operator": "afterDate", "values": ["someday"]}
    main: dict[str, Any] = {"measures": ["pipeline.draft_count"], "filters": [day]}
    main["dimensions"] = ["pipeline.account_code"]
    wrong = {**DRAFTS, "queries": {"main": main}}
    given = {"id": own["id"], "expectedVersion": 1, "definition": wrong}
    changed = open_club.make("reportUpdate", "report { version }", given)["report"]
    found = shown(open_club, credential(link)).json()["answers"]["main"]
    assert "someday" in found["error"]
    plain = {**DRAFTS, "parameters": []}
    given |= {"expectedVersion": changed["version"], "definition": plain}
    open_club.make("reportUpdate", "", given)
    answer = shown(open_club, credential(link))
    assert answer.status_code == 422
    told = answer.json()["errors"][0]["extensions"]["code"]
    assert told == "REPORT_PARAMETER_INVALID", "never the report without what was chosen"


def _rewrite(club: Club, statement: str, row: dict[str, Any]) -> None:
    """Change a row past all rules, as time or somebody else would have."""
    decoded = decode_id(row["id"])
    assert decoded is not None
    with club.runner.engine.begin() as connection:
        connection.execute(text(statement), {"id": decoded[1]})
