/** A new idempotency key: one for each intent. Also where the page is not served over TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `office-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
