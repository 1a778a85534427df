import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { readStackFile } from "../../../../cli/stack-file";
import { InputError, RefusedError, type Problem } from "../../../../components/core/errors";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import type { FileTexts } from "../../../../components/core/planning/config/specification";
import { adminConfigOf, adminSections, ownAdminService } from "../../../support/admin";
import { goodConfigs } from "../../../support/configs";
import { cell, cellsConfig } from "../../../support/cells";

const root = path.resolve(__dirname, "../../../..");
const samples = readdirSync(root).filter((file) => /^Pulumi\..+-sample\.yaml$/.test(file));

type Path = readonly string[];

/** Paths of everything in a config, but for what names the shape of it. */
function pathsIn(value: unknown, before: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): Path[] => {
    const here = [...before, key];
    return here.join(".") === "shape" ? [] : [here, ...pathsIn(inner, here)];
  });
}

/** The config with another value at a path. */
function withAt(config: unknown, [head, ...rest]: Path, value: unknown): unknown {
  if (head === undefined) return value;
  const copy = (Array.isArray(config) ? [...(config as unknown[])] : { ...(config as object) }) as Record<
    string,
    unknown
  >;
  copy[head] = withAt(copy[head], rest, value);
  return copy;
}

function problemsOf(config: unknown, files: FileTexts): readonly Problem[] {
  try {
    parseStack(config, files);
    return [];
  } catch (error) {
    if (error instanceof InputError || error instanceof RefusedError) return error.problems;
    throw error;
  }
}

/** What a config is, and the texts of the files it names. */
type Given = readonly [name: string, config: unknown, files: FileTexts];

const acme = { tier: "dedicated", workspaceId: "6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b11", number: 2, cell: "acme" };

const configs: readonly Given[] = [
  ...samples.map((sample): Given => {
    const { config, files } = readStackFile(sample, { folder: root } as never);
    return [sample, config, files];
  }),
  ...(["aws", "gcp"] as const).flatMap((cloud): Given[] => {
    const own = { ...adminSections.admin, ownServices: { "release-registry": ownAdminService } };
    const section = { cells: { acme: cell(cloud, "3", { tenancy: "dedicated" }) }, tenants: { acme } };
    return [
      [`support services of somebody's own on ${cloud}`, adminConfigOf(cloud, own), {}],
      [`a cell of one tenant on ${cloud}`, cellsConfig(cloud, section as never), {}],
    ];
  }),
];

describe("a config with one malformed value", function () {
  this.timeout(60_000);
  for (const [name, config, files] of configs)
    it(`is told of that value alone, wherever it stands: ${name}`, () => {
      assert.deepEqual(problemsOf(config, files), []);
      const beside = pathsIn(config).flatMap((at) => {
        const place = at.join(".");
        const problems = problemsOf(withAt(config, at, Number.NaN), files);
        const foreign = problems.filter((problem) => problem.path !== place && !problem.path.startsWith(`${place}.`));
        return foreign.map((problem) => `${place}: ${problem.path} ${problem.message}`);
      });
      assert.deepEqual(beside, []);
    });

  it("is read whatever stands in for the values of secrets", () => {
    const config = { ...goodConfigs.aws, secrets: { token: () => undefined }, zone: "mars" };
    assert.deepEqual(problemsOf(config, {}), [
      { path: "secrets.token", message: "must be a text, got a value that is not shown here" },
      { path: "zone", message: 'must be a zone of region us-east-1 such as us-east-1b, got "mars"' },
    ]);
  });
});
