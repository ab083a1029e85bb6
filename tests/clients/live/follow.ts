import { type Client, type ClientOptions, createClient } from "graphql-ws";

const FOLLOW = `subscription Follow($id: ID!, $after: String) {
  saleChanged(id: $id, after: $after) {
    kind cursor reason
    sale { id status version reference holdExpiresAt gross { amount currency } }
  }
}`;

export type Change = { kind: string; cursor: string; reason: string | null; sale: any };

const REFUSED = 4403;

/** Open a connection that comes back by itself; one is enough for all that a page follows.
 *
 * `token` is asked at every connection: when one has ended, the next may be another. */
export function openLive(url: string, token: () => string, more: Partial<ClientOptions> = {}) {
  let refusals = 0;
  return createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: () => ({ authorization: `Bearer ${token()}` }),
    retryAttempts: Infinity,
    shouldRetry: () => refusals < 2,
    on: {
      connected: () => (refusals = 0),
      closed: (event) => (refusals += (event as CloseEvent).code === REFUSED ? 1 : 0),
    },
    ...more,
  });
}

/** Show every change of a Sale until what this returns is called.
 *
 * After a lost connection it goes on behind the last change that was shown. */
export function followSale(
  live: Client,
  id: string,
  show: (change: Change) => void,
  failed: (reason: unknown) => void,
): () => void {
  const variables: { id: string; after?: string } = { id };
  return live.subscribe<{ saleChanged: Change }>(
    { query: FOLLOW, variables },
    {
      next: ({ data, errors }) => {
        if (!data) return failed(errors);
        variables.after = data.saleChanged.cursor;
        show(data.saleChanged);
      },
      error: failed,
      complete: () => {},
    },
  );
}
