"""Questions to the semantic layer over GraphQL, answered by a real one over real facts."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.domain.permissions import Role
from app.domain.scopes import Scope
from app.http.application import build_application
from app.http.authentication import Authentication
from app.resolvers.semantic.door import SemanticDoor
from app.semantics import Credentials
from app.storage.engine import Engine, command_engine, read_engine
from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from semantic.serving.layer import Layer
from tests.club import Club
from tests.conftest import UNHURRIED, LiveServer, found_club, serving
from tests.live.followers import Follower
from tests.stadium import Stadium, build_stadium

pytestmark = pytest.mark.slow

SECRET = "a secret that signs contexts of these tests"
DRAFTS = "pipeline.draft_count"
QUESTION = """query($query: SemanticQueryInput!) { semanticQuery(query: $query) {
    result { columns { member kind type shortTitle } rows rowCount totalCount refreshedAt rollups }
    userErrors { code message path } } }"""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def layer(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The semantic layer over the database of all tests; its address."""
    engine, source = command_engine(database_url), PostgresSource(database_url, EXTRACTS, TOTALS)
    credentials = Credentials(engine, Authentication(engine, now), SECRET)
    made = Layer(tmp_path_factory.mktemp("facts"), source, credentials)
    stop = threading.Event()
    following = threading.Thread(target=made.follow, args=(stop,))
    following.start()
    with serving(made.application()) as address:
        yield address
        stop.set()
        following.join()
    made.close()
    source.close()
    engine.dispose()


def api(database_url: str, address: str) -> Starlette:
    return build_application(
        command_engine(database_url),
        read_engine(database_url),
        door=UNHURRIED,
        semantics=SemanticDoor(address, SECRET, now),
    )


@pytest.fixture(scope="module")
def stadium(database_url: str, engine: Engine, layer: str) -> Iterator[Stadium]:
    """A club with two Drafts, one of them a rep's, on an API that knows the semantic layer."""
    with serving(api(database_url, layer)) as url:
        club = found_club(engine, LiveServer(url))
        stadium = build_stadium(club, matches=1)
        stadium.account("A2", repCode="R1")
        stadium.begin()
        stadium.begin(account="A2")
        deadline = time.monotonic() + 120
        while count_of(club) != "2":
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.05)
        yield stadium
        club.http.close()


@pytest.fixture
def asked(stadium: Stadium) -> Club:
    """The club, to ask questions about."""
    return stadium.club


def ask(club: Club, query: dict[str, Any], **caller: Any) -> Any:
    return club.query(QUESTION, {"query": query}, **caller)["semanticQuery"]


def count_of(club: Club) -> str | None:
    found = ask(club, {"measures": ["pipeline.draft_count"]})["result"]
    return None if found is None or not found["rows"] else found["rows"][0][0]


def test_a_question_is_answered_with_what_its_columns_are(asked: Club) -> None:
    found = ask(
        asked,
        {
            "measures": ["pipeline.draft_count"],
            "dimensions": ["pipeline.account_code"],
            "timeDimensions": [
                {"dimension": "pipeline.day", "granularity": "year", "dateRange": ["this year"]}
            ],
            "filters": [
                {
                    "anyOf": [
                        {"member": "pipeline.account_code", "operator": "EQUALS", "values": ["A1"]},
                        {
                            "allOf": [
                                {
                                    "member": "pipeline.account_code",
                                    "operator": "STARTS_WITH",
                                    "values": ["A"],
                                },
                                {"member": "pipeline.account_code", "operator": "SET"},
                            ]
                        },
                    ]
                }
            ],
            "order": [{"member": "pipeline.account_code", "direction": "DESC"}],
            "limit": 1,
            "offset": 1,
            "timezone": "Europe/Brussels",
            "wantsTotal": True,
        },
    )
    assert found["userErrors"] == []
    result = found["result"]
    year = f"{now().year}-01-01T00:00:00.000"
    assert result["rows"] == [["A1", year, "1"]]
    assert [(one["member"], one["kind"], one["type"]) for one in result["columns"]] == [
        ("pipeline.account_code", "DIMENSION", "string"),
        ("pipeline.day.year", "TIME", "time"),
        ("pipeline.draft_count", "MEASURE", "number"),
    ]
    assert (result["rowCount"], result["totalCount"], result["rollups"]) == (1, 2, [])
    assert result["refreshedAt"] is not None


def test_rest_answers_the_same_to_the_same_token(asked: Club, layer: str) -> None:
    query = {
        "measures": ["pipeline.draft_count"],
        "dimensions": ["pipeline.account_code"],
        "order": {"pipeline.account_code": "asc"},
    }
    found = httpx.post(
        f"{layer}/cubejs-api/v1/load",
        json={"query": query, "queryType": "multi"},
        headers={"authorization": asked.token()},
        timeout=30,
    ).json()
    rows = [list(row.values()) for row in found["results"][0]["data"]]
    order = [{"member": "pipeline.account_code"}]
    assert (
        rows
        == ask(asked, {**query, "order": order})["result"]["rows"]
        == [["A1", "1"], ["A2", "1"]]
    )


