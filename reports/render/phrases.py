"""Words that files have beside those of the report, in three languages."""

from __future__ import annotations

from reports.spec.texts import Text

TOTAL = Text("Total", "Totaal", "Total")
TOTAL_OF = Text("Total {name}", "Totaal {name}", "Total {name}")
BEFORE = Text("{name}, compared", "{name}, vergeleken", "{name}, comparé")
CHANGE = Text("{name}, change", "{name}, verschil", "{name}, évolution")
EMPTY_VALUE = Text("(none)", "(geen)", "(aucun)")
MADE_AT = Text("Made on {name}", "Gemaakt op {name}", "Établi le {name}")
PAGE = Text("Page", "Pagina", "Page")
OF_PAGES = Text("of", "van", "sur")
REPORT = Text("Report", "Rapport", "Rapport")
TABLE = Text("Table", "Tabel", "Tableau")
YES = Text("Yes", "Ja", "Oui")
NO = Text("No", "Nee", "Non")
MORE_ROWS = Text(
    "Only the first {name} rows are printed. XLSX, CSV and Parquet have all of them.",
    "Alleen de eerste {name} rijen zijn afgedrukt. XLSX, CSV en Parquet bevatten ze allemaal.",
    "Seules les {name} premières lignes sont imprimées. XLSX, CSV et Parquet les ont toutes.",
)


def say(text: Text, language: str, name: str = "") -> str:
    """Write a phrase about something in a language."""
    return text.in_language(language).replace("{name}", name)
