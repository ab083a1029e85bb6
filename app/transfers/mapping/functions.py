"""The functions that expressions may call, each with what it does and an example that is tested.

A function may be written before or after its first argument: `upper(code)` and `code.upper()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from app.transfers.mapping import figures, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.transfers.mapping.budget import Budget

Run: TypeAlias = "Callable[[Budget, Sequence[Any]], Any]"
MANY: Final = 1_000
"""Stands for any number of arguments; an expression has no room for as many."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function as a guide and an editor show it."""

    name: str
    usage: str
    summary: str
    example: str
    """An expression without a record."""
    result: Any
    """What the example gives."""
    least: int
    most: int
    run: Run | None = None
    """None for what the evaluation does by itself, since its arguments are not plain values."""


def _f(
    usage: str, summary: str, example: str, result: object, least: int, most: int, run: Run | None
) -> Function:
    """Return a row of the table."""
    name = usage.partition("(")[0]
    return Function(name, usage, summary, example, result, least, most, run)


_TABLE: Final = (
    _f("lower(text)", "Small letters.", "lower('KV Oostende')", "kv oostende", 1, 1, texts.lower),
    _f("upper(text)", "Capital letters.", "'nl'.upper()", "NL", 1, 1, texts.upper),
    _f("trim(text)", "Without spaces around it.", "trim('  a b ')", "a b", 1, 1, texts.trimmed),
    _f(
        "replace(text, old, new)",
        "Every place of one text by another.",
        "replace('BE 0123.456', '.', '')",
        "BE 0123456",
        3,
        3,
        texts.replaced,
    ),
    _f(
        "split(text, mark)",
        "A list of the texts between marks.",
        "split('a;b', ';')",
        ["a", "b"],
        2,
        2,
        texts.split,
    ),
    _f(
        "join(list, mark)",
        "The texts of a list as one, with a mark between them.",
        "join(['Jan', 'Peeters'], ' ')",
        "Jan Peeters",
        1,
        2,
        texts.joined,
    ),
    _f(
        "substring(text, from, to)",
        "The characters from a place, which counts from 0, up to before another.",
        "substring('2026-11-01', 0, 4)",
        "2026",
        2,
        3,
        texts.substring,
    ),
    _f(
        "contains(text, part)",
        "Whether a text has a part.",
        "'a-b'.contains('-')",
        True,  # noqa: FBT003 - the result of an example
        2,
        2,
        texts.contains,
    ),
    _f(
        "startsWith(text, part)",
        "Whether a text begins so.",
        "'M365-BP'.startsWith('M365')",
        True,  # noqa: FBT003 - the result of an example
        2,
        2,
        texts.starts_with,
    ),
    _f(
        "endsWith(text, part)",
        "Whether a text ends so.",
        "'a@b.be'.endsWith('.nl')",
        False,  # noqa: FBT003 - the result of an example
        2,
        2,
        texts.ends_with,
    ),
    _f(
        "matches(text, 'pattern')",
        "Whether a regular expression is found in a text; ^ and $ tie it to both ends.",
        "'100234'.matches('^[0-9]{6}$')",
        True,  # noqa: FBT003 - the result of an example
        2,
        2,
        texts.matches,
    ),
    _f("size(value)", "How many characters, values or fields.", "size('één')", 3, 1, 1, texts.size),
    _f("int(text)", "A text of digits as whole number.", "int('12') + 1", 13, 1, 1, texts.whole),
    _f(
        "string(value)",
        "A whole number or flag as text.",
        "'M' + string(12)",
        "M12",
        1,
        1,
        texts.string,
    ),
    _f(
        "coalesce(a, b, …)",
        "The first that is there and is not null.",
        "coalesce(null, 'BE')",
        "BE",
        1,
        MANY,
        None,
    ),
    _f(
        "has(path)",
        "Whether a field is there, also where what holds it is not.",
        "has({'a': 1}.b)",
        False,  # noqa: FBT003 - the result of an example
        1,
        1,
        None,
    ),
    _f(
        "lookup('map', key, default)",
        "The entry of a value map; without default, a key that is missing becomes work to do.",
        "lookup('units', 'SEAT', 'pc')",
        "pc",
        2,
        3,
        None,
    ),
    _f(
        "sum_money(a, b, …)",
        "Amounts added up exactly; also of one list.",
        "sum_money(['0.10', '0.20'])",
        "0.30",
        1,
        MANY,
        figures.sum_money,
    ),
    _f(
        "mul_money(a, b, digits)",
        "A product, rounded half up to 2 digits, or as many as asked for.",
        "mul_money('18.70', '1.15')",
        "21.51",
        2,
        3,
        figures.mul_money,
    ),
    _f(
        "div_money(a, b, digits)",
        "A quotient, rounded half up to 2 digits, or as many as asked for.",
        "div_money('10.00', 3)",
        "3.33",
        2,
        3,
        figures.div_money,
    ),
    _f(
        "round_money(amount, digits)",
        "An amount rounded half up, away from zero.",
        "round_money('-2.345', 2)",
        "-2.35",
        1,
        2,
        figures.round_money,
    ),
    _f(
        "neg_money(amount)",
        "The other sign.",
        "neg_money('24.20')",
        "-24.20",
        1,
        1,
        figures.neg_money,
    ),
    _f(
        "compare_money(a, b)",
        "-1 where the first is smaller, 0 where both are equal, 1 where it is larger.",
        "compare_money('9.50', '10') < 0",
        True,  # noqa: FBT003 - the result of an example
        2,
        2,
        figures.compare_money,
    ),
    _f(
        "format_number(amount, digits, point, thousands)",
        "An amount as people of a country write it.",
        "format_number('1234567.5', 2, ',', '.')",
        "1.234.567,50",
        2,
        4,
        figures.format_number,
    ),
    _f(
        "date_add(day, count, unit)",
        "A day that is days, weeks, months or years later; earlier with a minus.",
        "date_add('2026-01-31', 1, 'months')",
        "2026-02-28",
        2,
        3,
        figures.date_add,
    ),
    _f(
        "format_date(day, pattern, zone)",
        "A day or instant by YYYY, YY, MM, DD, HH, mm and ss; instants in a zone, else UTC.",
        "format_date('2026-11-01T23:30:00Z', 'DD/MM/YYYY HH:mm', 'Europe/Brussels')",
        "02/11/2026 00:30",
        2,
        3,
        figures.format_date,
    ),
    _f(
        "oss_vat(country, kind, day)",
        "The VAT rate of a customer's country for goods and e-services, from the club's own table.",
        "oss_vat('DE', 'GOODS', '2026-11-01')",
        "19",
        3,
        3,
        None,
    ),
)
FUNCTIONS: dict[str, Function] = {function.name: function for function in _TABLE}
"""All functions by their names."""
