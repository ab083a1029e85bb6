"""How values are shown: the words of the format, d3's number formats, strftime and currencies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semantic.load.entries import Entry

_WORDS = frozenset({"imageUrl", "link", "currency", "percent", "number", "id"})
_MEASURE_WORDS = frozenset({"percent", "currency", "number"})
_NAMED = re.compile(
    r"(?:number|percent|currency|decimal|abbr|accounting)_[0-6]|decimal|abbr|accounting|id"
)
_D3 = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>=^]))?(?P<sign>[+\-( ])?(?P<symbol>[$#])?(?P<zero>0)?"
    r"(?P<width>\d+)?(?P<comma>,)?(?:\.(?P<precision>\d+))?(?P<tilde>~)?(?P<type>[a-zA-Z%])?"
)
_D3_TYPES = frozenset("efgrs%pbodxXcn")
_D3_PARTS = ("sign", "symbol", "zero", "width", "comma", "precision", "tilde", "type")
_STRFTIME = re.compile(r"%(?P<one>[aAbBcdHIjmMnpStUwWxXyYZefgGLqQsuV%])|[^%]")
_CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
    NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES
    VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
    """.split()
)
_NUMBERS = "use percent, currency, number, a name such as percent_2, or d3's such as ',.2f'"
_LABELLED = "use one of imageUrl, link, currency, percent, number, id, or a link with its label"


def measure_format(entry: Entry) -> str | None:
    """Read the format of a measure."""
    text = entry.text("format")
    if text is not None and not (text in _MEASURE_WORDS or _is_number_format(text)):
        entry.fault(f"'{text}' is not a format of numbers", _NUMBERS, "format")
    return text


def dimension_format(entry: Entry, kind: str) -> Any:  # noqa: ANN401 - a text, or a link's mapping
    """Read the format of a dimension, or of a member in a view (`kind` empty)."""
    link = entry.entry("format") if entry.is_mapping("format") else None
    if link is not None:
        return _link_format(link)
    text = entry.text("format")
    if text is None or text in _WORDS:
        return text
    if kind == "number" and not _is_number_format(text):
        entry.fault(f"'{text}' is not a format of numbers", _NUMBERS, "format")
    elif kind == "time" and not _is_time_format(text):
        entry.fault(f"'{text}' is not a format of times", "write one as '%d.%m.%Y'", "format")
    elif kind not in ("number", "time"):
        entry.fault(f"'{text}' is not a format of this", _LABELLED, "format")
    return text


def currency_code(entry: Entry) -> str | None:
    """Read a currency by its code of ISO 4217."""
    text = entry.text("currency")
    if text is None:
        return None
    if text.upper() not in _CURRENCIES:
        entry.fault(f"'{text}' is not a currency", "use its code, such as EUR", "currency")
    return text.upper()


def _link_format(link: Entry) -> dict[str, str]:
    """Read a link that shows a label of its own."""
    kind = link.choice("type", {"link": "link"}, default="link")
    label = link.text("label", is_required=True)
    link.finish()
    return {"type": kind, "label": label or ""}


def _is_number_format(text: str) -> bool:
    """Tell whether a text is a named format of numbers or one of d3's."""
    if _NAMED.fullmatch(text) is not None:
        return True
    found = _D3.fullmatch(text)
    if found is None or all(found[part] is None for part in _D3_PARTS):
        return False
    return found["type"] is None or found["type"].lower() in _D3_TYPES


def _is_time_format(text: str) -> bool:
    """Tell whether a text is one of strftime's formats and shows something of the time."""
    pieces = list(_STRFTIME.finditer(text))
    is_whole = sum(len(piece[0]) for piece in pieces) == len(text)
    return is_whole and any(piece["one"] not in (None, "%") for piece in pieces)
