import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { RefusedError } from "../../components/core/errors";
import { SourcegraphKubernetes, type SourcegraphKubernetesArgs } from "../../components/kubernetes";
import { record } from "../support/recorder";

const exception = {
  rule: "B-X03",
  resource: "sourcegraph",
  reason: "moving",
  owner: "platform",
  expires: "2027-01-31",
};

/** What is registered of an instance that is said to be in the public zone and to issue licences, and what is thrown. */
async function recorded(boundaries: SourcegraphKubernetesArgs["boundaries"]) {
  const outputs = ({ type }: { readonly type: string }) => (type.startsWith("random:") ? { result: "password" } : {});
  const build = (opts: pulumi.ComponentResourceOptions) => {
    const args: SourcegraphKubernetesArgs = {
      release: "7.5.4453",
      size: "XS",
      kubeconfig: "kubeconfig of the cluster",
      kubernetes: { storageClass: { create: false }, ingress: { className: "nginx" }, snapshotClass: "csi-snapshots" },
      boundaries,
      boundary: { facts: { zone: "dotcom", administers: "licensing", rebuildable: true } },
    };
    return new SourcegraphKubernetes("sourcegraph", args, opts);
  };
  const { resources, error } = await record(build, { outputs });
  return { registered: resources.length > 0, error };
}

describe("an instance that breaks a rule by what it states", function () {
  this.timeout(30_000);

  it("is refused where the config enforces the rules, and nothing is registered", async () =>
    assert.deepEqual(await recorded({ enforce: true }), {
      registered: false,
      error: new RefusedError(
        [{ path: "sourcegraph", message: "breaks B-X03: it administers licensing; deploy it in zone admin" }],
        "refused by the rules of the boundaries",
      ),
    }));

  it("is declared where it only is told, or somebody answers for it", async () => {
    for (const boundaries of [{}, { enforce: true, exceptions: [exception] }])
      assert.deepEqual(await recorded(boundaries), { registered: true, error: undefined });
  });
});
