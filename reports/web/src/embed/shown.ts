/** What a signed link shows, asked again while somebody looks at it. */

import { useEffect, useState } from "react";
import type { Choice, Plan, Row } from "../reports/plan.ts";

const PATH = "/loge/v1/embed";
const PAUSE_MS = 15_000;

export interface Shown {
  title: string;
  club: { name: string; colour: string | null; logo: string | null };
  language: string;
  timeZone: string;
  plan: Plan;
  answers: Record<string, { data?: Row[]; lastRefreshTime?: string; error?: string }>;
}

export interface State {
  shown: Shown | null;
  /** The link opens nothing any more: it is not asked again. */
  isOver: boolean;
  /** The last question was not answered; the next one may be. */
  isAway: boolean;
}

const UNAUTHORIZED = 401;

/** Ask at once, then every now and then while the page can be seen. */
export function useShown(credential: string): State {
  const [state, setState] = useState<State>({ shown: null, isOver: false, isAway: false });
  useEffect(() => {
    let isOver = false;
    let waiting = 0;
    let mark: string | null = null;
    const look = async () => {
      window.clearTimeout(waiting);
      if (isOver) return;
      let pause = PAUSE_MS;
      if (document.visibilityState === "visible") {
        const headers = {
          authorization: `Bearer ${credential}`,
          ...(mark !== null && { "if-none-match": mark }),
        };
        try {
          const answer = await fetch(PATH, { headers });
          if (answer.status === UNAUTHORIZED) {
            isOver = true;
            setState((before) => ({ ...before, isOver: true }));
            return;
          }
          pause = Math.max(pause, 1000 * Number(answer.headers.get("retry-after") ?? 0));
          if (answer.ok) {
            mark = answer.headers.get("etag");
            const shown: Shown = await answer.json();
            setState({ shown, isOver: false, isAway: false });
          }
          // What has not changed is answered from the browser's own store, or by 304.
          else setState((before) => ({ ...before, isAway: answer.status !== 304 }));
        } catch {
          setState((before) => ({ ...before, isAway: true }));
        }
      }
      if (!isOver) waiting = window.setTimeout(look, pause);
    };
    void look();
    const seen = () => void look();
    document.addEventListener("visibilitychange", seen);
    return () => {
      isOver = true;
      window.clearTimeout(waiting);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [credential]);
  return state;
}

function textOf(value: Choice): string {
  return Array.isArray(value) ? value.join(" – ") : (value ?? "");
}

/** What is chosen in the report, which the link has settled. */
export function chosenOf(plan: Plan): { title: string; value: string }[] {
  return plan.parameters.flatMap(({ title, value, choices }) => {
    const names = new Map(choices.map((one) => [one.value, one.title]));
    const named = Array.isArray(value)
      ? value.map((one) => names.get(one) ?? one)
      : value && (names.get(value) ?? value);
    const text = textOf(named);
    return text ? [{ title, value: text }] : [];
  });
}
