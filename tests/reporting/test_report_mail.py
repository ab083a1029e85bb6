"""Reports sent by e-mail: on time, once, as their owner sees them, through a real SMTP server."""

import asyncio
import base64
import io
import socket
from asyncio import Transport
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from PIL import Image

from app import main
from app.commands.report_deliveries import begin_sending, claim
from app.commands.webhook_rules import WebhookRules
from app.config import read_settings
from app.domain.permissions import Role
from app.processes.report_mail import ReportMail
from app.processes.worker import all_tasks
from app.storage.vault import Vault, new_key
from app.transfers.mail.sending import Mailer
from app.transfers.mail.server import MailServer
from tests.club import Club
from tests.reporting.conftest import SECRET
from tests.reporting.reports import changed, planned, recipient

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 20.0
DELIVERIES = """{ reportDeliveries(first: 100) { nodes {
  id status attemptCount error recipients settledAt nextAttemptAt schedule { title } } } }"""


@dataclass
class Post:
    """A server of e-mail that keeps what it is sent, and answers as it is told."""

    letters: list[EmailMessage] = field(default_factory=list)
    on_recipient: Callable[[str], str] = lambda _address: "250 OK"
    on_letter: str = "250 OK"
    together: asyncio.Barrier | None = None

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.on_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - same
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.together is not None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.together.wait()
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if self.on_letter == "lost":
            assert isinstance(server.transport, Transport)
            server.transport.abort()
        return self.on_letter


