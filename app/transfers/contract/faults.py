"""Why a transfer could not be carried out, by what has to be done about it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


class FaultClass(StrEnum):
    """What has to be done about a fault.

    Source: the other side has three answers, yes, no and unknown; *unknown* is looked up before
    anything is sent again.
    """

    TRANSIENT = "TRANSIENT"
    """It was not done, and may work later: refused connection, 429, 5xx, SMTP 4xx. Tried again."""
    UNKNOWN = "UNKNOWN"
    """It may have been done: the answer was lost. Looked up by its key first, then tried again."""
    RECORD = "RECORD"
    """The other side, or a check of ours, refuses the data set. Parked until a person mends it."""
    ACCESS = "ACCESS"
    """The credentials are refused. The system is paused, and its people are told once."""
    CONFLICT = "CONFLICT"
    """There is one already. It is looked up by its key and adopted, or parked when it differs."""
    DEFECT = "DEFECT"
    """A fault of ours. Parked; its details are in the log, not in the message."""


class TransferFaultError(Exception):
    """A step of a transfer did not succeed; the message is for the club's people.

    It names the field or the object, what was wrong, and what would be right; never a secret.
    """

    def __init__(
        self,
        fault: FaultClass,
        message: str,
        *,
        path: str | None = None,
        retry_after: timedelta | None = None,
        status: int | None = None,
        answer: str | None = None,
    ) -> None:
        """Name the class and say what is wrong.

        Args:
            fault: what has to be done about it.
            message: whole sentences, in English.
            path: where in the data set, such as `lines[2].vat_rate`.
            retry_after: how long the other side asked to be left alone.
            status: the HTTP or SMTP status of the answer.
            answer: the beginning of the answer, without secrets.
        """
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.path = path
        self.retry_after = retry_after
        self.status = status
        self.answer = answer
