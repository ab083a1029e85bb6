/** A table of rows: its head stays, numbers are aligned, a number opens the rows behind it. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { Link } from "react-router";
import { Icon } from "../parts/icons.tsx";
import { type Texts, useTexts } from "../texts/texts.tsx";
import { arrange, type Line, type ShownColumn, type Sorting } from "./arranging.ts";
import { Change, type OnDrill } from "./numbers.tsx";
import type { Answers, Plan, PlannedQuery, Row, TableBlock } from "./plan.ts";
import { isNumeric, keyOf, written } from "./values.ts";

/** From how many rows on only those in sight are drawn. */
const MANY = 120;
const ROW_PX = 34;

export function Table({
  block,
  plan,
  answers,
  onDrill,
  hasLinks = true,
}: {
  block: TableBlock;
  plan: Plan;
  answers: Answers;
  onDrill: OnDrill | null;
  /** Whether the code of a Sale leads to it. */
  hasLinks?: boolean;
}) {
  const texts = useTexts();
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const { columns, lines } = useMemo(
    () => arrange(block, plan, answers, sorting),
    [block, plan, answers, sorting],
  );
  const query = plan.queries.find((one) => one.name === block.query);
  const before = useMemo(
    () => comparedRows(plan, answers, block.query),
    [plan, answers, block.query],
  );
  const box = useRef<HTMLElement>(null);
  const isLong = lines.length > MANY;
  const virtual = useVirtualizer({
    count: isLong ? lines.length : 0,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  const items = virtual.getVirtualItems();
  const first = isLong ? (items[0]?.start ?? 0) : 0;
  const last = isLong ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const shown = isLong
    ? items.map((item) => ({ line: lines[item.index], index: item.index }))
    : lines.map((line, index) => ({ line, index }));
  const sort = (id: string) => {
    if (sorting?.id !== id)
      setSorting({
        id,
        isDown: isNumeric(
          columns.find((one) => one.id === id)?.column ?? columns[0]?.column ?? ({} as never),
        ),
      });
    else setSorting(sorting.isDown ? { id, isDown: false } : null);
  };
  if (query === undefined || lines.length === 0) return null;
  const label = block.title ?? texts.t("report.table");
  const groups = columns.some((one) => one.above !== null) ? headGroups(columns) : null;
  return (
    <figure className="sheet">
      <figcaption>
        {label}{" "}
        <span className="count">
          {texts.number(lines.filter((one) => one.kind === "row").length)}
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="table-box numbers-table" ref={box} tabIndex={0} aria-label={label}>
        <table className="rows" aria-rowcount={lines.length + 1}>
          <thead>
            {groups && (
              <tr>
                {groups.map(({ id, above, span }) => (
                  <th
                    key={id}
                    colSpan={span}
                    scope={above ? "colgroup" : "col"}
                    className={above ? "group" : ""}
                  >
                    {above}
                  </th>
                ))}
              </tr>
            )}
            <tr>
              {columns.map((one) => (
                <th
                  key={one.id}
                  scope="col"
                  className={isNumeric(one.column) ? "end" : ""}
                  aria-sort={
                    sorting?.id === one.id ? (sorting.isDown ? "descending" : "ascending") : "none"
                  }
                >
                  <button type="button" className="sort" onClick={() => sort(one.id)}>
                    {one.title}
                    {sorting?.id === one.id && <Icon name={sorting.isDown ? "down" : "up"} />}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {first > 0 && <Gap height={first} span={columns.length} />}
            {shown.map(
              ({ line, index }) =>
                line && (
                  <TableLine
                    key={index}
                    index={index}
                    line={line}
                    columns={columns}
                    query={query}
                    isPivot={Boolean(block.pivot?.length)}
                    before={before}
                    onDrill={onDrill}
                    hasLinks={hasLinks}
                    texts={texts}
                  />
                ),
            )}
            {last > 0 && <Gap height={last} span={columns.length} />}
          </tbody>
        </table>
      </section>
    </figure>
  );
}

function Gap({ height, span }: { height: number; span: number }) {
  return (
    <tr>
      <td colSpan={span} className="gap" style={{ height }} />
    </tr>
  );
}

interface Compared {
  on: string[];
  rows: Map<string, Row>;
}

/** Rows of the other period by what they have in common; none where periods stand beside each other. */
function comparedRows(plan: Plan, answers: Answers, name: string): Compared | null {
  const other = plan.queries.find((one) => one.compare_of === name);
  if (other === undefined) return null;
  const on = other.on ?? [];
  const hasTimes = on.some((key) => other.columns.find((one) => one.key === key)?.kind === "time");
  if (hasTimes) return null;
  return { on, rows: new Map((answers.get(other.name) ?? []).map((row) => [keyOf(row, on), row])) };
}

function headGroups(columns: ShownColumn[]): { id: string; above: string | null; span: number }[] {
  const groups: { id: string; above: string | null; span: number }[] = [];
  for (const one of columns) {
    const last = groups.at(-1);
    if (last && one.above !== null && last.above === one.above) last.span += 1;
    else groups.push({ id: one.id, above: one.above, span: 1 });
  }
  return groups;
}

function TableLine({
  line,
  index,
  columns,
  query,
  isPivot,
  before,
  onDrill,
  hasLinks,
  texts,
}: {
  line: Line;
  index: number;
  columns: ShownColumn[];
  query: PlannedQuery;
  isPivot: boolean;
  before: Compared | null;
  onDrill: OnDrill | null;
  hasLinks: boolean;
  texts: Texts;
}) {
  const other =
    line.kind === "row" && before ? before.rows.get(keyOf(line.row, before.on)) : undefined;
  return (
    <tr className={line.kind} aria-rowindex={index + 2}>
      {columns.map((one, place) => {
        const value = one.read(line.row);
        const isNumber = isNumeric(one.column);
        const text = written(value, one.column.format, texts);
        if (line.kind !== "row" && !isNumber) {
          const isFirst = place === 0;
          const said =
            line.kind === "total"
              ? isFirst
                ? texts.t("report.total")
                : ""
              : subtotalText(value, text, isFirst, texts);
          return isFirst ? (
            <th key={one.id} scope="row">
              {said}
            </th>
          ) : (
            <td key={one.id}>{said}</td>
          );
        }
        const canDrill =
          onDrill !== null &&
          !isPivot &&
          one.column.kind === "measure" &&
          query.drill[one.column.key] &&
          value != null &&
          line.kind === "row";
        return (
          <td
            key={one.id}
            className={isNumber ? `end${String(value).startsWith("-") ? " negative" : ""}` : ""}
          >
            {canDrill ? (
              <button
                type="button"
                className="drill"
                onClick={() => onDrill(query, one.column, line.row)}
                title={texts.t("report.drill", { what: one.column.title })}
              >
                {text}
              </button>
            ) : hasLinks && one.column.member.endsWith(".sale_code") && value ? (
              <Link to={`/sales?search=${encodeURIComponent(String(value))}`}>{text}</Link>
            ) : (
              text
            )}
            {other && one.column.kind === "measure" && (
              <small>
                <Change now={value} before={other[one.column.key]} />
              </small>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function subtotalText(
  value: Row[string] | undefined,
  text: string,
  isFirst: boolean,
  texts: Texts,
): string {
  if (value === undefined) return "";
  return isFirst ? texts.t("report.total-of", { what: text }) : text;
}
