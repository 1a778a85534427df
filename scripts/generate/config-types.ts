import type { JsonSchema } from "./json-schema";

const width = 116;

/** Breaks words into lines that fit a comment. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && indent.length + last.length + word.length + 4 <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A description as a sentence of TSDoc, with the example below. */
function comment(schema: JsonSchema, indent: string): string {
  const { description, examples = [] } = schema;
  if (description === undefined) throw new Error(`a key has no description: ${JSON.stringify(schema)}`);
  const sentence = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  const example = examples.length === 0 ? [] : ["", `@example ${JSON.stringify(examples[0])}`];
  const lines = [...wrapped(sentence, indent), ...example];
  if (lines.length === 1 && indent.length + sentence.length + 7 <= width) return `${indent}/** ${sentence} */\n`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}`), `${indent} */\n`].join(
    "\n",
  );
}

/** Collects one interface for every set of keys that has a name. */
class Interfaces {
  private readonly texts = new Map<string, string>();

  typeOf(schema: JsonSchema): string {
    if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (schema.anyOf !== undefined) return schema.anyOf.map((option) => this.typeOf(option)).join(" | ");
    switch (schema.type) {
      case "array":
        return this.listOf(this.typeOf(schema.items ?? {}));
      case "integer":
        return "number";
      case "object":
        if (schema.properties !== undefined) return this.named(schema);
        return `Record<string, ${this.typeOf(schema.additionalProperties as JsonSchema)}>`;
      case "string":
      case "number":
      case "boolean":
        return schema.type;
      default:
        throw new Error(`no type is known for ${JSON.stringify(schema)}`);
    }
  }

  private listOf(element: string): string {
    return element.includes(" | ") ? `(${element})[]` : `${element}[]`;
  }

  private named(schema: JsonSchema): string {
    const { title, properties = {}, required = [] } = schema;
    if (title === undefined) throw new Error(`a set of keys has no name: ${Object.keys(properties).join(", ")}`);
    const fields = Object.entries(properties).map(
      ([key, property]) =>
        `${comment(property, "  ")}  readonly ${key}${required.includes(key) ? "" : "?"}: ${this.typeOf(property)};\n`,
    );
    // Where several keys share an interface, each describes its own use; the interface keeps the first description.
    if (!this.texts.has(title))
      this.texts.set(
        title,
        `${comment({ ...schema, examples: [] }, "")}export interface ${title} {\n${fields.join("")}}\n`,
      );
    return title;
  }

  /** Outer interfaces first. */
  get text(): string {
    return [...this.texts.values()].reverse().join("\n");
  }
}

/** The config's types in TypeScript, each key documented. */
export function configTypes(schema: JsonSchema): string {
  const interfaces = new Interfaces();
  interfaces.typeOf(schema);
  return `// Written by scripts/generate.ts from components/core/planning/config/schema.ts. Do not edit.\n\n${interfaces.text}`;
}
