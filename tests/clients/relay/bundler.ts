/** Finds `./x.graphql` as `./x.graphql.ts`, which a portal's bundler does by itself. */

import { registerHooks } from "node:module";

registerHooks({
  resolve: (name, context, next) => next(name.endsWith(".graphql") ? `${name}.ts` : name, context),
});
