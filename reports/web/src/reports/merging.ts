/** Puts a part that was edited back into the report that it is of; all other parts stay as they are. */

import {
  type Definition,
  type Draft,
  definitionOf,
  draftOf,
  type Json,
  keyOfField,
  LIMIT,
  listOf,
  MAIN,
  NOTHING,
  TOTALS,
  type Words,
} from "./draft.ts";

export interface Part {
  name: string;
  /** The title of its first block that has one, otherwise its name. */
  title: string;
  kinds: string[];
}

function textIn(value: unknown, language: string): string {
  if (typeof value === "string") return value;
  const texts = (value ?? {}) as Record<string, string>;
  return texts[language] ?? texts.en ?? "";
}

function blocksOf(definition: Definition, name: string): Json[] {
  return (definition.blocks ?? []).filter((one) => one.query === name);
}

/** The parts of a report that the builder shows one at a time: its queries, as its blocks use them. */
export function partsOf(definition: Definition, language: string): Part[] {
  const names = new Set((definition.blocks ?? []).map((one) => String(one.query ?? "")));
  return [...names].filter(Boolean).flatMap((name) => {
    const blocks = blocksOf(definition, name);
    const titles = blocks.map((one) => textIn(one.title, language)).filter(Boolean);
    const kinds = blocks.map((one) => String(one.kind));
    return kinds.length > 0 ? [{ name, title: titles[0] ?? name, kinds }] : [];
  });
}

/** The part that is shown first: the one of the last table. */
export function firstPart(definition: Definition): string {
  const table = definition.blocks?.findLast((one) => one.kind === "table");
  return String(table?.query ?? Object.keys(definition.queries ?? {})[0] ?? MAIN);
}

function mergedQuery(before: Json, draft: Draft, seen: Draft, made: Json): Json {
  const untold = ((before.filters ?? []) as Json[]).filter((one) => one.member === undefined);
  const filters = [...untold, ...((made.filters ?? []) as Json[])];
  const spans = ((before.timeDimensions ?? []) as Json[]).filter((one) => !one.granularity);
  const times = [...spans, ...((made.timeDimensions ?? []) as Json[])];
  const { filters: _, timeDimensions: __, order, limit, ...rest } = before;
  const isSameSort = JSON.stringify(draft.sort) === JSON.stringify(seen.sort);
  const kept = isSameSort ? order : made.order;
  const most = draft.limit === seen.limit ? limit : draft.limit;
  return {
    ...rest,
    measures: draft.measures,
    dimensions: made.dimensions ?? [],
    ...(times.length > 0 && { timeDimensions: times }),
    ...(filters.length > 0 && { filters }),
    ...(kept !== undefined && { order: kept }),
    ...(most !== undefined && { limit: most }),
  };
}

/** The columns of a table that are still asked for, and behind them those that are new. */
function mergedColumns(columns: unknown, keys: string[], seen: string[]): unknown[] {
  const given = Array.isArray(columns) ? columns : [];
  const keyOf = (one: unknown) => (typeof one === "string" ? one : String((one as Json).member));
  const left = given.filter((one) => keys.includes(keyOf(one)));
  return [...left, ...keys.filter((key) => !seen.includes(key))];
}

function mergedTable(block: Json, draft: Draft, seen: Draft, made: Json | undefined): Json {
  const keys = keysOf(draft);
  const known = listOf(block.subtotals).filter((key) => keys.includes(key));
  const subtotals =
    draft.hasSubtotals === seen.hasSubtotals ? known : listOf(made?.subtotals ?? []);
  const pivot = listOf(block.pivot).filter((key) => keys.includes(key));
  const { subtotals: _, pivot: __, columns, ...rest } = block;
  return {
    ...rest,
    totals: draft.hasTotals,
    ...(columns !== undefined && { columns: mergedColumns(columns, keys, keysOf(seen)) }),
    ...(subtotals.length > 0 && { subtotals }),
    ...(pivot.length > 0 && { pivot }),
  };
}

function keysOf(draft: Draft): string[] {
  return [...draft.fields.map(keyOfField), ...draft.measures];
}

function mergedChart(block: Json, draft: Draft, made: Json | undefined): Json[] {
  if (!draft.chart) return [];
  const keys = keysOf(draft);
  const used = [block.x, block.series, block.target, ...listOf(block.y)].filter(Boolean);
  const isStill = block.type === draft.chart && used.every((key) => keys.includes(String(key)));
  if (isStill) return [block];
  if (made === undefined) return [];
  return [{ ...made, ...(block.title !== undefined && { title: block.title }) }];
}

