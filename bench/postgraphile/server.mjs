// PostGraphile as it is run in production: one process, the tables as they are, the filter plugin,
// no GraphiQL, no mutations, prepared statements, answers put together as text.
//
// The database is named by libpq's variables (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE), the
// pool by POOL_SIZE. The port is chosen by the system and printed. Without `pgSettings` there is no
// transaction around a request, which is the fastest way it has.
import { createServer } from "node:http";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const pool = new pg.Pool({ max: Number(process.env.POOL_SIZE ?? 10), idleTimeoutMillis: 0 });

const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [makePgService({ pool, schemas: ["public"] })],
  schema: {
    defaultBehavior: "-insert -update -delete +list",
    connectionFilterArrays: false,
    connectionFilterComputedColumns: false,
  },
  grafast: { explain: false },
  grafserv: {
    graphiql: false,
    graphiqlOnGraphQLGET: false,
    outputDataAsString: true,
    watch: false,
    websockets: false,
  },
};

const served = postgraphile(preset).createServ(grafserv);
const server = createServer();
await served.addTo(server);
await served.ready?.();
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGTERM", () => process.exit(0));
