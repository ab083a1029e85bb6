"""A club with Final Sales whose instalments are to be invoiced today, and its REST client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.domain.permissions import Role
from tests.stadium import Stadium, build_stadium

if TYPE_CHECKING:
    import httpx

    from tests.club import Club

TODAY = datetime.now(UTC).date()


@dataclass
class BillingClub:
    """A stadium, and requests to the façade."""

    stadium: Stadium

    @property
    def club(self) -> Club:
        return self.stadium.club

    def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        role: Role = Role.PARTNER,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> httpx.Response:
        """Send a request and return the answer."""
        given = {"authorization": f"Bearer {self.club.token(role)}", **(headers or {})}
        body = {} if content is None else {"json": content}
        return self.club.http.request(method, f"/api{path}", headers=given, params=query, **body)

    def done(self, method: str, path: str, content: Any = None, **more: Any) -> dict[str, Any]:
        """Send a request that must succeed; return what is answered."""
        answer = self.ask(method, path, content, **more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(
        self, answered: int, method: str, path: str, content: Any = None, **more: Any
    ) -> dict[str, Any]:
        """Send a request that must be refused; return the problem."""
        answer = self.ask(method, path, content, **more)
        assert answer.status_code == answered, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = answer.json()
        assert problem["status"] == answered
        return problem

    def sell(self, price: str = "100.00", count: int = 2, **more: Any) -> dict[str, Any]:
        """Make a Final Sale of seats in instalments, the first of which is due today."""
        stadium = self.stadium
        seats = [stadium.seats.pop(0)]
        sale = stadium.begin(**more)
        sale = stadium.add(sale, stadium.line("SEAT", 1, price, seatIds=seats))
        recipe = {"equal": {"count": count, "firstOn": TODAY.isoformat()}}
        sale = stadium.act("invoiceScheduleSet", sale, recipe=recipe)
        return stadium.act("saleFinalise", sale)

    def claim(self, **query: Any) -> list[dict[str, Any]]:
        """Claim what is due."""
        found: list[dict[str, Any]] = self.done("GET", "/instalments", **query)["instalments"]
        return found

    def document(self, code: str, number: str, **more: Any) -> dict[str, Any]:
        """Write the report of a document."""
        return {
            "instalmentCode": code,
            "invoiceNumber": number,
            "invoiceDate": TODAY.isoformat(),
            "dueDate": (TODAY + timedelta(days=30)).isoformat(),
            **more,
        }


def billing_club(club: Club) -> BillingClub:
    """Set up a club that bills."""
    club.token(Role.PARTNER)
    return BillingClub(build_stadium(club))
