import { z } from "zod";

// What every part of the config schema is made of. A description says the meaning, the unit, the default, and what changing
// the value later does; it is what the types, the JSON Schema and docs/configuration.md say.

/** A text that is not empty; examples in the form a person writes them. */
export const text = (description: string, ...examples: readonly string[]): z.ZodString =>
  z
    .string()
    .min(1)
    .meta(examples.length === 0 ? { description } : { description, examples: [...examples] });

/** A whole number from 0 up. */
export const count = (description: string, maximum = 50_000_000): z.ZodNumber =>
  z.number().int().min(0).max(maximum).meta({ description });

/** A number of gigabytes. */
export const gigabytes = (description: string): z.ZodNumber =>
  z.number().min(0).max(50_000_000).meta({ description, unit: "GB" });

/** The port of a TCP service. */
export const port = (description: string): z.ZodNumber => z.number().int().min(1).max(65_535).meta({ description });

/** A switch. */
export const flag = (description: string): z.ZodOptional<z.ZodBoolean> => z.boolean().optional().describe(description);

/** A set of keys; `name` is that of its type in TypeScript. Unknown keys are refused. */
export function keys<Shape extends z.ZodRawShape>(name: string, shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape).meta({ title: name });
}
