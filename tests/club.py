"""A club of its own for a test, spoken to over HTTP as its users do."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.commands.tokens import NewToken, issue_token
from app.domain.permissions import Role, useful_scopes

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from app.commands.execution import Runner
    from app.domain.organisations import Organisation
    from app.domain.scopes import Scope

_KEYS = itertools.count(1)


def fresh_key() -> str:
    """Return an idempotency key that no other request of this run has."""
    return f"test-key-{next(_KEYS):08d}"


def _new_token(role: Role, account_id: UUID | None) -> NewToken:
    """Ask for a token of a role that may everything; a partner's names what that is."""
    scopes = useful_scopes(role) if role is Role.PARTNER else None
    return NewToken(f"test {role}", role, account_id, scopes=scopes)


@dataclass
class Club:
    """An organisation on the running server, with a token for each role on demand."""

    organisation: Organisation
    runner: Runner
    http: httpx.Client
    _tokens: dict[tuple[Role, UUID | None], str] = field(default_factory=dict)

    def token(self, role: Role = Role.ROOT, account_id: UUID | None = None) -> str:
        """Return a token of a role."""
        wanted = (role, account_id)
        if wanted not in self._tokens:
            self._tokens[wanted] = self.runner.transact(
                self.organisation.id,
                "test",
                lambda work: issue_token(work, _new_token(role, account_id)),
            )
        return self._tokens[wanted]

    def scoped(self, role: Role, *scopes: Scope, account_id: UUID | None = None) -> Club:
        """Return the same club spoken to with a token of a role that has scopes."""
        wanted = NewToken(f"scoped {role}", role, account_id, scopes=frozenset(scopes))
        token = self.runner.transact(
            self.organisation.id, "test", lambda work: issue_token(work, wanted)
        )
        tokens = {**self._tokens, (role, account_id): token}
        return Club(self.organisation, self.runner, self.http, tokens)

    def send(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        role: Role = Role.ROOT,
        account_id: UUID | None = None,
    ) -> dict[str, Any]:
        """Send a document and return the whole answer."""
        answer = self.http.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {self.token(role, account_id)}"},
        )
        found: dict[str, Any] = answer.json()
        return found

    def query(
        self, document: str, variables: dict[str, Any] | None = None, **caller: Any
    ) -> dict[str, Any]:
        """Send a document that must be answered without top-level errors; return its data."""
        answer = self.send(document, variables, **caller)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def mutate(
        self, name: str, fields: str, given: dict[str, Any], **caller: Any
    ) -> dict[str, Any]:
        """Run one mutation with a fresh idempotency key; return its payload.

        `fields` is the selection beside `userErrors { code message path }`.
        """
        kind = name[0].upper() + name[1:] + "Input"
        document = (
            f"mutation($input: {kind}!) {{ {name}(input: $input) "
            f"{{ {fields} userErrors {{ code message path }} }} }}"
        )
        given = {"idempotencyKey": fresh_key(), **given}
        payload: dict[str, Any] = self.query(document, {"input": given}, **caller)[name]
        return payload

    def make(self, name: str, fields: str, given: dict[str, Any], **caller: Any) -> dict[str, Any]:
        """Run one mutation that must succeed; return its payload."""
        payload = self.mutate(name, fields, given, **caller)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    def refused(self, name: str, given: dict[str, Any], **caller: Any) -> list[dict[str, Any]]:
        """Run one mutation that must be refused; return its user errors."""
        errors: list[dict[str, Any]] = self.mutate(name, "", given, **caller)["userErrors"]
        assert errors, "the mutation was not refused"
        return errors
