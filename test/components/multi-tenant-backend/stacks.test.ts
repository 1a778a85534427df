import assert from "node:assert/strict";
import type { MultiTenantSection } from "../../../components/core/planning/config/schema-multi-tenant";
import { judgeGraph, problemOf } from "../../../components/core/rules/engine";
import { valueAt, type Graph, type GraphResource } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { sharedBetween } from "../../../components/core/rules/shared-between";
import { declareStack } from "../../../stacks/declare";
import { cell, cellsConfig, clientSecrets } from "../../support/cells";
import { graphBy } from "../../support/program-graph";

const clouds = ["aws", "gcp"] as const;
type Cloud = (typeof clouds)[number];

/** One cell of many, and perhaps others. */
const cells = (cloud: Cloud, more: Partial<MultiTenantSection["cells"]> = {}, first: object = {}) =>
  ({ cells: { "cell-1": cell(cloud, "1", first), ...more } }) as Partial<MultiTenantSection>;

/** The graph of the ready stack program. */
const graphOfStack = (cloud: Cloud, section: Partial<MultiTenantSection>): Promise<Graph> =>
  graphBy(() => {
    declareStack({ config: cellsConfig(cloud, section), secrets: clientSecrets, files: {} });
  });

/** What the engine would compare: everything but what only the rules read. */
const asText = ({ inputs: { boundary: _boundary, ...inputs } }: GraphResource): string =>
  JSON.stringify(inputs, (_, value: unknown) => (typeof value === "symbol" ? String(value) : value));

const byUrn = (graph: Graph): Map<string, string> =>
  new Map(graph.resources.map((resource) => [resource.urn, asText(resource)]));

const acme = {
  tier: "dedicated",
  workspaceId: "6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b11",
  number: 100_001,
  cell: "acme",
} as const;

/** Rules that the stacks are known to break; the samples answer for them by exceptions. */
const known = [/^B-T06 /, /^B-N10 (cell-1|acme)-(cache|store)$/, /^B-I03 (cell-1|acme)-nodes-image-reader$/];

for (const cloud of clouds)
  describe(`a multi-tenant stack on ${cloud}`, function () {
    this.timeout(180_000);
    let alone: Graph;
    let joined: Graph;

    before(async () => {
      alone = await graphOfStack(cloud, cells(cloud));
      const dedicated = { tenancy: "dedicated", size: "S" } as const;
      joined = await graphOfStack(cloud, { ...cells(cloud, { acme: cell(cloud, "3", dedicated) }), tenants: { acme } });
    });

    it("breaks no rule but what its sample answers for", () => {
      const { findings } = judgeGraph(joined, rules, [], "2026-11-21");
      const wrong = findings
        .filter(({ verdict, severity }) => verdict === "broken" || (verdict === "unproven" && severity === "critical"))
        .map((finding) => `${finding.rule} ${problemOf(finding).path}`);
      assert.deepEqual(
        [...new Set(wrong)].filter((each) => !known.some((pattern) => pattern.test(each))),
        [],
      );
    });

    it("onboards a dedicated tenant by a cell of its own: everything of other cells stays as it is", () => {
      const [before, after] = [byUrn(alone), byUrn(joined)];
      const gone = [...before.keys()].filter((urn) => !after.has(urn));
      assert.deepEqual(gone, []);
      const changed = alone.resources.filter(({ urn }) => before.get(urn) !== after.get(urn));
      // Whom the edge can send to, and who pulls images, are lists of cells.
      const lists = { aws: ["mt-edge", "mt-images"], gcp: ["mt-routes"] };
      assert.deepEqual([...new Set(changed.map(({ name }) => name))].sort(), lists[cloud]);
      assert.deepEqual(
        changed.filter((resource) => alone.factsOf(resource).cell !== undefined),
        [],
      );
      const added = joined.resources.filter(({ urn }) => !before.has(urn));
      const foreign = added.filter((resource) => joined.factsOf(resource).cell !== "acme");
      assert.deepEqual(
        foreign
          .map(({ type, name }) => `${type} ${name}`)
          .filter((each) => !/acme-origin(-.*)?$|edge-route-acme\.workspaces\.example\.com$/.test(each)),
        [],
      );
      assert.deepEqual(sharedBetween(joined, "cell-1", "acme"), []);
    });

    it("drains a cell by its state alone: no resource changes", async () => {
      const drained = await graphOfStack(cloud, cells(cloud, {}, { state: "draining" }));
      assert.deepEqual(byUrn(drained), byUrn(alone));
    });

    it("takes the route of a tenant who leaves away first, and leaves its cell as it is", async () => {
      const dedicated = { tenancy: "dedicated", size: "S" } as const;
      const leaving = await graphOfStack(cloud, {
        ...cells(cloud, { acme: cell(cloud, "3", dedicated) }),
        tenants: { acme: { ...acme, state: "deleted" } },
      });
      const [before, after] = [byUrn(joined), byUrn(leaving)];
      const gone = [...before.keys()].filter((urn) => !after.has(urn)).map((urn) => urn.split("::").at(-1));
      assert.deepEqual(gone, cloud === "aws" ? ["mt-edge-route-acme.workspaces.example.com"] : []);
      const changed = leaving.resources.filter(({ urn }) => before.get(urn) !== after.get(urn));
      // The routes of Google Cloud are one resource, in place of one for each name.
      assert.deepEqual(
        changed.map(({ name }) => name),
        cloud === "aws" ? [] : ["mt-routes"],
      );
    });

    it("keeps the environment free of tenants' data, and cells unable to read what they write there", () => {
      const environment = joined.resources.filter(
        (resource) => joined.factsOf(resource).zone === "multi-tenant" && joined.factsOf(resource).cell === undefined,
      );
      const holding = environment.filter((resource) =>
        joined.factsOf(resource).dataClasses?.some((each) => each === "user-data" || each === "identity"),
      );
      assert.deepEqual(
        holding.map(({ name }) => name),
        [],
      );
      if (cloud === "aws") {
        const policy = environment.find(({ type }) => type === "aws:cloudwatch/logDestinationPolicy");
        assert.notEqual(policy, undefined);
      } else {
        const bucket = environment.find(({ type }) => type === "gcp:logging/projectBucketConfig");
        assert.equal(valueAt(bucket?.inputs, "locked"), true);
      }
    });
  });
