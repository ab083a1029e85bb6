"""An invoice, and JSON of any kind."""

from typing import Any

from hypothesis import strategies as st


def invoice() -> dict[str, Any]:
    """Return an invoice with three lines."""
    lines = [_line(1, "SEAT", "2", "250.00"), _line(2, "PARK", "1", "12.50")]
    lines.append(_line(3, "SEAT", "0", "250.00"))
    return {
        "id": "i1",
        "code": "S1-1",
        "kind": "INVOICE",
        "sale": {"id": "s1", "code": "S1", "status": "FINAL"},
        "customer": {
            "id": "c1",
            "code": "C1",
            "name": "Peeters NV",
            "kind": "COMPANY",
            "email": "jan@peeters.example",
        },
        "invoice_on": "2026-11-01",
        "currency": "EUR",
        "lines": lines,
        "totals": {"net": "512.50", "vat": "107.63", "gross": "620.13", "by_rate": []},
    }


def _line(number: int, code: str, quantity: str, unit_price: str) -> dict[str, Any]:
    return {
        "number": number,
        "product": {"id": code, "code": code, "name": code.title(), "kind": code, "unit": "pc"},
        "description": f"{code.title()} of the match",
        "quantity": quantity,
        "unit_price": unit_price,
        "vat_rate": "21",
        "vat_category": "S",
    }


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
NAMES = st.sampled_from(["id", "number", "code", "a", "b.c", "", "lines", "net"]) | TEXTS
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.sampled_from(["1.50", "1.5", "2026-11-01"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
ELEMENTS = st.fixed_dictionaries(
    {"number": st.integers(1, 5)}, optional={"net": TEXTS, "id": TEXTS}
)
DATA_SETS = JSON | st.fixed_dictionaries(
    {"lines": st.lists(ELEMENTS, max_size=5, unique_by=lambda one: one["number"])},
    optional={"a": JSON},
)
EXPRESSIONS = st.sampled_from(
    [
        "a",
        "a + a",
        "a == net",
        "a < net",
        "-a",
        "!a",
        "a && net",
        "a[0].b",
        "size(a)",
        "lines.map(x, x)",
        "lines.filter(x, x.net > a)",
        "sum_money(a)",
        "mul_money(a, net)",
        "format_date(a, 'DD')",
        "date_add(a, code)",
        "join(lines, a)",
        "lookup('m', a)",
        "lookup('m', code, net)",
        "coalesce(a.b, net[id], lines)",
        "oss_vat(a, net, code)",
        "string(a)",
        "int(a)",
        "{'a': a, code: net}",
        "a in lines",
        "record",
        "upper(a).matches('^A+$')",
        "substring(a, number)",
        "a ? net : code",
        "a % number / id",
    ]
)
TARGETS = st.sampled_from(["a", "b", "a.b", "lines", "b.c.d"])
ORIGINS = st.one_of(
    st.builds(lambda one: {"expression": one}, EXPRESSIONS),
    st.builds(
        lambda one, default: {"source": one, "default": default},
        st.sampled_from(["a", "code", "a.b"]),
        SCALARS,
    ),
    st.builds(lambda one: {"constant": one}, JSON),
    st.builds(lambda one: {"lookup": {"map": "m", "key": one}}, EXPRESSIONS),
    st.builds(
        lambda key, price: {"price": {"map": "m", "key": key, "source": price, "cost": price}},
        EXPRESSIONS,
        EXPRESSIONS,
    ),
)
FORMATS = st.sampled_from([None, {"date": "DD/MM"}, {"digits": 2, "point": ","}])
FIELDS = st.builds(
    lambda target, origin, when, shape, required: {
        "target": target,
        **origin,
        "when": when,
        "format": shape,
        "required": required,
    },
    TARGETS,
    ORIGINS,
    st.none() | EXPRESSIONS,
    FORMATS,
    st.booleans(),
)
DEFINITIONS = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.none() | EXPRESSIONS,
        "fields": st.lists(FIELDS, max_size=3, unique_by=lambda one: str(one["target"])),
        "lines": st.lists(
            st.fixed_dictionaries(
                {"target": TARGETS, "from": st.sampled_from(["lines", "a", "a.b"])},
                optional={"filter": EXPRESSIONS, "fields": st.lists(FIELDS, max_size=1)},
            ),
            max_size=2,
        ),
        "keep": st.booleans(),
    },
)
