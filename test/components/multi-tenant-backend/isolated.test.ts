import assert from "node:assert/strict";
import { Cell as AwsCell } from "../../../components/multi-tenant-backend/aws-cell";
import { Tenant as AwsTenant } from "../../../components/multi-tenant-backend/aws-tenant";
import { Cell as GcpCell } from "../../../components/multi-tenant-backend/gcp-cell";
import { Tenant as GcpTenant } from "../../../components/multi-tenant-backend/gcp-tenant";
import { judgeGraph, problemOf } from "../../../components/core/rules/engine";
import { unknownValue, valueAt, type Graph } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { cellsPlan, clientSecrets } from "../../support/cells";
import { graphBy } from "../../support/program-graph";

const isolated = {
  tier: "isolated",
  experimental: true,
  workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a13",
  number: 77,
  cell: "cell-1",
} as const;

for (const [cloud, Cell, Tenant] of [
  ["aws", AwsCell, AwsTenant],
  ["gcp", GcpCell, GcpTenant],
] as const)
  describe(`an isolated tenant on ${cloud}`, () => {
    let graph: Graph;
    before(async function () {
      this.timeout(240_000);
      const plan = cellsPlan(cloud, { tenants: { lab: isolated } });
      graph = await graphBy(() => {
        const { provider, logins } = new Cell("cell-1", { plan, secrets: clientSecrets });
        new Tenant("lab", { plan, provider, logins });
      });
    });

    it("has a database and a login of its own, made by a Job beside the cell's set-up, which alone has both passwords", () => {
      const job = graph.ofType("kubernetes:batch/v1/Job").find(({ name }) => name === "lab-set-up");
      assert.ok(job);
      assert.match(String(valueAt(job.inputs, "metadata.name")), /^set-up-tenant-77-[0-9a-f]{8}$/);
      const pod = "spec.template.spec";
      assert.equal(valueAt(job.inputs, `${pod}.serviceAccountName`), "db-set-up");
      const variables = valueAt(job.inputs, `${pod}.containers.0.env`) as {
        name: string;
        valueFrom?: { secretKeyRef: { name: string; key: string } };
      }[];
      const from = Object.fromEntries(
        variables.map(({ name, valueFrom }) => [
          name,
          valueFrom && `${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`,
        ]),
      );
      assert.deepEqual(
        [from["PGPASSWORD"], from["TENANT_PASSWORD"], from["APP_PASSWORD"]],
        ["database-administrator/frontend-password", "tenant-77/password", undefined],
      );
      const map = graph.ofType("kubernetes:core/v1/ConfigMap").find(({ name }) => name === "lab-set-up-configmap");
      const sql = String((map?.inputs["data"] as Record<string, string> | undefined)?.["tenant-77.sql"]);
      assert.match(sql, /create database "tenant_77"/);
      assert.match(sql, /grant select, insert, update, delete on all tables in schema "public" to "tenant_77_app"/);
      const secret = graph.ofType("kubernetes:core/v1/Secret").find(({ name }) => name === "lab-set-up-secret");
      assert.equal(secret?.inputs["stringData"], unknownValue);
    });

    it("breaks only what is known: rules see no database that a Job makes, and its one key is for objects and a secret", function () {
      this.timeout(120_000);
      const own = judgeGraph(graph, rules, [], "2026-11-21").findings.filter(({ verdict }) => verdict === "broken");
      const names = own.map((finding) => `${finding.rule} ${problemOf(finding).path}`);
      assert.deepEqual(names.filter((each) => / (lab|tenant-lab)/.test(each)).sort(), [
        "B-K02 tenant-lab",
        "B-T04 lab",
      ]);
    });
  });
