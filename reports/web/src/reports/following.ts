/** Tells when numbers of a report change: its questions stay open. */

import type { Filter, Query } from "@cubejs-client/core";
import { useMemo, useRef } from "react";
import {
  NumbersFollowedDocument,
  type SemanticFilterInput,
  type SemanticOperator,
  type SemanticQueryInput,
} from "../api/generated.ts";
import { useLiveAll } from "../api/live.ts";
import type { Plan } from "./plan.ts";

interface Plain {
  member?: string;
  operator?: string;
  values?: (string | null)[];
  and?: Filter[];
  or?: Filter[];
}

function filterOf(filter: Filter): SemanticFilterInput {
  const { member, operator, values, and, or } = filter as Plain;
  if (and) return { allOf: and.map(filterOf) };
  if (or) return { anyOf: or.map(filterOf) };
  const name = (operator ?? "")
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase() as SemanticOperator;
  return {
    member: member ?? null,
    operator: name,
    values: values?.map((value) => value && String(value)) ?? null,
  };
}

/** How many rows of an answer are followed; of longer ones the sums are followed as well. */
const MOST_ROWS = 500;
/** How many questions stay open for a report. */
const MOST = 16;

/** A question of a report as one that stays open: its first rows, or the sums of all of them. */
function questionOf(query: Query, isSums: boolean): SemanticQueryInput {
  const { measures = [], segments = [], filters = [], timezone } = query;
  const times = (query.timeDimensions ?? []).flatMap(({ dimension, granularity, dateRange }) => {
    const period = !isSums && granularity ? { granularity: String(granularity) } : {};
    const range = typeof dateRange === "string" ? [dateRange] : dateRange && [...dateRange];
    if (range === undefined && isSums) return [];
    return [{ dimension, ...period, ...(range && { dateRange: range as string[] }) }];
  });
  // A condition on a measure is about rows, which sums do not have.
  const isAsked = (one: Filter) => !isSums || !measures.includes((one as Plain).member ?? "");
  return {
    measures,
    segments,
    filters: filters.filter(isAsked).map(filterOf),
    timeDimensions: times,
    timezone: timezone ?? null,
    ...(!isSums && { dimensions: query.dimensions ?? [], limit: MOST_ROWS }),
  };
}

/** The questions of a plan that stay open: all but the totals, which change with what they are of. */
function questionsOf(plan: Plan | null): { query: SemanticQueryInput }[] {
  const asked = (plan?.queries ?? []).filter((one) => one.totals_of === undefined);
  const found = new Map<string, SemanticQueryInput>();
  const add = (question: SemanticQueryInput) => found.set(JSON.stringify(question), question);
  for (const { query } of asked) add(questionOf(query, false));
  for (const { query } of asked) {
    const isLong = (query.limit ?? MOST_ROWS) > MOST_ROWS;
    if (isLong && query.measures?.length) add(questionOf(query, true));
  }
  return [...found.values()].slice(0, MOST).map((query) => ({ query }));
}

/** Call back after each change of the numbers that a plan shows. Tells whether they are followed. */
export function useFollowing(plan: Plan | null, onChange: () => void): boolean {
  const questions = useMemo(() => questionsOf(plan), [plan]);
  const seen = useRef(new Map<string, string>());
  return useLiveAll(NumbersFollowedDocument, questions, ({ semanticQuery }, place) => {
    const name = JSON.stringify(questions[place]);
    const rows = JSON.stringify(semanticQuery.result?.rows ?? null);
    const before = seen.current.get(name);
    seen.current.set(name, rows);
    if (before !== undefined && before !== rows) onChange();
  });
}
