"""How verbs are described to the command line; light, since `--help` loads it."""

from __future__ import annotations

import argparse


class Verbs:
    """Adds verbs to a parser, each with its examples and the function that carries it out."""

    def __init__(
        self, parser: argparse.ArgumentParser, title: str, *, is_required: bool = True
    ) -> None:
        self._added = parser.add_subparsers(title=title, metavar="VERB", required=is_required)

    def add(
        self, name: str, entry: str, purpose: str, *examples: str, notes: str = ""
    ) -> argparse.ArgumentParser:
        """Add a verb; `entry` is module:function below app.verbs."""
        shown = "".join(f"  {example}\n" for example in examples)
        parser = self._added.add_parser(
            name,
            help=purpose,
            description=purpose[0].upper() + purpose[1:] + "." + (f" {notes}" if notes else ""),
            epilog=f"examples:\n{shown}" if examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.set_defaults(entry=entry)
        return parser


def add_ingram(verbs: Verbs) -> None:
    """Add the verbs of the flow from Ingram Micro to Exact Globe."""
    outer = verbs.add(
        "ingram",
        "",
        "make sales orders for Exact Globe from invoices and reports of Ingram Micro",
        "loge ingram columns report.xlsx --folder globe --save",
        "loge ingram look report.xlsx --folder globe",
        "loge ingram run report.xlsx --folder globe",
        notes="The folder keeps maps, templates, settings and history; it needs no database.",
    )
    inner = Verbs(outer, "verbs")
    columns = inner.add(
        "columns",
        "ingram:columns",
        "propose what the columns of a report mean",
        "loge ingram columns report.xlsx --folder globe",
        "loge ingram columns report.xlsx --folder globe --save",
    )
    columns.add_argument("--save", action="store_true", help="keep the proposal as a template")
    look = inner.add(
        "look",
        "ingram:look",
        "say what a run would make, and add what is unmapped to customers.csv and items.csv",
        "loge ingram look report.xlsx --folder globe",
    )
    run = inner.add(
        "run",
        "ingram:run",
        "write the file of orders for all customers that are mapped",
        "loge ingram run report.xlsx --folder globe",
        notes="What an earlier run has written is not written again.",
    )
    history = inner.add(
        "history",
        "ingram:history",
        "list the files that were made",
        "loge ingram history --folder globe",
        "loge ingram history --folder globe --processed globe-orders-1a2b3c4d5e6f.xml",
    )
    history.add_argument("--processed", metavar="FILE", help="note that it was imported into Globe")
    for parser in (columns, look, run):
        parser.add_argument("report", metavar="REPORT", help="a .json, .csv or .xlsx file")
    for parser in (columns, look, run, history):
        parser.add_argument("--folder", required=True, help="where maps and made files lie")