function mergedBlocks(origin: Definition, draft: Draft, seen: Draft, made: Definition): Json[] {
  const name = draft.part;
  const fresh = (made.blocks ?? []).filter(
    (one) => one.query === MAIN || draft.fields.length === 0,
  );
  const chart = fresh.find((one) => one.kind === "chart");
  const table = fresh.find((one) => one.kind === "table");
  const own = blocksOf(origin, name);
  const named = (one: Json | undefined) => one && { ...one, query: name };
  let isDrawn = own.some((one) => one.kind === "chart");
  const blocks = (origin.blocks ?? []).flatMap((block): Json[] => {
    if (block.query !== name) return [block];
    switch (block.kind) {
      case "chart":
        return mergedChart(block, draft, named(chart));
      case "table": {
        const merged = mergedTable(block, draft, seen, table);
        if (isDrawn || !chart) return [merged];
        isDrawn = true;
        return [{ ...chart, query: name }, merged];
      }
      case "numbers": {
        const members = mergedColumns(block.members, draft.measures, seen.measures);
        return members.length > 0 ? [{ ...block, members }] : [];
      }
      default:
        return [block];
    }
  });
  const isNew = own.length === 0;
  return isNew ? [...blocks, ...fresh.map((one) => ({ ...one, query: name }))] : blocks;
}

function mergedParameters(origin: Definition, draft: Draft, made: Definition): Json[] {
  const wanted = new Map((made.parameters ?? []).map((one) => [one.kind, one]));
  const kept = (origin.parameters ?? []).flatMap((one): Json[] => {
    const found = wanted.get(one.kind);
    if (one.kind !== "date_range" && one.kind !== "comparison") return [one];
    wanted.delete(one.kind);
    if (found === undefined) {
      if (!draft.isTimeKept) return [];
      return [one.kind === "comparison" ? { ...one, default: draft.comparison } : one];
    }
    const isSame = listOf(one.members).includes(draft.time ?? "");
    // Members of other views are what the period is about in other parts.
    const others = listOf(one.members).filter((member) => !member.startsWith(`${draft.view}.`));
    const members = isSame || !found.members ? one.members : [...others, ...listOf(found.members)];
    return [{ ...one, default: found.default, ...(members !== undefined && { members }) }];
  });
  // A comparison needs a period; without a wish for one it is not added to a report that has none.
  const hasSeason = (origin.parameters ?? []).some((one) => one.starts);
  const added = [...wanted.values()].filter((one) =>
    one.kind === "member" ? !hasSeason : one.kind === "date_range" || draft.comparison !== null,
  );
  return [...kept, ...added];
}

/** The report as a whole, with its part as the draft has it. */
export function mergedInto(
  origin: Definition | null,
  draft: Draft,
  words: Words,
  language: string,
): Definition {
  const made = definitionOf(draft, words);
  if (origin === null) return made;
  const name = draft.part;
  const seen = draftOf(origin, language, name);
  const query = made.queries?.[draft.fields.length > 0 ? MAIN : TOTALS] ?? {};
  const before = origin.queries?.[name] ?? {};
  const isNamed = (value: unknown, text: string) => textIn(value, language) === text;
  const { description: _, ...rest } = origin;
  return {
    ...rest,
    title: isNamed(origin.title, draft.title) ? origin.title : draft.title,
    ...(draft.description && {
      description: isNamed(origin.description, draft.description)
        ? origin.description
        : draft.description,
    }),
    parameters: mergedParameters(origin, draft, made),
    queries: { ...origin.queries, [name]: mergedQuery(before, draft, seen, query) },
    blocks: mergedBlocks(origin, draft, seen, made),
  };
}

/** A name for one more part. */
export function freeName(definition: Definition): string {
  const taken = Object.keys(definition.queries ?? {});
  let number = taken.length + 1;
  while (taken.includes(`part${number}`)) number += 1;
  return `part${number}`;
}

/** The report without a part and its blocks. */
export function without(definition: Definition, name: string): Definition {
  const { [name]: _, ...queries } = definition.queries ?? {};
  return {
    ...definition,
    queries,
    blocks: (definition.blocks ?? []).filter((one) => one.query !== name),
  };
}

/** An empty part of a report, about the same as the one before. */
export function emptyPart(draft: Draft, name: string): Draft {
  const { title, description, view, time, range, comparison } = draft;
  return {
    ...NOTHING,
    title,
    description,
    view,
    time,
    range,
    comparison,
    part: name,
    limit: LIMIT,
    isTimeKept: true,
  };
}
