import assert from "node:assert/strict";
import { AdminProject, type AdminProjectArgs } from "../../../components/admin-services/gcp-project";
import { judgeGraph, nameOf } from "../../../components/core/rules/engine";
import { rules } from "../../../components/core/rules/rules";
import { declaredGraph } from "../../support/declared-graph";
import { allOf, only, record, valueOf } from "../../support/recorder";

const args: AdminProjectArgs = {
  projectId: "example-admin",
  folder: "folders/123",
  billingAccount: "000000-111111-222222",
  zone: "admin",
  owner: "core-services",
  perimeterPolicy: "987",
};

describe("AdminProject", () => {
  it("makes a project without the default network, guarded, with its APIs, inside a perimeter", async () => {
    const { resources, result } = await record((opts) => new AdminProject("admin", args, opts), {
      outputs: ({ type }) => (type === "gcp:organizations/project:Project" ? { number: "42" } : {}),
    });
    const project = only(resources, "gcp:organizations/project:Project");
    assert.deepEqual(project.inputs, {
      projectId: "example-admin",
      name: "example-admin",
      folderId: "folders/123",
      billingAccount: "000000-111111-222222",
      autoCreateNetwork: false,
      deletionPolicy: "PREVENT",
      labels: { "sourcegraph-zone": "admin", "sourcegraph-owner": "core-services" },
    });
    assert.deepEqual([project.protect, project.retainOnDelete], [true, true]);
    const apis = allOf(resources, "gcp:projects/service:Service");
    assert.ok(apis.some(({ name }) => name === "admin-run"));
    assert.ok(apis.every(({ inputs }) => inputs["disableOnDestroy"] === false));
    const perimeter = only(resources, "gcp:accesscontextmanager/servicePerimeter:ServicePerimeter");
    assert.deepEqual((perimeter.inputs["status"] as { resources: unknown }).resources, ["projects/42"]);
    assert.equal(perimeter.dependsOn.length, apis.length);
    assert.equal(await valueOf(result!.projectId), "example-admin");
  });

  it("has nothing broken by the rules", async () => {
    const graph = await declaredGraph(() => void new AdminProject("admin", args));
    const { findings } = judgeGraph(graph, rules, [], "2026-11-21");
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === "broken").map(({ rule, of }) => `${rule} ${nameOf(of)}`),
      [],
    );
    const inside = findings.find(({ rule, of }) => rule === "B-I05" && nameOf(of) === "admin");
    assert.equal(inside?.because, "it is inside admin-perimeter");
  });
});
