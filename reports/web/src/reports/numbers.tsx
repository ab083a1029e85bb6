/** A row of tiles, one number each, with what it was in the other period. */

import { useTexts } from "../texts/texts.tsx";
import type { Answers, Column, NumbersBlock, Plan, PlannedQuery, Row } from "./plan.ts";
import { change, written } from "./values.ts";

export type OnDrill = (query: PlannedQuery, column: Column, row: Row) => void;

export function Numbers({
  block,
  plan,
  answers,
  onDrill,
}: {
  block: NumbersBlock;
  plan: Plan;
  answers: Answers;
  onDrill: OnDrill | null;
}) {
  const texts = useTexts();
  const query = plan.queries.find((one) => one.name === block.query);
  const other = plan.queries.find((one) => one.compare_of === block.query);
  const row = answers.get(block.query)?.[0] ?? {};
  const before = other && answers.get(other.name)?.[0];
  if (query === undefined) return null;
  const columns = block.members.flatMap(
    (member) => query.columns.find((one) => one.key === member) ?? [],
  );
  return (
    <dl className="tiles numbers" aria-label={block.title ?? texts.t("report.numbers")}>
      {columns.map((column) => {
        const value = written(row[column.key], column.format, texts);
        return (
          <div className="tile" key={column.key}>
            <dt>{column.title}</dt>
            <dd>
              {onDrill && query.drill[column.key] && row[column.key] != null ? (
                <button
                  type="button"
                  className="drill"
                  onClick={() => onDrill(query, column, row)}
                  title={texts.t("report.drill", { what: column.title })}
                >
                  {value}
                </button>
              ) : (
                value
              )}
            </dd>
            {before && (
              <dd className="note">
                <Change now={row[column.key]} before={before[column.key]} />{" "}
                {texts.t("report.before", {
                  value: written(before[column.key], column.format, texts),
                })}
              </dd>
            )}
          </div>
        );
      })}
    </dl>
  );
}

/** How much more or less, with its sign; colour is no judgement, since less may be good. */
export function Change({
  now,
  before,
}: {
  now: Row[string] | undefined;
  before: Row[string] | undefined;
}) {
  const { number } = useTexts();
  const share = change(now, before);
  if (share === null) return null;
  const options = {
    style: "percent",
    maximumFractionDigits: 1,
    signDisplay: "exceptZero",
  } as const;
  return (
    <span className={share < 0 ? "change less" : "change more"}>{number(share, options)}</span>
  );
}
