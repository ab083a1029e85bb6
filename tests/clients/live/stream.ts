/** graphql-sse, a connection for each subscription, against a live Loge. */

import assert from "node:assert/strict";
import { type ClientOptions, createClient, NetworkError } from "graphql-sse";
import { check, report, setting } from "../checks.ts";
import { Arrivals, begin, rename } from "../sales.ts";
import type { Change } from "./follow.ts";

const url = setting("LOGE_URL");
const query = `subscription Follow($id: ID!, $after: String) {
  saleChanged(id: $id, after: $after) { kind cursor reason sale { id reference version } }
}`;

function open(token: string, options: Partial<ClientOptions> = {}) {
  const headers = { authorization: `Bearer ${token}` };
  return createClient({ url, headers, ...options });
}

/** Follow a Sale behind the last change that was shown. */
function follow(client: ReturnType<typeof open>, id: string, changes: Arrivals<Change>) {
  const after = changes.all.at(-1)?.cursor;
  return client.subscribe<{ saleChanged: Change }>(
    { query, variables: { id, after } },
    {
      next: ({ data }) => data && changes.add(data.saleChanged),
      error: changes.fail,
      complete: () => {},
    },
  );
}

await check("a Sale comes as it is, and then as it changes", async () => {
  const sale = await begin();
  const client = open(setting("LOGE_TOKEN"));
  const changes = new Arrivals<Change>();
  follow(client, sale.id, changes);
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  assert.equal(changes.all[0].kind, "PRESENT");
  await rename(sale, "after");
  const change = await changes.until(({ sale: now }) => now?.reference === "after");
  assert.equal(change.kind, "CHANGED");
  client.dispose();
});

await check("what changed while nobody listened comes behind the cursor", async () => {
  const sale = await begin();
  const client = open(setting("LOGE_TOKEN"));
  const changes = new Arrivals<Change>();
  const stop = follow(client, sale.id, changes);
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  stop();
  await rename(sale, "missed");
  const before = changes.all.length;
  follow(client, sale.id, changes);
  await changes.until(({ sale: now }) => now?.reference === "missed");
  assert.equal(changes.all.slice(before).some(({ kind }) => kind === "PRESENT"), false);
  client.dispose();
});

await check("a wrong token is refused with its status", async () => {
  const client = open("loge_wrong", { retryAttempts: 0 });
  const changes = new Arrivals<Change>();
  follow(client, "sale_0", changes);
  await assert.rejects(changes.until(() => true), NetworkError);
  assert.equal((changes.failure as NetworkError).response?.status, 401);
  client.dispose();
});

report();
