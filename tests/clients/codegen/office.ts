/** Writes the types of the pages' operations; with `--check` says whether they are as written. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse } from "graphql";
import shared from "./codegen.ts";

const { config } = shared.generates["src/__generated__/"];
const root = new URL("../../../", import.meta.url);
const folder = new URL("reports/web/src/api/", root);
const printed = await readFile(new URL("schema.graphql", root), "utf8");
const schema = buildSchema(printed);
const names = (await readdir(folder)).filter((name) => name.endsWith(".graphql")).sort();
const documents = await Promise.all(
  names.map(async (name) => {
    const rawSDL = await readFile(new URL(name, folder), "utf8");
    return { location: name, rawSDL, document: parse(rawSDL) };
  }),
);
const files = await preset.buildGeneratesSection({
  baseOutputDir: "generated/",
  schema: parse(printed),
  schemaAst: schema,
  documents,
  config: { ...config, documentMode: "string", disableDescriptions: true },
  presetConfig: { fragmentMasking: false },
  plugins: [],
  pluginMap: {},
});
const wanted = files.find((one) => one.filename.endsWith("graphql.ts"));
if (wanted === undefined) {
  throw new Error(`no graphql.ts among ${files.map((one) => one.filename)}`);
}
const heading =
  "// Written by `make web-types` from schema.graphql and the operations beside this file.";
const written = `${heading}\n${await codegen({ ...wanted, schemaAst: schema } as never)}`;
const target = new URL("generated.ts", folder);
if (process.argv.includes("--check")) {
  console.log(JSON.stringify({ isCurrent: (await readFile(target, "utf8")) === written }));
} else {
  await writeFile(target, written);
  console.log(JSON.stringify({ bytes: written.length }));
}
