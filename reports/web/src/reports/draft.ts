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
  /** Which query of its report it is. */
  part: string;
  /** Whether the report's period stays although this part is not about it. */
  isTimeKept: boolean;
}

export type Json = Record<string, unknown>;
export interface Definition extends Json {
  title?: unknown;
  description?: unknown;
  category?: string;
  parameters?: Json[];
  queries?: Record<string, Json>;
  blocks?: Json[];
}

export const MAIN = "main";
export const TOTALS = "totals";
export const LIMIT = 1000;
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
  part: MAIN,
  isTimeKept: false,
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

/** Which members say what a season is, of a view that has seasons. */
export function seasonMembers(view: string): Record<"members" | "starts" | "ends", string> {
  return {
    members: `${view}.season_code`,
    starts: `${view}.season_starts_on`,
    ends: `${view}.season_ends_on`,
  };
}

function seasonOf(view: string, title: string): Json {
  const { members, starts, ends } = seasonMembers(view);
  const asked = { members: [members], starts: [starts], ends: [ends] };
  return {
    name: "season",
    kind: "member",
    title,
    ...asked,
    multiple: true,
    default: ["current"],
  };
}

export interface Words {
  period: string;
  compare: string;
  season: string;
}

/** The definition that a draft is, as the API takes it; texts of its parameters are in the reader's words. */
export function definitionOf(draft: Draft, words: Words): Definition {
  const parameters: Json[] = [];
  if (draft.time !== null) {
    const members = [draft.time];
    const { range } = draft;
    parameters.push({
      name: "period",
      kind: "date_range",
      title: words.period,
      members,
      default: range,
    });
  }
  if (draft.time !== null || draft.comparison !== null) {
    const { comparison } = draft;
    parameters.push({
      name: "compare",
      kind: "comparison",
      title: words.compare,
      default: comparison,
    });
  }
  if (draft.comparison === "previous_season") parameters.push(seasonOf(draft.view, words.season));
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

export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Read a part of a definition, one of its queries, into a draft. */
export function draftOf(given: unknown, language: string, name: string): Draft {
  const definition = given as Definition;
  const blocks = (definition.blocks ?? []).filter((one) => one.query === name);
  const table = blocks.findLast((one) => one.kind === "table");
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
  const view = (measures[0] ?? fields[0]?.member ?? "").split(".")[0] ?? "";
  const time = listOf(period?.members).find((one) => one.startsWith(`${view}.`)) ?? null;
  return {
    ...NOTHING,
    title: textIn(definition.title, language),
    description: textIn(definition.description, language),
    view,
    measures,
    fields,
    conditions: filters.flatMap(({ member, operator = "equals", values }) =>
      member ? [{ member, operator, values: listOf(values) }] : [],
    ),
    time,
    range: (period?.default as Draft["range"]) ?? null,
    comparison: typeof compare?.default === "string" ? compare.default : null,
    chart: typeof chart?.type === "string" ? chart.type : "",
    sort: order ? { key: sortKey(order[0], fields), isDown: order[1] === "desc" } : null,
    limit: typeof query.limit === "number" ? query.limit : LIMIT,
    hasTotals: table?.totals !== false,
    hasSubtotals: listOf(table?.subtotals).length > 0,
    part: name,
    isTimeKept: period !== undefined && time === null,
  };
}

function sortKey(member: string, fields: Field[]): string {
  const field = fields.find((one) => one.member === member);
  return field ? keyOfField(field) : member;
}
