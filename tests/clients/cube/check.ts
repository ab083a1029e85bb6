/** @cubejs-client/core against a live server of semantic queries. */

import assert from "node:assert/strict";
import type { Query, RequestError } from "@cubejs-client/core";
import { check, report, setting, within } from "../checks.ts";
import { byMonth, connect } from "./sales.ts";

const api = connect(setting("LOGE_CUBE_URL"), setting("LOGE_CUBE_TOKEN"));
const few = connect(setting("LOGE_CUBE_URL"), setting("LOGE_CUBE_FEW_TOKEN"));
const slow = connect(setting("LOGE_CUBE_SLOW_URL"), setting("LOGE_CUBE_TOKEN"));
const heavy = connect(setting("LOGE_CUBE_SLOW_URL"), setting("LOGE_CUBE_HEAVY_TOKEN"));

const JANUARY: [string, string] = ["2024-01-01", "2024-01-31"];
const MARCH: [string, string] = ["2024-03-01", "2024-03-31"];
const BY_MONTH: Query = {
  measures: ["sales.count", "sales.shipping"],
  timeDimensions: [
    {
      dimension: "sales.ordered_at",
      granularity: "month",
      dateRange: ["2024-01-01", "2024-03-31"],
    },
  ],
};
const STATUS: Query = {
  measures: ["sales.count"],
  dimensions: ["sales.status"],
  order: { "sales.status": "asc" },
};

await check("a chart has a point for every month, gaps filled", async () => {
  const measures = ["sales.count", "sales.shipping"];
  const range: [string, string] = ["2024-01-01", "2024-03-31"];
  assert.deepEqual(await byMonth(api, "sales.ordered_at", measures, range), [
    { month: "2024-01", values: [2, 7.5] },
    { month: "2024-02", values: [0, 0] },
    { month: "2024-03", values: [2, 10] },
  ]);
});

await check("a table has titles and rows", async () => {
  const found = await api.load(STATUS);
  assert.deepEqual(
    found.tableColumns().map(({ key, title, type }) => [key, title, type]),
    [
      ["sales.status", "Sales Status", "string"],
      ["sales.count", "Sales Count", "number"],
    ],
  );
  assert.deepEqual(found.tablePivot(), [
    { "sales.status": "open", "sales.count": "2" },
    { "sales.status": "paid", "sales.count": "2" },
  ]);
});

await check("a pivot puts dimensions where they are wanted", async () => {
  const found = await api.load({ ...BY_MONTH, dimensions: ["sales.status"] });
  const pivot = found.pivot({
    x: ["sales.status"],
    y: ["sales.ordered_at.month", "measures"],
  });
  assert.deepEqual(
    pivot.map(({ xValues }) => xValues),
    [["open"], ["paid"]],
  );
  const first = pivot[0].yValuesArray[0];
  assert.deepEqual(first[0], ["2024-01-01T00:00:00.000", "sales.count"]);
});

await check("a series has the title of its measure", async () => {
  const [count] = (await api.load(BY_MONTH)).series();
  assert.equal(count.title, "Sales Count");
  assert.equal(count.series.length, 3);
});

await check("compact and columnar answers are the same rows", async () => {
  const plain = (await api.load(BY_MONTH)).rawData();
  const compact = await api.load(BY_MONTH, {}, undefined, "compact");
  const columnar = await api.load(BY_MONTH, {}, undefined, "columnar");
  assert.deepEqual(compact.rawData(), plain);
  assert.deepEqual(columnar.rawData(), plain);
});

await check("numbers are cast on request", async () => {
  const found = await api.load(STATUS, { castNumerics: true });
  assert.deepEqual(
    found.rawData().map((row) => row["sales.count"]),
    [2, 2],
  );
});

await check("a drill-down asks for the rows behind a number", async () => {
  const found = await api.load(BY_MONTH);
  const drill = found.drillDown({
    xValues: ["2024-01-01T00:00:00.000"],
    yValues: ["sales.count"],
  });
  assert.ok(drill);
  const rows = (await api.load(drill)).rawData();
  assert.deepEqual(rows.map((row) => row["sales.id"]).sort(), ["10", "11"]);
});

