/** The audits of GraphQL over HTTP, by the reference implementation's own suite, with a token. */

import { serverAudits } from "graphql-http";
import { setting } from "./checks.ts";

const token = setting("LOGE_TOKEN");

function fetchSignedIn(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  return fetch(url, { ...init, headers });
}

const audits = serverAudits({ url: setting("LOGE_URL"), fetchFn: fetchSignedIn });
const results = [];
for (const audit of audits) {
  const result = await audit.fn();
  const reason = result.status === "ok" ? null : `${result.status}: ${result.reason}`;
  results.push({ id: audit.id, name: audit.name, reason });
}
console.log(JSON.stringify(results));