def test_what_the_models_do_not_have_is_refused_with_a_suggestion(asked: Club) -> None:
    found = ask(asked, {"measures": ["pipeline.draft_cuont"]})
    assert found["result"] is None
    assert [(one["code"], one["path"]) for one in found["userErrors"]] == [
        ("SEMANTIC_QUERY_INVALID", ["query"])
    ]
    assert "pipeline.draft_count" in found["userErrors"][0]["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"member": "pipeline.draft_count"},
        {"member": "pipeline.draft_count", "operator": "SET", "anyOf": [{"member": "x"}]},
    ],
)
def test_a_filter_is_one_thing(asked: Club, wrong: dict[str, Any]) -> None:
    found = ask(asked, {"measures": ["pipeline.draft_count"], "filters": [wrong]})
    assert [(one["code"], one["path"]) for one in found["userErrors"]] == [
        ("SEMANTIC_QUERY_INVALID", ["query", "filters"])
    ]


def test_a_state_is_asked_as_of_a_day(asked: Club) -> None:
    today = now().date()
    counts = [
        ask(asked, {"measures": ["pipeline.draft_count"], "asOf": str(day)})["result"]["rows"]
        for day in (today - timedelta(days=2), today + timedelta(days=1))
    ]
    assert counts == [[[None]], [["2"]]]
    found = ask(asked, {"measures": ["renewals.lost_value"], "asOf": str(today)})
    assert [(one["code"], one["path"]) for one in found["userErrors"]] == [
        ("SEMANTIC_QUERY_INVALID", ["query", "asOf"])
    ]
    assert "these can: ageing, " in found["userErrors"][0]["message"]


def test_how_fresh_the_facts_are_is_told(asked: Club) -> None:
    text = "{ semanticFreshness { refreshedAt lagSeconds rebuild { tableCount doneCount } } }"
    found = asked.query(text, role=Role.ANALYST)["semanticFreshness"]
    assert datetime.fromisoformat(found["refreshedAt"]) <= now()
    assert Decimal(found["lagSeconds"]) >= 0
    assert found["rebuild"] is None


def test_a_sales_rep_is_shown_the_own_drafts_and_nobody_elses(asked: Club) -> None:
    answers = []
    for rep in ("R1", "R2", None):
        given = {"label": "rep", "role": "SALES", "repCode": rep}
        secret = asked.make("accessTokenCreate", "secret", given)["secret"]
        answer = asked.http.post(
            "/graphql",
            json={"query": QUESTION, "variables": {"query": {"measures": [DRAFTS]}}},
            headers={"authorization": f"Bearer {secret}"},
        )
        found = answer.json()["data"]["semanticQuery"]
        codes = [one["code"] for one in found["userErrors"]]
        answers.append(codes or found["result"]["rows"])
    assert answers == [[["1"]], [[None]], ["SEMANTIC_QUERY_INVALID"]]


def test_an_open_question_is_answered_anew_when_a_draft_comes(stadium: Stadium) -> None:
    document = QUESTION.replace("query(", "subscription(", 1)
    asking = {"measures": [DRAFTS], "dimensions": ["pipeline.sale_code"]}
    with Follower.of(stadium.club, Role.ANALYST) as follower:
        name = follower.begin(document, query=asking)
        before = follower.event(name)["result"]
        assert before["rowCount"] == 2
        sale = stadium.begin()
        after = follower.event(name)["result"]
        assert after["rowCount"] == 3
        assert after["refreshedAt"] > before["refreshedAt"]
        stadium.club.make("saleRemove", "", stadium.about(sale, reason="made by mistake"))
        assert follower.event(name)["result"]["rows"] == before["rows"]


def test_everybody_is_shown_what_they_may_ask(asked: Club) -> None:
    text = "{ semanticMeta { name isView title members { name kind granularities } } }"
    subjects = {one["name"]: one for one in asked.query(text)["semanticMeta"]}
    assert subjects["pipeline"]["isView"]
    kinds = {one["name"]: one["kind"] for one in subjects["pipeline"]["members"]}
    assert kinds["pipeline.draft_count"] == "MEASURE"
    assert kinds["pipeline.day"] == "TIME"
    assert kinds["pipeline.account_code"] == "DIMENSION"
    one = '{ semanticMeta(view: "pipeline") { name } }'
    assert asked.query(one)["semanticMeta"] == [{"name": "pipeline"}]
    stranger = asked.scoped(Role.SALES, Scope.WRITE_HOLDERS)
    assert stranger.query(one, role=Role.SALES)["semanticMeta"] == []


def test_another_club_has_nothing_of_it(
    asked: Club, database_url: str, engine: Engine, layer: str
) -> None:
    assert count_of(asked) == "2"
    with serving(api(database_url, layer)) as url:
        other = found_club(engine, LiveServer(url))
        assert count_of(other) in {None, "0"}
        other.http.close()


