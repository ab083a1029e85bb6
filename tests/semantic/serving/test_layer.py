"""The layer as a whole: rollups of the callers' clubs, models of many clubs, and its operations."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from semantic.rest.authentication import SignedTokens, caller_of_claims
from semantic.serving import layer as serving_layer
from semantic.serving.door import Door
from semantic.serving.layer import Layer
from tests.conftest import serving
from tests.semantic.rest.conftest import SECRET, token
from tests.semantic.rollups.star import ANALYST, BY_MONTH, COUNT, Star

QUANTITY = {"query": {"measures": list(COUNT.measures)}, "queryType": "multi"}
CLAIMS = {"groups": ["analyst"], "scopes": ["data", "meta", "jobs", "sql"]}


class Lost:
    """An operational store that cannot be reached."""

    def read(self) -> AbstractContextManager[Any]:
        raise ConnectionError("the database was not read")

    @contextmanager
    def listen(self, _on_commit: Callable[[], None]) -> Iterator[None]:
        yield


class NoClusters:
    """Clusters of which none is ever started."""

    def clear(self) -> None:
        pass


def open_layer(folder: Path, **more: Any) -> Layer:
    authenticator = SignedTokens((SECRET,), caller_of_claims)
    return Layer(folder / "facts", Lost(), authenticator, memory_mb=256, **more)


@pytest.fixture
def layer(tmp_path: Path) -> Iterator[Layer]:
    """A layer with three movements of one club."""
    made = open_layer(tmp_path)
    Star(made.facts).rebuild(3)
    yield made
    made.close()


@contextmanager
def http_of(layer: Layer) -> Iterator[httpx.Client]:
    with serving(layer.application()) as url:
        headers = {"authorization": token(**CLAIMS)}
        with httpx.Client(base_url=url, headers=headers, timeout=30) as http:
            yield http


def test_a_rollup_of_the_callers_club_answers_and_says_when_it_was_built(
    layer: Layer,
) -> None:
    with http_of(layer) as http:
        load = "/cubejs-api/v1/load"
        (before,) = http.post(load, json=QUANTITY).json()["results"]
        assert "usedPreAggregations" not in before
        table = layer.build(ANALYST, BY_MONTH, "UTC")
        (over,) = http.post(load, json=QUANTITY).json()["results"]
    assert over["data"] == before["data"] == [{COUNT.measures[0]: "3"}]
    used = over["usedPreAggregations"][table]
    assert (used["preAggregationId"], used["type"]) == (BY_MONTH, "rollup")
    assert used["lastUpdatedAt"] > 0
    with pytest.raises(ValueError, match=r"there is no rollup 'sale_movement\.nothing'"):
        layer.build(ANALYST, "sale_movement.nothing", "UTC")


def test_what_cannot_be_compared_is_said(layer: Layer) -> None:
    with http_of(layer) as http:
        answer = http.post("/loge/v1/check")
    assert (answer.status_code, answer.json()) == (503, {"error": "the database was not read"})


def test_models_that_were_forgotten_are_bound_again(
    layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_layer, "_COMPILERS_KEPT", 0)
    layer._describe(layer.catalogue.state().model)
    with http_of(layer) as http:
        for _ in range(2):
            answer = http.post("/cubejs-api/v1/load", json=QUANTITY)
            assert answer.json()["results"][0]["data"] == [{COUNT.measures[0]: "3"}]


def test_tools_come_in_as_long_as_the_application_runs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        door = Door(listener, None, NoClusters())  # type: ignore[arg-type]  # nobody logs in
        made = open_layer(tmp_path, door=door)
        with http_of(made):
            socket.create_connection(address, timeout=20).close()
        made.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=20)
