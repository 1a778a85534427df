// Writes what is derived from the config schema: the types of the config, the JSON Schema for editors, and the page that
// documents every key. `--check` compares instead of writing and fails on drift.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configJsonSchema } from "../components/core/planning/config/json-schema";
import { configTypes } from "./generate/config-types";
import { configurationPage } from "./generate/configuration-page";
import type { JsonSchema } from "./generate/json-schema";

const schema = configJsonSchema() as JsonSchema;

const root = join(__dirname, "..");
const outputs: Readonly<Record<string, string>> = {
  "components/core/planning/config/config.ts": configTypes(schema),
  "docs/config.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
  "docs/configuration.md": configurationPage(schema),
};

let drift = 0;
for (const [path, text] of Object.entries(outputs)) {
  const file = join(root, path);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`${path} differs from what the schema says; run npm run generate`);
    drift++;
  }
}
process.exitCode = drift === 0 ? 0 : 1;
