/** Arranges rows as a table shows them: ordered, with subtotals, totals and values as columns. */

import type { Answers, Column, Plan, PlannedQuery, Row, TableBlock } from "./plan.ts";
import { compare, exactSum, isNumeric, keyOf } from "./values.ts";

export interface ShownColumn {
  id: string;
  title: string;
  column: Column;
  /** Of a pivot: the values that stand above it. */
  above: string | null;
  read: (row: Row) => Row[string] | undefined;
}

export interface Line {
  kind: "row" | "subtotal" | "total";
  row: Row;
  /** How deep a subtotal is: 0 is the outermost. */
  depth: number;
}

export interface Sorting {
  id: string;
  isDown: boolean;
}

export interface Arranged {
  columns: ShownColumn[];
  lines: Line[];
}

/** Find or make totals by some columns: asked for by a query of their own, or summed where that is right. */
function totalsBy(query: PlannedQuery, plan: Plan, answers: Answers, by: string[]): Row[] {
  const wanted = [...by].sort().join();
  const asked = plan.queries.find(
    (one) => one.totals_of === query.name && [...(one.by ?? [])].sort().join() === wanted,
  );
  if (asked) return answers.get(asked.name) ?? [];
  const groups = new Map<string, Row[]>();
  for (const row of answers.get(query.name) ?? []) {
    const key = keyOf(row, by);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const additive = query.columns.filter((one) => one.kind === "measure" && one.additive);
  return [...groups.values()].map((rows) => {
    const total: Row = {};
    for (const member of by) total[member] = rows[0]?.[member] ?? null;
    for (const { key } of additive) total[key] = exactSum(rows.map((row) => row[key]));
    return total;
  });
}

export function arrange(
  block: TableBlock,
  plan: Plan,
  answers: Answers,
  sorting: Sorting | null,
): Arranged {
  const query = plan.queries.find((one) => one.name === block.query);
  if (query === undefined) return { columns: [], lines: [] };
  const named = block.columns.flatMap(({ key, title }) => {
    const column = query.columns.find((one) => one.key === key);
    return column ? [{ ...column, title }] : [];
  });
  if (block.pivot?.length) return pivot(block, block.pivot, query, named, plan, answers, sorting);
  const columns = named.map(plain);
  const rows = sorted(answers.get(query.name) ?? [], columns, sorting);
  const lines = withSubtotals(rows, block.subtotals, 0, block.subtotals, (by) =>
    totalsBy(query, plan, answers, by),
  );
  return { columns, lines: [...lines, ...totalLine(block, query, plan, answers, rows.length)] };
}

function plain(column: Column): ShownColumn {
  return {
    id: column.key,
    title: column.title,
    column,
    above: null,
    read: (row) => row[column.key],
  };
}

function totalLine(
  block: TableBlock,
  query: PlannedQuery,
  plan: Plan,
  answers: Answers,
  count: number,
): Line[] {
  if (!block.totals || count < 2) return [];
  const [row] = totalsBy(query, plan, answers, []);
  return row ? [{ kind: "total", row, depth: 0 }] : [];
}

function sorted(rows: Row[], columns: ShownColumn[], sorting: Sorting | null): Row[] {
  const by = columns.find((one) => one.id === sorting?.id);
  if (by === undefined || sorting === null) return rows;
  const isNumber = isNumeric(by.column);
  const turned = sorting.isDown ? -1 : 1;
  return [...rows].sort((left, right) => turned * compare(by.read(left), by.read(right), isNumber));
}

/** Put rows of a group together, in the order in which groups come first, and their subtotal behind them. */
function withSubtotals(
  rows: Row[],
  left: string[],
  depth: number,
  all: string[],
  totals: (by: string[]) => Row[],
): Line[] {
  const [member, ...deeper] = left;
  if (member === undefined) return rows.map((row) => ({ kind: "row", row, depth }));
  const by = all.slice(0, depth + 1);
  const known = new Map(totals(by).map((row) => [keyOf(row, by), row]));
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row, by);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].flatMap(([key, group]) => {
    const inside = withSubtotals(group, deeper, depth + 1, all, totals);
    const total = known.get(key);
    return group.length > 1 && total
      ? [...inside, { kind: "subtotal" as const, row: total, depth }]
      : inside;
  });
}

/** Values of some dimensions as columns, one for each measure below them. */
function pivot(
  block: TableBlock,
  across: string[],
  query: PlannedQuery,
  named: Column[],
  plan: Plan,
  answers: Answers,
  sorting: Sorting | null,
): Arranged {
  const down = named.filter((one) => one.kind !== "measure" && !across.includes(one.key));
  const measures = named.filter((one) => one.kind === "measure");
  const heads = new Map<string, Row>();
  const grouped = new Map<string, Row>();
  const rows = answers.get(query.name) ?? [];
  const downKeys = down.map((one) => one.key);
  const cell = (head: string, measure: string) => `${head} ${measure}`;
  const put = (source: Row, into: Row) => {
    const head = keyOf(source, across);
    if (!heads.has(head)) heads.set(head, source);
    for (const { key, additive } of measures) {
      const place = cell(head, key);
      // Rows that differ only by what is not shown: summed where that is right, otherwise left out.
      const isTwice = into[place] !== undefined;
      into[place] = !isTwice
        ? (source[key] ?? null)
        : additive
          ? exactSum([into[place], source[key]])
          : null;
    }
  };
  for (const row of rows) {
    const key = keyOf(row, downKeys);
    const line =
      grouped.get(key) ?? Object.fromEntries(downKeys.map((one) => [one, row[one] ?? null]));
    grouped.set(key, line);
    put(row, line);
  }
  const columns = [
    ...down.map(plain),
    ...[...heads].flatMap(([head, source]) => headed(head, source)),
  ];
  function headed(head: string, source: Row): ShownColumn[] {
    const above = across.map((member) => String(source[member] ?? "–")).join(" · ");
    return measures.map((column) => ({
      id: cell(head, column.key),
      title: measures.length > 1 ? column.title : above,
      column,
      above: measures.length > 1 ? above : null,
      read: (row) => row[cell(head, column.key)],
    }));
  }
  const sums: Row = {};
  if (block.totals) {
    columns.push(...measures.map((one) => ({ ...plain(one), id: one.key })));
    for (const row of totalsBy(query, plan, answers, across)) put(row, sums);
    Object.assign(sums, totalsBy(query, plan, answers, [])[0] ?? {});
    for (const row of totalsBy(query, plan, answers, downKeys)) {
      const line = grouped.get(keyOf(row, downKeys));
      if (line) for (const { key } of measures) line[key] = row[key] ?? null;
    }
  }
  const body = sorted([...grouped.values()], columns, sorting);
  const lines: Line[] = body.map((row) => ({ kind: "row", row, depth: 0 }));
  const total: Line[] =
    block.totals && body.length > 1 ? [{ kind: "total", row: sums, depth: 0 }] : [];
  return { columns, lines: [...lines, ...total] };
}
