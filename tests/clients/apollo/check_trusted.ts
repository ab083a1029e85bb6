/** Apollo Client against a Loge that answers portals registered documents only. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { check, report, setting } from "../checks.ts";
import { BEGIN, CHANGE, SALES } from "../documents.ts";
import { sendHashes } from "./trusted.ts";

const bodies: any[] = [];
const http = new HttpLink({
  uri: setting("LOGE_URL"),
  headers: { authorization: `Bearer ${setting("LOGE_TOKEN")}` },
  fetch: (url, init) => {
    bodies.push(JSON.parse(init?.body as string));
    return fetch(url, init);
  },
});
const client = new ApolloClient({ link: sendHashes().concat(http), cache: new InMemoryCache() });

await check("a registered query is asked for by its hash alone", async () => {
  const { data } = await client.query<any>({ query: SALES });
  assert.equal(data.sales.edges.length, 2);
  assert.deepEqual(bodies.map(({ query }) => query), [undefined]);
});

await check("a registered mutation is sent by its hash alone", async () => {
  const sale = client.readQuery<any>({ query: SALES }).sales.edges[0].node;
  const known = { saleId: sale.id, expectedVersion: sale.version, idempotencyKey: randomUUID() };
  const variables = { input: { ...known, reference: "by its hash" } };
  const { data } = await client.mutate<any>({ mutation: CHANGE, variables });
  assert.deepEqual(data.saleUpdate.userErrors, []);
  assert.equal(bodies.at(-1).query, undefined);
});

await check("a document that is not registered is refused, with its text and without", async () => {
  const variables = { input: { type: "CATALOG", idempotencyKey: randomUUID() } };
  await assert.rejects(
    client.mutate<any>({ mutation: BEGIN, variables }),
    (error: any) => error.errors[0].extensions.code === "DOCUMENT_NOT_TRUSTED",
  );
});

client.stop();
report();