def test_a_portal_user_is_told_nothing_of_the_club(asked: Club, engine: Engine) -> None:
    with engine.connect() as connection:
        account = connection.exec_driver_sql(
            "SELECT id FROM account WHERE organisation_id = %s LIMIT 1", (asked.organisation.id,)
        ).scalar_one()
    found = ask(asked, {"measures": ["pipeline.draft_count"]}, role=Role.PORTAL, account_id=account)
    assert found["result"] is None
    assert [one["code"] for one in found["userErrors"]] == ["SEMANTIC_QUERY_INVALID"]


def strange(*answers: Response) -> Starlette:
    """A server in the place of the semantic layer, which answers one thing after the other."""
    left = list(answers)

    async def answer(_request: Request) -> Response:
        return left.pop(0) if len(left) > 1 else left[0]

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


WAIT = JSONResponse({"error": "Continue wait"})
EMPTY: dict[str, Any] = {"annotation": {}, "data": {"members": [], "dataset": []}}


def test_an_answer_that_takes_its_time_is_waited_for(database_url: str, engine: Engine) -> None:
    answer = JSONResponse({"results": [EMPTY]})
    with serving(strange(WAIT, answer)) as place, serving(api(database_url, place)) as url:
        club = found_club(engine, LiveServer(url))
        assert ask(club, {"measures": ["any.thing"]})["result"]["rows"] == []
        club.http.close()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (JSONResponse({"error": "starting"}, 503), "SEMANTIC_UNAVAILABLE"),
        (JSONResponse({"error": "Error: no"}, 500), "SEMANTIC_QUERY_INVALID"),
    ],
)
def test_what_goes_wrong_there_is_told_here(
    database_url: str, engine: Engine, answer: Response, code: str
) -> None:
    with serving(strange(answer)) as place, serving(api(database_url, place)) as url:
        club = found_club(engine, LiveServer(url))
        found = ask(club, {"measures": ["any.thing"]})
        assert (found["result"], [one["code"] for one in found["userErrors"]]) == (None, [code])
        club.http.close()


def test_an_answer_without_sense_is_a_failure_with_an_id(database_url: str, engine: Engine) -> None:
    nonsense = PlainTextResponse("gateway", 502)
    with serving(strange(nonsense)) as place, serving(api(database_url, place)) as url:
        club = found_club(engine, LiveServer(url))
        answer = club.send(QUESTION, {"query": {"measures": ["any.thing"]}})
        assert answer["errors"][0]["extensions"]["correlationId"]
        assert "gateway" not in str(answer)
        club.http.close()


def test_a_process_without_a_semantic_layer_says_so(club: Club) -> None:
    found = ask(club, {"measures": ["pipeline.draft_count"]})
    assert [one["code"] for one in found["userErrors"]] == ["SEMANTIC_UNAVAILABLE"]


def test_contexts_that_others_signed_open_nothing(asked: Club, layer: str) -> None:
    claims = {"organisation": str(asked.organisation.id), "groups": ["root"]}
    forged = jwt.encode(claims, "another secret that is long enough, too", algorithm="HS256")
    for token in (forged, "loge_" + "x" * 43):
        answer = httpx.get(
            f"{layer}/cubejs-api/v1/meta", headers={"authorization": token}, timeout=30
        )
        assert (answer.status_code, answer.json()) == (403, {"error": "Invalid token"})


def test_only_those_who_may_operate_do(asked: Club, layer: str) -> None:
    token = {"authorization": asked.token(Role.ANALYST)}
    with httpx.Client(base_url=f"{layer}/loge/v1", timeout=60) as http:
        assert http.post("/check", headers=token).status_code == 403
        own = {"authorization": asked.token()}
        found = http.post("/check", headers=own).json()["comparisons"]
        assert found
        assert [one for one in found if not one["isEqual"]] == []
        version = http.get("/facts", headers=token).json()["version"]
        assert http.post("/rebuild", headers=own).status_code == 202
        newer = http.get("/facts", params={"after": version}, headers=token).json()
        assert newer["version"] > version
        assert http.get("/facts", params={"after": "x"}, headers=token).status_code == 400
        assert http.get("/models", headers=token).json()["faults"] == []
        assert http.get("/models").json() == {"error": "Invalid token"}


def test_the_layer_of_a_folder_of_own_models_serves_them(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(
        "cubes:\n  - name: head_count\n    sql_table: dim_account\n    measures:\n"
        "      - {name: rows, type: count}\n"
    )
    source = PostgresSource(database_url, EXTRACTS, TOTALS)
    engine = command_engine(database_url)
    made = Layer(
        tmp_path / "facts",
        source,
        Credentials(engine, Authentication(engine, now), SECRET),
        models=tmp_path,
        memory_mb=256,
    )
    assert "head_count" in made.catalogue.state().model.cubes
    made.close()
    source.close()
    engine.dispose()
