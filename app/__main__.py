"""The `loge` command: argument parsing only, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from app.verbs.usage import Verbs, add_ingram

if TYPE_CHECKING:
    from collections.abc import Sequence

ROLES = ("root", "sales", "finance", "operations", "analyst", "partner", "portal")
SCOPES = (
    *("read:catalogue", "read:inventory", "read:accounts", "read:sales", "read:invoices"),
    *("read:payments", "read:audit", "read:reports", "read:targets", "write:catalogue"),
    *("write:inventory", "write:accounts", "write:holders", "write:sales", "write:cancellations"),
    *("write:documents", "write:payments", "write:reports", "write:attendance", "write:targets"),
    *("manage:books", "manage:organisation", "manage:access", "manage:webhooks"),
    "manage:transfers",
)
KINDS = (
    *("calendar", "seating", "products", "accounts", "orders", "documents", "payments"),
    *("scans", "fulfilment", "reps", "targets"),
)
SUPPLY_TYPES = ("ADMISSION", "CATERING", "PARKING", "ADVERTISING", "SERVICE", "GOODS")
SETTINGS = """\
settings, from the environment:
  LOGE_HTTP_PORT      port of the API (8000; 0 lets the system choose)
  LOGE_HTTP_HOST      address to listen on (127.0.0.1; 0.0.0.0 in a container)
  LOGE_API_PROCESSES  API processes under `loge serve` (1)
  LOGE_DATA_DIR       where everything lies that Loge writes (.loge in the checkout)
  LOGE_DATABASE_URL   postgresql://… of a server of your own; unset means the embedded one
  LOGE_SEMANTIC_PORT  port of the semantic layer's REST API (4000; 0 lets the system choose)
  LOGE_SEMANTIC_URL   where the API and `loge semantic …` find it (this machine, that port)
  LOGE_SEMANTIC_MODELS  a folder of own models in Cube's format, beside those that are shipped
  LOGE_WIRE_PORT      port for BI tools that speak PostgreSQL's protocol (15432; 0 closes it)
  LOGE_WIRE_HOST      address that it listens on (that of LOGE_HTTP_HOST)
  LOGE_WIRE_TLS_CERT  a certificate for it in PEM form, with LOGE_WIRE_TLS_KEY; one is made if unset
  LOGE_LOG_FORMAT     json or text (text on a terminal, json elsewhere)
  LOGE_LOG_LEVEL      debug, info, warning or error (info)
  LOGE_ACCESS_LOG     on or off: a line for each request (on)
  LOGE_METRICS_TOKEN  who may read /metrics from elsewhere; unset means this machine alone
  LOGE_OTLP_ENDPOINT  http://… that takes OpenTelemetry's traces and metrics; unset means none

exit codes: 0 done, 1 refused or failed (one line on standard error says why), 2 wrong usage
"""


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of all verbs."""
    parser = argparse.ArgumentParser(
        prog="loge",
        description="Loge: the system of record for the VIP hospitality of sports clubs.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = Verbs(parser, "verbs")
    _add_serving(verbs)
    _add_clubs(verbs)
    _add_database(verbs)
    _add_audit(verbs)
    _add_semantic(verbs)
    add_ingram(verbs)
    verbs.add("schema", "schema:print_schema", "print the GraphQL schema", "loge schema")
    verbs.add("version", "schema:print_version", "print the version", "loge version")
    return parser


def _add_serving(verbs: Verbs) -> None:
    serve = verbs.add(
        "serve",
        "serving:serve",
        "start everything: database, API and worker, under one supervisor",
        "loge serve --demo",
        "LOGE_HTTP_PORT=8001 LOGE_DATA_DIR=/srv/loge loge serve",
        notes="Migrates first. Ctrl-C or SIGTERM stops all of it in order.",
    )
    serve.add_argument(
        "--demo",
        action="store_true",
        help="load the demo club where it is missing, and print tokens for it",
    )
    verbs.add(
        "restart",
        "serving:restart",
        "replace the API processes and the worker of a running `loge serve`, one by one",
        "loge restart",
        notes="No request fails meanwhile. Settings stay those that `loge serve` was started with.",
    )
    api = verbs.add(
        "api",
        "pieces:api",
        "run one API process alone, beside others on the same database",
        "LOGE_HTTP_PORT=8001 loge api",
    )
    api.add_argument("--descriptors", type=int, nargs=3, help=argparse.SUPPRESS)
    api.add_argument("--ready-descriptor", type=int, help=argparse.SUPPRESS)
    api.add_argument("--successor", action="store_true", help=argparse.SUPPRESS)
    worker = verbs.add(
        "worker",
        "pieces:worker",
        "run the worker alone: seals audit and ledger, expires holds, sends reminders",
        "loge worker",
    )
    worker.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)


