import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import type { IntrospectionQuery } from "graphql";
import { createClient } from "graphql-ws";

/** Connect to `…/graphql`; with the schema the cache knows types, lists and what may be null. */
export function connectUrql(url: string, token: () => string, schema: IntrospectionQuery) {
  const socket = createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: () => ({ authorization: `Bearer ${token()}` }),
  });
  const values = schema.__schema.types.filter(
    (type) => type.kind === "OBJECT" && !type.interfaces.some(({ name }) => name === "Node"),
  );
  const cache = cacheExchange({
    schema: schema as never,
    keys: Object.fromEntries(values.map(({ name }) => [name, () => null])),
    resolvers: { Query: { sales: relayPagination() } },
  });
  const live = subscriptionExchange({
    forwardSubscription: ({ query = "", variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
    }),
  });
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { authorization: `Bearer ${token()}` } }),
    exchanges: [cache, fetchExchange, live],
  });
  return { client, disconnect: () => socket.dispose() };
}
