import type { PolicyConfigSchema } from "@pulumi/policy";
import type { RuleException } from "../components/core/rules/engine";
import { zones, type Boundary, type Stage, type Zone } from "../components/core/rules/facts";

/** What the pack is told: the config of its policy `boundaries`, which the engine holds against {@link settingsSchema}. */
export interface PackSettings {
  /** Rules that may be broken until a day; default none. */
  readonly exceptions?: readonly RuleException[];
  /** What the stack runs with, for everything that states none itself; where components do, the two have to agree. */
  readonly stage?: Stage;
  /** Zone of everything that states none itself; default not known, and the rules of every zone count. */
  readonly zone?: Zone;
  /** Manifests of other stacks, as they export them, without which connections across zones are judged by this stack alone. */
  readonly neighbours?: readonly Boundary[];
}

const text = { type: "string", minLength: 1 } as const;

/** The form of {@link PackSettings}. */
export const settingsSchema: PolicyConfigSchema = {
  properties: {
    exceptions: {
      type: "array",
      description: "rules that may be broken until a day",
      items: {
        type: "object",
        properties: {
          rule: { type: "string", pattern: "^B-[A-Z][0-9]{2}$" },
          resource: text,
          reason: text,
          owner: text,
          expires: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
        },
        required: ["rule", "resource", "reason", "owner", "expires"],
        additionalProperties: false,
      },
    },
    stage: {
      type: "string",
      description: "what the stack runs with",
      enum: ["production", "staging", "development"],
    },
    zone: {
      type: "string",
      description: "zone of everything that states none itself",
      enum: [...zones],
    },
    neighbours: {
      type: "array",
      description: "manifests of other stacks",
      items: {
        type: "object",
        properties: {
          stack: text,
          facts: { type: "object" },
          edges: {
            type: "array",
            items: {
              type: "object",
              properties: {
                kind: { type: "string", enum: ["connects", "stores", "issues", "refers"] },
                from: text,
                to: text,
              },
              required: ["kind", "from", "to"],
            },
          },
          publishes: { type: "array", items: text },
        },
        required: ["facts"],
      },
    },
  },
};
