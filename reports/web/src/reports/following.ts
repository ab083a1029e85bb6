/** Tells when numbers of a report change: its measures are followed as a question that stays open. */

import type { Filter, Query } from "@cubejs-client/core";
import { useMemo, useRef } from "react";
import {
  NumbersFollowedDocument,
  type SemanticFilterInput,
  type SemanticOperator,
  type SemanticQueryInput,
} from "../api/generated.ts";
import { useLive } from "../api/live.ts";
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

/** A question whose answer changes when the report's numbers do: its measures, over all rows. */
function questionOf(query: Query): SemanticQueryInput {
  const times = (query.timeDimensions ?? []).flatMap(({ dimension, dateRange }) => {
    if (dateRange === undefined) return [];
    return [{ dimension, dateRange: typeof dateRange === "string" ? [dateRange] : [...dateRange] }];
  });
  const { measures = [], segments = [], filters = [], timezone } = query;
  return {
    measures,
    segments,
    // A condition on a measure is about rows that are not in this question.
    filters: filters.filter((one) => !measures.includes((one as Plain).member ?? "")).map(filterOf),
    timeDimensions: times,
    timezone: timezone ?? null,
  };
}

const NOTHING: SemanticQueryInput = { measures: [] };

/** Call back after each change of the numbers that a plan shows. Tells whether it is followed. */
export function useFollowing(plan: Plan | null, onChange: () => void): boolean {
  const question = useMemo(() => {
    const main = plan?.queries.find(
      (one) => one.query.measures?.length && one.compare_of === undefined,
    );
    return main ? questionOf(main.query) : NOTHING;
  }, [plan]);
  const seen = useRef("");
  const isWanted = question.measures?.length !== 0;
  const isLive = useLive(
    NumbersFollowedDocument,
    { query: question },
    ({ semanticQuery }) => {
      const rows = JSON.stringify(semanticQuery.result?.rows ?? null);
      const before = seen.current;
      seen.current = rows;
      if (before !== "" && before !== rows) onChange();
    },
    isWanted,
  );
  return isLive && isWanted;
}
