/** Asks the GraphQL API, with types generated from its schema. */

import type { TypedDocumentString } from "./generated.ts";
import { currentToken, keepToken } from "./session.ts";

export interface Refused {
  message: string;
  code: string;
  path?: readonly string[];
}

/** What went wrong with a request as a whole: a refusal, a fault, or no connection. */
export class ApiError extends Error {
  readonly code: string;
  /** What was refused, each with its place in what was sent. */
  readonly refusals: readonly Refused[];

  constructor(message: string, code: string, refusals: readonly Refused[] = []) {
    super(message);
    this.code = code;
    this.refusals = refusals;
  }
}

interface Answer<R> {
  data?: R | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Ask once; throws an ApiError, and forgets the token when it is not taken any more. */
export async function ask<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  signal?: AbortSignal,
  token: string | null = currentToken(),
): Promise<R> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      authorization: `Bearer ${token ?? ""}`,
    },
    body: JSON.stringify({ query: document.toString(), variables }),
    signal: signal ?? null,
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("", "UNREACHABLE");
  });
  const answer: Answer<R> = await response.json().catch(() => {
    throw new ApiError(`status ${response.status}`, "UNREACHABLE");
  });
  const first = answer.errors?.[0];
  if (first !== undefined) {
    const code = first.extensions?.code ?? "UNKNOWN";
    if (response.status === 401 && token === currentToken()) keepToken(null);
    throw new ApiError(first.message, code);
  }
  if (answer.data === null || answer.data === undefined) {
    throw new ApiError(`status ${response.status}`, "UNKNOWN");
  }
  return answer.data;
}

/** Throw what the API refused, all of it at once. */
export function check(refused: readonly Refused[] | undefined): void {
  if (!refused || refused.length === 0) return;
  throw new ApiError(refused.map((one) => one.message).join(" "), refused[0]?.code ?? "", refused);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
