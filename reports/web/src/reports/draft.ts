/** A report while it is being built, and the definition that it becomes. */

export interface Field {
  member: string;
  /** Of a time: how long a period of it is. */
  granularity: string | null;
}

export interface Condition {
  member: string;
  operator: string;
  values: string[];
}

export interface Draft {
  title: string;
  description: string;
  view: string;
  measures: string[];
  fields: Field[];
  conditions: Condition[];
  /** Which time the period is about. */
  time: string | null;
  range: string | string[] | null;
  comparison: string | null;
  chart: string;
  sort: { key: string; isDown: boolean } | null;
  limit: number;
  hasTotals: boolean;
  hasSubtotals: boolean;
}

type Json = Record<string, unknown>;
interface Definition extends Json {
  title?: unknown;
  description?: unknown;
  category?: string;
  parameters?: Json[];
  queries?: Record<string, Json>;
  blocks?: Json[];
}

const MAIN = "main";
const TOTALS = "totals";
const LIMIT = 1000;
export const LIMITS = [10, 25, 100, LIMIT, 10_000];
export const GRANULARITIES = ["day", "week", "month", "quarter", "year"];

export const NOTHING: Draft = {
  title: "",
  description: "",
  view: "",
  measures: [],
  fields: [],
  conditions: [],
  time: null,
  range: null,
  comparison: null,
  chart: "column",
  sort: null,
  limit: LIMIT,
  hasTotals: true,
  hasSubtotals: false,
};

export function keyOfField({ member, granularity }: Field): string {
  return granularity ? `${member}.${granularity}` : member;
}

/** The charts that can be drawn of so many measures and fields. */
export function chartsFor(measures: number, fields: number): string[] {
  if (measures === 0) return [];
  if (fields === 0) return measures > 1 ? ["gauge", "waterfall"] : ["gauge"];
  const found = ["column", "bar", "line", "area", "pie", "funnel"];
  if (fields > 1) found.push("stacked_column", "stacked_bar", "heat_map");
  if (measures > 1) found.push("scatter", "bullet");
  return found;
}

function chartOf(draft: Draft): Json[] {
  const { chart, measures, fields } = draft;
  if (!chartsFor(measures.length, fields.length).includes(chart)) return [];
  const keys = fields.map(keyOfField);
  const times = fields.filter((one) => one.granularity !== null).map(keyOfField);
  const x = times[0] ?? keys[0];
  const series = keys.find((key) => key !== x);
  const block = { kind: "chart", query: fields.length === 0 ? TOTALS : MAIN, type: chart };
  const [first = "", second = ""] = measures;
  switch (chart) {
    case "gauge":
      return [{ ...block, y: [first], ...(second && { target: second }) }];
    case "waterfall":
      return [{ ...block, y: measures }];
    case "scatter":
      return [{ ...block, x, y: [first, second] }];
    case "bullet":
      return [{ ...block, x, y: [first], target: second }];
    case "pie":
    case "funnel":
      return [{ ...block, x, y: [first] }];
    default:
      return series ? [{ ...block, x, y: [first], series }] : [{ ...block, x, y: measures }];
  }
}

function queriesOf(draft: Draft): Record<string, Json> {
  const filters = draft.conditions.map(({ member, operator, values }) =>
    operator === "set" || operator === "notSet"
      ? { member, operator }
      : { member, operator, values },
  );
  const shared = { measures: draft.measures, ...(filters.length > 0 && { filters }) };
  const totals: Record<string, Json> = draft.measures.length > 0 ? { [TOTALS]: shared } : {};
  if (draft.fields.length === 0) return totals;
  const plain = draft.fields.filter((one) => one.granularity === null).map((one) => one.member);
  const times = draft.fields.flatMap(({ member, granularity }) =>
    granularity === null ? [] : [{ dimension: member, granularity }],
  );
  const sort = draft.sort && [
    [draft.sort.key.replace(/^(\w+\.\w+)\.\w+$/, "$1"), draft.sort.isDown ? "desc" : "asc"],
  ];
  const main = {
    ...shared,
    dimensions: plain,
    timeDimensions: times,
    ...(sort && { order: sort }),
    limit: draft.limit,
  };
  return { ...totals, [MAIN]: main };
}

