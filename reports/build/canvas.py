"""What all charts share: fields made of columns, axes, tooltips, and how many values are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.spec.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.build.planned import Format, PlannedColumn, PlannedQuery
    from reports.spec.blocks import Chart

Json = dict[str, Any]
OTHERS = Text("Others", "Overige", "Autres")
NONE = Text("(none)", "(geen)", "(aucun)")
_YES = Text("Yes", "Ja", "Oui")
_NO = Text("No", "Nee", "Non")
_QUARTER = Text("Q", "K", "T")
_DATES = {
    "day": "%e %b %Y",
    "week": "%e %b %Y",
    "month": "%b %Y",
    "year": "%Y",
}
_CLOCK_DATE = "%e %b"
_INSTANT = "%e %b %Y %H:%M"
SERIES_LIMIT = 10
"""How many colours a chart shows before the rest is put together."""


def name_of(key: str) -> str:
    """Return the name of a field; dots would mean fields in fields."""
    return key.replace(".", "__")


def quoted(text: str) -> str:
    """Write a text in an expression of Vega."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def _starts(moment: str) -> dict[str, str]:
    """Return the beginnings of the periods in which a moment is, as expressions of Vega."""
    year, month, day = f"year({moment})", f"month({moment})", f"date({moment})"
    return {
        "day": f"datetime({year}, {month}, {day})",
        "week": f"datetime({year}, {month}, {day} - (day({moment}) + 6) % 7)",
        "month": f"datetime({year}, {month}, 1)",
    }


def _worded(text: str, words: Mapping[str, str]) -> str:
    """Write codes as readers see them, in an expression of Vega."""
    if not words:
        return text
    codes, shown = (", ".join(map(quoted, some)) for some in (words, words.values()))
    place = f"indexof([{codes}], {text})"
    return f"({place} >= 0 ? [{shown}][{place}] : {text})"


