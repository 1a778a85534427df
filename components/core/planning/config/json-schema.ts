import { z } from "zod";
import { configSchema } from "./schema";

/** The JSON Schema of the configuration, draft 2020-12, as editors read it. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}
