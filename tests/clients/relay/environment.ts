import { createClient } from "graphql-ws";
import { Environment, Network, Observable, RecordSource, Store } from "relay-runtime";
import type { GraphQLResponse, RequestParameters, Variables } from "relay-runtime";

/** Connect to `…/graphql`; `token` is asked at every request, so that it may change meanwhile.
 *
 * Where only registered documents are answered, `isTrusted` sends their ids alone. */
export function connectRelay(url: string, token: () => string, isTrusted = false) {
  const socket = createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: () => ({ authorization: `Bearer ${token()}` }),
  });
  const name = (one: RequestParameters) =>
    isTrusted ? { documentId: one.id } : { query: one.text };
  async function send(request: RequestParameters, variables: Variables): Promise<GraphQLResponse> {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token()}` },
      body: JSON.stringify({ ...name(request), variables }),
    });
    return answer.json();
  }
  function follow(request: RequestParameters, variables: Variables): Observable<GraphQLResponse> {
    const operation = { query: request.text ?? "", operationName: request.name, variables };
    return Observable.create((sink) => socket.subscribe(operation, sink as never));
  }
  const network = Network.create(send, follow);
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  return { environment, disconnect: () => socket.dispose() };
}
