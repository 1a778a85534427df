import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { InputError } from "../../../../components/core/errors";
import { tellsOfSomebody } from "../../../../components/core/planning/replica/identity";
import { parseShape, readShape } from "../../../../components/core/planning/replica/parse-shape";
import { shapePresets } from "../../../../components/core/planning/replica/presets";
import { problemLines } from "../../../support/configs";

const good = { schema: 1, release: "7.5.4453", shape: "vm", size: "S" } as const;

function wrong(shape: unknown, problems: readonly string[]): void {
  assert.throws(
    () => parseShape(stringify(shape)),
    (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, /^the shape file is not valid:/);
      assert.deepEqual(problemLines(error), problems);
      return true;
    },
  );
}

describe("a shape file", () => {
  it("says what a customer has, by kinds, versions and sizes", () => {
    const shape = {
      ...good,
      shape: "kubernetes",
      external: { databases: { version: "16", sizeGb: 400 }, cache: {}, objectStorage: {} },
      proxy: true,
      kubernetes: { clusterRoles: "denied", podSecurity: "restricted", quota: { cpus: 40 }, leaveOut: ["grafana"] },
      codeHosts: [{ kind: "gitlab", repositories: 4000, totalSizeGb: 300, largestRepositoryGb: 20 }],
      overrides: { gitserver: { replicas: 3, storageGb: 500 } },
    };
    assert.deepEqual(parseShape(stringify(shape)), shape);
  });

  it("is refused for everything that tells who the customer is, with what to do, and never shows a secret", () =>
    wrong(
      {
        ...good,
        customer: "Acme Corp",
        domain: "search.acme.com",
        licence: "production",
        licenseKey: "eyJzaWciOnsiRm9ybWF0Ijoi",
        email: "it@acme.com",
        external: { databases: { version: "16", host: "10.1.2.3", password: "hunter2" } },
        machineType: "git.acme.com",
        codeHosts: [{ kind: "gitlab", name: "acme-git", repositories: 1, totalSizeGb: 1, token: "glpat-abcdefghij" }],
        snapshot: "snap-0123",
      },
      [
        `'customer' is a name of the customer's, got "Acme Corp"; remove it: a shape says what is there, not whose it is`,
        `'domain' is a host or an address of the customer's, got "search.acme.com"; remove it: a shape has kinds, versions and sizes only, and a replica hosts of its own`,
        "'licence' is the licence of production; remove it: a replica has one of its own, by 'replica.licence' of its stack, or none",
        "'licenseKey' is a licence of the customer's, got a value that is not shown here; remove it: a replica has one of its own, by 'replica.licence' of its stack, or none",
        `'email' is an e-mail address, got "it@acme.com"; remove it: nothing in a shape is of a person`,
        `'external.databases.host' is a host or an address of the customer's, got "10.1.2.3"; remove it: a shape has kinds, versions and sizes only, and a replica hosts of its own`,
        "'external.databases.password' is a secret, got a value that is not shown here; remove it, and change it where it is in use: it was in the open here",
        `'machineType' is a host or an address of the customer's, got "git.acme.com"; remove it: a shape has kinds, versions and sizes only, and a replica hosts of its own`,
        `'codeHosts.0.name' is a name of the customer's, got "acme-git"; remove it: a shape says what is there, not whose it is`,
        "'codeHosts.0.token' is a secret, got a value that is not shown here; remove it, and change it where it is in use: it was in the open here",
        `'snapshot' is data of the customer's, got "snap-0123"; remove it: a replica has made-up data only, such as 'codeHosts' ask for`,
      ],
    ));

  it("is refused for what it cannot be, all at once", () =>
    wrong(
      {
        ...good,
        schema: 2,
        proxi: true,
        kubernetes: {},
        codeHosts: [{ kind: "svn", repositories: 0, totalSizeGb: 1 }],
      },
      [
        "'schema' must be one of 1, got 2",
        "'codeHosts.0.kind' must be one of github, githubEnterprise, gitlab, bitbucketServer, bitbucketCloud, azureDevOps, gerrit, gitolite, perforce, phabricator, other, got \"svn\"",
        "'codeHosts.0.repositories' must be at least 1, got 0",
        "'proxi' is not a known key; did you mean 'proxy'?",
      ],
    ));

  it("is refused for what contradicts itself", () => {
    const usage = { users: 10, repositories: 10, totalSizeGb: 1, largestRepositoryGb: 2, largestIndexGb: 0 };
    const codeHosts = [{ kind: "other", repositories: 2, totalSizeGb: 1, largestRepositoryGb: 2 }];
    wrong({ ...good, usage, kubernetes: {}, codeHosts }, [
      "'size' and 'usage' exclude each other; keep one of them",
      "'usage.largestRepositoryGb' must not be larger than 'usage.totalSizeGb' (1), got 2",
      `'kubernetes' has no meaning for shape vm; remove it, or give "shape: kubernetes"`,
      "'codeHosts.0.largestRepositoryGb' must not be larger than 'totalSizeGb' (1), got 2",
    ]);
    wrong({ schema: 1, release: "7.5.4453", shape: "kubernetes", machineType: "m7i.large", dataDiskGb: 100 }, [
      "'size' is missing; give a size such as M, or 'usage'",
      "'machineType' has no meaning for shape kubernetes; remove it",
      "'dataDiskGb' has no meaning for shape kubernetes; remove it",
    ]);
    assert.throws(() => parseShape("a: [1"), /it is not YAML: Flow sequence/);
  });

  it("takes no host, address, e-mail or URL wherever one stands", () =>
    fc.assert(
      fc.property(
        fc.oneof(fc.domain(), fc.emailAddress(), fc.ipV4(), fc.webUrl()),
        fc.constantFrom("machineType", "release"),
        (text, key) => {
          assert.ok(tellsOfSomebody(text), text);
          assert.ok("problems" in readShape({ ...good, [key]: text }), text);
        },
      ),
      { numRuns: 50 },
    ));

  it("takes the names of machine types and releases", () => {
    for (const machineType of ["m6a.8xlarge", "i4i.metal-24xl", "c7g.metal", "n2-standard-16", "e2-custom-4-16384"])
      assert.deepEqual(parseShape(stringify({ ...good, machineType })), { ...good, machineType });
  });
});

describe("the presets of shapes", () => {
  it("are shapes themselves, each under a name of its own", () => {
    for (const { shape } of shapePresets) assert.ok("shape" in readShape({ ...shape, release: "7.5.4453" }));
    assert.deepEqual(
      shapePresets.map(({ name }) => name),
      ["restricted-kubernetes", "external-databases", "compose-vm", "airgapped-vm", "gitlab-beside"],
    );
  });
});
