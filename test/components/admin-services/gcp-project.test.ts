import assert from "node:assert/strict";
import { AdminProject, type AdminProjectArgs } from "../../../components/admin-services/gcp-project";
import { judgeGraph, nameOf } from "../../../components/core/rules/engine";
import { rules } from "../../../components/core/rules/rules";
import { graphBy } from "../../support/program-graph";
import { allOf, only, record, valueOf } from "../../support/recorder";

const args: AdminProjectArgs = {
  projectId: "example-admin",
  folder: "folders/123",
  billingAccount: "000000-111111-222222",
  zone: "admin",
  owner: "core-services",
  regions: ["us-central1"],
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

  it("refuses in the whole project what no service needs, whoever asks", async () => {
    const { resources, result } = await record((opts) => new AdminProject("admin", args, opts));
    const rails = allOf(resources, "gcp:orgpolicy/policy:Policy");
    assert.ok(rails.every(({ inputs }) => inputs["parent"] === "projects/example-admin"));
    const said = rails.map(({ inputs }) => {
      const { rules: stated } = inputs["spec"] as { readonly rules: readonly unknown[] };
      return [String(inputs["name"]).replace("projects/example-admin/policies/", ""), stated];
    });
    const keyed = "bigquery compute container logging pubsub redis secretmanager sqladmin storage".split(" ");
    const on = [{ enforce: "TRUE" }];
    const nobody = [{ values: { deniedValues: ["all"] } }];
    assert.deepEqual(Object.fromEntries(said), {
      "iam.disableServiceAccountKeyCreation": on,
      "iam.disableServiceAccountKeyUpload": on,
      "iam.automaticIamGrantsForDefaultServiceAccounts": on,
      "gcp.restrictNonCmekServices": [{ values: { deniedValues: keyed.map((api) => `${api}.googleapis.com`) } }],
      "gcp.resourceLocations": [{ values: { allowedValues: ["in:us-central1-locations"] } }],
      "storage.publicAccessPrevention": on,
      "sql.restrictPublicIp": on,
      "compute.vmExternalIpAccess": nobody,
      "compute.restrictSharedVpcHostProjects": nobody,
      "run.allowedIngress": [{ values: { allowedValues: ["internal", "internal-and-cloud-load-balancing"] } }],
      "run.allowedVPCEgress": [{ values: { allowedValues: ["all-traffic"] } }],
    });
    assert.equal(await valueOf(result!.projectId), "example-admin");
  });

  it("has nothing broken by the rules", async () => {
    const graph = await graphBy(() => void new AdminProject("admin", args));
    const { findings } = judgeGraph(graph, rules, [], "2026-11-21");
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === "broken").map(({ rule, of }) => `${rule} ${nameOf(of)}`),
      [],
    );
    const inside = findings.find(({ rule, of }) => rule === "B-I05" && nameOf(of) === "admin");
    assert.equal(inside?.because, "it is inside admin-perimeter");
  });
});