await check("compared ranges are series beside each other", async () => {
  const time = { dimension: "sales.ordered_at", compareDateRange: [JANUARY, MARCH] };
  const query: Query = { measures: ["sales.count"], timeDimensions: [time] };
  const found = await api.load(query);
  assert.deepEqual(
    found.decompose().map((one) => one.rawData()[0]["sales.count"]),
    ["2", "2"],
  );
  assert.equal(found.pivot()[0].yValuesArray.length, 2);
});

await check("blended queries share their time", async () => {
  const payments: Query = {
    measures: ["payments.amount"],
    timeDimensions: [{ dimension: "payments.paid_on", granularity: "month" }],
  };
  const found = await api.load([BY_MONTH, payments]);
  const [january] = found.chartPivot();
  assert.equal(january.x, "2024-01-01T00:00:00.000");
  assert.equal(Number(january["sales.count"]), 2);
  assert.equal(Number(january["payments.amount"]), 100);
});

await check("a subscription brings results until it ends", async () => {
  const polling = connect(setting("LOGE_CUBE_URL"), setting("LOGE_CUBE_TOKEN"));
  Object.assign(polling, { pollInterval: 0.01 });
  let count = 0;
  let subscription: { unsubscribe: () => Promise<void> } | undefined;
  const twice = new Promise<void>((resolve, reject) => {
    subscription = polling.subscribe(STATUS, {}, (error, found) => {
      if (error) reject(error);
      assert.equal(found.rawData().length, 2);
      count += 1;
      if (count === 2) resolve();
    });
  });
  await within(10, twice);
  await subscription?.unsubscribe();
});

await check("the description of members has what pickers need", async () => {
  const meta = await api.meta();
  const count = meta.resolveMember("sales.count", "measures");
  assert.ok(!("error" in count));
  assert.equal(count.shortTitle, "Count");
  assert.equal(meta.defaultTimeDimensionNameFor("sales.count"), "sales.ordered_at");
  const views = await api.meta({ onlyViews: true });
  assert.deepEqual(
    views.cubes.map(({ name }) => name),
    ["sales"],
  );
});

await check("SQL and dry runs answer without running anything", async () => {
  const sql = await api.sql(STATUS);
  assert.match(sql.sql(), /SELECT/);
  const dry = await api.dryRun(BY_MONTH);
  assert.equal(dry.queryType, "regularQuery");
  assert.deepEqual(dry.queryOrder, [{ "sales.ordered_at": "asc" }]);
});

await check("a query that is wrong is an error with its status", async () => {
  await assert.rejects(api.load({ measures: ["xyzzy.qqq"] }), (error: RequestError) => {
    assert.equal(error.status, 400);
    assert.match(error.message, /'xyzzy' not found for path 'xyzzy.qqq'/);
    return true;
  });
});

await check("a hidden member is refused", async () => {
  await assert.rejects(few.load({ measures: ["sales.drinks_net"] }), (error: RequestError) => {
    assert.equal(error.status, 403);
    assert.match(error.message, /You requested hidden member/);
    return true;
  });
});

await check("a query that takes long shows progress and ends with its result", async () => {
  const stages: unknown[] = [];
  const query: Query = { measures: ["orders.count"], limit: 55 };
  const found = await slow.load(query, {
    progressCallback: (progress) => void stages.push(progress.timeElapsed()),
  });
  assert.ok(stages.length > 0);
  assert.ok(stages.every((elapsed) => typeof elapsed === "number"));
  assert.deepEqual(found.rawData(), [{ "orders.count": "5" }]);
});

await check("a query that is given up is no longer waited for", async () => {
  const leaving = new AbortController();
  const loading = heavy.load(
    { measures: ["heavy.product"] },
    { signal: leaving.signal, progressCallback: () => leaving.abort() },
  );
  await assert.rejects(loading);
});

report();