def _add_clubs(verbs: Verbs) -> None:
    verbs.add(
        "demo",
        "demo:load",
        "load the demo club, organisation `demo`",
        "loge demo",
        notes="Three seasons and at least 300 Sales. Safe to repeat and to interrupt.",
    )
    _add_import(verbs)
    _add_token(verbs)
    organisation = verbs.add(
        "organisation",
        "",
        "create and list clubs",
        "loge organisation add rcm --name 'Racing Meerhaven' --country BE --currency EUR \\",
        "    --time-zone Europe/Brussels --language nl",
        "loge organisation list",
    )
    inner = Verbs(organisation, "verbs")
    add = inner.add(
        "add",
        "organisations:add",
        "create a club",
        "loge organisation add rcm --name 'Racing Meerhaven' --country BE --currency EUR \\",
        "    --time-zone Europe/Brussels --language nl --vat-id BE0403170701",
    )
    add.add_argument("code", metavar="CODE", help="its short name: letters, digits and . _ / -")
    add.add_argument("--name", required=True, help="its name on documents")
    add.add_argument("--country", required=True, help="ISO 3166-1, such as BE")
    add.add_argument("--currency", required=True, help="ISO 4217, such as EUR")
    add.add_argument("--time-zone", required=True, help="IANA, such as Europe/Brussels")
    add.add_argument("--language", required=True, help="ISO 639-1, such as nl")
    add.add_argument("--vat-id", help="with the prefix of its country")
    inner.add("list", "organisations:show", "list the clubs", "loge organisation list")


def _add_import(verbs: Verbs) -> None:
    parser = verbs.add(
        "import",
        "imports:run",
        "read calendar, seating, products, accounts, orders, documents or payments from a file",
        "loge import calendar fixtures.json --organisation demo --dry-run",
        "loge import accounts accounts.xlsx --organisation demo",
        "loge import calendar league.json --team 'Racing Meerhaven' --venue STADIUM \\",
        "    --season 2026-27",
        "loge import orders shop.csv --currency GBP --price-basis GROSS",
        "loge import documents invoices.xlsx --dry-run",
        "loge import payments bank.csv",
        notes="What is there already is recognised, so an import can be repeated.",
    )
    parser.add_argument("kind", choices=KINDS, help="what the file holds")
    parser.add_argument("file", metavar="FILE", help="a .json, .csv or .xlsx file")
    _add_organisation(parser)
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
    parser.add_argument(
        "--ignore-unknown-columns", action="store_true", help="instead of refusing the file"
    )
    parser.add_argument("--season", metavar="CODE", help="calendar: the season of its items")
    parser.add_argument("--venue", metavar="CODE", help="calendar, seating: where that is")
    parser.add_argument("--team", metavar="NAME", help="calendar: only the home matches of a team")
    parser.add_argument(
        "--played-from-score", action="store_true", help="calendar: a score means it was played"
    )
    parser.add_argument(
        "--source", metavar="CODE", default="orders", help="orders: the system they come from"
    )
    parser.add_argument("--currency", metavar="CODE", help="orders: by default the club's")
    parser.add_argument(
        "--price-basis",
        choices=("GROSS", "NET"),
        default="GROSS",
        help="orders: whether prices include VAT (GROSS)",
    )
    parser.add_argument(
        "--supply-type",
        choices=SUPPLY_TYPES,
        default="GOODS",
        help="orders: what new products are to the tax office (GOODS)",
    )
    parser.add_argument(
        "--group", metavar="CODE", default="orders", help="orders: the group of new products"
    )


def _add_token(verbs: Verbs) -> None:
    parser = verbs.add(
        "token",
        "tokens:print_token",
        "print a bearer token",
        "TOKEN=$(loge token --role root)",
        "loge token --role sales --rep HV --organisation demo --expires-in 30",
        "loge token --role portal --organisation demo --account A-0001",
        "loge token --role partner --scope write:documents --scope read:accounts",
        notes="It is shown this once; Loge keeps only its hash.",
    )
    parser.add_argument("--role", required=True, choices=ROLES, help="what it may do")
    parser.add_argument("--account", metavar="CODE", help="the account of a portal token")
    parser.add_argument(
        "--rep",
        metavar="CODE",
        help="the sales rep that the bearer is; reports show the rep's rows",
    )
    parser.add_argument(
        "--scope",
        action="append",
        choices=SCOPES,
        metavar="SCOPE",
        help="a part of what the role may, such as write:documents; several times for several; a "
        "partner's token needs one, every other may everything without",
    )
    _add_organisation(parser)
    parser.add_argument(
        "--label", help="what it is for; also the user name with which BI tools connect"
    )
    parser.add_argument("--expires-in", metavar="DAYS", type=_days, help="never by default")


