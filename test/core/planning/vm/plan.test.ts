import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../../components/core/errors";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { anyConfig, anyFiles, goodConfigs as good, renderedReleases } from "../../../support/configs";

const plan = (config: object) => planVm(parseSpecification(config, anyFiles));

describe("a plan", () => {
  it("is made for any good config, the same every time, and is plain JSON", () =>
    fc.assert(
      fc.property(anyConfig, (config) => {
        const first = plan(config);
        assert.deepEqual(plan(config), first);
        const json = JSON.stringify(first);
        assert.equal(JSON.stringify(JSON.parse(json)), json);
      }),
      { numRuns: 40 },
    ));

  it("is made for every release that is rendered, at every named size", () => {
    for (const release of renderedReleases)
      for (const size of ["XS", "S", "M", "L", "XL"])
        for (const config of [good.aws, good.local]) {
          const made = plan({ ...config, release, size });
          assert.equal(made.release, release);
          assert.equal(made.size, size);
        }
  });

  it("is not made of a release nobody published, whoever made the specification", () =>
    assert.throws(
      () => planVm({ ...parseSpecification(good.local), release: "7.5.1" }),
      new InputError([
        {
          path: "release",
          message:
            'is "7.5.1", which is not a known release; nearest to it: 7.5.0 and 7.5.4453; the newest is 7.5.4453',
        },
      ]),
    ));

  it("stands on the machine of its size, or the one that is named", () => {
    const machine = (config: object) => {
      const { type, vcpu, memoryGib } = plan(config).machine ?? {};
      return { type, vcpu, memoryGib };
    };
    assert.deepEqual(machine(good.aws), { type: "m6a.4xlarge", vcpu: 16, memoryGib: 64 });
    assert.deepEqual(machine({ ...good.aws, machine: { type: "r6i.4xlarge" } }), {
      type: "r6i.4xlarge",
      vcpu: 16,
      memoryGib: 128,
    });
    assert.deepEqual(machine({ ...good.aws, machine: { type: "c7a.8xlarge" } }), {
      type: "c7a.8xlarge",
      vcpu: 32,
      memoryGib: 64,
    });
    assert.deepEqual(machine({ ...good.gcp, machine: { type: "n2-highmem-32" } }), {
      type: "n2-highmem-32",
      vcpu: 32,
      memoryGib: 256,
    });
    assert.equal(plan(good.local).machine, undefined);
  });

  it("has a disk by usage, a fixed one by name, or the one that is given", () => {
    const disk = (config: object) => plan({ ...good.aws, ...config }).dataDisk;
    const usage = { users: 100, repositories: 100, totalSizeGb: 200, largestRepositoryGb: 5, largestIndexGb: 0 };
    assert.deepEqual(disk({ size: undefined, usage })?.sizeGb, 600);
    assert.deepEqual(disk({})?.sizeGb, 500);
    assert.deepEqual(disk({ dataDisk: { sizeGb: 900, type: "io2", iops: 5000 } }), {
      sizeGb: 900,
      type: "io2",
      iops: 5000,
      throughputMbps: undefined,
    });
  });

  it("makes a network unless one exists, and none locally", () => {
    assert.deepEqual(plan(good.aws).network?.cidr, "10.40.0.0/16");
    const existing = { vpcId: "vpc-1", subnetId: "subnet-1" };
    assert.equal(plan({ ...good.aws, network: { existing } }).network, undefined);
    assert.equal(plan(good.local).network, undefined);
  });

  it("says how the instance is reached", () => {
    const dns = { domain: "sg.example.com", dnsZone: "Z0123456789" };
    assert.deepEqual(plan({ ...good.aws, ...dns }).exposure, {
      url: "https://sg.example.com",
      domain: "sg.example.com",
      tls: "load-balancer",
      loadBalancer: true,
      allowedCidrs: ["10.0.0.0/8"],
      ports: [80, 443],
      trustedProxies: ["10.40.32.0/19", "10.40.64.0/19"],
    });
    assert.deepEqual(plan({ ...good.gcp, domain: "sg.example.com" }).exposure.trustedProxies, [
      "130.211.0.0/22",
      "35.191.0.0/16",
    ]);
    assert.equal(plan(good.aws).exposure.url, "http://(address of the machine)");
    assert.deepEqual(plan(good.aws).exposure.ports, [80]);
    assert.equal(plan(good.local).exposure.url, "http://localhost:7080");
    assert.deepEqual(plan(good.local).exposure.trustedProxies, []);
  });

  it("lists what holds data: the disk or the volumes, without caches, the passwords that open them, and the bucket of backups", () => {
    const passwords = ["codeinsightsDbPassword", "codeintelDbPassword", "pgsqlPassword"].map((n) => `sourcegraph-${n}`);
    const names = (config: object) => plan(config).dataResources.map(({ name }) => name);
    assert.deepEqual(names(good.aws), ["sourcegraph-data", ...passwords, "sourcegraph-backups"]);
    assert.deepEqual(names(good.local), [
      ...[
        "blobstore",
        "caddy",
        "codeinsights-db",
        "codeintel-db",
        "gitserver-0",
        "grafana",
        "pgsql",
        "prometheus-v2",
        "redis-store",
        "zoekt-0-shared",
      ].map((volume) => `sourcegraph-${volume}`),
      ...passwords,
    ]);
    const before = names({ ...good.local, release: "6.3.4167" });
    assert.deepEqual(before, names(good.local), "no data resource goes with the services that 6.4 removes");
  });

  it("notices what a person should know", () => {
    assert.deepEqual(plan({ ...good.aws, access: { allowedCidrs: ["0.0.0.0/0"] }, release: "6.12.5040" }).notices, [
      "traffic is plain HTTP: set 'domain' and 'tls' before anybody signs in",
      "the instance is reachable from everywhere ('access.allowedCidrs' holds 0.0.0.0/0)",
      "the data disk is 500 GB, whatever the size is called: about three times the size of all repositories is advised; give 'usage' or 'dataDisk.sizeGb' (it grows in place later)",
      "release 6 is one major behind the newest; support covers the two newest majors",
    ]);
    assert.deepEqual(plan(good.local).notices, []);
  });
});
