import assert from "node:assert/strict";
import { InputError } from "../../../../components/core/errors";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import {
  parseSpecification,
  requireKubernetes,
  type Specification,
} from "../../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { shapePresets } from "../../../../components/core/planning/replica/presets";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import { problemLines, wrong } from "../../../support/configs";

const existing = {
  cloud: "existing",
  shape: "kubernetes",
  release: "7.5.4453",
  size: "XS",
  expires: "2026-12-20",
  kubernetes: { profile: "restricted", leaveOut: ["prometheus"], ingress: { className: "nginx" } },
} as const;
const cluster = {
  podSecurity: "restricted",
  readOnlyRoots: true,
  clusterRoles: "denied",
  quota: { cpus: 64, memoryGb: 200.5, storageGb: 3000, pods: 40, claims: 20 },
} as const;

const planned = (config: object) => planKubernetes(requireKubernetes(parseSpecification(config)));

function refusals(config: object): string[] {
  try {
    planned(config);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return problemLines(error);
  }
  return [];
}

describe("what the admins of a cluster do not allow", () => {
  it("is made on a replica's cluster: a namespace that enforces the level, a quota, and policies with their bindings", () => {
    const objects = renderManifests(planned({ ...existing, replica: { cluster } }));
    const find = (kind: string) => objects.filter((object) => object.kind === kind);
    const [namespace] = find("Namespace");
    assert.equal(namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
    assert.deepEqual(find("ResourceQuota")[0]?.["spec"], {
      hard: {
        "requests.cpu": "64",
        "requests.memory": "205312Mi",
        "requests.storage": "3072000Mi",
        pods: "40",
        persistentvolumeclaims: "20",
      },
    });
    const policies = ["sourcegraph-read-only-roots", "sourcegraph-no-cluster-roles"];
    for (const kind of ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"])
      assert.deepEqual(
        find(kind).map(({ metadata }) => metadata.name),
        policies,
      );
    assert.deepEqual(find("ClusterRole"), []);
  });

  it("leaves everything as it is where a replica says nothing, and elsewhere", () => {
    const kinds = (config: object) => renderManifests(planned(config)).map(({ kind }) => kind);
    const usual = {
      ...existing,
      kubernetes: { ...existing.kubernetes, profile: "default", storageClass: { create: false } },
    };
    for (const config of [usual, { ...usual, replica: {} }])
      assert.ok(!kinds(config).some((kind) => /Quota|Admission/.test(kind)));
    assert.ok(!kinds({ ...existing, replica: { cluster: {} } }).some((kind) => /Quota|Admission/.test(kind)));
  });

  it("gives containers of which the vendor says nothing a read-only root, and room for what they write beside", () => {
    const { workloads } = planned({ ...existing, replica: { cluster } });
    const blobstore = workloads.find(({ name }) => name === "blobstore");
    assert.equal(blobstore?.containers[0]?.security.readOnlyRootFilesystem, true);
    assert.deepEqual(blobstore?.containers[0]?.mounts.at(-1), { volume: "writable-tmp", path: "/tmp" });
    assert.deepEqual(blobstore?.volumes.at(-1), { name: "writable-tmp", emptyDir: {} });
    const without = planned({ ...existing, replica: { cluster: { ...cluster, readOnlyRoots: false } } });
    const same = without.workloads.find(({ name }) => name === "blobstore");
    assert.equal(same?.containers[0]?.security.readOnlyRootFilesystem, undefined);
    assert.equal(same?.volumes.length, 2);
  });

  it("is wrong where what is planned would not get past it, all at once", () =>
    assert.deepEqual(
      refusals({
        ...existing,
        kubernetes: { ingress: { className: "nginx" }, storageClass: { create: false } },
        replica: {
          cluster: {
            podSecurity: "baseline",
            readOnlyRoots: true,
            quota: { cpus: 1, memoryGb: 1, storageGb: 1, pods: 1, claims: 1 },
          },
        },
      }),
      [
        "'replica.cluster.podSecurity' is baseline, which refuses pods of cadvisor (privileged), node-exporter (privileged), otel-agent (privileged); leave them out by 'kubernetes.leaveOut', or set 'kubernetes.profile' restricted, as the customer has",
        "'replica.cluster.readOnlyRoots' refuses pods of prometheus, cadvisor, which write to their root; leave them out by 'kubernetes.leaveOut', as the customer has",
        "'replica.cluster.quota.cpus' is 1, and what is planned asks for 31 cores; give at least that, or a smaller 'size' or 'overrides', as the customer has",
        "'replica.cluster.quota.memoryGb' is 1, and what is planned asks for 52 GiB; give at least that, or a smaller 'size' or 'overrides', as the customer has",
        "'replica.cluster.quota.storageGb' is 1, and what is planned asks for 1550 GiB; give at least that, or a smaller 'size' or 'overrides', as the customer has",
        "'replica.cluster.quota.pods' is 1, and what is planned asks for 20 pods; give at least that, or a smaller 'size' or 'overrides', as the customer has",
        "'replica.cluster.quota.claims' is 1, and what is planned asks for 11 claims; give at least that, or a smaller 'size' or 'overrides', as the customer has",
      ],
    ));

  it("is wrong with the vendor's chart, which leaves roots writable", () =>
    wrong(
      {
        ...existing,
        kubernetes: { via: "helm", ingress: { className: "nginx" }, storageClass: { create: false } },
        replica: { cluster: { readOnlyRoots: true } },
      },
      [
        "'replica.cluster.readOnlyRoots' cannot be with kubernetes.via helm, whose chart leaves some roots writable; use native",
      ],
    ));
});

describe("every preset on a cluster", () => {
  for (const { name, shape } of shapePresets.filter((preset) => preset.shape.shape === "kubernetes"))
    it(`${name} can be planned, made and existing`, () => {
      const like = { like: `preset:${name}`, release: "7.5.4453", expires: "2026-12-20" };
      const kubernetes = {
        ingress: { className: "nginx" },
        ...(shape.kubernetes === undefined && { storageClass: { create: false, name: "fast" } }),
      };
      const plan = (config: object) =>
        planKubernetes(requireKubernetes(parseStack({ ...like, ...config }) as Specification));
      assert.ok(plan({ cloud: "existing", kubernetes }).workloads.length > 15);
      assert.ok(plan({ cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } }).cluster);
    });
});
