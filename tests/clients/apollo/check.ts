/** Apollo Client against a live Loge. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { filter, firstValueFrom } from "rxjs";
import { check, report, setting } from "../checks.ts";
import { BEGIN, CHANGE, FOLLOW, SALES } from "../documents.ts";
import { Arrivals, rename } from "../sales.ts";
import { connectApollo } from "./client.ts";

let requests = 0;
const plainFetch = globalThis.fetch;
globalThis.fetch = (...given) => {
  requests += 1;
  return plainFetch(...given);
};

const { client, disconnect } = connectApollo(setting("LOGE_URL"), () => setting("LOGE_TOKEN"));

function references(data: any): string[] {
  return data.sales.edges.map((edge: any) => edge.node.reference);
}

await check("a second page joins the first in the cache", async () => {
  const watched = client.watchQuery<any>({ query: SALES });
  const first = await firstValueFrom(watched.pipe(filter(({ loading }) => !loading)));
  assert.deepEqual(references(first.data), ["basket 3", "basket 2"]);
  assert.equal(first.data.sales.pageInfo.hasNextPage, true);
  await watched.fetchMore({ variables: { after: first.data.sales.pageInfo.endCursor } });
  const both = client.readQuery<any>({ query: SALES });
  assert.deepEqual(references(both), ["basket 3", "basket 2", "basket 1"]);
  assert.equal(both.sales.pageInfo.hasNextPage, false);
});

await check("a changed Sale changes in every list, without another request", async () => {
  const sale = client.readQuery<any>({ query: SALES }).sales.edges[0].node;
  const input = {
    saleId: sale.id,
    expectedVersion: sale.version,
    idempotencyKey: randomUUID(),
    reference: "for Friday",
  };
  const before = requests;
  const { data } = await client.mutate<any>({ mutation: CHANGE, variables: { input } });
  assert.deepEqual(data.saleUpdate.userErrors, []);
  assert.equal(references(client.readQuery<any>({ query: SALES }))[0], "for Friday");
  assert.equal(requests, before + 1);
});

await check("a refused mutation is no failure but data with its reasons", async () => {
  const sale = client.readQuery<any>({ query: SALES }).sales.edges[0].node;
  const input = { saleId: sale.id, expectedVersion: 999, idempotencyKey: randomUUID() };
  const { data, error } = await client.mutate<any>({ mutation: CHANGE, variables: { input } });
  assert.equal(error, undefined);
  assert.equal(data.saleUpdate.sale, null);
  assert.equal(data.saleUpdate.userErrors[0].code, "VERSION_STALE");
});

await check("the same idempotency key begins one Sale, however often it is sent", async () => {
  const input = { type: "CATALOG", idempotencyKey: randomUUID() };
  const answers = [];
  for (let time = 0; time < 2; time += 1) {
    const { data } = await client.mutate<any>({ mutation: BEGIN, variables: { input } });
    assert.deepEqual(data.saleCreate.userErrors, []);
    answers.push(data.saleCreate.sale.id);
  }
  assert.equal(answers[0], answers[1]);
});

await check("a live change shows in every list, without another request", async () => {
  const sale = client.readQuery<any>({ query: SALES }).sales.edges[1].node;
  const changes = new Arrivals<any>();
  const following = client
    .subscribe<any>({ query: FOLLOW, variables: { id: sale.id } })
    .subscribe({ next: ({ data }) => changes.add(data.saleChanged), error: changes.fail });
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  await rename({ ...sale }, "renamed elsewhere");
  await changes.until((change) => change.sale?.reference === "renamed elsewhere");
  assert.equal(references(client.readQuery<any>({ query: SALES }))[1], "renamed elsewhere");
  following.unsubscribe();
});

await disconnect();
client.stop();
report();
