/** A client with types generated from the schema; what must not compile is marked as such. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connectApollo } from "../apollo/client.ts";
import { check, report, setting } from "../checks.ts";
import { BeginDocument, SalesDocument, type SaleCreateInput } from "./__generated__/graphql.ts";

const { client, disconnect } = connectApollo(setting("LOGE_URL"), () => setting("LOGE_TOKEN"));

await check("amounts are typed as the strings that they are", async () => {
  const { data } = await client.query({ query: SalesDocument });
  const sale = data?.sales?.edges[0].node;
  assert(sale);
  const amount: string = sale.gross.amount;
  assert.equal(amount, "0.00");
  // @ts-expect-error -- an amount is no number, and a sum of floats would be wrong
  const wrong: number = sale.gross.amount;
  assert.equal(wrong, amount);
});

await check("an idempotency key that is forgotten does not compile, nor does it run", async () => {
  // @ts-expect-error -- the key is missing
  const forgotten: SaleCreateInput = { type: "CATALOG" };
  await assert.rejects(
    client.mutate({ mutation: BeginDocument, variables: { input: forgotten } }),
    /idempotencyKey/,
  );
  const input: SaleCreateInput = { ...forgotten, idempotencyKey: randomUUID() };
  const { data } = await client.mutate({ mutation: BeginDocument, variables: { input } });
  assert.deepEqual(data?.saleCreate?.userErrors, []);
});

await disconnect();
report();
