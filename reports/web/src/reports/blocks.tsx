/** The blocks of a report, from top to bottom. */

import { useState } from "react";
import { Empty } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Chart } from "./chart.tsx";
import { Drill, type Drilled } from "./drill.tsx";
import { Numbers, type OnDrill } from "./numbers.tsx";
import type { Answers, Plan } from "./plan.ts";
import { Table } from "./table.tsx";

export function Blocks({
  plan,
  answers,
  isShownOnly = false,
}: {
  plan: Plan;
  answers: Answers;
  /** Nothing in it leads anywhere: no rows behind numbers, no other pages. */
  isShownOnly?: boolean;
}) {
  const { t } = useTexts();
  const [drilled, setDrilled] = useState<Drilled | null>(null);
  const drill: OnDrill = (query, column, row) => setDrilled({ query, column, row });
  const onDrill = isShownOnly ? null : drill;
  // Totals have a row also when there is nothing, so it is the other queries that say so.
  const told = plan.blocks.flatMap((block) =>
    block.kind === "chart" || block.kind === "table" ? [block.query] : [],
  );
  const isEmpty = told.length > 0 && told.every((name) => (answers.get(name)?.length ?? 0) === 0);
  if (isEmpty) return <Empty title={plan.report.empty ?? t("report.no-rows")} icon="reports" />;
  return (
    <div className="blocks">
      {plan.blocks.map((block, index) => {
        const key = `${block.kind}-${index}`;
        switch (block.kind) {
          case "numbers":
            return (
              <Numbers key={key} block={block} plan={plan} answers={answers} onDrill={onDrill} />
            );
          case "chart":
            return <Chart key={key} block={block} plan={plan} answers={answers} />;
          case "table":
            return (
              <Table
                key={key}
                block={block}
                plan={plan}
                answers={answers}
                onDrill={onDrill}
                hasLinks={!isShownOnly}
              />
            );
          default:
            return (
              <section key={key} className="note-block">
                {block.title && <h2>{block.title}</h2>}
                <p>{block.text}</p>
              </section>
            );
        }
      })}
      {drilled && <Drill drilled={drilled} plan={plan} onClose={() => setDrilled(null)} />}
    </div>
  );
}
