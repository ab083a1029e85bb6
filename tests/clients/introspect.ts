/** Introspection as the usual tools send it: allowed, and the whole schema as it is printed. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionOptions,
  type IntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { check, report, setting } from "./checks.ts";

const EVERYTHING: IntrospectionOptions = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};

async function introspect(
  options: IntrospectionOptions,
  token = setting("LOGE_TOKEN"),
): Promise<IntrospectionQuery> {
  const answer = await fetch(setting("LOGE_URL"), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: getIntrospectionQuery(options) }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

async function printed(): Promise<GraphQLSchema> {
  const file = new URL("../../schema.graphql", import.meta.url);
  return buildSchema(await readFile(file, "utf8"));
}

function lines(schema: GraphQLSchema): string[] {
  return printSchema(lexicographicSortSchema(schema)).split("\n");
}

await check("a tool reads the schema without any option", async () => {
  buildClientSchema(await introspect({ descriptions: false }));
});

await check("a tool reads the schema with its usual options", async () => {
  buildClientSchema(await introspect({}));
});

await check("a tool reads everything, and it is the schema in the repository", async () => {
  const found = lines(buildClientSchema(await introspect(EVERYTHING)));
  const wanted = lines(await printed());
  const first = wanted.findIndex((line, index) => line !== found[index]);
  assert.deepEqual(found.slice(first, first + 3), wanted.slice(first, first + 3));
  assert.equal(found.length, wanted.length);
});

await check("a tool reads types as deep as it may ask for", async () => {
  for (const typeDepth of [3, 9]) buildClientSchema(await introspect({ ...EVERYTHING, typeDepth }));
});

await check("the club's users read the same schema as portals", async () => {
  const own = await introspect({}, setting("LOGE_CLUB_TOKEN"));
  assert.deepEqual(own, await introspect({}));
});

report();
