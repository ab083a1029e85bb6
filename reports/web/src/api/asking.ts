/** Answers of the API in components: loading, there, failed, and asked again. */

import { useCallback, useEffect, useRef, useState } from "react";
import type { TypedDocumentString } from "./generated.ts";
import { ask, isAbort } from "./graphql.ts";

export interface Asked<R> {
  answer: R | null;
  error: Error | null;
  isLoading: boolean;
  /** Ask again, while what is there stays on the screen. */
  again: () => void;
}

/** Ask whenever the variables change; an answer that comes too late is dropped. */
export function useAnswer<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  isWanted = true,
): Asked<R> {
  const key = JSON.stringify(variables);
  return useLoaded<R>(
    useCallback(
      (signal) => ask(document, JSON.parse(key) as V, signal),
      // The text of the variables stands for them.
      [document, key],
    ),
    isWanted,
  );
}

/** The same for anything that is loaded by a function; give it one that `useCallback` keeps. */
export function useLoaded<R>(load: (signal: AbortSignal) => Promise<R>, isWanted = true): Asked<R> {
  const [state, setState] = useState<Omit<Asked<R>, "again">>({
    answer: null,
    error: null,
    isLoading: isWanted,
  });
  const running = useRef<AbortController | null>(null);
  const run = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState((before) => ({ ...before, isLoading: true }));
    load(controller.signal).then(
      (answer) => {
        if (!controller.signal.aborted) setState({ answer, error: null, isLoading: false });
      },
      (error: unknown) => {
        if (controller.signal.aborted || isAbort(error)) return;
        const told = error instanceof Error ? error : new Error(String(error));
        setState((before) => ({ ...before, error: told, isLoading: false }));
      },
    );
  }, [load]);
  useEffect(() => {
    if (!isWanted) return;
    run();
    return () => running.current?.abort();
  }, [run, isWanted]);
  return { ...state, again: run };
}

/** Run an action at most once at a time; tells whether it is running and what failed. */
export function useAction<A extends unknown[]>(
  act: (...given: A) => Promise<void>,
): { run: (...given: A) => void; isRunning: boolean; error: Error | null } {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const busy = useRef(false);
  const run = (...given: A) => {
    if (busy.current) return;
    busy.current = true;
    setRunning(true);
    setError(null);
    act(...given)
      .catch((failure: unknown) => {
        setError(failure instanceof Error ? failure : new Error(String(failure)));
      })
      .finally(() => {
        busy.current = false;
        setRunning(false);
      });
  };
  return { run, isRunning, error };
}
