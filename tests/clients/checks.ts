/** Named checks, one after another, whose endings are printed as JSON for pytest to tell. */

import { inspect } from "node:util";

const SECONDS = 15;
const ended: Record<string, string | null> = {};

/** Run one check; one that fails leaves its reason and the next goes on. */
export async function check(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await within(SECONDS, body());
    ended[name] = null;
  } catch (error) {
    ended[name] = inspect(error);
  }
}

/** Print how all checks ended: the sentence of each with its failure, or null. */
export function report(): void {
  console.log(JSON.stringify(ended));
}

/** Wait for something that should come soon. */
export async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`nothing came within ${seconds} seconds`);
    timer = setTimeout(() => reject(error), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A setting that pytest gives. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
