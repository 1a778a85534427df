import assert from "node:assert/strict";
import { judgeGraph, nameOf } from "../../../components/core/rules/engine";
import type { Boundary } from "../../../components/core/rules/facts";
import { rules } from "../../../components/core/rules/rules";
import { MachineImagePipeline } from "../../../components/machine-images/gcp";
import type { GcpMachineImagePipelineArgs } from "../../../components/machine-images/gcp-args";
import { graphBy } from "../../support/program-graph";
import { allOf, only, record, valueOf, type Recording } from "../../support/recorder";

const args: GcpMachineImagePipelineArgs = {
  project: "acme-images",
  region: "us-central1",
  subnetwork: "projects/acme-images/regions/us-central1/subnetworks/builders",
  releases: ["7.4.0", "7.5.4453"],
};
const boundary: Boundary = {
  facts: { zone: "single-tenant", stage: "production", owner: "release", account: "acme-images" },
};
const templateType = "gcp:compute/instanceTemplate:InstanceTemplate";

function recorded(more: Partial<GcpMachineImagePipelineArgs> = {}): Promise<Recording<MachineImagePipeline>> {
  return record((opts) => new MachineImagePipeline("sourcegraph", { ...args, ...more }, opts), {
    calls: () => ({ number: "123456789012" }),
    outputs: ({ type, name, inputs }) =>
      type === templateType
        ? { selfLink: `templates/${name}` }
        : type === "gcp:serviceaccount/account:Account"
          ? {
              email: `${String(inputs["accountId"])}@acme`,
              member: `serviceAccount:${String(inputs["accountId"])}@acme`,
            }
          : type === "gcp:workflows/workflow:Workflow"
            ? { name: "sourcegraph-images-1a2b3c4" }
            : {},
  });
}

describe("MachineImagePipeline on Google Cloud", function () {
  this.timeout(15_000);

  it("declares a machine for each image, by the image's own name, and one workflow that makes what is missing", async () => {
    const { resources, result } = await recorded();
    const names = allOf(resources, templateType).map(({ name }) => name);
    assert.equal(names.length, 2);
    for (const name of names) assert.match(name, /^sourcegraph-7-(4-0|5-4453)-[0-9a-f]{10}$/);
    assert.deepEqual(result?.images, {
      "7.5.4453": `projects/acme-images/global/images/${names[0]}`,
      "7.4.0": `projects/acme-images/global/images/${names[1]}`,
    });
    assert.ok(result !== undefined);
    assert.equal(
      await valueOf(result.build),
      "gcloud workflows run sourcegraph-images-1a2b3c4 --project acme-images --location us-central1",
    );
    const text = only(resources, "gcp:workflows/workflow:Workflow").inputs["sourceContents"] as string;
    for (const name of names) assert.ok(text.includes(`templates/${name}`));
  });

  it("prepares it on a machine without an address, of its own account, that switches itself off", async () => {
    const { resources } = await recorded({ releases: ["7.5.4453"] });
    const { inputs } = only(resources, templateType);
    assert.deepEqual(inputs["networkInterfaces"], [{ subnetwork: args.subnetwork }]);
    assert.match((inputs["serviceAccount"] as { email: string }).email, /^sourcegraph-b-[0-9a-f]{5}@acme$/);
    const [disk] = inputs["disks"] as Record<string, unknown>[];
    assert.deepEqual(
      [disk?.["sourceImage"], disk?.["autoDelete"], disk?.["diskEncryptionKey"]],
      [
        "projects/debian-cloud/global/images/debian-13-trixie-v20260921",
        true,
        { kmsKeySelfLink: "sourcegraph-images-key-id" },
      ],
    );
    const script = (inputs["metadata"] as Record<string, string>)["startup-script"] ?? "";
    assert.ok(script.startsWith("#!/bin/bash\n") && script.endsWith("\nsystemctl poweroff\n"));
  });

  it("lets the workflow at what is called like the pipeline, and at no other machine, disk or image", async () => {
    const { resources } = await recorded();
    const members = allOf(resources, "gcp:projects/iAMMember:IAMMember");
    const rights = Object.fromEntries(members.map(({ name, inputs }) => [name, inputs]));
    const begins = (path: string) => `resource.name.startsWith("projects/acme-images/${path}")`;
    assert.deepEqual(
      (rights["sourcegraph-images-runner"]?.["condition"] as { expression: string }).expression.split(" || "),
      [
        begins("global/images/sourcegraph-"),
        begins("global/instanceTemplates/sourcegraph-"),
        begins("zones/us-central1-a/instances/sourcegraph-"),
        begins("zones/us-central1-a/disks/sourcegraph-"),
        begins("global/operations/"),
        begins("zones/us-central1-a/operations/"),
        'resource.type == "cloudresourcemanager.googleapis.com/Project"',
      ],
    );
    const { permissions } = only(resources, "gcp:projects/iAMCustomRole:IAMCustomRole").inputs as {
      permissions: string[];
    };
    assert.ok(permissions.every((each) => /^compute\.[A-Za-z]+\.[a-z][A-Za-z]*$/.test(each)));
    assert.equal(
      only(resources, "gcp:compute/subnetworkIAMMember:SubnetworkIAMMember").inputs["subnetwork"],
      args.subnetwork,
    );
    assert.deepEqual(rights["sourcegraph-images-builder-logs"]?.["role"], "roles/logging.logWriter");
    assert.equal(members.filter(({ inputs }) => String(inputs["member"]).includes("-b-")).length, 1);
  });

  it("changes nothing of the other images when a release is added", async () => {
    const before = await recorded({ keep: 2 });
    const after = await recorded({ keep: 2, releases: [...args.releases, "7.5.0"] });
    const templates = ({ resources }: Recording<unknown>) =>
      new Map(allOf(resources, templateType).map(({ name, inputs }) => [name, JSON.stringify(inputs)]));
    const [was, is] = [templates(before), templates(after)];
    const kept = [...is].filter(([name]) => was.has(name));
    assert.equal(kept.length, 1);
    for (const [name, inputs] of kept) assert.equal(inputs, was.get(name));
    assert.deepEqual(after.result?.dropped, ["7.4.0"]);
  });

  it("breaks no rule of its zone, and shows no audit trail, as SourcegraphVm by itself", async () => {
    const graph = await graphBy(
      () => void new MachineImagePipeline("sourcegraph", { ...args, boundary, enforce: false }),
    );
    const { findings } = judgeGraph(graph, rules, [], "2026-11-22");
    const found = findings.filter(({ verdict }) => verdict !== "holds");
    assert.deepEqual(
      found.map(({ rule, of, verdict, because }) => `${verdict} ${rule} ${nameOf(of)}: ${because}`),
      [
        "unproven B-L02 single-tenant on Google: no gcp:projects/iAMAuditConfig, gcp:logging/projectSink is of this program; those of the organization cannot be seen",
      ],
    );
  });

  it("is registered by itself with the rules enforced", async () => {
    const { error, resources } = await recorded({ boundary });
    assert.equal(error, undefined);
    assert.equal(only(resources, "gcp:kms/cryptoKey:CryptoKey").protect, true);
  });
});
