"""One run: a stage, clients, somebody who disturbs them, and what is wrong afterwards."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands import sealing
from app.commands.execution import Runner
from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from semantic.sync.store import Facts
from semantic.sync.worker import Follower
from tests.faults.checking import contradictions, expected_totals, shown_wrongly, stored
from tests.faults.client_log import ClientLog, Truth, read_logs
from tests.faults.nemeses import KILLERS, Nemeses, plan
from tests.faults.stage import Scene, staged
from tests.faults.watcher import Watcher
from tests.processes.command import await_true
from tests.scenarios.invariants import broken_rules
from tests.semantic.sync.compared import differing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass
class Verdict:
    """What a run came to: everything that is wrong, and how much was done meanwhile."""

    seed: int
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Tell all of it, with what repeats the run."""
        figures = "\n".join(f"  {name}: {figure}" for name, figure in self.figures.items())
        wrong = "\n".join(f"  {one}" for one in self.wrong[:20]) or "  nothing"
        strikes = "\n".join(f"  {one}" for one in self.told)
        return f"seed {self.seed}\n{figures}\nwrong:\n{wrong}\nstrikes:\n{strikes}"


def run_with_faults(
    seed: int,
    seconds: float,
    names: Sequence[str],
    *,
    bug: str = "",
    customers: int = 6,
    pause_seconds: float = 0.1,
    **stage: int,
) -> Verdict:
    """Let clients sell while nemeses strike, wait until all is calm, and check everything."""
    verdict = Verdict(seed)
    with staged(seed, bug=bug, pause_seconds=pause_seconds, **stage) as scene:
        for number in range(customers):
            scene.start_customer(number)
        watcher = Watcher(scene, ClientLog(scene.place / "watcher.log"))
        watcher.start()
        nemeses, begun = Nemeses(scene), time.monotonic()
        try:
            nemeses.carry_out(plan(seed, seconds, names), seconds)
            scene.await_service()
            nemeses.revive()
            scene.stop_customers()
        finally:
            watcher.stop()
        truth = read_logs(scene.place)
        verdict.told = nemeses.told
        took_seconds = time.monotonic() - begun
        verdict.figures = {"seconds": round(took_seconds), **_figures(truth, nemeses)}
        verdict.wrong += [one.strip() for one in scene.complaints().splitlines()]
        verdict.wrong += [*scene.mistakes, *scene.newest_mistakes()]
        _check_reports(scene, truth, verdict)
        stopped = scene.served.stop()
        if stopped:
            verdict.wrong.append(f"it ended with exit code {stopped}: {scene.served.complaints}")
        verdict.wrong += _in_the_stores(scene, truth)
    return verdict


def _figures(truth: Truth, nemeses: Nemeses) -> dict[str, object]:
    requests = truth.requests.values()
    done = [one for one in requests if one.is_done]
    return {
        "requests": len(truth.requests),
        "carried out": len(done),
        "refused": sum(bool(one.answers) and not one.is_done for one in requests),
        "unknown": sum(not one.answers for one in requests),
        "answered again": sum(len(one.answers) - 1 for one in done),
        "attempts that failed": dict(truth.failures),
        "looks at the reports": sum(one["what"] == "reported" for one in truth.seen),
        "of one instant": sum(one["what"] == "at once" for one in truth.seen),
        "kill -9": sum(count for name, count in nemeses.done.items() if name in KILLERS),
        "strikes": dict(nemeses.done),
        "strikes at nobody": dict(nemeses.missed),
    }


def _check_reports(scene: Scene, truth: Truth, verdict: Verdict) -> None:
    """Wait until the reports are of an instant after the last answer, and compare them."""
    last_at = truth.last_answer_at()
    watcher = Watcher(scene, ClientLog(scene.place / "watcher.log"))

    await_true(lambda: watcher.look()["refreshed_at"] > last_at)
    final = watcher.look()
    verdict.wrong += shown_wrongly(read_logs(scene.place))
    least, most, lowest_minor, highest_minor = expected_totals(truth)
    if not least <= final["moved"] <= most:
        verdict.wrong.append(f"{final['moved']} movements at the end, not {least} to {most}")
    if not lowest_minor <= final["net_minor"] <= highest_minor:
        verdict.wrong.append(
            f"{final['net_minor']} booked at the end, not {lowest_minor} to {highest_minor}"
        )
    compared = scene.ask("POST", "/loge/v1/check", timeout_seconds=120).json()["comparisons"]
    verdict.figures["totals compared"] = len(compared)
    verdict.wrong += [f"totals differ: {one}" for one in compared if not one["isEqual"]]


def _in_the_stores(scene: Scene, truth: Truth) -> Iterator[str]:
    """Compare the logs with PostgreSQL, its rules with its rows, and its rows with the facts."""
    assert scene.club_id is not None
    server = scene.loge.database()
    with server.running(), scene.engine() as engine:
        yield from contradictions(truth, stored(engine, scene.club_id), scene.places)
        for rule, rows in broken_rules(engine, scene.club_id).items():
            yield f"not so: {rule}: {rows}"
        runner = Runner(engine)
        audit = sealing.verify(runner, scene.club_id)
        if not audit.is_intact:
            yield f"the audit is broken: {audit.breaks}"
        ledger = sealing.verify_ledger(runner, scene.club_id)
        if not ledger.is_intact:
            yield f"the ledger is broken: {ledger.chain.breaks} {ledger.contradictions}"
        yield from _rows_that_differ(scene)


def _rows_that_differ(scene: Scene) -> Iterator[str]:
    """Compare the facts as they were left, row by row, with facts made anew."""
    url = scene.loge.database().connection_url()
    source = PostgresSource(url, EXTRACTS, TOTALS)
    left = Facts(scene.loge.folder / "semantic", threads=2)
    with tempfile.TemporaryDirectory(prefix="lg-anew-") as folder:
        anew = Facts(Path(folder), threads=2)
        Follower(source, anew).step()
        for table, rows in differing(left, anew).items():
            yield f"{table} differs in {rows}"
        anew.close()
    left.close()
    source.close()
