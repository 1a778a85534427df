// Writes what is derived from the config schema (the types of the config, the JSON Schema for editors, the page that documents
// every key) and the reports on the boundaries of the sample stacks. `--check` compares instead of writing and fails on drift.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configJsonSchema } from "../components/core/planning/config/json-schema";
import { boundaryReports, reportsFolder } from "./generate/boundary-reports";
import { configTypes } from "./generate/config-types";
import { configurationPage } from "./generate/configuration-page";
import type { JsonSchema } from "./generate/json-schema";

const root = join(__dirname, "..");
const checks = process.argv.includes("--check");

/** Says what is not as it would be written; true where something is not. */
function drifted(outputs: Readonly<Record<string, string>>, source: string): boolean {
  const different = Object.entries(outputs).filter(([path, text]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  });
  for (const [path] of different) console.error(`${path} differs from what ${source} says; run npm run generate`);
  return different.length > 0;
}

/** Writes files, or says with `--check` which of them are not as they would be; true where some are not. */
function put(outputs: Readonly<Record<string, string>>, source: string): boolean {
  if (checks) return drifted(outputs, source);
  for (const [path, text] of Object.entries(outputs)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return false;
}

/** Reports of samples that are no more: removed, or told with `--check`. */
function leftOver(reports: Readonly<Record<string, string>>): boolean {
  const folder = join(root, reportsFolder);
  const files = existsSync(folder) ? readdirSync(folder).map((name) => `${reportsFolder}/${name}`) : [];
  const old = files.filter((path) => !(path in reports));
  for (const path of old)
    if (checks) console.error(`${path} is of no sample stack; run npm run generate`);
    else rmSync(join(root, path));
  return checks && old.length > 0;
}

async function generate(): Promise<void> {
  const schema = configJsonSchema() as JsonSchema;
  const ofSchema = put(
    {
      "components/core/planning/config/config.ts": configTypes(schema),
      "docs/config.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
      "docs/configuration.md": configurationPage(schema),
    },
    "the schema",
  );
  const reports = await boundaryReports(root);
  const ofReports = put(reports, "the program");
  process.exitCode = ofSchema || leftOver(reports) || ofReports ? 1 : 0;
}

void generate();
