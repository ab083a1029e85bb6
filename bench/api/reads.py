"""Reads: every question to each server in turn, round after round."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]

from bench.api.drawn import draw
from bench.api.load import Sample, measure
from bench.api.sameness import ask, require_same
from bench.api.servers import (
    ANEW,
    BARE_JSON,
    BARE_TEXT,
    LOGE,
    PEER,
    Server,
    open_bare,
    open_loge,
    open_postgraphile,
)
from bench.api.statements import statements_of
from bench.api.table import HEAD, Rounds, Target, print_rounds, ratio

if TYPE_CHECKING:
    from bench.api.dataset import Dataset
    from bench.api.questions import Question

CLIENTS = (1, 8, 32)
ROUNDS = 5
STRETCH_SECONDS, WARM_UP_SECONDS = 1.0, 0.4


def _rate(one: Sample) -> float:
    return one.rate


def _rate_per_cpu(one: Sample) -> float:
    return one.rate_per_cpu


_RATE, _CPU = "requests/s", "requests/CPU-s"


def _targets(times: float, times_per_cpu: float, of_bare: float | None) -> tuple[Target, ...]:
    """Compare Loge with PostGraphile, and with the bare statements where a target is set."""
    return (
        Target(f"Loge / PostGraphile, {_RATE}", LOGE, PEER, _rate, times),
        Target(f"Loge / PostGraphile, {_CPU}", LOGE, PEER, _rate_per_cpu, times_per_cpu),
        Target(f"Loge / bare json_agg, {_RATE}", LOGE, BARE_JSON, _rate, of_bare),
        Target(f"Loge / bare json_agg, {_CPU}", LOGE, BARE_JSON, _rate_per_cpu, of_bare),
        Target(f"Loge / bare text, {_RATE}", LOGE, BARE_TEXT, _rate),
        Target(f"Loge / bare text, {_CPU}", LOGE, BARE_TEXT, _rate_per_cpu),
        Target(f"anew / PostGraphile, {_RATE}", ANEW, PEER, _rate),
        Target(f"anew / PostGraphile, {_CPU}", ANEW, PEER, _rate_per_cpu),
        Target(f"anew / bare json_agg, {_RATE}", ANEW, BARE_JSON, _rate, of_bare),
        Target(f"anew / bare text, {_RATE}", ANEW, BARE_TEXT, _rate),
    )


_PAGE_TARGETS, _OTHER_TARGETS = _targets(5.0, 3.0, 0.85), _targets(1.0, 1.0, None)


@dataclass(frozen=True)
class _Field:
    """The running servers, and what is sent to each of them."""

    servers: tuple[Server, ...]
    postgres_pid: int

    def rounds(self, requests: dict[str, list[bytes]], clients: int, count: int) -> Rounds:
        """Load the servers in turn, `count` times, after a short warm-up."""
        found: Rounds = {server.name: [] for server in self.servers}
        for number in range(count + 1):
            for server in self.servers:
                sample = measure(
                    server.port,
                    requests[server.name],
                    clients=clients,
                    seconds=STRETCH_SECONDS if number else WARM_UP_SECONDS,
                    server_pids=[server.pid],
                    postgres_pid=self.postgres_pid,
                )
                if number:
                    found[server.name].append(sample)
        return found


def run_reads(dataset: Dataset) -> None:
    """Compare the answers, then measure and print."""
    with ExitStack() as stack:
        bare = stack.enter_context(open_bare(dataset))
        servers = (
            stack.enter_context(open_loge(dataset)),
            stack.enter_context(open_postgraphile(dataset)),
            bare,
            replace(bare, name=BARE_TEXT),
            stack.enter_context(open_loge(dataset, ANEW, LOGE_KEPT_ANSWERS_MB="0")),
        )
        field = _Field(servers, dataset.server.status().pid or 0)
        asked, deep = draw(dataset, servers[1].port)
        requests = {one.name: _requests(dataset, one) for one in (*asked, *deep)}
        for name, sent in requests.items():
            _compare(name, servers, sent)
        print(
            f"{len(requests)} questions: Loge, PostGraphile and the bare statements answer the same"
        )
        _isolate(dataset, servers[0], asked[0])
        _print_statements(dataset, servers, requests)
        _print_asked(field, asked, requests)
        _print_deep(field, deep, requests)
        _print_memory(servers)


def _requests(dataset: Dataset, question: Question) -> dict[str, list[bytes]]:
    """Write the requests of a question to each server."""
    return {
        LOGE: question.to_loge(dataset.token),
        ANEW: question.to_loge(dataset.token),
        PEER: question.to_peer(),
        BARE_JSON: question.to_bare("json"),
        BARE_TEXT: question.to_bare("text"),
    }


def _compare(name: str, servers: tuple[Server, ...], sent: dict[str, list[bytes]]) -> None:
    """Require the same answers of all servers to every variant."""
    for number in range(len(sent[LOGE])):
        loge, peer, *bare, anew = (ask(one.port, sent[one.name][number]) for one in servers)
        require_same(name, loge, peer, bare)
        require_same(name, anew, peer, bare)
        # Twice the same: the second time it is answered from memory.
        require_same(name, ask(servers[0].port, sent[LOGE][number]), peer, bare)


def _isolate(dataset: Dataset, loge: Server, question: Question) -> None:
    """Ask for the first page with the small club's token: nothing of the large club is in it."""
    own, other = (
        ask(loge.port, question.to_loge(token)[0]) for token in (dataset.token, dataset.other_token)
    )
    ids = [{part for part in one.decode().split('"') if "_0193" in part} for one in (own, other)]
    if not all(ids) or ids[0] & ids[1]:
        message = "the answers to two clubs share ids, or one is empty"
        raise RuntimeError(message)
    print(f"isolation: {len(ids[1])} ids of the small club, none of the large club's")


