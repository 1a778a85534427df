import assert from "node:assert/strict";
import type { z } from "zod";
import type { Config } from "../../../../components/core/planning/config/config";
import { configJsonSchema } from "../../../../components/core/planning/config/json-schema";
import type { configSchema } from "../../../../components/core/planning/config/schema";
import { configTypes } from "../../../../scripts/generate/config-types";

type Assignable<From, To> = [From] extends [To] ? true : false;
type Written = z.input<typeof configSchema>;

// Judged by the compiler, in `npm run typecheck`.
const both: readonly [Assignable<Config, Written>, Assignable<Written, Config>] = [true, true];
const sameKeys: readonly [Assignable<keyof Config, keyof Written>, Assignable<keyof Written, keyof Config>] = [
  true,
  true,
];

describe("the config's types", () => {
  it("are those of the schema, in both directions", () =>
    assert.deepEqual([...both, ...sameKeys], Array(4).fill(true)));

  it("document every key", () => {
    const text = configTypes(configJsonSchema());
    const lines = text.split("\n");
    const bare = lines.filter(
      (line, index) => /^( {2}readonly|export) /.test(line) && !lines[index - 1]?.endsWith("*/"),
    );
    assert.deepEqual(bare, []);
  });

  it("refuse a key that has no description", () => {
    const schema = { type: "object", title: "Config", description: "all", properties: { colour: { type: "string" } } };
    assert.throws(() => configTypes(schema), new Error('a key has no description: {"type":"string"}'));
  });

  it("refuse a set of keys that has no name", () => {
    const schema = { type: "object", description: "all", properties: { colour: { type: "string" } } };
    assert.throws(() => configTypes(schema), new Error("a set of keys has no name: colour"));
  });
});
