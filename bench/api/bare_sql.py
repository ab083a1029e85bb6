"""The answers of the questions, put together by PostgreSQL in one hand-written statement each.

They are Loge's answers to the letter: the same keys in the same order, the same ids and cursors.
There are two ways to write them: PostgreSQL's builders of JSON, which is what one would write by
hand, and plain text, which is harder to read and costs about half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class _Writer(Protocol):
    """Writes expressions whose values are JSON."""

    def text(self, column: str) -> str:
        """Write a text that may need escapes."""

    def plain(self, column: str) -> str:
        """Write a text that needs none: a code of the schema, a date, digits."""

    def number(self, column: str) -> str:
        """Write a whole number."""

    def identity(self, kind: str, column: str) -> str:
        """Write an id of the API."""

    def record(self, members: dict[str, str]) -> str:
        """Write an object."""

    def rows(self, value: str, source: str, order: str) -> str:
        """Write the list of a value over rows."""

    def whole(self, answer: str) -> str:
        """Write what the statement returns."""


@dataclass(frozen=True)
class JsonWriter:
    """Uses `json_build_object` and `json_agg`."""

    def text(self, column: str) -> str:
        """Leave it to PostgreSQL."""
        return column

    def plain(self, column: str) -> str:
        """Make it a text."""
        return f"{column}::text"

    def number(self, column: str) -> str:
        """Leave it to PostgreSQL."""
        return column

    def identity(self, kind: str, column: str) -> str:
        """Put the kind before the digits."""
        return f"'{kind}_' || encode(uuid_send({column}), 'hex')"

    def record(self, members: dict[str, str]) -> str:
        """Build it."""
        listed = ", ".join(f"'{key}', {value}" for key, value in members.items())
        return f"json_build_object({listed})"

    def rows(self, value: str, source: str, order: str) -> str:
        """Aggregate it in order."""
        return f"(SELECT coalesce(json_agg({value} ORDER BY {order}), '[]') FROM {source})"

    def whole(self, answer: str) -> str:
        """Return it as text."""
        return f"({answer})::text"


@dataclass(frozen=True)
class TextWriter:
    """Concatenates."""

    def text(self, column: str) -> str:
        """Escape it."""
        return f"to_json({column})::text"

    def plain(self, column: str) -> str:
        """Quote it."""
        return f"'\"' || {column} || '\"'"

    def number(self, column: str) -> str:
        """Write its digits."""
        return f"{column}::text"

    def identity(self, kind: str, column: str) -> str:
        """Put the kind before the digits."""
        return f"'\"{kind}_' || encode(uuid_send({column}), 'hex') || '\"'"

    def record(self, members: dict[str, str]) -> str:
        """Put the members one after the other."""
        listed = " || ',".join(f'"{key}":\' || {value}' for key, value in members.items())
        return f"'{{{listed} || '}}'"

    def rows(self, value: str, source: str, order: str) -> str:
        """Aggregate it in order."""
        listed = f"string_agg({value}, ',' ORDER BY {order})"
        return f"(SELECT '[' || coalesce({listed}, '') || ']' FROM {source})"

    def whole(self, answer: str) -> str:
        """Return it as bytes, which the driver passes on without decoding them."""
        return f"convert_to({answer}, 'UTF8')"


_INSTANT = "to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')"
_WHEN = f"'\"' || {_INSTANT} || '+00:00\"'"


def _head(write: _Writer) -> dict[str, str]:
    """Write what every list of Sales shows."""
    account = write.record(
        {
            "id": write.identity("account", "a.id"),
            "code": write.text("a.code"),
            "name": write.text("a.name"),
        }
    )
    return {
        "id": write.identity("sale", "s.id"),
        "code": write.text("s.code"),
        "status": write.plain("s.status"),
        "createdAt": write.plain(f"({_INSTANT} || 'Z')"),
        "currency": write.text("s.currency"),
        "gross": _money(write, "s.gross_minor"),
        "account": f"(SELECT {account} FROM account a "
        "WHERE a.organisation_id = s.organisation_id AND a.id = s.account_id)",
    }


def _money(write: _Writer, column: str) -> str:
    """Write an amount."""
    return write.record({"amountMinor": write.plain(column)})


def _lines(write: _Writer) -> str:
    """Write the lines of a Sale."""
    line = write.record(
        {
            "id": write.identity("sale_line", "l.id"),
            "lineNo": write.number("l.line_no"),
            "description": write.text("l.description"),
            "quantity": write.number("l.quantity"),
            "gross": _money(write, "l.gross_minor"),
        }
    )
    source = "sale_line l WHERE l.organisation_id = s.organisation_id AND l.sale_id = s.id"
    return write.rows(line, source, "l.line_no")


def _invoices(write: _Writer) -> str:
    """Write the invoices of a Sale with what pays them."""
    payment = write.record(
        {
            "id": write.identity("payment", "p.id"),
            "method": write.plain("p.method"),
            "receivedOn": write.plain("p.received_on"),
        }
    )
    allocation = write.record(
        {
            "id": write.identity("payment_allocation", "x.id"),
            "amount": _money(write, "x.amount_minor"),
            "payment": f"(SELECT {payment} FROM payment p "
            "WHERE p.organisation_id = x.organisation_id AND p.id = x.payment_id)",
        }
    )
    source = "payment_allocation x WHERE x.organisation_id = i.organisation_id"
    invoice = write.record(
        {
            "id": write.identity("invoice", "i.id"),
            "code": write.text("i.code"),
            "sequenceNo": write.number("i.sequence_no"),
            "plannedOn": write.plain("i.planned_on"),
            "gross": _money(write, "i.gross_minor"),
            "allocations": write.rows(allocation, f"{source} AND x.invoice_id = i.id", "x.id"),
        }
    )
    source = "invoice i WHERE i.organisation_id = s.organisation_id AND i.sale_id = s.id"
    return write.rows(invoice, source, "i.sequence_no")


def _page(write: _Writer, sale: str, condition: str, column: str, value: str) -> str:
    """Write the statement of a page of 50 by a column, falling; `value` writes it in a cursor."""
    order = f"s.{column} DESC, s.id DESC"
    cursor = f"'[\"{column}-\",' || {value} || ',\"' || s.id || '\"]'"
    in_base64 = f"encode(convert_to({cursor}, 'UTF8'), 'base64')"
    end = (
        f"(SELECT rtrim(translate({in_base64}, E'+/\\n', '-_'), '=') "
        f"FROM kept s ORDER BY s.{column}, s.id LIMIT 1)"
    )
    ends = {"hasNextPage": "(SELECT to_json(count(*) > 50) FROM page)", "endCursor": end}
    if isinstance(write, TextWriter):
        ends = {
            "hasNextPage": "(SELECT (count(*) > 50)::text FROM page)",
            "endCursor": f"coalesce('\"' || {end} || '\"', 'null')",
        }
    sales = {"pageInfo": write.record(ends), "nodes": write.rows(sale, "kept s", order)}
    answer = write.record({"data": write.record({"sales": write.record(sales)})})
    return (
        "WITH page AS (SELECT s.* FROM sale s "
        f"WHERE s.organisation_id = $1 {condition} ORDER BY {order} LIMIT 51), "
        f"kept AS (SELECT * FROM page s ORDER BY {order} LIMIT 50) "
        f"SELECT {write.whole(answer)}"
    )


_AFTER = "AND (s.created_at, s.id) < ($2::timestamptz, $3::uuid)"
_SEASON = (
    "AND s.status = ANY ($2::text[]) AND s.season_id = $3::uuid "
    "AND s.created_at >= $4::timestamptz AND s.created_at < $5::timestamptz"
)
_LARGEST = "AND s.status = ANY ($2::text[]) AND s.gross_minor <= $3::bigint"


def _statements(write: _Writer) -> dict[str, str]:
    """Write the statement of each question; `$1` is the organisation."""
    short = write.record(_head(write))
    whole = write.record({**_head(write), "lines": _lines(write), "invoices": _invoices(write)})
    one = write.record({"data": write.record({"sale": whole})})
    return {
        "one": f"SELECT {write.whole(one)} FROM sale s "
        "WHERE s.organisation_id = $1 AND s.id = $2::uuid",
        "first": _page(write, whole, "", "created_at", _WHEN),
        "after": _page(write, whole, _AFTER, "created_at", _WHEN),
        "season": _page(write, short, _SEASON, "created_at", _WHEN),
        "account": _page(write, short, "AND s.account_id = $2::uuid", "created_at", _WHEN),
        "largest": _page(write, short, _LARGEST, "gross_minor", "s.gross_minor"),
    }


STATEMENTS = {"json": _statements(JsonWriter()), "text": _statements(TextWriter())}
"""The statements by way of writing, then by question; paths of the bare endpoint name both."""
