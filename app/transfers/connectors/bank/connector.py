"""The connector of bank statements: files in, one record for each movement."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from app.transfers.connectors.bank.camt_files import camt_statements
from app.transfers.connectors.bank.coda_files import coda_statements
from app.transfers.connectors.bank.movements import LARGEST_BYTES, SOURCE, incoming_of, refuse_at
from app.transfers.connectors.bank.mt940_files import mt940_statements
from app.transfers.contract.connectors import (
    Connected,
    Done,
    Health,
    Incoming,
    Polled,
    Setting,
    SettingKind,
    Source,
    Task,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.bank.movements import Stated

_MAGNITUDE = 1024 * 1024


class BankConnector:
    """Reads statements that a bank gives as files; a folder or a person brings them."""

    kind = "bank"
    title = "Bank statements (CODA, MT940, CAMT.053)"
    settings: tuple[Setting, ...] = (
        Setting(
            "accounts",
            "Accounts",
            SettingKind.TEXT,
            "Numbers of the club's own accounts, parted by blanks; a statement of any other is "
            "refused. Empty takes every account.",
        ),
    )
    actions = ()
    sources = (
        Source(
            SOURCE,
            "statement_entry",
            "Bank statement",
            "Each movement of a statement, batches taken apart; the movements add up to the "
            "difference of its balances.",
            is_file=True,
        ),
    )

    def check(self, connected: Connected) -> Health:  # noqa: ARG002 - the form of a connector
        """Say that nothing has to be reached."""
        return Health(is_well=True, message="Statements come as files; there is nothing to reach.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Refuse: nothing is sent to a bank."""
        _never(task.action, connected)

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Refuse: nothing is sent to a bank."""
        _never(task.action, connected)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:  # noqa: ARG002 - same
        """Refuse: statements come as files."""
        _never(source, connected)

    def receive(
        self,
        connected: Connected,
        headers: Mapping[str, str],  # noqa: ARG002 - same
        body: bytes,  # noqa: ARG002 - same
    ) -> tuple[Incoming, ...]:
        """Refuse: a bank sends nothing by itself."""
        _never("a message", connected)

    def read(
        self,
        connected: Connected,
        source: str,
        name: str,  # noqa: ARG002 - same
        content: bytes,
    ) -> tuple[Incoming, ...]:
        """Read a file by what is in it, whatever its name.

        Raises:
            TransferFaultError: RECORD with line and field, or an account that is not the club's.
        """
        if source != SOURCE:
            _never(source, connected)
        if len(content) > LARGEST_BYTES:
            size = f"{LARGEST_BYTES // _MAGNITUDE} MiB"
            refuse_at(1, "file", f"is larger than {size}; ask the bank for shorter periods")
        stated = _statements(content)
        own = str(connected.settings.get("accounts") or "").upper().split()
        for one in stated:
            if own and one.account not in own:
                message = f"{one.account} is none of the accounts {', '.join(own)} of this system"
                refuse_at(one.line, "account", message)
        return incoming_of(stated)


def _statements(content: bytes) -> list[Stated]:
    """Tell the three forms apart, and read the file."""
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return camt_statements(content)
    text = _decoded(content)
    if begins.startswith(b"0000"):
        return coda_statements(text)
    if ":20:" in text:
        return mt940_statements(text)
    refuse_at(1, "file", "is neither CODA (begins with 0000), nor MT940 (:20:), nor CAMT.053 (XML)")


def _decoded(content: bytes) -> str:
    """Return a text in UTF-8, or in what banks wrote before it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")


def _never(what: str, connected: Connected) -> NoReturn:
    """Refuse what a bank statement cannot do."""
    message = f"{what} is nothing that {connected.code}, a reader of statements, can do"
    raise TransferFaultError(FaultClass.DEFECT, message)


CONNECTOR = BankConnector()