/** The definition that a draft is, as the API takes it; texts of its parameters are in the reader's words. */
export function definitionOf(draft: Draft, words: { period: string; compare: string }): Definition {
  const parameters: Json[] = [];
  if (draft.time !== null) {
    const period = {
      name: "period",
      kind: "date_range",
      title: words.period,
      members: [draft.time],
      default: draft.range,
    };
    const compare = {
      name: "compare",
      kind: "comparison",
      title: words.compare,
      default: draft.comparison,
    };
    parameters.push(period, compare);
  }
  const subtotals = draft.hasSubtotals ? draft.fields.slice(0, -1).map(keyOfField) : [];
  const table = {
    kind: "table",
    query: MAIN,
    totals: draft.hasTotals,
    ...(subtotals.length > 0 && { subtotals }),
  };
  const numbers = { kind: "numbers", query: TOTALS, members: draft.measures };
  return {
    category: "custom",
    title: draft.title,
    ...(draft.description && { description: draft.description }),
    parameters,
    queries: queriesOf(draft),
    blocks: [
      ...(draft.measures.length > 0 ? [numbers] : []),
      ...chartOf(draft),
      ...(draft.fields.length > 0 ? [table] : []),
    ],
    drill: true,
  };
}

function textIn(value: unknown, language: string): string {
  if (typeof value === "string") return value;
  const texts = (value ?? {}) as Record<string, string>;
  return texts[language] ?? texts.en ?? "";
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Read a definition into a draft: of one with several queries, the one of its last table. */
export function draftOf(given: unknown, language: string): Draft {
  const definition = given as Definition;
  const blocks = definition.blocks ?? [];
  const table = blocks.findLast((one) => one.kind === "table");
  const names = Object.keys(definition.queries ?? {});
  const name = String(table?.query ?? (names.includes(MAIN) ? MAIN : names[0]));
  const query = definition.queries?.[name] ?? {};
  const chart = blocks.find((one) => one.kind === "chart");
  const period = definition.parameters?.find((one) => one.kind === "date_range");
  const compare = definition.parameters?.find((one) => one.kind === "comparison");
  const times = (
    (query.timeDimensions ?? []) as { dimension: string; granularity?: string }[]
  ).flatMap((one) =>
    one.granularity ? [{ member: one.dimension, granularity: one.granularity }] : [],
  );
  const plain = listOf(query.dimensions).map((member) => ({ member, granularity: null }));
  const measures = listOf(query.measures);
  const [order] = (query.order ?? []) as [string, string][];
  const fields = [...times, ...plain];
  const filters = (query.filters ?? []) as {
    member?: string;
    operator?: string;
    values?: unknown;
  }[];
  return {
    ...NOTHING,
    title: textIn(definition.title, language),
    description: textIn(definition.description, language),
    view: (measures[0] ?? fields[0]?.member ?? "").split(".")[0] ?? "",
    measures,
    fields,
    conditions: filters.flatMap(({ member, operator = "equals", values }) =>
      member ? [{ member, operator, values: listOf(values) }] : [],
    ),
    time: listOf(period?.members)[0] ?? null,
    range: (period?.default as Draft["range"]) ?? null,
    comparison: typeof compare?.default === "string" ? compare.default : null,
    chart: typeof chart?.type === "string" ? chart.type : "",
    sort: order ? { key: sortKey(order[0], fields), isDown: order[1] === "desc" } : null,
    limit: typeof query.limit === "number" ? query.limit : LIMIT,
    hasTotals: table?.totals !== false,
    hasSubtotals: listOf(table?.subtotals).length > 0,
  };
}

function sortKey(member: string, fields: Field[]): string {
  const field = fields.find((one) => one.member === member);
  return field ? keyOfField(field) : member;
}

/** Whether the builder would lose something of a definition: more queries or filters than it can show. */
export function isSimple(given: unknown): boolean {
  const { queries = {}, parameters = [] } = given as Definition;
  const known = Object.keys(queries).every((name) => name === MAIN || name === TOTALS);
  return known && parameters.every((one) => one.name === "period" || one.name === "compare");
}
