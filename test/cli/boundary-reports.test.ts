import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import * as path from "node:path";
import { judgeBoundaries } from "../../cli/boundaries";
import { planStack } from "../../cli/planned";
import type { Terminal } from "../../cli/terminal";
import { boundaryReport } from "../../components/core/rendering/boundary/collect";
import { compareReports, changeCount } from "../../components/core/rendering/boundary/compare";
import { boundaryJson, parseBoundaryReport } from "../../components/core/rendering/boundary/model";
import { boundaryPage } from "../../components/core/rendering/boundary/page";
import { Graph } from "../../components/core/rules/graph";
import { rules } from "../../components/core/rules/rules";
import { reportedSamples, reportsFolder } from "../../scripts/generate/boundary-reports";

const root = path.resolve(__dirname, "../..");
const terminal = { folder: root } as Terminal;

/** The same resources in other orders. */
const orders: readonly ((graph: Graph) => Graph)[] = [
  ({ resources, neighbours }) => new Graph([...resources].reverse(), neighbours),
  ({ resources, neighbours }) =>
    new Graph(
      [...resources].sort((a, b) => (a.type < b.type ? 1 : -1)),
      neighbours,
    ),
];

describe("The generated reports on the boundaries of sample stacks", function () {
  this.timeout(60_000);
  const samples = reportedSamples(root);
  const files = readdirSync(path.join(root, reportsFolder));

  it("are of every sample of a cloud, in four formats, each of a size that a browser opens at once", () => {
    const expected = samples.flatMap((name) => ["html", "json", "md", "svg"].map((kind) => `${name}.${kind}`));
    assert.deepEqual(
      files.filter((file) => file !== "README.md").sort(),
      expected.sort(),
      "npm run generate writes them",
    );
    const large = files.filter((file) => statSync(path.join(root, reportsFolder, file)).size > 1_000_000);
    assert.deepEqual(large, []);
  });

  for (const name of samples)
    it(`can be compared with, judge by every rule, and name what they are of: ${name}`, () => {
      const report = parseBoundaryReport(
        JSON.parse(readFileSync(path.join(root, reportsFolder, `${name}.json`), "utf8")),
      );
      assert.ok(report !== undefined);
      assert.equal(report.of, `Pulumi.${name}-sample.yaml`);
      assert.deepEqual(
        report.rules.map(({ id }) => id),
        rules.map(({ id }) => id),
      );
      assert.equal(changeCount(compareReports(report, report)), 0);
    });

  // One of each shape: the words of every rule are the same in whatever order the engine asks to register.
  for (const name of ["aws", "gke", "gcp-admin", "aws-multi-tenant"])
    it(`are the same bytes in whatever order resources are registered: ${name}`, async () => {
      const planned = await planStack(`Pulumi.${name}-sample.yaml`, terminal);
      const bytes = (graph: Graph) => {
        const report = boundaryReport(judgeBoundaries({ ...planned, graph }, "2026-11-21"));
        return [boundaryJson(report), boundaryPage({ title: "", subtitle: "", report })].join("\n").split("\n");
      };
      const expected = bytes(planned.graph);
      for (const order of orders) assert.deepEqual(bytes(order(planned.graph)), expected);
    });
});