def _print_statements(
    dataset: Dataset, servers: tuple[Server, ...], requests: dict[str, dict[str, list[bytes]]]
) -> None:
    """Print how many statements one request runs."""
    print("\nstatements of one request, by connection")
    for name, sent in requests.items():
        for server in servers:
            found = statements_of(dataset.server, server.port, sent[server.name][:5])
            shown = ", ".join(f"{key} {count:g}" for key, count in found.items())
            print(f"    {name:<46}{server.name:<14}{shown}")


def _print_asked(
    field: _Field, asked: list[Question], requests: dict[str, dict[str, list[bytes]]]
) -> None:
    """Measure and print the questions at every number of clients."""
    for number, question in enumerate(asked):
        print(f"\n{question.name}; CPU in ms for each request")
        print(HEAD)
        targets = _OTHER_TARGETS if number else _PAGE_TARGETS
        lines = []
        for clients in CLIENTS if number < 2 else CLIENTS[1:2]:
            rounds = field.rounds(requests[question.name], clients, ROUNDS)
            print_rounds(clients, rounds)
            lines += [f"  {clients} clients", *(one.line(rounds) for one in targets)]
        print("\n".join(lines))


def _print_deep(
    field: _Field, deep: list[Question], requests: dict[str, dict[str, list[bytes]]]
) -> None:
    """Measure and print pages at several depths, and what the deepest costs of the first."""
    print("\npages at several depths, 1 client; CPU in ms for each request")
    print(HEAD)
    found = []
    for question in deep:
        print(f"  {question.name}")
        found.append(field.rounds(requests[question.name], 1, ROUNDS))
        print_rounds(1, found[-1])
    for name in (LOGE, ANEW, PEER, BARE_JSON, BARE_TEXT):
        cost = ratio(found[0][name], found[-1][name], _rate_per_cpu)
        print(f"    {name:<14}the deepest page costs {cost:.2f} times the CPU of the first")


def _print_memory(servers: tuple[Server, ...]) -> None:
    """Print the memory of each server after the load."""
    print("\nmemory after the load")
    for server in servers:
        if server.name == BARE_TEXT:
            continue  # the same process as the other bare one
        mebibytes = psutil.Process(server.pid).memory_info().rss / 2**20
        print(f"    {server.name:<14}{mebibytes:>6.0f} MiB")
