/** Draws a Vega-Lite chart without making code of text, so that a strict content security policy holds. */

import { logger, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Row } from "./plan.ts";

/** Of Vega's own words only errors are heard: its hints are about specifications, which are not made here. */
const ERRORS_ONLY = 1;

export interface Drawn {
  show: (rows: Map<string, Row[]>) => Promise<void>;
  end: () => void;
}

/** Shows what a mark stands for, as text beside the pointer. */
function tooltip(place: HTMLElement) {
  const box = document.createElement("div");
  box.className = "tip";
  box.hidden = true;
  place.append(box);
  return (_handler: unknown, event: MouseEvent, _item: unknown, value: unknown) => {
    if (value === null || value === undefined || value === "") {
      box.hidden = true;
      return;
    }
    const told = typeof value === "object" ? Object.entries(value) : [["", String(value)]];
    box.replaceChildren(
      ...told.map(([name, one]) => {
        const line = document.createElement("p");
        const label = document.createElement("span");
        label.textContent = String(name);
        line.append(label, String(one));
        return line;
      }),
    );
    box.hidden = false;
    const bounds = place.getBoundingClientRect();
    const left = Math.min(event.clientX - bounds.left + 14, bounds.width - box.offsetWidth - 4);
    box.style.left = `${Math.max(0, left)}px`;
    box.style.top = `${event.clientY - bounds.top + 14}px`;
  };
}

export async function draw(
  place: HTMLElement,
  spec: Record<string, unknown>,
  config: Record<string, unknown>,
  rows: Map<string, Row[]>,
): Promise<Drawn> {
  const whole = { ...spec, config: { ...config, background: "transparent" } };
  const compiled = compile(whole as unknown as TopLevelSpec, {
    logger: logger(ERRORS_ONLY),
  }).spec;
  const runtime = parse(compiled, undefined, { ast: true });
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  place.append(canvas);
  const view = new View(runtime, {
    renderer: "svg",
    logLevel: ERRORS_ONLY,
    expr: expressionInterpreter as never,
    hover: true,
    container: canvas,
    tooltip: tooltip(place) as never,
  });
  const show = async (given: Map<string, Row[]>) => {
    for (const [name, found] of given) {
      // A copy: Vega marks the objects that it is given.
      view.data(
        name,
        found.map((row) => ({ ...row })),
      );
    }
    await view.runAsync();
  };
  await show(rows);
  return {
    show,
    end: () => {
      view.finalize();
      place.replaceChildren();
    },
  };
}
