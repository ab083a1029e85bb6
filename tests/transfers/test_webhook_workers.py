"""Workers that send webhooks: several at once, killed ones, what they keep and what they hide."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.commands.webhook_deliveries import follow_events, forget_deliveries
from app.storage.tables import metadata
from app.storage.vault import Vault, new_key
from app.transfers.webhooks.courier import Courier
from tests.club import Club
from tests.conftest import WEBHOOK_KEY
from tests.transfers.webhook_receiver import (
    Receiver,
    add_endpoint,
    courier_of,
    deliver,
    happen,
    log_of,
    ping,
    state_of,
)

pytestmark = pytest.mark.postgres


def test_two_workers_at_once_lose_nothing_and_queue_nothing_twice(
    club: Club, partner: Receiver
) -> None:
    endpoint = add_endpoint(club, partner.url())
    stop = threading.Event()
    couriers = [courier_of(club), courier_of(club)]

    def work(courier: Courier) -> None:
        while not stop.is_set():
            now = datetime.now(UTC) + timedelta(seconds=1)
            follow_events(club.runner, now)
            courier.run(club.runner, now)
            stop.wait(0.01)
        courier.finish()

    threads = [threading.Thread(target=work, args=(one,)) for one in couriers]
    for thread in threads:
        thread.start()
    for _ in range(20):
        happen(club, 3)
    stop.set()
    for thread in threads:
        thread.join()
    deliver(club)
    logged = log_of(club, endpoint)
    came = [one.headers["webhook-id"] for one in partner.take()]
    assert len(came) == 60
    assert len(set(came)) == 60
    assert {one["eventId"] for one in logged} == set(came)
    assert {(one["status"], one["attemptCount"]) for one in logged} == {("DELIVERED", 1)}


@pytest.mark.slow
def test_what_a_killed_worker_was_sending_is_sent_by_another(
    club: Club, partner: Receiver, database_url: str
) -> None:
    endpoint = add_endpoint(club, partner.url("/slow"))
    happen(club, 8)
    script = WORKER.format(organisation=club.organisation.id)
    environment = {**os.environ, "LOGE_SECRET_KEY": WEBHOOK_KEY, "URL": database_url}
    worker = subprocess.Popen([sys.executable, "-c", script], env=environment)
    try:
        while not partner.received and worker.poll() is None:
            time.sleep(0.02)
    finally:
        worker.kill()
        worker.wait()
    deliver(club)
    before = {one["eventId"]: one["status"] for one in log_of(club, endpoint)}
    assert len(before) == 8
    assert list(before.values()).count("PENDING") > 0, "their leases have not run out"
    deliver(club, timedelta(seconds=61))
    logged = log_of(club, endpoint)
    assert {one["status"] for one in logged} == {"DELIVERED"}
    assert {one["eventId"] for one in logged} == set(before)
    came = [one.headers["webhook-id"] for one in partner.take()]
    assert set(came) == set(before)
    assert len(came) <= 8 + 4


WORKER = """
import os, time
from datetime import UTC, datetime, timedelta
from uuid import UUID
from app.commands.execution import Runner
from app.commands.webhook_deliveries import follow_events
from app.storage.engine import command_engine
from app.storage.vault import Vault
from app.transfers.webhooks.courier import Courier
from app.transfers.webhooks.sending import Sender, trusted_certificates

runner = Runner(command_engine(os.environ["URL"]))
sender = Sender(True, trusted_certificates())
vault = Vault.of([os.environ["LOGE_SECRET_KEY"]])
courier = Courier(sender, vault, "https://loge.example", UUID("{organisation}"))
while True:
    now = datetime.now(UTC) + timedelta(seconds=1)
    follow_events(runner, now)
    courier.run(runner, now)
    time.sleep(0.05)
"""


def test_a_secret_is_in_no_answer_log_or_row(
    club: Club, partner: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    given = {"url": partner.url(), "description": "partner", "idempotencyKey": "webhook-secret-1"}
    made = club.make("webhookEndpointCreate", "webhookEndpoint { id } secret", given)
    again = club.make("webhookEndpointCreate", "webhookEndpoint { id } secret", given)
    secret = made["secret"]
    assert again == {"webhookEndpoint": made["webhookEndpoint"], "secret": None, "userErrors": []}
    ping(club, made["webhookEndpoint"])
    deliver(club)
    assert partner.take()
    bare = secret.removeprefix("whsec_")
    assert bare not in caplog.text
    with club.runner.engine.connect() as connection:
        for table in metadata.sorted_tables:
            statement = text(f"SELECT count(*) FROM {table.name} t WHERE t::text LIKE :part")
            assert connection.execute(statement, {"part": f"%{bare}%"}).scalar_one() == 0


def test_a_secret_whose_key_is_lost_is_said_so(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url())
    ping(club, endpoint)
    courier = courier_of(club)
    courier.vault = Vault.of([new_key()])
    deliver(club, courier=courier)
    assert partner.take() == []
    assert log_of(club, endpoint)[0]["attempts"][0]["error"] == "SECRET_UNREADABLE"


def test_deliveries_are_kept_for_thirty_days(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url())
    ping(club, endpoint)
    deliver(club)
    now = datetime.now(UTC)
    forget_deliveries(club.runner, now + timedelta(days=29))
    assert len(log_of(club, endpoint)) == 1
    forget_deliveries(club.runner, now + timedelta(days=31))
    assert log_of(club, endpoint) == []
    follow_events(club.runner, now)
    assert log_of(club, endpoint) == []


def test_an_endpoint_that_is_deleted_takes_its_log_along(club: Club, partner: Receiver) -> None:
    endpoint = add_endpoint(club, partner.url())
    ping(club, endpoint)
    deliver(club)
    given = {"endpointId": endpoint["id"], "expectedVersion": 9}
    refused = club.refused("webhookEndpointDelete", given)
    assert [one["code"] for one in refused] == ["VERSION_STALE"]
    assert len(log_of(club, endpoint)) == 1
    done = club.make("webhookEndpointDelete", "deletedId", {**given, "expectedVersion": 1})
    assert done["deletedId"] == endpoint["id"]
    assert log_of(club, endpoint) == []
    assert state_of(club, endpoint) is None


def test_an_event_that_cannot_be_written_fails_like_any_other_and_is_told(
    club: Club, partner: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = add_endpoint(club, partner.url())
    ping(club, endpoint)
    courier = courier_of(club)
    courier.public_url = None  # type: ignore[assignment]  # stands for any fault of ours
    deliver(club, courier=courier)
    (logged,) = log_of(club, endpoint)
    assert (logged["status"], logged["attempts"][0]["error"]) == ("PENDING", "INTERNAL")
    assert "cannot be sent" in caplog.text
    assert partner.take() == []
    deliver(club, timedelta(seconds=10))
    assert len(partner.take()) == 1


def test_what_ends_a_lane_is_raised_by_the_next_run(
    club: Club, partner: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = add_endpoint(club, partner.url())
    ping(club, endpoint)
    courier = courier_of(club)
    with monkeypatch.context() as broken:

        def fail(*_arguments: object) -> None:
            raise ConnectionRefusedError

        broken.setattr("app.transfers.webhooks.courier.record_answer", fail)
        deliver(club, courier=courier)
    with pytest.raises(ConnectionRefusedError):
        courier.run(club.runner, datetime.now(UTC))
    partner.take()
    deliver(club, timedelta(seconds=61), courier=courier)
    assert len(partner.take()) == 1, "its lease had run out"
