/** urql with its normalising cache against a live Loge. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { check, report, setting } from "../checks.ts";
import { BEGIN, CHANGE, FOLLOW, SALES } from "../documents.ts";
import { Arrivals, rename } from "../sales.ts";
import { connectUrql } from "./client.ts";

const url = setting("LOGE_URL");
const token = setting("LOGE_TOKEN");

async function introspect(): Promise<IntrospectionQuery> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: getIntrospectionQuery({ descriptions: false }) }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

const { client, disconnect } = connectUrql(url, () => token, await introspect());

function references(data: any): string[] {
  return data.sales.edges.map((edge: any) => edge.node.reference);
}

/** What the cache alone knows of all pages that were read. */
function cached(): any {
  return client.readQuery<any>(SALES, {}, { requestPolicy: "cache-only" })?.data;
}

await check("a second page joins the first in the cache", async () => {
  const first = await client.query(SALES, {}).toPromise();
  assert.equal(first.error, undefined);
  assert.deepEqual(references(first.data), ["basket 3", "basket 2"]);
  const after = first.data.sales.pageInfo.endCursor;
  const second = await client.query(SALES, { after }).toPromise();
  assert.equal(second.error, undefined);
  assert.deepEqual(references(cached()), ["basket 3", "basket 2", "basket 1"]);
});

await check("a changed Sale changes in every list that shows it", async () => {
  const sale = cached().sales.edges[0].node;
  const input = {
    saleId: sale.id,
    expectedVersion: sale.version,
    idempotencyKey: randomUUID(),
    reference: "for Friday",
  };
  const { data, error } = await client.mutation(CHANGE, { input }).toPromise();
  assert.equal(error, undefined);
  assert.deepEqual(data.saleUpdate.userErrors, []);
  assert.equal(references(cached())[0], "for Friday");
});

await check("a refused mutation is no failure but data with its reasons", async () => {
  const input = { type: "CATALOG", parentSaleId: "Sale_0", idempotencyKey: randomUUID() };
  const { data, error } = await client.mutation(BEGIN, { input }).toPromise();
  assert.equal(error, undefined);
  assert.equal(data.saleCreate.sale, null);
  assert.notEqual(data.saleCreate.userErrors.length, 0);
});

await check("a live change shows in every list", async () => {
  const sale = cached().sales.edges[1].node;
  const changes = new Arrivals<any>();
  const following = client
    .subscription(FOLLOW, { id: sale.id })
    .subscribe(({ data, error }) => (error ? changes.fail(error) : changes.add(data.saleChanged)));
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  await rename({ ...sale }, "renamed elsewhere");
  await changes.until((change) => change.sale?.reference === "renamed elsewhere");
  assert.equal(references(cached())[1], "renamed elsewhere");
  following.unsubscribe();
});

await disconnect();
report();