@contextmanager
def serving_post(handler: Post, **options: Any) -> Iterator[int]:
    """Run a server of e-mail; its port."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def post() -> Iterator[tuple[Post, MailServer]]:
    handler = Post()
    with serving_post(handler) as port:
        sender = "Club <reports@club.example>"
        yield handler, MailServer("127.0.0.1", port, "off", None, None, sender)


@pytest.fixture
def mail(post: tuple[Post, MailServer], database_url: str, layer: str) -> tuple[Post, ReportMail]:
    handler, settings = post
    return handler, ReportMail(
        database_url, layer, SECRET, "https://loge.example", Mailer(settings)
    )


def run_now(club: Club, schedule: dict[str, Any], role: Role = Role.ANALYST) -> None:
    given = {"scheduleId": schedule["id"]}
    made = club.make("reportScheduleRunNow", "reportDelivery { status }", given, role=role)
    assert made["reportDelivery"]["status"] == "PENDING"


def history(club: Club, role: Role = Role.ANALYST) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = club.query(DELIVERIES, role=role)["reportDeliveries"]["nodes"]
    return nodes


def letters(post: Post, club: Club) -> list[EmailMessage]:
    return [one for one in post.letters if recipient(club) in one["To"]]


def now() -> datetime:
    return datetime.now(UTC)


def test_a_report_is_sent_when_it_is_due_and_once(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    schedule = planned(fresh)
    due_at = datetime.fromisoformat(schedule["nextDueAt"])
    assert now() < due_at <= now() + timedelta(days=1, hours=2)
    sender.run(fresh.runner, now())
    assert letters(post, fresh) == []
    # Two days of a worker that was away are one message.
    sender.run(fresh.runner, due_at + timedelta(days=2))
    sender.run(fresh.runner, due_at + timedelta(days=2))
    (letter,) = letters(post, fresh)
    assert letter["Subject"] == "Drafts of today (Test club)"
    assert letter["From"] == "Club <reports@club.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    body = letter.get_body()
    assert body is not None
    assert "https://loge.example/office/reports/own_" in body.get_content()
    (attachment,) = letter.iter_attachments()
    assert attachment.get_content_type() == "text/csv"
    assert attachment.get_filename("").endswith(".csv")
    assert attachment.get_content().lstrip("\ufeff").startswith("Account code,Drafts")
    (sent,) = history(fresh)
    assert (sent["status"], sent["attemptCount"], sent["error"]) == ("SENT", 1, None)
    assert (sent["recipients"], sent["schedule"]["title"]) == (
        [recipient(fresh)],
        "Drafts of today",
    )
    assert sent["settledAt"] is not None


def test_a_message_has_the_logo_of_its_club(fresh: Club, mail: tuple[Post, ReportMail]) -> None:
    post, sender = mail
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "#ff0000").save(drawn, "PNG")
    logo = base64.b64encode(drawn.getvalue()).decode()
    fresh.make("brandSet", "", {"logo": logo})
    run_now(fresh, planned(fresh))
    sender.run(fresh.runner, now())
    (letter,) = letters(post, fresh)
    plain, page = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    assert "is attached" in plain.get_content()
    assert "https://loge.example/office/reports/own_" in page.get_content()
    (picture,) = (one for one in letter.walk() if one.get_content_type() == "image/png")
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in page.get_content()
    (attachment,) = letter.iter_attachments()
    assert attachment.get_content_type() == "text/csv"


def test_one_message_that_takes_long_keeps_no_other_waiting(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    for _ in range(2):
        run_now(fresh, planned(fresh))
    # The server takes neither before it has been given both.
    post.together = asyncio.Barrier(2)
    assert sender.run(fresh.runner, now()) == 2
    assert [one["status"] for one in history(fresh)] == ["SENT", "SENT"]


def test_a_schedule_that_is_stopped_sends_nothing_and_goes_on_from_the_next_day(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    post.on_recipient = lambda _address: "451 later"
    schedule = planned(fresh)
    run_now(fresh, schedule)
    sender.run(fresh.runner, now())
    stopped = changed(fresh, schedule, isActive=False)
    post.on_recipient = lambda _address: "250 OK"
    sender.run(fresh.runner, now() + timedelta(days=3))
    (given_up,) = history(fresh)
    assert (given_up["status"], given_up["nextAttemptAt"]) == ("FAILED", None)
    assert "stopped" in given_up["error"]
    again = changed(fresh, stopped, isActive=True)
    assert datetime.fromisoformat(again["nextDueAt"]) > now()
    sender.run(fresh.runner, now())
    assert letters(post, fresh) == []
    sender.run(fresh.runner, now() + timedelta(days=1, hours=2))
    assert len(letters(post, fresh)) == 1


def test_what_is_sent_is_what_its_owner_sees_at_that_moment(
    asked: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    schedule = planned(asked, Role.ROOT, parameters={"account": ["A2"]}, language="nl")
    run_now(asked, schedule, Role.ROOT)
    sender.run(asked.runner, now())
    (letter,) = letters(post, asked)
    (attachment,) = letter.iter_attachments()
    assert attachment.get_content().splitlines()[1] == "A2,1"
    body = letter.get_body()
    assert body is not None
    assert "in de bijlage" in body.get_content()


def test_nothing_is_sent_for_an_owner_whose_token_has_ended(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    run_now(fresh, planned(fresh))
    tokens = fresh.query("{ accessTokens(first: 50) { nodes { id label } } }")["accessTokens"]
    (token,) = [one["id"] for one in tokens["nodes"] if one["label"] == "test analyst"]
    fresh.make("accessTokenRevoke", "", {"id": token})
    sender.run(fresh.runner, now())
    (failed,) = history(fresh, Role.ROOT)
    assert (failed["status"], failed["error"]) == ("FAILED", "the token of its owner has ended")
    assert letters(post, fresh) == []


def test_nothing_is_sent_of_a_report_that_is_gone_or_to_whom_it_may_not(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    schedule = planned(fresh)
    run_now(fresh, schedule)
    fresh.make("reportRecipientsSet", "", {"patterns": []})
    sender.run(fresh.runner, now())
    fresh.make("reportRecipientsSet", "", {"patterns": [recipient(fresh)]})
    run_now(fresh, schedule)
    with fresh.runner.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE report SET owner = 'somebody' WHERE organisation_id = %s",
            (fresh.organisation.id,),
        )
    sender.run(fresh.runner, now())
    told = [(one["status"], one["error"]) for one in history(fresh)]
    assert told == [
        ("FAILED", "its owner does not see the report any more"),
        ("FAILED", f"the club no longer lets reports be sent to {recipient(fresh)}"),
    ]
    assert letters(post, fresh) == []


@pytest.mark.parametrize(
    ("code", "status"), [("451 later", "PENDING"), ("550 no such mailbox", "FAILED")]
)
def test_a_refusal_of_the_server_is_tried_again_unless_it_is_for_good(
    fresh: Club, mail: tuple[Post, ReportMail], code: str, status: str
) -> None:
    post, sender = mail
    post.on_recipient = lambda _address: code
    run_now(fresh, planned(fresh))
    sender.run(fresh.runner, now())
    (tried,) = history(fresh)
    assert (tried["status"], tried["attemptCount"]) == (status, 1)
    assert (tried["nextAttemptAt"] is not None) is (status == "PENDING")
    assert code in tried["error"]
    post.on_recipient = lambda _address: "250 OK"
    sender.run(fresh.runner, now() + timedelta(minutes=2))
    assert len(letters(post, fresh)) == (status == "PENDING")


def test_an_attempt_is_given_up_after_the_last_pause(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    post.on_letter = "452 full"
    run_now(fresh, planned(fresh, isActive=False))
    for hours in range(6):
        sender.run(fresh.runner, now() + timedelta(hours=5 * hours))
    (tried,) = history(fresh)
    assert (tried["status"], tried["attemptCount"]) == ("FAILED", 6)
    assert "452" in tried["error"]


def test_those_whom_the_server_takes_get_it_though_others_are_refused(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    gone = f"gone@{fresh.organisation.code}.example"
    post.on_recipient = lambda address: "550 gone" if address == gone else "250 OK"
    run_now(fresh, planned(fresh, recipients=[recipient(fresh), gone]))
    sender.run(fresh.runner, now())
    (sent,) = history(fresh)
    assert (sent["status"], sent["error"]) == (
        "SENT",
        f"the server refused {gone} (550 gone)",
    )


def test_what_may_have_arrived_is_never_sent_again(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    post.on_letter = "lost"
    schedule = planned(fresh)
    run_now(fresh, schedule)
    sender.run(fresh.runner, now())
    post.on_letter = "250 OK"
    sender.run(fresh.runner, now() + timedelta(days=1))
    assert [one["status"] for one in history(fresh)][-1] == "UNKNOWN"


def test_a_worker_that_ended_while_it_sent_leaves_no_second_message(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    run_now(fresh, planned(fresh))
    from_id = history(fresh)[0]["id"].rpartition("_")[2]
    club = fresh.organisation.id
    job = claim(fresh.runner, club, UUID(from_id), now())
    assert job is not None
    assert claim(fresh.runner, club, job.delivery.id, now()) is None, "somebody has it"
    assert begin_sending(fresh.runner, job, now())
    assert not begin_sending(fresh.runner, job, now()), "it is being sent already"
    sender.run(fresh.runner, now() + timedelta(minutes=16))
    (lost,) = history(fresh)
    assert (lost["status"], "not known" in lost["error"]) == ("UNKNOWN", True)
    assert letters(post, fresh) == []


def test_a_server_that_is_away_is_waited_for(fresh: Club, mail: tuple[Post, ReportMail]) -> None:
    _, sender = mail
    nowhere = MailServer("127.0.0.1", 9, "off", None, None, "reports@club.example")
    away = ReportMail(sender.url, sender.address, SECRET, sender.public_url, Mailer(nowhere))
    run_now(fresh, planned(fresh))
    away.run(fresh.runner, now())
    (tried,) = history(fresh)
    assert (tried["status"], "cannot be reached" in tried["error"]) == ("PENDING", True)
    asleep = ReportMail(sender.url, "http://127.0.0.1:9", SECRET, "", sender.mailer)
    asleep.run(fresh.runner, now() + timedelta(minutes=2))
    (tried,) = history(fresh)
    assert (tried["status"], tried["attemptCount"]) == ("PENDING", 2)


def test_a_server_that_refuses_the_password_is_told(
    fresh: Club, mail: tuple[Post, ReportMail]
) -> None:
    post, sender = mail
    options = {
        "auth_require_tls": False,
        "authenticator": lambda *_given: AuthResult(success=False, handled=False),
    }
    run_now(fresh, planned(fresh))
    with serving_post(post, **options) as port:
        wrong = MailServer("127.0.0.1", port, "off", "loge", "wrong", "reports@club.example")
        ReportMail(sender.url, sender.address, SECRET, "", Mailer(wrong)).run(fresh.runner, now())
    (tried,) = history(fresh)
    assert (tried["status"], tried["error"][:30]) == ("PENDING", "the server refused to log in: ")


def test_a_file_too_large_for_e_mail_is_not_sent(
    fresh: Club, mail: tuple[Post, ReportMail], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sender = mail
    monkeypatch.setattr("app.processes.report_mail.ATTACHMENT_BYTES", 3)
    run_now(fresh, planned(fresh))
    sender.run(fresh.runner, now())
    (failed,) = history(fresh)
    assert (failed["status"], "too large" in failed["error"]) == ("FAILED", True)


def test_the_worker_sends_reports_where_a_server_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGE_DATA_DIR", str(tmp_path))
    rules = WebhookRules(Vault.of([new_key()]), "https://loge.example")
    assert main.report_mail("postgresql://x", read_settings()) is None
    assert "send reports" not in [one.name for one in all_tasks(rules)]
    monkeypatch.setenv("LOGE_SMTP_HOST", "mail.example")
    monkeypatch.setenv("LOGE_SMTP_FROM", "reports@club.example")
    monkeypatch.setenv("LOGE_PUBLIC_URL", "https://loge.example/")
    made = main.report_mail("postgresql://x", read_settings())
    assert made is not None
    assert (made.public_url, made.mailer.settings.host) == ("https://loge.example", "mail.example")
    assert "send reports" in [one.name for one in all_tasks(rules, made)]
