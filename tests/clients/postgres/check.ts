/** node-postgres against the BI door: what Metabase's relatives on Node, and many portals, use. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import pg from "pg";
import Cursor from "pg-cursor";
import { check, report, setting } from "../checks.ts";

const client = new pg.Client({
  connectionString: setting("LOGE_WIRE_URL"),
  ssl: { ca: readFileSync(setting("LOGE_WIRE_CERTIFICATE"), "utf8") },
});
await client.connect();

const BY_SEASON = "SELECT season, MEASURE(count) AS sales, MEASURE(net) AS net FROM sales";

await check("a query with parameters has rows by name", async () => {
  const found = await client.query(`${BY_SEASON} WHERE season = $1 GROUP BY 1`, ["2024/25"]);
  assert.deepEqual(found.rows, [{ season: "2024/25", sales: "2", net: "1800.500" }]);
  assert.deepEqual(found.fields.map(({ name }) => name), ["season", "sales", "net"]);
});

await check("a named statement is prepared once", async () => {
  for (const [season, places] of [["2024/25", "6"], ["2025/26", "6"]]) {
    const text = "SELECT MEASURE(places) AS places FROM sales WHERE season = $1";
    const found = await client.query({ name: "places", text, values: [season] });
    assert.deepEqual(found.rows, [{ places }]);
  }
});

await check("a cursor reads in parts", async () => {
  const text = "SELECT season FROM sales GROUP BY 1 ORDER BY 1";
  const cursor = client.query(new Cursor<{ season: string | null }>(text));
  const parts = [await cursor.read(2), await cursor.read(2), await cursor.read(2)];
  assert.deepEqual(parts.map((rows) => rows.map(({ season }) => season)), [
    ["2024/25", "2025/26"],
    [null],
    [],
  ]);
  await cursor.close();
});

await check("an error has its code and place, and the session goes on", async () => {
  await assert.rejects(client.query("SELECT missing FROM sales"), (error: pg.DatabaseError) => {
    assert.equal(error.code, "42703");
    assert.equal(error.position, "8");
    return true;
  });
  assert.deepEqual((await client.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
});

await client.end();
report();
