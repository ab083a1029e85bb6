import type { ClientPresetConfig } from "@graphql-codegen/client-preset";

const scalars = {
  BigInt: "string",
  Date: "string",
  DateTime: "string",
  Decimal: "string",
  JSON: "unknown",
};
const presetConfig: ClientPresetConfig = { fragmentMasking: false };

export default {
  schema: "schema.graphql",
  documents: ["src/**/*.graphql"],
  generates: {
    "src/__generated__/": {
      preset: "client",
      presetConfig,
      config: { scalars, enumsAsTypes: true, useTypeImports: true },
    },
  },
};
