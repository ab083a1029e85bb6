/** A report as the API plans it, and its rows as the semantic layer answers them. */

import type { CubeApi, Query } from "@cubejs-client/core";
import { ReportPlanDocument } from "../api/generated.ts";
import { ApiError, ask, check } from "../api/graphql.ts";
import { currentToken, onTokenChange } from "../api/session.ts";

export type Value = string | number | boolean | null;
export type Row = Record<string, Value>;
export type Choice = string | string[] | null;
export type Choices = Record<string, Choice>;

export interface Format {
  kind: "text" | "number" | "currency" | "percent" | "date" | "instant" | "id";
  decimals: number | null;
  currency: string | null;
  granularity: string | null;
}

export interface Column {
  key: string;
  member: string;
  title: string;
  kind: "dimension" | "time" | "measure";
  type: string;
  format: Format;
  additive: boolean;
}

export interface PlannedQuery {
  name: string;
  query: Query;
  columns: Column[];
  drill: Record<string, { dimensions: string[]; measures: string[] }>;
  totals_of?: string;
  by?: string[];
  compare_of?: string;
  on?: string[];
  shift?: Record<string, number> | null;
}

export interface Parameter {
  name: string;
  title: string;
  kind: "member" | "date_range" | "as_of" | "comparison" | "choice" | "number";
  multiple: boolean;
  members: string[];
  value: Choice;
  default: Choice;
  resolved: string | string[] | null;
  choices: { value: string; title: string }[];
}

export interface NumbersBlock {
  kind: "numbers";
  title: string | null;
  query: string;
  members: string[];
}

export interface ChartBlock {
  kind: "chart";
  title: string | null;
  query: string;
  queries: string[];
  description: string;
  spec: Record<string, unknown>;
}

export interface TableBlock {
  kind: "table";
  title: string | null;
  query: string;
  columns: { key: string; title: string }[];
  totals: boolean;
  subtotals: string[];
  pivot: string[] | null;
}

export interface TextBlock {
  kind: "text";
  title: string | null;
  text: string;
}

export type Block = NumbersBlock | ChartBlock | TableBlock | TextBlock;

export interface Plan {
  report: {
    key: string;
    code: string | null;
    title: string;
    description: string | null;
    empty: string | null;
  };
  parameters: Parameter[];
  queries: PlannedQuery[];
  blocks: Block[];
  notices: { path: string; message: string }[];
  timeZone: string;
  currency: string | null;
  vega: Record<"light" | "dark", Record<string, unknown>>;
}

/** Rows by the name of their query. */
export type Answers = Map<string, Row[]>;

export interface Asked {
  key?: string;
  definition?: unknown;
  parameters: Choices;
  language: string;
}

/** Have the API plan a report; throws an ApiError that says what is wrong with it. */
export async function loadPlan(asked: Asked, signal?: AbortSignal): Promise<Plan> {
  const { key, definition, parameters, language } = asked;
  const variables = { key: key ?? null, definition: definition ?? null, parameters, language };
  const { reportPlan } = await ask(ReportPlanDocument, variables, signal);
  if (reportPlan?.plan) return completed(reportPlan.plan as Plan);
  check(reportPlan?.userErrors);
  throw new ApiError("", "NOT_FOUND");
}

let opened: Promise<CubeApi> | null = null;
onTokenChange(() => {
  opened = null;
});

/** The client of Cube's REST API, which the API's own origin passes on; loaded when first needed. */
export function cubeApi(): Promise<CubeApi> {
  opened ??= import("@cubejs-client/core").then(({ default: cube }) =>
    cube(() => Promise.resolve(currentToken() ?? ""), { apiUrl: "/cubejs-api/v1" }),
  );
  return opened;
}

export interface Found {
  rows: Row[];
  /** As of when the facts are those of the system of record. */
  refreshedAt: string | null;
}

/** Ask one query; throws an ApiError in the layer's words. */
export async function loadFound(query: Query, signal?: AbortSignal): Promise<Found> {
  const api = await cubeApi();
  try {
    const answer = await api.load(query, signal ? { signal } : {});
    const { lastRefreshTime = null } = answer.serialize().loadResponse.results[0] as {
      lastRefreshTime?: string | null;
    };
    return { rows: answer.rawData() as Row[], refreshedAt: lastRefreshTime };
  } catch (error) {
    if (signal?.aborted) throw new DOMException("", "AbortError");
    throw new ApiError(error instanceof Error ? error.message : String(error), "QUERY");
  }
}

export async function loadRows(query: Query, signal?: AbortSignal): Promise<Row[]> {
  return (await loadFound(query, signal)).rows;
}

/** Totals that a pivot needs beside those of the plan, where they cannot be summed of what is shown. */
function completed(plan: Plan): Plan {
  const added = plan.blocks.flatMap((block): PlannedQuery[] => {
    if (block.kind !== "table" || !block.totals || !block.pivot?.length) return [];
    const query = plan.queries.find((one) => one.name === block.query);
    const shown = new Set(block.columns.map((one) => one.key));
    const across = new Set(block.pivot);
    const columns = query?.columns.filter((one) => shown.has(one.key)) ?? [];
    const down = columns.filter((one) => one.kind !== "measure" && !across.has(one.key));
    const canSum = columns.every((one) => one.kind !== "measure" || one.additive);
    if (query === undefined || canSum || down.some((one) => one.kind === "time")) return [];
    const by = down.map((one) => one.key);
    const asked = { ...query.query, dimensions: down.map((one) => one.member), order: [] };
    return [
      {
        name: `${query.name}.rows`,
        query: asked,
        columns: [],
        drill: {},
        totals_of: query.name,
        by,
      },
    ];
  });
  return added.length === 0 ? plan : { ...plan, queries: [...plan.queries, ...added] };
}

export interface Loaded {
  answers: Answers;
  /** As of when the oldest of the answers is; null where nothing says so. */
  refreshedAt: string | null;
}

/** Ask all queries of a plan at once. */
export async function loadAnswers(plan: Plan, signal?: AbortSignal): Promise<Loaded> {
  const loaded = await Promise.all(
    plan.queries.map(async ({ name, query }) => [name, await loadFound(query, signal)] as const),
  );
  const times = loaded.flatMap(([, { refreshedAt }]) =>
    refreshedAt === null ? [] : [refreshedAt],
  );
  return {
    answers: new Map(loaded.map(([name, { rows }]) => [name, rows])),
    refreshedAt: times.sort()[0] ?? null,
  };
}

/** What the address says of parameters: a name for each, repeated for several values. */
export function choicesOf(given: URLSearchParams): Choices {
  const found: Choices = {};
  for (const name of new Set(given.keys())) {
    const values = given.getAll(name);
    const range = values.length === 1 ? values[0]?.split("..") : undefined;
    found[name] = range?.length === 2 ? range : values;
  }
  return found;
}

/** Choices as the API takes them: a list where several values may be, otherwise one. */
export function typedChoices(choices: Choices, parameters: Parameter[]): Choices {
  const known = new Map(parameters.map((one) => [one.name, one]));
  const typed: Choices = {};
  for (const [name, value] of Object.entries(choices)) {
    const parameter = known.get(name);
    if (parameter === undefined) continue;
    const isList =
      parameter.multiple ||
      (parameter.kind === "date_range" && Array.isArray(value) && value.length === 2);
    typed[name] = isList ? value : Array.isArray(value) ? (value[0] ?? null) : value;
  }
  return typed;
}
