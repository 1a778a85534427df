import type { JsonSchema } from "./json-schema";

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  if (schema.type === "array") return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`;
  if (schema.type === "object") return schema.properties === undefined ? "names and values" : "keys";
  const bounds = [schema.minimum, schema.maximum].some((bound) => bound !== undefined && Math.abs(bound) < 1e12);
  return `${schema.type ?? "value"}${bounds ? `, ${schema.minimum ?? ""} to ${schema.maximum ?? ""}` : ""}`;
}

function exampleOf(schema: JsonSchema): string {
  const [example] = schema.examples ?? [];
  if (example === undefined) return "";
  return `. Example: \`${typeof example === "string" ? example : JSON.stringify(example)}\``;
}

function rows(schema: JsonSchema, path: string): string[] {
  const alternatives = schema.anyOf ?? [schema];
  return alternatives.flatMap((alternative) => {
    const inner = typeof alternative.additionalProperties === "object" ? alternative.additionalProperties : undefined;
    const nested = inner?.properties === undefined ? [] : rows(inner, `${path}NAME.`);
    const own = Object.entries(alternative.properties ?? {}).flatMap(([key, property]) => {
      const needed = alternative.required?.includes(key) === true ? " (needed)" : "";
      const meaning = `${property.description ?? ""}${exampleOf(property)}`.replaceAll("|", "\\|");
      return [`| \`${path}${key}\`${needed} | ${typeOf(property)} | ${meaning} |`, ...rows(property, `${path}${key}.`)];
    });
    return [...own, ...nested];
  });
}

/** The page that documents every key of the config. */
export function configurationPage(schema: JsonSchema): string {
  return `# Configuration

<!-- Written by scripts/generate.ts from components/core/planning/config/schema.ts. Do not edit. -->

Keys of the namespace \`sourcegraph\` in a Pulumi stack file, one file per instance. Each says what changing it later does.
Unknown keys are refused. \`docs/config.schema.json\` gives editors completion.

| key | type | meaning |
|---|---|---|
${rows(schema, "").join("\n")}
`;
}
