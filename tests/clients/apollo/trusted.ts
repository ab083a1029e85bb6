import { type ApolloLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";
import { type DocumentNode, print } from "graphql";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** List documents by their hashes, for the operator to register when the portal is released. */
export function registerDocuments(documents: DocumentNode[]): Record<string, string> {
  const cache = new InMemoryCache();
  const texts = documents.map((one) => print(cache.transformDocument(one)));
  return Object.fromEntries(texts.map((text) => [sha256(text), text]));
}

/** Send hashes in place of documents; stands before the HttpLink. */
export function sendHashes(): ApolloLink {
  return new PersistedQueryLink({ sha256 });
}
