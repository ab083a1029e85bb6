"""Reports by e-mail: written as their owner sees them at that moment, and sent once."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio

from app.commands import report_deliveries as deliveries
from app.domain.errors import DomainError, ErrorCode
from app.domain.report_schedules import ReportDeliveryStatus
from app.resolvers.context import Context
from app.resolvers.report_files import Files
from app.resolvers.report_plans import definition_of, plan_for
from app.resolvers.reports import find_report
from app.resolvers.semantic.door import SemanticDoor
from app.storage.brands import brand_of
from app.storage.engine import read_engine
from app.storage.identity import new_id
from app.storage.reads import Reader
from app.storage.report_schedules import open_deliveries
from app.transfers.mail.report_messages import Attachment, Letter, write_message
from app.transfers.mail.sending import NotSentError, UnknownIfSentError
from reports.render import UnwritableError, format_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.commands.execution import Runner
    from app.commands.report_deliveries import Job
    from app.domain.permissions import Actor
    from app.transfers.mail.sending import Mailer

ATTACHMENT_BYTES = 20_000_000
"""The largest file that is sent; servers of e-mail take little more."""
SENT_AT_ONCE = 3
"""Reports that are written and sent at a time: each takes a core for a second or more."""
OFFICE_PATH = "/office"
_log = logging.getLogger("loge.reports")


@dataclass(frozen=True, slots=True)
class ReportMail:
    """Sends what is due.

    `url` is of the database, `address` and `secret` are those of the semantic layer, and reports
    are shown below `public_url`.
    """

    url: str
    address: str
    secret: str
    public_url: str
    mailer: Mailer

    def run(self, runner: Runner, now: datetime) -> int:
        """Queue what is due and send what is queued; return how many were tried.

        Some are sent side by side, so that one that takes long keeps few others waiting.
        """
        deliveries.queue_due(runner, now)
        with ThreadPoolExecutor(SENT_AT_ONCE, "reports") as threads:
            due = open_deliveries(runner.engine, now)
            return sum(threads.map(lambda one: self._try(runner, one[0], one[1], now), due))

    def _try(self, runner: Runner, organisation_id: UUID, delivery_id: UUID, now: datetime) -> bool:
        """Try to send one, and record what came of it; False where there is nothing to send."""
        job = deliveries.claim(runner, organisation_id, delivery_id, now)
        if job is None:
            return False
        status, error = anyio.run(self._deliver, runner, job)
        deliveries.record(runner, job, status, error, datetime.now(UTC))
        return True

    async def _deliver(self, runner: Runner, job: Job) -> tuple[ReportDeliveryStatus, str | None]:
        """Try to send one; return how it is now."""
        try:
            refused = await self._send(runner, job)
        except UnknownIfSentError as error:
            return ReportDeliveryStatus.UNKNOWN, str(error)
        except NotSentError as error:
            is_final = error.is_final
            return ReportDeliveryStatus.FAILED if is_final else ReportDeliveryStatus.PENDING, str(
                error
            )
        except DomainError as error:
            is_away = error.violations[0].code is ErrorCode.SEMANTIC_UNAVAILABLE
            told = error.violations[0].message
            return ReportDeliveryStatus.PENDING if is_away else ReportDeliveryStatus.FAILED, told
        except Exception:  # noqa: BLE001 - whatever it is, it is logged, and no other waits for it
            _log.exception("report %s cannot be sent", job.delivery.id)
            return ReportDeliveryStatus.PENDING, "something went wrong; the operator's log has it"
        told = f"the server refused {', '.join(refused)}" if refused else ""
        return ReportDeliveryStatus.SENT, told or None

    async def _send(self, runner: Runner, job: Job) -> tuple[str, ...]:
        """Write and send one; return the recipients that the server refused."""
        if job.actor is None:
            raise NotSentError("the token of its owner has ended", is_final=True)
        if job.refused:
            message = f"the club no longer lets reports be sent to {', '.join(job.refused)}"
            raise NotSentError(message, is_final=True)
        reads = read_engine(self.url, connections=1)
        door = SemanticDoor(self.address, self.secret, lambda: datetime.now(UTC))
        context = Context(
            job.actor,
            Reader(reads),
            runner,
            str(new_id()),
            lambda: datetime.now(UTC),
            semantics=door,
        )
        try:
            letter, attachment = await self._write(context, door, job.actor, job)
        finally:
            await door.close()
            await reads.dispose()

        async def take() -> bool:
            return deliveries.begin_sending(runner, job, datetime.now(UTC))

        written = write_message(letter, attachment, job.delivery.id, datetime.now(UTC))
        return await self.mailer.send(written, job.delivery.recipients, take)

    async def _write(
        self, context: Context, door: SemanticDoor, actor: Actor, job: Job
    ) -> tuple[Letter, Attachment]:
        """Write the report as its owner sees it now, and what is said with it."""
        schedule = job.schedule
        row = await find_report(context, None, schedule.report_key)
        if row is None or row["deleted_at"] is not None:
            raise NotSentError("its owner does not see the report any more", is_final=True)
        club = await context.row("organisation", actor.organisation_id)
        assert club is not None  # noqa: S101 - an actor's club is always there
        plan = await plan_for(
            context, definition_of(row), schedule.parameters, schedule.language, row["version"]
        )
        try:
            form = format_of(schedule.format)
        except UnwritableError as error:
            raise NotSentError(str(error), is_final=True) from error
        content = bytearray()
        brand = await brand_of(context.reader, actor.organisation_id)
        async with aclosing(Files().pieces(door, (actor, club), plan, form, brand)) as pieces:
            async for piece in pieces:
                content += piece
                if len(content) > ATTACHMENT_BYTES:
                    message = "the file is too large for e-mail; choose less, or open it online"
                    raise NotSentError(message, is_final=True)
        day = str(await context.today())
        link = f"{self.public_url}{OFFICE_PATH}/reports/{schedule.report_key}"
        letter = Letter(
            schedule.title,
            club["name"],
            day,
            link,
            schedule.language,
            self.mailer.settings.sender,
            job.delivery.recipients,
            brand.logo,
        )
        name = f"{schedule.report_key}-{day}.{form.name}"
        return letter, Attachment(name, form.media_type, bytes(content))