@dataclass(frozen=True, slots=True)
class Canvas:
    """One chart over the rows of one query."""

    chart: Chart
    query: PlannedQuery
    language: str

    def column(self, key: str) -> PlannedColumn:
        """Return a column of the query."""
        found = self.query.column(key)
        assert found is not None  # noqa: S101 - a chart without its columns is not drawn
        return found

    def is_time(self, key: str) -> bool:
        """Tell whether a column is a day or an instant."""
        return self.column(key).type == "time"

    def is_number(self, key: str) -> bool:
        """Tell whether a column is a dimension that counts, such as weeks."""
        column = self.column(key)
        return column.type == "number" and not column.format.is_trimmed

    def fields(self) -> list[Json]:
        """Turn the values of a row, which are texts, into fields."""
        chart = self.chart
        keys = (*chart.y, chart.target, chart.x, chart.series)
        return [self._field(key) for key in dict.fromkeys(keys) if key is not None]

    def _field(self, key: str) -> Json:
        column = self.column(key)
        value = f"datum[{quoted(key)}]"
        if column.format.is_trimmed:
            rate = quoted(f".{column.format.decimals}~%")
            turned = f"isValid({value}) ? format(toNumber({value}), {rate}) : null"
        elif column.kind == "measure" or column.type == "number":
            turned = f"isValid({value}) ? toNumber({value}) : null"
        elif column.type == "time":
            moment = f"toDate({value})"
            start = _starts(moment).get(self.chart.period or "", moment)
            turned = f"isValid({value}) ? {start if key == self.chart.x else moment} : null"
        elif column.type == "boolean":
            yes, no = (quoted(one.in_language(self.language)) for one in (_YES, _NO))
            turned = f"{value} === true || {value} === 'true' ? {yes} : {no}"
        else:
            none = quoted(NONE.in_language(self.language))
            text = _worded(f"toString({value})", column.words)
            turned = f"isValid({value}) && {value} !== '' ? {text} : {none}"
        return {"calculate": turned, "as": name_of(key)}

    def title(self, key: str) -> str:
        """Return the title of a column."""
        return self.column(key).title

    def date_format(self, key: str) -> str:
        """Return how a time is written, in d3's terms."""
        column = self.column(key)
        if column.member.endswith("_clock_on"):
            return _CLOCK_DATE
        granularity = column.format.granularity
        if key == self.chart.x:
            granularity = granularity or self.chart.period
        if granularity == "quarter":
            return f"{_QUARTER.in_language(self.language)}%q %Y"
        if granularity is None:
            return _INSTANT if column.format.kind == "instant" else _DATES["day"]
        return _DATES.get(granularity, "%b %Y")

    def value(self, key: str, *, stack: str | bool | None = False) -> Json:
        """Encode a measure along an axis; `stack` as Vega-Lite has it, False where it says none."""
        form = self.column(key).format
        axis: Json = {"format": axis_format(form)}
        if form.kind == "number" and form.decimals == 0:
            axis["tickMinStep"] = 1
        encoded: Json = {
            "field": name_of(key),
            "type": "quantitative",
            "title": self.title(key),
            "axis": axis,
        }
        return encoded if stack is False else {**encoded, "stack": stack}

    def category(self, key: str, *, sort: Any = None) -> Json:  # noqa: ANN401 - Vega-Lite's sort
        """Encode a dimension by its values, one band each."""
        encoded: Json = {"field": name_of(key), "title": self.title(key), "type": "ordinal"}
        if self.is_time(key):
            label = f"timeFormat(toDate(datum.value), {quoted(self.date_format(key))})"
            return {**encoded, "sort": "ascending", "axis": {"labelExpr": label}}
        return {**encoded, "sort": sort}

    @staticmethod
    def slanted(encoded: Json) -> Json:
        """Slant the labels of categories along the bottom, so that long ones can be read."""
        axis = encoded.get("axis") or {"labelAngle": -35}
        return {**encoded, "axis": {"labelAngle": 0, **axis}}

    def labelled(self, key: str, measure: str) -> list[Json]:
        """Put the number of each category beside its name, as the field `label`."""
        shown = quoted(full_format(self.column(measure).format))
        number = f"format(datum.{name_of(measure)}, {shown})"
        name = f"datum.{name_of(key)}"
        if self.is_time(key):
            name = f"timeFormat({name}, {quoted(self.date_format(key))})"
        return [{"calculate": f"{name} + '  ·  ' + {number}", "as": "label"}]

    def along(self, key: str) -> Json:
        """Encode a dimension along an axis that has a scale: times and numbers."""
        if self.is_time(key):
            return {
                "field": name_of(key),
                "type": "temporal",
                "title": self.title(key),
                "axis": {"format": self.date_format(key)},
            }
        if self.is_number(key):
            return {
                "field": name_of(key),
                "type": "quantitative",
                "title": self.title(key),
                "axis": {"format": "d", "tickMinStep": 1},
            }
        return self.category(key)

    def colour(self, key: str | None, field: str, *, sort: Any = None) -> Json:  # noqa: ANN401 - Vega-Lite's sort
        """Encode a series by colour."""
        title = None if key is None else self.title(key)
        return {"field": field, "type": "nominal", "title": title, "sort": sort}

    def tooltip(self, *keys: str | None) -> list[Json]:
        """Show columns where one points."""
        return [self._tip(one) for one in keys if one is not None]

    def _tip(self, key: str) -> Json:
        column = self.column(key)
        tip: Json = {"field": name_of(key), "title": column.title}
        if column.kind == "measure":
            return {**tip, "type": "quantitative", "format": full_format(column.format)}
        if column.type == "time":
            return {**tip, "type": "temporal", "format": self.date_format(key)}
        return {**tip, "type": "nominal"}

    def is_ranked(self) -> bool:
        """Tell whether categories stand by size, and not in an order that the query gives them."""
        order = self.query.query.order
        return not order or order[0][0] in self.query.query.measures

    def adds_up(self) -> bool:
        """Tell whether the rest can be put together."""
        return all(self.column(one).is_additive for one in self.chart.y)

    def shorten(self, key: str, measure: str, limit: int, rank: str) -> list[Json]:
        """Keep the largest values of a dimension, and put the rest together where it adds up.

        `rank` is the field by which values are sorted afterwards.
        """
        field, whole = name_of(key), f"{rank}_whole"
        others = quoted(OTHERS.in_language(self.language))
        sort = [{"field": whole, "order": "descending"}, {"field": field, "order": "ascending"}]
        steps: list[Json] = [
            {
                "joinaggregate": [{"op": "sum", "field": measure, "as": whole}],
                "groupby": [field],
            },
            {"window": [{"op": "dense_rank", "as": rank}], "sort": sort},
        ]
        if not self.adds_up() or self.is_time(key):
            return [*steps, {"filter": f"datum.{rank} <= {limit}"}]
        kept = f"datum.{rank} <= {limit} ? datum.{field} : {others}"
        return [*steps, {"calculate": kept, "as": field}]

    def folded(self) -> list[Json]:
        """Turn several measures into one field with their titles beside."""
        names = [name_of(one) for one in self.chart.y]
        titles = ", ".join(quoted(self.title(one)) for one in self.chart.y)
        known = ", ".join(map(quoted, names))
        title = f"[{titles}][indexof([{known}], datum.measure)]"
        return [
            {"fold": names, "as": ["measure", "value"]},
            {"calculate": title, "as": "measure_title"},
            {"calculate": f"indexof([{known}], datum.measure)", "as": "place"},
        ]

    def sum_up(self, groups: Sequence[str]) -> list[Json]:
        """Add up rows with the same values of fields; only for what adds up."""
        measures = [name_of(one) for one in self.chart.y]
        totals = [{"op": "sum", "field": one, "as": one} for one in measures]
        return [{"aggregate": totals, "groupby": list(groups)}]


def axis_format(form: Format) -> str:
    """Return how numbers stand at an axis: short."""
    if form.kind == "percent":
        return ".0%"
    return "$,.3~s" if form.kind == "currency" else ",.3~s"


def full_format(form: Format) -> str:
    """Return how a number is written in full."""
    decimals = 0 if form.decimals is None else form.decimals
    if form.kind == "percent":
        return f".{decimals}%"
    return f"$,.{decimals}f" if form.kind == "currency" else f",.{decimals}f"
