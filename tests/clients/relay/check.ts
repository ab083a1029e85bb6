/** Relay's runtime against a live Loge, with what its compiler made of documents.ts. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getRequest,
  getSingularSelector,
  requestSubscription,
  type GraphQLTaggedNode,
  type Variables,
} from "relay-runtime";
import { check, report, setting } from "../checks.ts";
import changeMutation from "./__generated__/documentsChangeMutation.graphql.ts";
import followSubscription from "./__generated__/documentsFollowSubscription.graphql.ts";
import pageQuery from "./__generated__/documentsPageQuery.graphql.ts";
import saleQuery from "./__generated__/documentsSaleQuery.graphql.ts";
import saleFragment from "./__generated__/documents_sale.graphql.ts";
import salesFragment from "./__generated__/documents_sales.graphql.ts";
import salesQuery from "./__generated__/documentsSalesQuery.graphql.ts";
import { Arrivals, rename } from "../sales.ts";
import { connectRelay } from "./environment.ts";

const isTrusted = process.env.LOGE_TRUSTED !== undefined;
const { environment, disconnect } = connectRelay(
  setting("LOGE_URL"),
  () => setting("LOGE_TOKEN"),
  isTrusted,
);

/** Ask the server; what it answers goes into the store, and stays there. */
async function load(query: GraphQLTaggedNode, variables: Variables): Promise<void> {
  environment.retain(createOperationDescriptor(getRequest(query), variables));
  await fetchQuery(environment, query, variables).toPromise();
}

/** Read a fragment from the store alone. */
function read(fragment: any, parent: unknown): any {
  return environment.lookup(getSingularSelector(fragment, parent) as any).data;
}

function list(): any {
  const query = createOperationDescriptor(getRequest(salesQuery), {});
  return read(salesFragment, environment.lookup(query.fragment).data).sales;
}

function references(): string[] {
  return list().edges.map((edge: any) => edge.node.reference);
}

function change(input: object): Promise<any> {
  return new Promise((resolve, reject) => {
    const variables = { input: { idempotencyKey: randomUUID(), ...input } };
    const onCompleted = (response: unknown) => resolve(response);
    commitMutation<any>(environment, {
      mutation: changeMutation,
      variables,
      onCompleted,
      onError: reject,
    });
  });
}

await check("a second page joins the first in the store", async () => {
  await load(salesQuery, {});
  assert.deepEqual(references(), ["basket 3", "basket 2"]);
  await load(pageQuery, { count: 2, cursor: list().pageInfo.endCursor });
  assert.deepEqual(references(), ["basket 3", "basket 2", "basket 1"]);
  assert.equal(list().pageInfo.hasNextPage, false);
});

await check("a Sale is read again by its id alone", async () => {
  const node = list().edges[1].node;
  await load(saleQuery, { id: node.id });
  const sale = read(saleFragment, node);
  assert.deepEqual(sale.gross, { amount: "0.00", currency: "EUR" });
});

await check("a changed Sale changes in every list that shows it", async () => {
  const node = list().edges[0].node;
  const { version } = read(saleFragment, node);
  const { saleUpdate } = await change({
    saleId: node.id,
    expectedVersion: version,
    reference: "for Friday",
  });
  assert.deepEqual(saleUpdate.userErrors, []);
  assert.equal(references()[0], "for Friday");
});

await check("a refused mutation is no failure but data with its reasons", async () => {
  const { saleUpdate } = await change({ saleId: list().edges[0].node.id, expectedVersion: 999 });
  assert.equal(saleUpdate.sale, null);
  assert.equal(saleUpdate.userErrors[0].code, "VERSION_STALE");
});

await check("a live change shows in every list", async () => {
  const node = list().edges[1].node;
  const { version } = read(saleFragment, node);
  const changes = new Arrivals<any>();
  const following = requestSubscription<any>(environment, {
    subscription: followSubscription,
    variables: { id: node.id },
    onNext: (answer) => changes.add(answer?.saleChanged),
    onError: changes.fail,
  });
  await changes.until(({ kind }) => kind === "CAUGHT_UP");
  await rename({ id: node.id, version }, "renamed elsewhere");
  await changes.until((change) => change.sale?.reference === "renamed elsewhere");
  assert.equal(references()[1], "renamed elsewhere");
  following.dispose();
});

await disconnect();
report();
