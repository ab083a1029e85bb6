/** The rows behind a number. */

import type { Filter, Query } from "@cubejs-client/core";
import { useCallback } from "react";
import { useLoaded } from "../api/asking.ts";
import { Dialog, Empty, Problem, Skeleton } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import {
  type Column,
  cubeApi,
  type Format,
  type Plan,
  type PlannedQuery,
  type Row,
  type TableBlock,
} from "./plan.ts";
import { Table } from "./table.tsx";
import { clock } from "./values.ts";

export interface Drilled {
  query: PlannedQuery;
  column: Column;
  row: Row;
}

const MOST = 1000;

/** The last day of a period that begins at a time. */
function lastDay(start: Date, granularity: string): Date {
  const [year, month, day] = [start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()];
  switch (granularity) {
    case "year":
      return new Date(Date.UTC(year + 1, month, day - 1));
    case "quarter":
      return new Date(Date.UTC(year, month + 3, day - 1));
    case "month":
      return new Date(Date.UTC(year, month + 1, day - 1));
    case "week":
      return new Date(Date.UTC(year, month, day + 6));
    default:
      return start;
  }
}

/** The question for the rows behind a number: its row's values as filters, its measure's drill members. */
export function drillQuery({ query: planned, column, row }: Drilled): Query {
  const { query } = planned;
  const drill = planned.drill[column.key] ?? { dimensions: [], measures: [] };
  const measures = new Set(
    planned.columns.filter((one) => one.kind === "measure").map((one) => one.member),
  );
  const kept = (query.filters ?? []).filter(
    (one) => !("member" in one && measures.has(one.member ?? "")),
  );
  const own = planned.columns.flatMap((one): Filter[] => {
    if (one.kind !== "dimension" || !(one.key in row)) return [];
    const value = row[one.key];
    if (value === null || value === undefined) return [{ member: one.member, operator: "notSet" }];
    return [{ member: one.member, operator: "equals", values: [String(value)] }];
  });
  const times = (query.timeDimensions ?? []).map(({ dimension, granularity, ...rest }) => {
    const start = row[`${dimension}.${granularity}`] ?? row[dimension];
    if (!granularity || typeof start !== "string") return { dimension, ...rest };
    const from = clock(start);
    const range: [string, string] = [
      from.toISOString().slice(0, 10),
      lastDay(from, granularity).toISOString().slice(0, 10),
    ];
    return { dimension, dateRange: range };
  });
  return {
    measures: drill.measures,
    dimensions: drill.dimensions,
    filters: [...kept, ...own],
    timeDimensions: times as NonNullable<Query["timeDimensions"]>,
    ...(query.segments && { segments: query.segments }),
    ...(query.timezone && { timezone: query.timezone }),
    limit: MOST,
  };
}

function formatOf(type: string, format: unknown, currency: string | null, sample: unknown): Format {
  const plain = { decimals: null, currency: null, granularity: null };
  if (type === "time")
    return { ...plain, kind: /T00:00:00/.test(String(sample)) ? "date" : "instant" };
  if (format === "currency") return { ...plain, kind: "currency", currency };
  if (format === "percent") return { ...plain, kind: "percent" };
  if (type === "number")
    return { ...plain, kind: "number", decimals: /\.\d*[1-9]/.test(String(sample)) ? 2 : 0 };
  return { ...plain, kind: "text" };
}

async function load(drilled: Drilled, plan: Plan, signal: AbortSignal) {
  const api = await cubeApi();
  const query = drillQuery(drilled);
  const answer = await api.load(query, { signal });
  const rows = answer.rawData() as Row[];
  const { measures, dimensions, timeDimensions } = answer.annotation();
  const known: Record<string, { shortTitle?: string; type?: string; format?: unknown }> = {
    ...timeDimensions,
    ...dimensions,
    ...measures,
  };
  const columns = [...(query.dimensions ?? []), ...(query.measures ?? [])].map((key): Column => {
    const { shortTitle = key, type = "string", format } = known[key] ?? {};
    const sample = rows.find((row) => row[key] !== null)?.[key];
    return {
      key,
      member: key,
      title: shortTitle,
      kind: query.measures?.includes(key) ? "measure" : "dimension",
      type,
      format: formatOf(type, format, plan.currency, sample),
      additive: query.measures?.includes(key) === true && format === "currency",
    };
  });
  const name = "drill";
  const block: TableBlock = {
    kind: "table",
    title: null,
    query: name,
    columns: columns.map(({ key, title }) => ({ key, title })),
    totals: columns.some((one) => one.additive),
    subtotals: [],
    pivot: null,
  };
  const asked: Plan = { ...plan, queries: [{ name, query, columns, drill: {} }], blocks: [block] };
  return { block, plan: asked, answers: new Map([[name, rows]]), isCut: rows.length === MOST };
}

export function Drill({
  drilled,
  plan,
  onClose,
}: {
  drilled: Drilled;
  plan: Plan;
  onClose: () => void;
}) {
  const { t, number } = useTexts();
  const { answer, error, again } = useLoaded(
    useCallback((signal: AbortSignal) => load(drilled, plan, signal), [drilled, plan]),
  );
  const about = drilled.query.columns.filter(
    (one) => one.kind !== "measure" && drilled.row[one.key] != null,
  );
  return (
    <Dialog title={drilled.column.title} onClose={onClose} side>
      <div className="body">
        <p className="faint">
          {about
            .map(
              (one) => `${one.title}: ${String(drilled.row[one.key]).replace(/T00:00:00.*/, "")}`,
            )
            .join(" · ") || t("report.drill-all")}
        </p>
        {error && <Problem error={error} onRetry={again} />}
        {!answer && !error && <Skeleton />}
        {answer?.isCut && <p className="notice">{t("report.cut", { count: number(MOST) })}</p>}
        {answer && answer.answers.get("drill")?.length === 0 && (
          <Empty title={t("report.no-rows")} />
        )}
        {answer && (
          <Table block={answer.block} plan={answer.plan} answers={answer.answers} onDrill={null} />
        )}
      </div>
    </Dialog>
  );
}
