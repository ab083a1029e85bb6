"""A session with Tryton: calls over JSON-RPC, and their errors by what has to be done about them.

JSON-RPC and not its REST: REST names no class of error, knows no wizards, by which payments are
made, and takes no defaults. JSON-RPC and not XML-RPC: decimals and days are the same, errors have
all their parts. Signing in costs half a second (it hashes the password), a call 20 to 70 ms: one
session is kept for as long as Tryton takes it as fresh, which posting asks for.
"""

from __future__ import annotations

import hashlib
import threading
import time
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.transfers.connectors.tryton.values import read, written
from app.transfers.contract.calling import ask, client_of
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from app.transfers.contract.connectors import Connected

FRESH_SECONDS = 240.0
"""Tryton's own limit is 300 seconds, unless its configuration says otherwise."""
WARNINGS_PER_CALL = 10
"""How many warnings one call may raise, one after the other."""
_UNAUTHORIZED = 401


@dataclass
class _Session:
    """One sign-in, and what was looked up meanwhile that changes seldom."""

    authorization: str = field(repr=False)
    context: dict[str, Any]
    since: float
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)


class Sessions:
    """Sign-ins that are still fresh, by address, user and password."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._open: dict[str, _Session] = {}

    def kept(self, key: str) -> _Session | None:
        """Return a session that is fresh."""
        with self._lock:
            found = self._open.get(key)
            if found is not None and time.monotonic() - found.since > FRESH_SECONDS:
                del self._open[key]
                return None
            return found

    def keep(self, key: str, session: _Session) -> None:
        """Remember a session."""
        with self._lock:
            self._open[key] = session

    def forget(self, key: str) -> None:
        """Sign in anew next time."""
        with self._lock:
            self._open.pop(key, None)


SESSIONS = Sessions()


class Office:
    """A signed-in user of one database of a Tryton."""

    def __init__(self, connected: Connected, client: httpx.Client) -> None:
        """Take a client; signing in waits for the first call."""
        self._client = client
        self._user = connected.credentials.get("user", "")
        self._password = connected.credentials.get("password", "")
        self._company = str(connected.settings.get("company") or "")
        database = str(connected.settings.get("database", ""))
        self._path = f"/{quote(database, safe='')}/rpc/"
        parts = (str(client.base_url), database, self._company, self._user, self._password)
        self._key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        self.sent: list[dict[str, Any]] = []
        """Each call that changes something, in order."""

    def reads(self, method: str, *params: Any) -> Any:  # noqa: ANN401 - as Tryton answers
        """Call what changes nothing; a lost answer may be asked for again."""
        try:
            return self._called(method, params, {})
        except TransferFaultError as fault:
            if fault.fault is FaultClass.UNKNOWN:
                fault.fault = FaultClass.TRANSIENT
            raise

    def changes(
        self,
        method: str,
        *params: Any,  # noqa: ANN401 - as Tryton takes them
        accepts: frozenset[str] = frozenset(),
        context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - as Tryton answers
        """Call what changes something.

        Args:
            method: such as `model.party.party.create`.
            params: its positional arguments, without the context.
            accepts: names of warnings that are answered with yes, without their key.
            context: what is added to the context of the session.
        """
        self.sent.append({"method": method, "params": written(params)})
        for _ in range(WARNINGS_PER_CALL):
            try:
                return self._called(method, params, context or {})
            except _WarningError as warning:
                if warning.kind not in accepts:
                    raise warning.as_fault() from warning
                self._called("model.res.user.warning.skip", (warning.name,), {})
        message = f"Tryton raises one warning after the other at {method}."
        raise TransferFaultError(FaultClass.DEFECT, message)

    def search(
        self,
        model: str,
        domain: list[Any],
        fields: list[str],
        *,
        limit: int = 1000,
        order: list[list[str]] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the fields of what is found."""
        found: list[dict[str, Any]] = self.reads(
            f"model.{model}.search_read", domain, 0, limit, order, fields
        )
        return found

    def only(self, model: str, ident: int, fields: list[str]) -> dict[str, Any]:
        """Return the fields of one record."""
        found: dict[str, Any] = self.reads(f"model.{model}.read", [ident], fields)[0]
        return found

    def known(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        """Look up what changes seldom, such as accounts and taxes, once in a session."""
        session = self._session()
        key = (model, repr(domain))
        found: list[dict[str, Any]] = session.known.get(key) or self.search(model, domain, fields)
        if found:
            session.known[key] = found
        return found

    @property
    def company_id(self) -> int:
        """The company that the session works for."""
        return int(self._session().context["company"])

    def _called(self, method: str, params: tuple[Any, ...], context: dict[str, Any]) -> Any:  # noqa: ANN401 - as Tryton answers
        """Call within the session; sign in again, once, where it had ended."""
        session = self._session()
        try:
            return self._said(session, method, [*params, {**session.context, **context}])
        except TransferFaultError as fault:
            if fault.status != _UNAUTHORIZED:
                raise
            SESSIONS.forget(self._key)
        session = self._session()
        return self._said(session, method, [*params, {**session.context, **context}])

    def _session(self) -> _Session:
        """Return the kept session, or sign in."""
        kept = SESSIONS.kept(self._key)
        if kept is not None:
            return kept
        found = self._said(
            None, "common.db.login", [self._user, {"password": self._password}, "en"]
        )
        token = b64encode(f"{self._user}:{found[0]}:{found[1]}".encode()).decode()
        session = _Session(f"Session {token}", {"language": "en"}, time.monotonic())
        preferences = self._said(session, "model.res.user.get_preferences", [True, {}])
        session.context["company"] = self._chosen(session, preferences)
        session.context["employee"] = preferences.get("employee")
        SESSIONS.keep(self._key, session)
        return session

    def _chosen(self, session: _Session, preferences: dict[str, Any]) -> int:
        """Return the id of the company: the one that is named, or the user's own."""
        if not self._company:
            if preferences.get("company"):
                return int(preferences["company"])
            message = "The user has no company in Tryton; give it one, or name it in the settings."
            raise TransferFaultError(FaultClass.ACCESS, message)
        domain = [["party.name", "=", self._company], ["id", "in", preferences["companies"]]]
        method = "model.company.company.search"
        found = self._said(session, method, [domain, 0, 2, None, session.context])
        if len(found) != 1:
            message = (
                f"The user may not work for a company {self._company!r} in Tryton; "
                "look at the setting `company` and at the user's companies there."
            )
            raise TransferFaultError(FaultClass.ACCESS, message)
        return int(found[0])

    def _said(self, session: _Session | None, method: str, params: list[Any]) -> Any:  # noqa: ANN401 - as Tryton answers
        """Send one call and read its answer."""
        headers = {} if session is None else {"authorization": session.authorization}
        body = {"id": 1, "method": method, "params": written(params)}
        response = ask(self._client, "POST", self._path, json=body, headers=headers)
        try:
            answer = response.json()
            failed = answer.get("error")
        except (ValueError, AttributeError) as error:
            message = (
                "What answers is no Tryton of series 8: its answer is not JSON-RPC. "
                "Look at the address and the name of the database."
            )
            raise TransferFaultError(FaultClass.UNKNOWN, message) from error
        if failed is not None:
            raise _fault_of(method, failed)
        return read(answer.get("result"))


@contextmanager
def opened(connected: Connected) -> Iterator[Office]:
    """Give an office for some calls."""
    address = str(connected.settings.get("address", "")).rstrip("/")
    with client_of(address, allows_private=connected.allows_private) as client:
        yield Office(connected, client)


class _WarningError(Exception):
    """Tryton asks whether to go on."""

    def __init__(self, name: str, message: str) -> None:
        """Take the name, a hash and the kind, and what it says."""
        super().__init__(message)
        self.name = name
        self.kind = name.rpartition(".")[2]

    def as_fault(self) -> TransferFaultError:
        """Return the fault where nobody said yes."""
        message = (
            f"Tryton warns: {self} To go on all the same, add {self.kind} to the warnings "
            "that the action accepts."
        )
        return TransferFaultError(FaultClass.RECORD, message, answer=str(self))


def _fault_of(method: str, failed: Any) -> Exception:  # noqa: ANN401 - as Tryton answers
    """Return what an error of JSON-RPC means: `[class, arguments]`, or `[text, traceback]`."""
    kind = str(failed[0]) if isinstance(failed, list) and failed else str(failed)
    details = failed[1] if isinstance(failed, list) and len(failed) > 1 else None
    parts = [str(one) for one in details if isinstance(one, str)] if details else []
    match kind, parts:
        case "UserWarning", [name, message, *_]:
            return _WarningError(name, message)
        case "UserError", [message, *more]:
            told = " ".join(filter(None, [message, *more]))
            return TransferFaultError(FaultClass.RECORD, f"Tryton refuses it: {told}", answer=told)
        case "LoginException", _:
            message = "Tryton asks for a second factor; give it a user that needs none."
            return TransferFaultError(FaultClass.ACCESS, message)
        case (("ConcurrencyException" | "RateLimitException"), _):
            message = "Somebody else is changing the same in Tryton; it is tried again."
            return TransferFaultError(FaultClass.TRANSIENT, message)
        case _:
            pass
    if "locked" in kind or "could not serialize" in kind:
        return TransferFaultError(FaultClass.TRANSIENT, "Tryton's database is busy.", answer=kind)
    message = f"Tryton failed at {method}: {kind}"
    return TransferFaultError(FaultClass.DEFECT, message, answer=kind)
