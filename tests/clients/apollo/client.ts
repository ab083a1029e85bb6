import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";

/** Connect to `…/graphql`; `token` is asked at every request, so that it may change meanwhile. */
export function connectApollo(url: string, token: () => string) {
  const signIn = new SetContextLink(() => ({ headers: { authorization: `Bearer ${token()}` } }));
  const socket = createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: () => ({ authorization: `Bearer ${token()}` }),
  });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    signIn.concat(new HttpLink({ uri: url })),
  );
  const cache = new InMemoryCache({
    typePolicies: { Query: { fields: { sales: relayStylePagination(["filter", "sort"]) } } },
  });
  return { client: new ApolloClient({ link, cache }), disconnect: () => socket.dispose() };
}
