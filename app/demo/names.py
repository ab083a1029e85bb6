"""Invented names: companies, persons, streets and clubs that exist nowhere but here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stdnum.eu import vat
from stdnum.fr import siren

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

PLACES = """
Duinberk Zilverwerf Noordkaai Korenhof Westvliet Brugveld Eikenrode Lindehaven Meeuwenburg
Polderzicht Schelpenhoek Torenmolen Vuurbaak Wolkenveld Zandkreek Havenmuur Klaverdries Rietgors
Sterrebos Valkendaal
""".split()
TRADES = """
Bouw Logistics Advies Techniek Installaties Verzekeringen Drukkerij Interieur Foods Software
Transport Energie Advocaten Accountants Media Vastgoed Staal Zuivel Textiel Tuinen
""".split()
FIRST_NAMES = """
Lotte Wout Hanne Jef Noor Daan Fien Bram Elke Koen Saar Pieter Marthe Joris Ilse Ward Tine Luc
Griet Dries Amélie Hugo Chloé Mathieu Jonas Lena Femke Sjoerd Anke Til
""".split()
LAST_NAMES = """
Vanderzilte Duinhoven Korstmans Zeewaert Brakeveld Molenschoot Rietveldens Kerkhaert Wijndaele
Hoogstraeck Schoonvliet Lauwershof Terbeekx Oosterwal Vlasbloem Wintermeers Dijkgraaff Halewaert
Steenhoutse Veldekens
""".split()
STREETS = """
Kaaistraat Zoutlaan Lindendreef Ambachtenlaan Havenweg Torenplein Vlasmarkt Sluisdijk Windmolenlaan
Koopmansstraat
""".split()
OPPONENTS = (
    "FC Brandewijk, KV Oostermeer, Olympia Heuvelrade, Sporting Lindervoort, Excelsior Zwanebeek, "
    "SK Klinkerdam, Royal Torenburg, Eendracht Wolvenrode, VV Schellewaard, Union Bergekom, "
    "Dynamo Kruisberge, Hoger Op Vlassel, Racing Steenkerk, Verbroedering Moerzande, "
    "Standaard Grimhoven, Patria Looveld, FC Duinmarke, KSV Eekhout-Rode"
).split(", ")

CITIES: dict[str, tuple[tuple[str, str], ...]] = {
    "BE": (
        ("8000", "Brugge"),
        ("9000", "Gent"),
        ("8400", "Oostende"),
        ("2000", "Antwerpen"),
        ("1000", "Brussel"),
        ("8500", "Kortrijk"),
        ("3000", "Leuven"),
        ("9300", "Aalst"),
    ),
    "NL": (("4331 AB", "Middelburg"), ("4811 CD", "Breda"), ("5611 EF", "Eindhoven")),
    "DE": (("52062", "Aachen"), ("50667", "Köln")),
    "FR": (("59800", "Lille"), ("59140", "Dunkerque")),
}
LEGAL_FORMS = {"BE": ("NV", "BV"), "NL": ("B.V.",), "DE": ("GmbH",), "FR": ("SAS",)}
LANGUAGES = {"BE": "nl", "NL": "nl", "DE": "de", "FR": "fr"}
POSITIONS = ("Managing director", "Marketing manager", "Office manager", "Sales director", None)
_CHECKS = 100


def companies(lot: Random) -> Iterator[str]:
    """Draw company names without legal form, none twice."""
    names = [f"{place} {trade}" for place in PLACES for trade in TRADES]
    lot.shuffle(names)
    return iter(names)


def valid_vat_id(country: str, number: int) -> str:
    """Return a VAT id with the right check digits, from ranges that registers leave empty.

    `number` has up to four digits and tells the ids of a country apart.
    """
    if country == "FR":
        candidates = (f"0009{number:04d}{check}" for check in range(10))
        return "FR" + str(siren.to_tva(next(one for one in candidates if siren.is_valid(one))))
    forms = {"BE": "BE0950{:04d}{:02d}", "NL": "NL9999{:04d}{:1d}B01", "DE": "DE9999{:04d}{:1d}"}
    for check in range(_CHECKS):
        candidate = forms[country].format(number, check)
        if vat.is_valid(candidate):
            return candidate
    # Some numbers have no check digit in some countries; their neighbour does.
    return valid_vat_id(country, number + 5000)
