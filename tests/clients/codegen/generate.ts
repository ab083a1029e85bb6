/** Writes the typed client that codegen.ts describes, for the documents beside it. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse } from "graphql";
import config from "./codegen.ts";

const printed = await readFile("../../../schema.graphql", "utf8");
const schema = buildSchema(printed);
const sales = await readFile("sales.graphql", "utf8");
const { presetConfig, config: options } = config.generates["src/__generated__/"];
const files = await preset.buildGeneratesSection({
  baseOutputDir: "__generated__/",
  schema: parse(printed),
  schemaAst: schema,
  documents: [{ location: "sales.graphql", rawSDL: sales, document: parse(sales) }],
  config: options,
  presetConfig,
  plugins: [],
  pluginMap: {},
});
const names: string[] = [];
for (const file of files) {
  await mkdir(dirname(file.filename), { recursive: true });
  await writeFile(file.filename, await codegen({ ...file, schemaAst: schema } as never));
  names.push(file.filename);
}
console.log(JSON.stringify(names));
