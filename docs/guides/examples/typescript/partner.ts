// Sells with Loge, reports the invoice and its payment, and receives the webhooks about it.
// Needs standardwebhooks, and Node 24 or later. The settings are in the environment.
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

import { Webhook } from "standardwebhooks";

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const address = setting("LOGE_ADDRESS");
const token = setting("LOGE_TOKEN");
const webhookSecret = setting("LOGE_WEBHOOK_SECRET");

// -- client --
type Money = { amount: string; currency: string };
type Refusal = { code: string; message: string; path: string[] };
type Sale = { id: string; code: string; version: number; gross: Money; invoices: { id: string }[] };

/** A mutation that did nothing. */
class RefusedError extends Error {
  readonly refusals: Refusal[];
  constructor(refusals: Refusal[]) {
    super(refusals.map(({ code, message }) => `${code}: ${message}`).join("; "));
    this.refusals = refusals;
  }
}

/** Send a document, again while Loge cannot answer; an idempotency key makes that safe. */
async function call(query: string, variables: object): Promise<Record<string, any>> {
  for (const seconds of [1, 2, 4, 8, 16, 32]) {
    const answer = await fetch(`${address}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(35_000),
    }).catch(() => undefined);
    if (answer && ![429, 502, 503, 504].includes(answer.status)) {
      const content = await answer.json();
      if (content.errors) throw new Error(JSON.stringify(content.errors));
      return content.data;
    }
    await pause(1000 * Number(answer?.headers.get("retry-after") ?? seconds));
  }
  throw new Error("Loge did not answer");
}

/** Run one mutation, and return its payload. */
async function act(name: string, fields: string, input: object): Promise<Record<string, any>> {
  const kind = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const document = `
    mutation($input: ${kind}!) {
      ${name}(input: $input) { ${fields} userErrors { code message path } }
    }`;
  const payload = (await call(document, { input }))[name];
  if (payload.userErrors.length > 0) throw new RefusedError(payload.userErrors);
  return payload;
}

// -- selling --
const fields = "sale { id code version gross { amount currency } invoices { id code } }";

/** Begin a Sale; sent again for the same order, it answers the same one. */
async function begin(order: string, accountId: string): Promise<Sale> {
  const created = { type: "CATALOG", accountId, idempotencyKey: `${order}-create` };
  return (await act("saleCreate", fields, created)).sale;
}

/** Sell two pieces to be invoiced today, and return the Final Sale. */
async function sell(order: string, accountId: string, productId: string): Promise<Sale> {
  let sale = await begin(order, accountId);
  const step = async (name: string, more: object = {}) => {
    const seen = { saleId: sale.id, expectedVersion: sale.version };
    const input = { ...seen, idempotencyKey: `${order}-${name}`, ...more };
    sale = (await act(name, fields, input)).sale;
  };
  await step("saleLineAdd", { lines: [{ productId, quantity: 2 }] });
  const firstOn = new Date().toISOString().slice(0, 10);
  await step("invoiceScheduleSet", { recipe: { equal: { count: 1, firstOn } } });
  await step("saleFinalise");
  return sale;
}

/** Report the document that was made of the Sale's invoice, and that it was paid. */
async function report(order: string, sale: Sale): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const invoiceId = sale.invoices[0]!.id;
  await act("invoiceDocumentRecord", "invoiceDocument { id state }", {
    invoiceId,
    source: "BOOKS",
    number: `F-${order}`,
    issuedOn: today,
    idempotencyKey: `${order}-document`,
  });
  await act("paymentRecord", "payment { id }", {
    receivedOn: today,
    method: "BANK_TRANSFER",
    amount: sale.gross,
    allocations: [{ invoiceId, amount: sale.gross }],
    idempotencyKey: `${order}-payment`,
  });
}

// -- receiving --
type CloudEvent = { id: string; type: string; subject: string; data: Record<string, unknown> };

/** Ids of events that came before; keep them in your database, for a month. */
const known = new Set<string>();

/** Take webhooks: verify first, answer at once, work afterwards; each event once. */
function receive(port: number, work: (event: CloudEvent) => void) {
  const webhook = new Webhook(webhookSecret);
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString("utf8");
    try {
      const event = webhook.verify(body, request.headers as Record<string, string>) as CloudEvent;
      response.writeHead(204).end();
      if (!known.has(event.id)) {
        known.add(event.id);
        work(event);
      }
    } catch {
      response.writeHead(400).end();
    }
  });
  return server.listen(port, "127.0.0.1");
}

// -- end --
const order = setting("LOGE_ORDER");
const events: CloudEvent[] = [];
const server = receive(Number(setting("LOGE_WEBHOOK_PORT")), (event) => events.push(event));
const sale = await sell(order, setting("LOGE_ACCOUNT_ID"), setting("LOGE_PRODUCT_ID"));
const again = await begin(order, setting("LOGE_ACCOUNT_ID"));
await report(order, sale);
// They may come in another order.
const awaited = ["loge.sale.finalised", "loge.invoice.documented", "loge.invoice.settled"];
const ours = () =>
  events.filter(({ subject, data }) => subject === sale.id || data["saleId"] === sale.id);
for (const until = Date.now() + 30_000; Date.now() < until; await pause(50)) {
  if (awaited.every((name) => ours().some(({ type }) => type === name))) break;
}
server.close();
server.closeAllConnections();
const seen = Object.fromEntries(ours().map(({ type, data }) => [type, data]));
console.log(JSON.stringify({ sale, again, events: seen }));
