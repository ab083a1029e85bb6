/** Follows changes over one WebSocket for the whole page, which is opened when first needed. */

import type { Client } from "graphql-ws";
import { useEffect, useRef, useState } from "react";
import type { TypedDocumentString } from "./generated.ts";
import { currentToken, onTokenChange } from "./session.ts";

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
  isWanted = true,
): boolean {
  const [isLive, setLive] = useState(false);
  const handler = useRef(onEvent);
  handler.current = onEvent;
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (!isWanted) return;
    let stop = () => {};
    let isOver = false;
    opened ??= open();
    void opened.then((client) => {
      if (isOver) return;
      stop = client.subscribe<R>(
        { query: document.toString(), variables: JSON.parse(key) as V },
        {
          next: ({ data }) => {
            setLive(true);
            if (data) handler.current(data);
          },
          error: () => setLive(false),
          complete: () => setLive(false),
        },
      );
    });
    return () => {
      isOver = true;
      stop();
    };
  }, [document, key, isWanted]);
  return isLive;
}
