"""The process of the semantic layer: beside the API, killed, looked after, and alone."""

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from tests.processes.command import CLUB, Loge, Served, await_true, free_port, fresh_loge

pytestmark = pytest.mark.slow

COUNT = "pipeline.draft_count"
ASK = f"""{{ semanticQuery(query: {{ measures: ["{COUNT}"] }})
    {{ result {{ rows columns {{ member kind }} }} userErrors {{ code path }} }} }}"""
ADD = """mutation($account: AccountCreateInput!) {
    accountCreate(input: $account) { account { id } userErrors { code } } }"""
DRAFT = """mutation($sale: SaleCreateInput!) {
    saleCreate(input: $sale) { userErrors { code } } }"""


class Semantic:
    """A served Loge with its semantic layer, and somebody who may ask it."""

    def __init__(self, loge: Loge, served: Served) -> None:
        self.loge, self.served = loge, served
        found = re.search(r"Cube REST +(\S+)/cubejs-api", served.printed)
        assert found is not None, served.printed
        self.address = found.group(1)
        self.token = loge.run("token", "--role", "root").strip()

    def run(self, *arguments: str, code: int = 0) -> str:
        return self.loge.run("semantic", *arguments, code=code, LOGE_SEMANTIC_URL=self.address)

    def load(self, measure: str = COUNT, token: str | None = None) -> httpx.Response:
        return httpx.post(
            f"{self.address}/cubejs-api/v1/load",
            json={"query": {"measures": [measure]}, "queryType": "multi"},
            headers={"authorization": token or self.token},
            timeout=30,
        )

    def operation(self, name: str) -> Any:
        headers = {"authorization": self.token}
        return httpx.get(f"{self.address}/loge/v1/{name}", headers=headers, timeout=30).json()

    def count(self) -> int:
        """How many Drafts the facts have; -1 as long as there are no facts."""
        try:
            answer = self.load()
        except httpx.TransportError:
            return -1
        if answer.status_code != 200:
            return -1
        return int(answer.json()["results"][0]["data"][0][COUNT] or 0)

    def ask(self, document: str, **variables: Any) -> Any:
        answer = httpx.post(
            f"{self.served.address}/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {self.token}"},
            timeout=60,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def add_draft(self) -> None:
        code = uuid.uuid4().hex[:12]
        given = {"idempotencyKey": code, "code": code, "name": "An account", "kind": "BUSINESS"}
        account = self.ask(ADD, account=given)["accountCreate"]["account"]["id"]
        sale = {"idempotencyKey": code, "type": "SEASON", "accountId": account}
        assert self.ask(DRAFT, sale=sale)["saleCreate"]["userErrors"] == []

    def process(self) -> psutil.Process | None:
        below = psutil.Process(self.served.process.pid).children()
        return next((one for one in below if "semantic" in one.cmdline()), None)


@contextmanager
def semantic(loge: Loge, **settings: str) -> Iterator[Semantic]:
    with loge.serving(LOGE_SEMANTIC="on", **settings) as served:
        layer = Semantic(loge, served)
        await_true(lambda: layer.count() >= 0)
        yield layer


@pytest.fixture(scope="module")
def running() -> Iterator[Semantic]:
    """One for the tests that leave it as it was, on a folder of its own: others serve theirs."""
    with fresh_loge() as loge:
        loge.run("migrate")
        loge.run("organisation", "add", "one", *CLUB)
        with semantic(loge, LOGE_WIRE_PORT=str(free_port())) as layer:
            yield layer


def test_what_is_committed_is_counted_the_same_in_every_way(running: Semantic) -> None:
    before = running.count()
    running.add_draft()
    await_true(lambda: running.count() == before + 1)
    asked = running.ask(ASK)["semanticQuery"]
    assert asked["userErrors"] == []
    assert asked["result"] == {
        "columns": [{"member": COUNT, "kind": "MEASURE"}],
        "rows": [[str(before + 1)]],
    }
    assert re.search(r"^\d+ totals are the same", running.run("check"))
    assert "facts as of" in running.run("status")


def test_selling_goes_on_while_it_is_dead_and_it_catches_up(running: Semantic) -> None:
    before = running.count()
    killed = running.process()
    assert killed is not None
    killed.kill()
    running.add_draft()
    running.add_draft()
    await_true(lambda: running.count() == before + 2)
    running.run("rebuild")
    await_true(lambda: running.operation("facts")["rebuilding"] is None)
    assert running.count() == before + 2
    assert re.search(r"^\d+ totals are the same", running.run("check"))


def connected(running: Semantic, user: str, password: str) -> psycopg.Connection[Any]:
    """Connect as the printed address says."""
    found = re.search(r"postgresql://LABEL@(\S+):(\d+)/ORGANISATION", running.served.printed)
    assert found is not None, running.served.printed
    return psycopg.connect(
        host=found[1],
        port=int(found[2]),
        user=user,
        password=password,
        dbname="one",
        sslmode="require",
        autocommit=True,
    )


