/** The caller's token: kept in this tab alone, and taken from the address when a link brings it. */

const PLACE = "loge.token";
const BRINGS_TOKEN = /(?:^#|&)token=([^&]+)/;

type Listener = () => void;
const listeners = new Set<Listener>();

/** Take a token out of the address (`#token=…`), so that it is neither seen nor shared from there. */
export function takeTokenFromAddress(): void {
  const brought = BRINGS_TOKEN.exec(window.location.hash)?.[1];
  if (brought === undefined) return;
  sessionStorage.setItem(PLACE, decodeURIComponent(brought));
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
}

export function currentToken(): string | null {
  return sessionStorage.getItem(PLACE);
}

/** Keep a token, or with null forget it; whoever listens is told. */
export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(PLACE);
  else sessionStorage.setItem(PLACE, token.trim());
  for (const listener of listeners) listener();
}

export function onTokenChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
