"""SQL over the view `sales`, drawn at random: forms that a tool may write in any combination."""

from hypothesis import strategies as st

KEYS = [
    "kind",
    "upper(kind)",
    "coalesce(kind, '-')",
    "kind IS NULL",
    "id % 2",
    "id / 3",
    "date_trunc('month', day)",
    "date_trunc('quarter', at)",
    "at::date",
    "CAST(TRUNC(EXTRACT(YEAR FROM at)) AS INTEGER)",
    "extract(month from day)",
    "CASE WHEN kind = 'new' THEN 'n' WHEN id > 20 THEN 'big' END",
    "length(kind) + id % 3",
]
MEASURES = [
    "SUM(net)",
    "COUNT(*)",
    "COUNT(1)",
    "SUM(1)",
    "COUNT(DISTINCT kind)",
    "COUNT(DISTINCT id % 5)",
    "MIN(day)",
    "MAX(at)",
    "MAX(id)",
    "MIN(upper(kind))",
    "SUM(net) / NULLIF(COUNT(*), 0)",
    "COALESCE(SUM(net), 0) + COUNT(*)",
    "SUM(CAST(net AS numeric(20, 4)))",
    "ROUND(SUM(net) / 7, 2)",
    "SUM(net) IS NULL",
    "BOOL_OR(id > 30)",
]
_SIMPLE = [
    "kind = 'new'",
    "kind <> 'old'",
    "kind IS NULL",
    "kind IN ('old', 'x')",
    "kind NOT IN ('old', 'gone')",
    "kind LIKE '%e%'",
    "id > 12",
    "id BETWEEN 5 AND 25",
    "id % 2 = 0",
    "day < '2024-02-01'",
    "day = '2024-01-31'",
    "at >= '2024-01-31'",
    "at > '2024-03-31 02:30' AND at < '2024-04-02'",
    "date_trunc('month', at) = '2024-03-01'",
    "at::date <> day::date",
    "extract(month from day) = 1",
    "TRUE",
    "1 = 0",
]
_INNER = [
    "kind IN (SELECT kind FROM sales WHERE {0})",
    "kind NOT IN (SELECT kind FROM sales WHERE {0} AND kind IS NOT NULL)",
    "id <= (SELECT MAX(id) FROM sales WHERE {0})",
    "id > ALL (SELECT id FROM sales WHERE {0})",
    "EXISTS (SELECT 1 FROM sales WHERE {0})",
    "day IN (SELECT MIN(day) FROM sales WHERE {0} GROUP BY kind)",
    "kind = ANY (SELECT kind FROM sales GROUP BY kind HAVING SUM(net) > 40)",
]


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    """A condition over the dimensions of a row."""
    how = draw(st.sampled_from(["simple", "simple", "and", "or", "not", "inner"]))
    if how == "simple" or not depth:
        return draw(st.sampled_from(_SIMPLE))
    first = draw(conditions(depth - 1))
    if how == "not":
        return f"NOT ({first})"
    if how == "inner":
        return draw(st.sampled_from(_INNER)).format(f"({first})")
    return f"({first}) {how.upper()} ({draw(conditions(depth - 1))})"


@st.composite
def measures(draw: st.DrawFn) -> str:
    """An aggregate, perhaps of some of the rows."""
    condition = draw(conditions(1))
    written = draw(st.sampled_from(MEASURES))
    how = draw(st.sampled_from(["plain", "plain", "filter", "case"]))
    if how == "filter":
        return f"SUM(net) FILTER (WHERE {condition})"
    return f"SUM(CASE WHEN {condition} THEN net END)" if how == "case" else written


@st.composite
def grouped(draw: st.DrawFn) -> tuple[str, list[str], int]:
    """A SELECT with its groups, and how many measures it has."""
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=3, unique=True))
    asked = draw(st.lists(measures(), min_size=1, max_size=3))
    shown = [f"{one} AS k{number}" for number, one in enumerate(keys)]
    shown += [f"{one} AS m{number}" for number, one in enumerate(asked)]
    sql = f"SELECT {', '.join(shown)} FROM sales"
    if draw(st.booleans()):
        sql += f" WHERE {draw(conditions())}"
    numbers = [str(number + 1) for number in range(len(keys))]
    if keys:
        how = draw(st.sampled_from(["{0}", "{0}", "ROLLUP ({0})", "CUBE ({0})", "sets"]))
        both = f"GROUPING SETS (({', '.join(numbers)}), ({numbers[-1]}), ())"
        sql += f" GROUP BY {both if how == 'sets' else how.format(', '.join(numbers))}"
    if draw(st.booleans()):
        having = ["COUNT(*) > 3", "SUM(net) > 10", "MIN(id) < 9 OR SUM(net) IS NULL"]
        having += ["SUM(net) > (SELECT AVG(net) FROM (SELECT SUM(net) AS net FROM sales) t)"]
        sql += f" HAVING {draw(st.sampled_from(having))}"
    return sql, keys, len(asked)


@st.composite
def statements(draw: st.DrawFn) -> str:
    """A statement, with up to one query around another."""
    sql, keys, asked = draw(grouped())
    how = draw(st.sampled_from(["plain", "order", "limit", "around", "window", "join", "union"]))
    every = ", ".join(str(number + 1) for number in range(len(keys) + asked))
    if how in ("order", "limit"):
        way = draw(st.sampled_from(["", " DESC NULLS LAST"]))
        sql += f" ORDER BY {every.replace(',', f'{way},')}{way}"
        return f"{sql} LIMIT 3 OFFSET 1" if how == "limit" else sql
    if how == "around":
        above = draw(st.sampled_from(["COUNT(*)", "COUNT(m0)", "COUNT(DISTINCT m0)"]))
        key = "k0, " if keys else ""
        ending = " GROUP BY k0" if keys else ""
        return f"SELECT {key}{above} FROM ({sql}) t{ending}"
    if how == "window":
        return f"SELECT m0, COUNT(*) OVER (), RANK() OVER (ORDER BY m0) FROM ({sql}) t"
    if how == "join" and keys:
        side = draw(st.sampled_from(["", "LEFT ", "RIGHT ", "FULL "]))
        other = f"SELECT {keys[0]} AS k0, COUNT(*) AS n FROM sales WHERE id > 9 GROUP BY 1"
        return f"SELECT k0, m0, n FROM ({sql}) t {side}JOIN ({other}) u USING (k0)"
    if how == "union":
        return f"SELECT m0 FROM ({sql}) t UNION SELECT m0 FROM ({sql}) u"
    return sql