def _add_organisation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--organisation",
        metavar="CODE",
        help="the club; by default the only one, else `demo`",
    )


def _add_database(verbs: Verbs) -> None:
    verbs.add(
        "migrate",
        "databases:migrate",
        "bring the database to this version's revision",
        "loge migrate",
        notes="Doing it twice, or from two machines at once, does it once.",
    )
    outer = verbs.add(
        "db",
        "",
        "look after the embedded PostgreSQL",
        "loge db status",
        "loge db backup /srv/backups/monday",
        "LOGE_DATA_DIR=/tmp/trial loge db restore /srv/backups/monday",
    )
    inner = Verbs(outer, "verbs")
    inner.add("start", "databases:start", "start it and leave it running", "loge db start")
    stop = inner.add("stop", "databases:stop", "stop it", "loge db stop")
    stop.add_argument("--force", action="store_true", help="also while something uses it")
    inner.add("status", "databases:status", "print what is known about it", "loge db status")
    backup = inner.add(
        "backup",
        "databases:backup",
        "write a complete copy of one instant, while it runs",
        "loge db backup /srv/backups/monday",
    )
    backup.add_argument("target", metavar="TARGET", help="a folder that does not exist yet")
    restore = inner.add(
        "restore",
        "databases:restore",
        "put a backup in the place of the data, while it is stopped",
        "LOGE_DATA_DIR=/tmp/trial loge db restore /srv/backups/monday",
        "loge db restore /srv/backups/monday --move-old-aside",
    )
    restore.add_argument("source", metavar="SOURCE", help="a folder that `backup` wrote")
    restore.add_argument(
        "--move-old-aside",
        action="store_true",
        help="keep the present data under another name and replace it",
    )


def _add_audit(verbs: Verbs) -> None:
    outer = verbs.add("audit", "", "prove the audit, or seal what waits", "loge audit verify")
    inner = Verbs(outer, "verbs")
    verify = inner.add(
        "verify",
        "audits:verify_chains",
        "prove that no audit entry was changed, removed or inserted",
        "loge audit verify",
        "loge audit verify --organisation demo --expect 1824:9f2c…",
    )
    seal = inner.add(
        "seal",
        "audits:seal_now",
        "seal what waits in audit and ledger, as the worker does every second",
        "loge audit seal",
    )
    outer = verbs.add("ledger", "", "prove the ledger", "loge ledger verify")
    ledger = Verbs(outer, "verbs").add(
        "verify",
        "audits:verify_ledgers",
        "prove that no ledger entry was changed, and that they sum up to invoices and payments",
        "loge ledger verify",
        "loge ledger verify --organisation demo --expect 212:31ab…",
    )
    for parser in (verify, seal, ledger):
        parser.add_argument("--organisation", metavar="CODE", help="one club; by default all")
    for parser in (verify, ledger):
        parser.add_argument(
            "--expect",
            metavar="NUMBER:HASH",
            help="the head that an earlier verification printed, kept elsewhere",
        )


def _add_semantic(verbs: Verbs) -> None:
    outer = verbs.add(
        "semantic",
        "semantics:serve",
        "run the semantic layer alone, or look after one that runs",
        "LOGE_SEMANTIC_PORT=4001 loge semantic",
        "loge semantic status",
        "loge semantic check",
        notes="Alone it follows the database and serves Cube's REST API until Ctrl-C; `loge serve` "
        "runs one, too. A folder of facts belongs to one process.",
    )
    outer.add_argument("--descriptors", type=int, nargs="+", help=argparse.SUPPRESS)
    inner = Verbs(outer, "verbs", is_required=False)
    inner.add("status", "semantics:status", "print how fresh the facts are", "loge semantic status")
    inner.add(
        "check",
        "semantics:check",
        "compare every measure with the database, at one moment",
        "loge semantic check",
        notes="Exit code 1 if any differs.",
    )
    inner.add(
        "rebuild",
        "semantics:rebuild",
        "load all facts anew, while those from before are served",
        "loge semantic rebuild",
    )


def _days(text: str) -> int:
    """Read a number of days."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 3650:  # noqa: PLR2004 - ten years
        raise argparse.ArgumentTypeError(f"a whole number of days from 1 to 3650, not {text!r}")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run its verb."""
    parsed = build_parser().parse_args(arguments)
    module, _, function = parsed.entry.partition(":")
    try:
        from app.processes.loading import loading

        with loading():
            from app.verbs.execution import execute

            verb = getattr(import_module(f"app.verbs.{module}"), function)
    except KeyboardInterrupt:
        return 130
    return execute(verb, parsed)


if __name__ == "__main__":
    sys.exit(main())
