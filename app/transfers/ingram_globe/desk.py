"""A folder with all that the flow needs between two runs: maps, templates, settings and history.

Maps are CSV, which a person fills in with a spreadsheet: what is unmapped is added as rows with an
empty code. Nothing is overwritten before all of it is known.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.domain.money import format_amount
from app.transfers.connectors.exact_globe.administration import administration_of
from app.transfers.connectors.ingram.columns import Proposal, saved_from
from app.transfers.connectors.ingram.connector import excluded_of, propose_columns, read_file
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.ingram_globe.maps import Item, Maps, Unmapped
from app.transfers.ingram_globe.pricing import item_price_of
from app.transfers.ingram_globe.running import Outcome, run
from app.transfers.tables.reading import read_table
from app.transfers.tables.writing import as_written, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

CUSTOMERS = ("customer", "name", "debtor")
ITEMS = ("sku", "description", "item", "rule", "value")
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """One administration's folder."""

    folder: Path

    def propose(self, path: Path) -> Proposal:
        """Propose what the columns of a report mean."""
        return propose_columns(self._settings("ingram"), path.name, path.read_bytes())

    def save(self, proposal: Proposal) -> None:
        """Keep a proposal as a template; one for the same header is replaced."""
        if proposal.missing:
            told = ", ".join(proposal.missing)
            raise _refused(f"no column seems to be {told}; write the template by hand", "columns")
        saved = saved_from(proposal.template)
        others = [
            one
            for one in self._list("templates.json")
            if one.get("signature") != saved["signature"]
        ]
        self._write_json("templates.json", [*others, saved])

    def look(self, path: Path) -> Outcome:
        """Say what a run would make, and put what is unmapped into the maps to be filled in."""
        outcome = self._run(path)
        self._add("customers.csv", CUSTOMERS, outcome.unmapped.customers)
        self._add("items.csv", ITEMS, outcome.unmapped.items)
        return outcome

    def run(self, path: Path) -> tuple[Outcome, Path | None]:
        """Write the orders that are not written yet, and note that."""
        outcome = self._run(path)
        if outcome.file is None:
            return outcome, None
        made = outcome.file.made
        target = self.folder / "made" / made.name
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, made.content)
        currency = outcome.report.currency
        entry = {
            "file": made.name,
            "file_sha256": outcome.file.sha256,
            "report": outcome.report.source_id,
            "report_sha256": outcome.report.sha256,
            "made_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "order_count": made.count,
            "total": format_amount(made.total_minor or 0, currency),
            "currency": currency,
            "is_processed": False,
            "written": [list(key) for one in outcome.orders for key in one.keys],
        }
        self._write_json("history.json", [*self.history(), entry])
        return outcome, target

    def history(self) -> list[dict[str, Any]]:
        """Return what earlier runs made, the oldest first."""
        return self._list("history.json")

    def mark_processed(self, name: str) -> None:
        """Note that somebody has imported a file into Globe."""
        entries = self.history()
        if name not in {one["file"] for one in entries}:
            known = ", ".join(str(one["file"]) for one in entries) or "none"
            raise _refused(f"{name!r} is no file of the history; there are: {known}", "file")
        marked = [
            {**one, "is_processed": one["is_processed"] or one["file"] == name} for one in entries
        ]
        self._write_json("history.json", marked)

    def notes(self, outcome: Outcome) -> list[str]:
        """Return what a person should know of a report beside its sums."""
        report = outcome.report
        changed = any(
            one["report"] == report.source_id and one["report_sha256"] != report.sha256
            for one in self.history()
        )
        told = (
            f"{report.source_id} was run before with other content; customers that were written "
            "then are not written again"
        )
        return [*report.notes, *([told] if changed else [])]

    def _run(self, path: Path) -> Outcome:
        """Run without writing anything."""
        settings = self._settings("ingram")
        report = read_file(settings, path.name, path.read_bytes())
        history = self.history()
        for one in history:
            if one["report_sha256"] == report.sha256 and one["report"] != report.source_id:
                message = f"has the content of {one['report']}, which was run before"
                raise _refused(message, path.name)
        written = [(str(no), str(key)) for one in history for no, key in one["written"]]
        return run(
            report,
            self._maps(),
            administration_of(self._settings("globe")),
            excluded=excluded_of(settings),
            written=written,
        )

    def _maps(self) -> Maps:
        """Read the maps; a row without a code is not mapped yet."""
        debtors = {
            row["customer"]: row["debtor"]
            for row in self._rows("customers.csv", CUSTOMERS)
            if row["debtor"]
        }
        items = {
            row["sku"]: Item(
                row["item"], item_price_of(row["rule"], row["value"], f"items.csv, {row['sku']}")
            )
            for row in self._rows("items.csv", ITEMS)
            if row["item"]
        }
        return Maps(debtors, items)

    def _add(self, name: str, columns: Sequence[str], unmapped: Iterable[Unmapped]) -> None:
        """Add rows to a map for what is not in it."""
        rows = self._rows(name, columns)
        known = {row[columns[0]] for row in rows}
        fresh = [
            dict.fromkeys(columns, "") | {columns[0]: one.key, columns[1]: one.label}
            for one in unmapped
            if one.key not in known
        ]
        if fresh:
            _write(self.folder / name, write_csv(columns, [*rows, *fresh]))

    def _rows(self, name: str, columns: Sequence[str]) -> list[Row]:
        """Read the rows of a map; the same key twice is refused."""
        path = self.folder / name
        if not path.exists():
            return []
        table = read_table(name, path.read_bytes())
        absent = [one for one in columns[:3] if one not in table.columns]
        if absent:
            raise _refused(f"has no column {absent[0]!r}", name)
        rows: list[Row] = []
        for row in table.rows:
            found = {one: as_written(row.cells.get(one) or "") for one in columns}
            if not found[columns[0]]:
                raise _refused(f"line {row.number} has no {columns[0]}", name)
            rows.append(found)
        if len({row[columns[0]] for row in rows}) < len(rows):
            raise _refused(f"has a {columns[0]} twice", name)
        return rows

    def _settings(self, part: str) -> dict[str, Any]:
        """Return the settings of one side; those of Ingram with the templates."""
        found = _json(self.folder / "settings.json", {})
        settings: dict[str, Any] = dict(found.get(part) or {})
        if part == "ingram":
            settings["templates"] = self._list("templates.json")
        return settings

    def _list(self, name: str) -> list[dict[str, Any]]:
        """Read a list of objects, empty where there is no such file."""
        found: list[dict[str, Any]] = _json(self.folder / name, [])
        return found

    def _write_json(self, name: str, value: object) -> None:
        """Write JSON as a whole."""
        text = json.dumps(value, ensure_ascii=False, indent=2)
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / name, f"{text}\n".encode())


def _json(path: Path, absent: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a file of JSON holds, which is of the kind of what stands for an absent one."""
    if not path.exists():
        return absent
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _refused(f"is no JSON: {error}", path.name) from error
    if not isinstance(found, type(absent)):
        wanted = "a list" if isinstance(absent, list) else "an object"
        raise _refused(f"must hold {wanted}", path.name)
    return found


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _refused(message: str, path: str) -> TransferFaultError:
    """Return the fault of something in the folder."""
    return TransferFaultError(FaultClass.RECORD, f"{path}: {message}", path=path)
