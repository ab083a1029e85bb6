/** Sign-in at the club's identity provider: OpenID Connect by authorization code, with PKCE. */

import { ApiError } from "./graphql.ts";

const PATH = "/loge/v1/sign-in";
const PENDING = "loge.sign-in";
const CLUB = "loge.club";
/** Where a provider sends the browser back to. */
export const RETURN_PATH = "/signed-in";

export interface Way {
  code: string;
  clientId: string;
  /** Where the provider signs people in. */
  address: string;
}

interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  provider: string;
  back: string;
}

function random(): string {
  return encoded(crypto.getRandomValues(new Uint8Array(32)));
}

/** Bytes as they may stand in an address (base64url). */
function encoded(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Which club the reader is of, where a server has several: said once by the address, `?club=…`. */
function club(): string | null {
  const named = new URLSearchParams(window.location.search).get("club");
  if (named) localStorage.setItem(CLUB, named);
  return named ?? localStorage.getItem(CLUB);
}

function returnAddress(): string {
  return new URL(`/office${RETURN_PATH}`, window.location.href).href;
}

/** The providers that sign people in; none where the browser could not prove who began. */
export async function loadWays(signal: AbortSignal): Promise<Way[]> {
  // Browsers hash only where the page came over TLS, or from this machine.
  if (!window.isSecureContext) return [];
  const named = club();
  const query = named ? `?${new URLSearchParams({ club: named })}` : "";
  const answer = await fetch(PATH + query, { signal });
  if (!answer.ok) return [];
  const { providers }: { providers: Way[] } = await answer.json();
  return providers;
}

/** Leave for a provider; the browser comes back with a code, to where the reader was. */
export async function leaveFor(way: Way, back: string): Promise<void> {
  const pending: Pending = {
    state: random(),
    nonce: random(),
    verifier: random(),
    provider: way.code,
    back,
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier));
  const address = new URL(way.address);
  const asked = {
    response_type: "code",
    client_id: way.clientId,
    redirect_uri: returnAddress(),
    scope: "openid profile email",
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: encoded(new Uint8Array(hash)),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  window.location.assign(address.href);
}

function nonceOf(token: string): unknown {
  const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  return (JSON.parse(atob(payload)) as { nonce?: unknown }).nonce;
}

/** Bring what a provider sent back to a token; throws an ApiError where it is not ours to use. */
export async function arrive(search: string): Promise<{ token: string; back: string }> {
  const given = new URLSearchParams(search);
  const kept = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  const pending = kept === null ? null : (JSON.parse(kept) as Pending);
  const code = given.get("code");
  if (pending === null || given.get("state") !== pending.state) {
    throw new ApiError("", "SIGN_IN_STRANGE");
  }
  if (code === null) {
    throw new ApiError(
      given.get("error_description") ?? given.get("error") ?? "",
      "SIGN_IN_REFUSED",
    );
  }
  const { provider, verifier } = pending;
  const body = { club: club(), provider, code, verifier, redirectUri: returnAddress() };
  const answer = await fetch(PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { token, errors }: { token?: string; errors?: { message: string }[] } = await answer.json();
  if (token === undefined) throw new ApiError(errors?.[0]?.message ?? "", "SIGN_IN_REFUSED");
  if (nonceOf(token) !== pending.nonce) throw new ApiError("", "SIGN_IN_STRANGE");
  return { token, back: pending.back };
}
