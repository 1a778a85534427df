// Writes what is derived from the config schema: the JSON Schema for editors, and the page that documents every key.
// `--check` compares instead of writing and fails on drift.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { configSchema } from "../components/core/planning/schema";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  if (schema.type === "array") return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`;
  if (schema.type === "object") return schema.properties === undefined ? "names and values" : "keys";
  const bounds = [schema.minimum, schema.maximum].some((bound) => bound !== undefined && Math.abs(bound) < 1e12);
  return `${schema.type ?? "value"}${bounds ? `, ${schema.minimum ?? ""} to ${schema.maximum ?? ""}` : ""}`;
}

function rows(schema: JsonSchema, path: string): string[] {
  const alternatives = schema.anyOf ?? [schema];
  return alternatives.flatMap((alternative) => {
    const inner = typeof alternative.additionalProperties === "object" ? alternative.additionalProperties : undefined;
    const nested = inner?.properties === undefined ? [] : rows(inner, `${path}NAME.`);
    const own = Object.entries(alternative.properties ?? {}).flatMap(([key, property]) => {
      const needed = alternative.required?.includes(key) === true ? " (needed)" : "";
      const description = (property.description ?? "").replaceAll("|", "\\|");
      return [`| \`${path}${key}\`${needed} | ${typeOf(property)} | ${description} |`, ...rows(property, `${path}${key}.`)];
    });
    return [...own, ...nested];
  });
}

const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as unknown as JsonSchema;

const page = `# Configuration

<!-- Written by scripts/generate.ts from components/core/planning/schema.ts. Do not edit. -->

Keys of the namespace \`sourcegraph\` in a Pulumi stack file, one file per instance. Each says what changing it later does.
Unknown keys are refused. \`docs/config.schema.json\` gives editors completion.

| key | type | meaning |
|---|---|---|
${rows(schema, "").join("\n")}
`;

const root = join(__dirname, "..");
const outputs: readonly (readonly [string, string])[] = [
  ["docs/config.schema.json", `${JSON.stringify(schema, null, 2)}\n`],
  ["docs/configuration.md", page],
];

let drift = 0;
for (const [path, text] of outputs) {
  const file = join(root, path);
  if (process.argv.includes("--check")) {
    if (readFileSync(file, "utf8") !== text) {
      console.error(`${path} differs from what the schema says; run npm run generate`);
      drift++;
    }
  } else writeFileSync(file, text);
}
process.exitCode = drift === 0 ? 0 : 1;
