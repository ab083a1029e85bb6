/** A few lines around fetch against a live Loge, for portals without a client library. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { check, report, setting } from "../checks.ts";
import { ask, LogeError } from "./loge.ts";

const url = setting("LOGE_URL");
const token = setting("LOGE_TOKEN");
const BEGIN = `mutation Begin($input: SaleCreateInput!) {
  saleCreate(input: $input) { sale { id } userErrors { code message path } }
}`;
const SALES = "query Sales($after: String) { sales(first: 2, after: $after) { nodes { id } } }";

const plainFetch = globalThis.fetch;

/** Have the next requests end in this way, the last one in the usual way. */
function interrupted(...endings: ((sent: Promise<Response>) => Promise<Response>)[]): void {
  globalThis.fetch = (...given) => {
    const ending = endings.shift() ?? ((sent) => sent);
    return ending(plainFetch(...given));
  };
}

await check("who calls is told", async () => {
  const { viewer } = await ask(url, token, "{ viewer { role account { name } } }");
  assert.deepEqual(viewer, { role: "PORTAL", account: { name: "Account A1" } });
});

await check("an answer that is lost is asked for again, and it happens once", async () => {
  const answers: string[] = [];
  interrupted(async (sent) => {
    answers.push((await (await sent).json()).data.saleCreate.sale.id);
    throw new TypeError("fetch failed");
  });
  const input = { type: "CATALOG", idempotencyKey: randomUUID() };
  const { saleCreate } = await ask(url, token, BEGIN, { input });
  assert.deepEqual(answers, [saleCreate.sale.id]);
});

await check("an answer to wait is waited for", async () => {
  const busy = new Response("{}", { status: 429, headers: { "retry-after": "0" } });
  interrupted(
    async (sent) => (await sent) && busy.clone(),
    async (sent) => (await sent) && busy.clone(),
  );
  const { sales } = await ask(url, token, SALES);
  assert.equal(sales.nodes.length, 2);
});

await check("a wrong token is an error with its code", async () => {
  await assert.rejects(ask(url, "loge_wrong", SALES), (error: LogeError) => {
    assert.equal(error.status, 401);
    assert.equal(error.problems[0].extensions?.code, "UNAUTHENTICATED");
    return true;
  });
});

await check("a field that does not exist is an error, and nothing is retried", async () => {
  let requests = 0;
  interrupted((sent) => {
    requests += 1;
    return sent;
  });
  await assert.rejects(ask(url, token, "{ salse { id } }"), LogeError);
  assert.equal(requests, 1);
});

report();
