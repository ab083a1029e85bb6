/** Sales that change while somebody follows them. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setting, within } from "./checks.ts";
import { ask } from "./plain/loge.ts";

export type Sale = { id: string; version: number };

export const BEGIN = `mutation Begin($input: SaleCreateInput!) {
  saleCreate(input: $input) { sale { id version } userErrors { message } }
}`;
const CHANGE = `mutation Change($input: SaleUpdateInput!) {
  saleUpdate(input: $input) { sale { id version } userErrors { message } }
}`;

async function act(token: string, document: string, input: object): Promise<Sale> {
  const variables = { input: { idempotencyKey: randomUUID(), ...input } };
  const answer = await ask(setting("LOGE_URL"), token, document, variables);
  const payload: any = Object.values(answer)[0];
  assert.deepEqual(payload.userErrors, []);
  return payload.sale;
}

/** Begin a Sale of the portal's account. */
export function begin(): Promise<Sale> {
  return act(setting("LOGE_TOKEN"), BEGIN, { type: "CATALOG" });
}

/** Change a Sale's reference as somebody of the club does, over a connection of its own. */
export async function rename(sale: Sale, reference: string): Promise<void> {
  const input = { saleId: sale.id, expectedVersion: sale.version, reference };
  sale.version = (await act(setting("LOGE_CLUB_TOKEN"), CHANGE, input)).version;
}

/** Collects what comes, for a check that waits for it. */
export class Arrivals<T> {
  readonly all: T[] = [];
  failure: unknown;
  #wake: () => void = () => {};

  readonly add = (one: T): void => {
    this.all.push(one);
    this.#wake();
  };

  readonly fail = (reason: unknown): void => {
    this.failure = reason ?? "no reason";
    this.#wake();
  };

  /** Wait until one that is wanted has come; return it. */
  async until(wanted: (one: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.all.find(wanted);
      if (found) return found;
      if (this.failure) throw this.failure;
      const next = new Promise<void>((wake) => {
        this.#wake = wake;
      });
      await within(10, next).catch((error: Error) => {
        throw new Error(`${error.message}; so far: ${JSON.stringify(this.all)}`);
      });
    }
  }
}
