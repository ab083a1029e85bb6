/** A chart; what draws it is loaded when the first one is shown. */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Problem } from "../parts/parts.tsx";
import { currentTheme } from "../shell/theme.ts";
import type { Drawn } from "./draw.ts";
import type { Answers, ChartBlock, Plan } from "./plan.ts";

function onThemeChange(listener: () => void): () => void {
  window.addEventListener("loge-theme", listener);
  return () => window.removeEventListener("loge-theme", listener);
}

export function Chart({
  block,
  plan,
  answers,
}: {
  block: ChartBlock;
  plan: Plan;
  answers: Answers;
}) {
  const theme = useSyncExternalStore(onThemeChange, currentTheme);
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const rows = useRef(new Map());
  rows.current = new Map(block.queries.map((name) => [name, answers.get(name) ?? []]));
  const text = JSON.stringify(block.spec);
  const config = plan.vega[theme];
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let isOver = false;
    import("./draw.ts")
      .then(({ draw }) => (isOver ? null : draw(element, JSON.parse(text), config, rows.current)))
      .then((made) => {
        if (isOver) made?.end();
        else drawn.current = made;
      })
      .catch((failure: unknown) =>
        setError(failure instanceof Error ? failure : new Error(String(failure))),
      );
    return () => {
      isOver = true;
      drawn.current?.end();
      drawn.current = null;
    };
  }, [text, config]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are those of these answers
  useEffect(() => {
    void drawn.current?.show(rows.current);
  }, [answers]);
  return (
    <figure className="sheet chart">
      {block.title && <figcaption>{block.title}</figcaption>}
      {error && <Problem error={error} />}
      <div className="plot" ref={place} role="img" aria-label={block.description} />
    </figure>
  );
}
