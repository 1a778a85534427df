import assert from "node:assert/strict";
import { stringify } from "yaml";
import { InputError, RefusedError } from "../../../../components/core/errors";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import type { Specification } from "../../../../components/core/planning/config/specification";
import { followLike } from "../../../../components/core/planning/replica/like";
import { shapePresets } from "../../../../components/core/planning/replica/presets";
import { problemLines } from "../../../support/configs";

const own = { cloud: "local", like: "shape.yaml", expires: "2026-12-20" };
const vm = { schema: 1, release: "7.5.4453", shape: "vm", size: "S" };
const files = (shape: object) => ({ "shape.yaml": stringify(shape) });

function problems(
  config: unknown,
  texts: Readonly<Record<string, string>>,
  kind: typeof InputError | typeof RefusedError,
) {
  try {
    parseStack(config, texts);
  } catch (error) {
    assert.ok(error instanceof kind, String(error));
    return problemLines(error);
  }
  return [];
}

const codeHost = { kind: "gitlab", repositories: 20, totalSizeGb: 2 };

describe("a stack that is like a shape", () => {
  it("has the shape's keys where it gives none, its own where it does, and is an ordinary config", () => {
    const shape = {
      ...vm,
      tracing: true,
      codeHosts: [codeHost],
      overrides: { gitserver: { replicas: 2, memoryGb: 8 } },
    };
    const config = { ...own, release: "7.4.3847", overrides: { gitserver: { memoryGb: 4 } } };
    assert.deepEqual(followLike(config, files(shape)), {
      config: {
        cloud: "local",
        expires: "2026-12-20",
        shape: "vm",
        release: "7.4.3847",
        size: "S",
        tracing: true,
        overrides: { gitserver: { replicas: 2, memoryGb: 4 } },
        replica: { codeHosts: [codeHost] },
      },
      notes: [],
    });
  });

  it("has its own size in place of the shape's usage, and its own code hosts in place of the shape's", () => {
    const usage = { users: 10, repositories: 10, totalSizeGb: 1, largestRepositoryGb: 1, largestIndexGb: 0 };
    const { size: _size, ...sized } = { ...vm, usage };
    const fewer = [{ kind: "other", repositories: 2, totalSizeGb: 0.1 }];
    const shape = { ...sized, codeHosts: [codeHost] };
    const { config } = followLike({ ...own, size: "XS", replica: { codeHosts: fewer } }, files(shape));
    assert.deepEqual([config["size"], config["usage"], config["replica"]], ["XS", undefined, { codeHosts: fewer }]);
    assert.deepEqual(followLike(own, files(shape)).config["usage"], usage);
  });

  it("takes what is outside of the deployment from its cloud, and tells what a place without one cannot follow", () => {
    const external = { databases: { version: "16", sizeGb: 100 }, cache: { sizeGb: 6 }, objectStorage: {} };
    const shape = { ...vm, external, machineType: "m6a.8xlarge" };
    const follow = (cloud: string) => followLike({ ...own, cloud }, files(shape));
    const { config, notes } = follow("gcp");
    assert.deepEqual(
      [config["databases"], config["cache"], config["objectStorage"], notes],
      [{ managed: { version: "16", sizeGb: 100 } }, { managed: { sizeGb: 6 } }, "managed", []],
    );
    assert.deepEqual(follow("aws").notes, [
      "cache.sizeGb: has a meaning on gcp only; on aws the node type decides, which follows from the size",
    ]);
    assert.deepEqual(follow("local").notes, [
      "machineType: m6a.8xlarge in the shape; on cloud local there is no machine to choose",
      "databases, cache, objectStorage: outside of the deployment in the shape, bundled on cloud local, which has no services of its own",
    ]);
    assert.equal(follow("local").config["databases"], undefined);
  });

  it("plays the admins of a cluster that allow almost nothing", () => {
    const kubernetes = {
      version: "1.34",
      clusterRoles: "denied",
      podSecurity: "restricted",
      readOnlyRoots: true,
      quota: { pods: 50 },
      networkPolicies: false,
      expandableStorage: false,
    };
    const { config, notes } = followLike(
      { ...own, cloud: "existing" },
      files({ ...vm, shape: "kubernetes", kubernetes }),
    );
    assert.deepEqual(config["kubernetes"], {
      profile: "restricted",
      networkPolicies: { enabled: false },
      storageClass: { create: false, expandable: false },
    });
    const { clusterRoles, podSecurity, readOnlyRoots, quota } = kubernetes;
    assert.deepEqual(config["replica"], { cluster: { clusterRoles, podSecurity, readOnlyRoots, quota } });
    assert.deepEqual(notes, ["kubernetes.version: 1.34 in the shape; the cluster is there and has one of its own"]);
    const made = followLike({ ...own, cloud: "aws" }, files({ ...vm, shape: "kubernetes", kubernetes }));
    assert.deepEqual(
      [made.config["cluster"], made.notes],
      [
        { version: "1.34" },
        ["kubernetes.expandableStorage: false in the shape; volumes of a class that is made here grow"],
      ],
    );
  });

  it("is wrong without what the customer has and the replica neither brings nor leaves out", () => {
    const shape = { ...vm, proxy: true, privateCa: true, registryMirror: true };
    const missing = (what: string, part: string) =>
      `is missing; the shape has ${what}, and the customer's is not the replica's: give one of its own, or say that it does without by 'replica.without': [${part}]`;
    assert.deepEqual(problems(own, files(shape), InputError), [
      `'proxy' ${missing("an outgoing proxy", "proxy")}`,
      `'tls.certificateFile' ${missing("certificates of an authority of its own", "privateCa")}`,
      `'registry' ${missing("a mirror of the images", "registry")}`,
    ]);
    const brought = {
      ...own,
      registry: { host: "mirror.example.com/x" },
      replica: { without: ["proxy", "privateCa"] },
    };
    assert.deepEqual(problems(brought, files(shape), InputError), []);
  });

  it("tells what is wrong with the shape and with its own keys at once", () => {
    assert.deepEqual(
      problems({ ...own, cloud: "azure" }, files({ ...vm, domain: "sg.acme.com", size: "Q" }), InputError),
      [
        `'shape.yaml: domain' is a host or an address of the customer's, got "sg.acme.com"; remove it: a shape has kinds, versions and sizes only, and a replica hosts of its own`,
        `'shape.yaml: size' must be one of XS, S, M, L, XL, 2XL, 3XL, got "Q"`,
        `'cloud' must be one of aws, gcp, local, existing, got "azure"`,
      ],
    );
    assert.deepEqual(problems(own, {}, InputError), [`'like' names a file that cannot be read, got "shape.yaml"`]);
    assert.deepEqual(problems({ ...own, like: "preset:vms" }, {}, InputError), [
      `'like' names no preset, got "preset:vms"; presets are restricted-kubernetes, external-databases, compose-vm, airgapped-vm, gitlab-beside`,
    ]);
    assert.deepEqual(problems({ cloud: "local", like: "preset:compose-vm" }, {}, InputError), [
      `'release' is missing; give a text, such as "7.5.4453"`,
      "'expires' is missing; a replica needs its last day, such as 2027-01-31",
    ]);
  });

  it("changes nothing of a config without a shape", () => {
    const config = { cloud: "local", release: "7.5.4453" };
    assert.deepEqual(followLike(config, {}), { config, notes: [] });
  });
});

describe("every preset", () => {
  const place = { vm: { cloud: "local" }, kubernetes: { cloud: "existing" } } as const;
  for (const { name, shape } of shapePresets)
    it(`${name} gives a config that can be deployed`, () => {
      const ingress = { className: "nginx" };
      const storageClass = shape.kubernetes === undefined ? { provisioner: "csi.example.com" } : { name: "fast" };
      const specification = parseStack({
        ...place[shape.shape],
        release: "7.5.4453",
        like: `preset:${name}`,
        expires: "2026-12-20",
        ...(shape.registryMirror === true && { registry: { host: "mirror.example.com/sourcegraph" } }),
        replica: { without: ["privateCa"] },
        ...(shape.shape === "kubernetes" && { kubernetes: { ingress, storageClass } }),
      }) as Specification;
      assert.equal(specification.shape, shape.shape);
      assert.deepEqual(specification.replica?.codeHosts, shape.codeHosts);
      assert.deepEqual([specification.boundaries.stage, specification.boundaries.syntheticData], ["development", true]);
    });
});
