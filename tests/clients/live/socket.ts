/** graphql-ws, the client of graphql-transport-ws, against a live Loge. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { check, report, setting } from "../checks.ts";
import { Arrivals, BEGIN, begin, rename } from "../sales.ts";
import { type Change, followSale, openLive } from "./follow.ts";

const url = setting("LOGE_URL");
const token = () => setting("LOGE_TOKEN");

await check("a Sale comes as it is, and then as it changes", async () => {
  const sale = await begin();
  await rename(sale, "before");
  const live = openLive(url, token);
  const changes = new Arrivals<Change>();
  followSale(live, sale.id, changes.add, changes.fail);
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  assert.deepEqual(changes.all.map(({ kind }) => kind), ["PRESENT", "CAUGHT_UP"]);
  assert.equal(changes.all[0].sale.reference, "before");
  await rename(sale, "after");
  const change = await changes.until(({ sale: now }) => now?.reference === "after");
  assert.equal(change.kind, "CHANGED");
  assert.equal(change.sale.version, sale.version);
  await live.dispose();
});

await check("what changed while the connection was lost comes when it is back", async () => {
  const sale = await begin();
  const changes = new Arrivals<Change>();
  const live = openLive(url, token, { retryWait: () => rename(sale, "missed") });
  followSale(live, sale.id, changes.add, changes.fail);
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  const before = changes.all.length;
  live.terminate();
  const missed = await changes.until(({ sale: now }) => now?.reference === "missed");
  assert.equal(missed.kind, "CHANGED");
  await rename(sale, "later");
  await changes.until(({ sale: now }) => now?.reference === "later");
  assert.equal(changes.all.slice(before).some(({ kind }) => kind === "PRESENT"), false);
  await live.dispose();
});

await check("several subscriptions share a connection, and each ends by itself", async () => {
  const sales = [await begin(), await begin()];
  let connections = 0;
  const counted = () => {
    connections += 1;
    return token();
  };
  const live = openLive(url, counted);
  const query = "subscription One($id: ID!) { saleChanged(id: $id) { kind sale { reference } } }";
  const first = live.iterate<any>({ query, variables: { id: sales[0].id } });
  const changes = new Arrivals<Change>();
  followSale(live, sales[1].id, changes.add, changes.fail);
  assert.equal((await first.next()).value.data.saleChanged.kind, "PRESENT");
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  await first.return?.();
  await rename(sales[1], "goes on");
  await changes.until(({ sale }) => sale?.reference === "goes on");
  assert.equal(connections, 1);
  await live.dispose();
});

await check("a query and a mutation go over the same connection", async () => {
  const live = openLive(url, token);
  const query = "{ viewer { role } }";
  const answer = (await live.iterate<any>({ query }).next()).value;
  assert.deepEqual(answer.data, { viewer: { role: "PORTAL" } });
  const variables = { input: { type: "CATALOG", idempotencyKey: randomUUID() } };
  const begun = (await live.iterate<any>({ query: BEGIN, variables }).next()).value;
  assert.equal(begun.data.saleCreate.sale.version, 1);
  await live.dispose();
});

await check("a wrong token is refused with its code, and tried once more only", async () => {
  let connections = 0;
  const wrong = () => {
    connections += 1;
    return "loge_wrong";
  };
  const live = openLive(url, wrong, { retryWait: async () => {} });
  const changes = new Arrivals<Change>();
  followSale(live, "sale_0", changes.add, changes.fail);
  await assert.rejects(changes.until(() => true));
  assert.equal((changes.failure as CloseEvent).code, 4403);
  assert.equal(connections, 2);
  await live.dispose();
});

await check("a Sale that nobody may see is an error of the subscription alone", async () => {
  const live = openLive(url, token);
  const id = `sale_${"0".repeat(32)}`;
  const changes = new Arrivals<Change>();
  followSale(live, id, changes.add, changes.fail);
  await assert.rejects(changes.until(() => true));
  assert.match(JSON.stringify(changes.failure), /NOT_FOUND/);
  await live.dispose();
});

report();
