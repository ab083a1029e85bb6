/** Says at which field of the builder a refusal stands. */

import { ApiError, type Refused } from "../api/graphql.ts";
import { type Draft, MAIN, TOTALS } from "./draft.ts";

export type Place = "title" | "description" | "measures" | "fields" | "conditions" | "options";
export type Placed = Record<Place, Refused[]>;

const OF_QUERIES: Record<string, Place> = {
  measures: "measures",
  dimensions: "fields",
  timeDimensions: "fields",
  filters: "conditions",
  order: "options",
  limit: "options",
};
const OF_REPORTS: Record<string, Place> = {
  title: "title",
  description: "description",
  parameters: "options",
};

/** A path is `definition`, then `title`, or `queries`, the query's name and what in it. */
function placeOf(path: readonly string[], draft: Draft): Place | null {
  const [, field = "", name = "", inside = ""] = path;
  if (field !== "queries") return OF_REPORTS[field] ?? null;
  if (![draft.part, MAIN, TOTALS].includes(name)) return null;
  return inside ? (OF_QUERIES[inside] ?? null) : "measures";
}

/** Put refusals where they belong; the same one about two queries of a part stands there once. */
export function placedRefusals(refused: readonly Refused[], draft: Draft): Placed {
  const placed: Placed = {
    title: [],
    description: [],
    measures: [],
    fields: [],
    conditions: [],
    options: [],
  };
  for (const one of refused) {
    const place = placeOf(one.path ?? [], draft);
    if (place === null || placed[place].some(({ message }) => message === one.message)) continue;
    placed[place].push(one);
  }
  return placed;
}

/** Whether all that an error says stands at fields. */
export function isPlaced(error: Error, placed: Placed): boolean {
  if (!(error instanceof ApiError) || error.refusals.length === 0) return false;
  const told = new Set(
    Object.values(placed)
      .flat()
      .map((one) => one.message),
  );
  return error.refusals.every((one) => told.has(one.message));
}
