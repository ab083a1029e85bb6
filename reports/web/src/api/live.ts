/** Follows changes over one WebSocket for the whole page, which is opened when first needed. */

import type { Client } from "graphql-ws";
import { useEffect, useRef, useState } from "react";
import type { TypedDocumentString } from "./generated.ts";
import { currentToken, onTokenChange } from "./session.ts";

/** How long until a question that was refused is asked again, such as for a spent quota; doubled each time. */
const FIRST_PAUSE_MS = 3000;
const LONGEST_PAUSE_MS = 300_000;

let opened: Promise<Client> | null = null;

async function open(): Promise<Client> {
  const { createClient } = await import("graphql-ws");
  const address = new URL("/graphql", window.location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return createClient({
    url: address.href,
    lazy: true,
    retryAttempts: Number.POSITIVE_INFINITY,
    // A refused token is not tried again; anything else comes back.
    shouldRetry: (failure) => !(failure instanceof CloseEvent && failure.code === 4403),
    connectionParams: () => ({ authorization: `Bearer ${currentToken() ?? ""}` }),
  });
}

onTokenChange(() => {
  const before = opened;
  opened = null;
  void before?.then((client) => client.dispose());
});

/** Follow a subscription; each event is given to `onEvent`. Tells whether it is being followed. */
export function useLive<R, V extends Record<string, unknown>>(
  document: TypedDocumentString<R, V>,
  variables: V,
  onEvent: (event: R) => void,
): boolean {
  return useLiveAll(document, [variables], onEvent);
}

/** Follow several at once; `onEvent` is told which one it was. Live once all of them are. */
export function useLiveAll<R, V extends Record<string, unknown>>(
  document: TypedDocumentString<R, V>,
  all: readonly V[],
  onEvent: (event: R, place: number) => void,
): boolean {
  const [live, setLive] = useState(0);
  const handler = useRef(onEvent);
  handler.current = onEvent;
  const key = JSON.stringify(all);
  useEffect(() => {
    const wanted = JSON.parse(key) as V[];
    if (wanted.length === 0) return;
    const stops = new Map<number, () => void>();
    const running = new Set<number>();
    const waiting = new Set<number>();
    let isOver = false;
    const tell = (place: number, isRunning: boolean) => {
      if (isRunning) running.add(place);
      else running.delete(place);
      if (!isOver) setLive(running.size);
    };
    const follow = (client: Client, place: number, variables: V, pause: number) => {
      if (isOver) return;
      let next = pause;
      const again = () => {
        tell(place, false);
        if (isOver) return;
        const longer = Math.min(2 * next, LONGEST_PAUSE_MS);
        waiting.add(window.setTimeout(() => follow(client, place, variables, longer), next));
      };
      const stop = client.subscribe<R>(
        { query: document.toString(), variables },
        {
          next: ({ data }) => {
            if (!data) return;
            next = FIRST_PAUSE_MS;
            tell(place, true);
            handler.current(data, place);
          },
          error: again,
          complete: again,
        },
      );
      stops.set(place, stop);
    };
    opened ??= open();
    void opened.then((client) => {
      for (const [place, variables] of wanted.entries())
        follow(client, place, variables, FIRST_PAUSE_MS);
    });
    return () => {
      isOver = true;
      setLive(0);
      for (const one of waiting) window.clearTimeout(one);
      for (const stop of stops.values()) stop();
    };
  }, [document, key]);
  return all.length > 0 && live === all.length;
}