def test_bi_tools_connect_with_a_token_and_read_the_views(running: Semantic) -> None:
    token = running.loge.run("token", "--role", "root", "--label", "ann").strip()
    question = "SELECT coalesce(measure(draft_count), 0) FROM pipeline"
    views = "SELECT viewname FROM pg_views WHERE schemaname = 'public'"
    count = running.count()
    with connected(running, "ann", token) as connection:
        assert connection.execute(question).fetchone() == (count,)
        assert ("pipeline",) in connection.execute(views).fetchall()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connected(running, "ann", f"{token}x")
    killed = running.process()
    assert killed is not None
    killed.kill()
    killed.wait()
    left = [one.pid for one in catalogues(running.loge)]
    assert left
    await_true(lambda: running.count() == count)
    # The socket stays open, and what the dead process left is gone before anybody is let in.
    with connected(running, "ann", token) as connection:
        assert connection.execute(question).fetchone() == (count,)
        assert {one.pid for one in catalogues(running.loge)}.isdisjoint(left)


def catalogues(loge: Loge) -> list[psutil.Process]:
    """The servers that answer for the catalogue."""
    folder = str(loge.folder / "wire")
    return [
        one
        for one in psutil.process_iter(["name", "cmdline"])
        if one.info["name"] == "postgres" and folder in " ".join(one.info["cmdline"] or ())
    ]


def test_a_metric_tells_how_old_the_facts_are(running: Semantic) -> None:
    def measured() -> dict[str, float]:
        text = httpx.get(f"{running.served.address}/metrics", timeout=30).text
        found = re.findall(r"^(loge_semantic_\w+) (\S+)$", text, re.MULTILINE)
        return {name: float(value) for name, value in found}

    # Until a process has looked at them for the first time, a metric of several processes is zero.
    await_true(lambda: measured().get("loge_semantic_facts_time_seconds", 0) > 0)
    found = measured()
    assert 0 <= found["loge_semantic_lag_seconds"] < 600
    assert abs(found["loge_semantic_facts_time_seconds"] - time.time()) < 600


def test_a_use_of_a_token_in_the_semantic_layer_is_noted(running: Semantic) -> None:
    token = running.loge.run("token", "--role", "analyst", "--label", "cubes").strip()
    assert running.load(token=token).status_code == 200
    document = '{ accessTokens(filter: {search: "cubes"}) { nodes { lastUsedAt } } }'

    def noted() -> bool:
        (node,) = running.ask(document)["accessTokens"]["nodes"]
        return node["lastUsedAt"] is not None

    await_true(noted)


def test_it_opens_to_nobody_unknown_and_to_each_their_own(running: Semantic) -> None:
    assert running.load(token="nonsense").json() == {"error": "Invalid token"}
    scoped = running.loge.run("token", "--role", "sales", "--scope", "write:holders").strip()
    refused = running.load(token=scoped)
    assert refused.status_code >= 400
    assert "results" not in refused.json()
    operating = httpx.post(
        f"{running.address}/loge/v1/rebuild", headers={"authorization": scoped}, timeout=30
    )
    assert operating.status_code == 403


def test_models_of_the_installation_are_served_and_wrong_ones_refused(
    loge: Loge, tmp_path: Path
) -> None:
    own = tmp_path / "own.yml"
    own.write_text(
        "cubes:\n  - name: head_count\n    sql_table: dim_account\n    measures:\n"
        "      - {name: rows, type: count}\n    dimensions:\n"
        "      - {name: id, sql: account_sk, type: string, primary_key: true}\n"
    )
    with semantic(loge, LOGE_SEMANTIC_MODELS=str(tmp_path)) as layer:
        assert layer.load("head_count.rows").status_code == 200
        own.write_text(own.read_text().replace("dim_account", "store.dim_account"))
        await_true(lambda: layer.operation("models")["faults"])
        assert re.search(r"^refused: \S*own\.yml:3:", layer.run("status"), re.MULTILINE)
        assert layer.load("head_count.rows").status_code == 200


def test_the_api_says_when_no_semantic_layer_answers(loge: Loge) -> None:
    with loge.serving() as served:
        token = loge.run("token", "--role", "root").strip()
        answer = served.ask(token, ASK).json()["data"]["semanticQuery"]
        assert answer["result"] is None
        assert [one["code"] for one in answer["userErrors"]] == ["SEMANTIC_UNAVAILABLE"]
    line = loge.refusal("semantic", "check", LOGE_SEMANTIC_URL="http://127.0.0.1:9")
    assert line.startswith("loge: no semantic layer answers at http://127.0.0.1:9")
