import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, RefusedError } from "../../../../components/core/errors";
import { filesNamed, parseSpecification } from "../../../../components/core/planning/config/specification";
import { anyConfig, anyFiles, goodConfigs as good, problemLines, wrong } from "../../../support/configs";

describe("a malformed config", () => {
  it("is told everything at once: unknown keys, wrong units, wrong types, contradictions", () =>
    wrong(
      {
        cloud: "aws",
        regoin: "us-east-1",
        release: "7.5.9999",
        usage: {
          users: "1000",
          repositories: "5 k",
          totalSizeGb: "500GB",
          largestRepositoryGb: "5",
          largestIndexGb: "5TB",
        },
        size: "S",
        domain: "SG.example.com",
        tls: { mode: "acme" },
        access: { allowedCidrs: [] },
        network: { cidr: "10.0.0.0/33" },
        databases: { external: { frontend: { host: "h", user: "u", database: "d" } } },
        name: "x",
      },
      [
        `'usage.users' must be a number, got "1000"; write 1000 without quotes`,
        `'usage.repositories' must be a number, got "5 k"; give the number alone`,
        `'usage.totalSizeGb' must be a number of GB, without a unit, got "500GB"; write 500`,
        `'usage.largestRepositoryGb' must be a number of GB, without a unit, got "5"; write 5 without quotes`,
        `'usage.largestIndexGb' must be a number of GB, without a unit, got "5TB"; give the number alone`,
        "'regoin' is not a known key; did you mean 'region'?",
        `'name' must be 2 to 24 lower-case letters, digits and dashes, begin with a letter and not end with a dash, because the clouds refuse other names, got "x"`,
        `'domain' must be a host name in lower case such as sourcegraph.example.com, got "SG.example.com"`,
        "'region' is missing; cloud aws needs one, such as us-east-1",
        `'size' and 'usage' exclude each other, got "S" and a usage; keep one of them`,
        "'tls.email' is missing; mode acme needs a contact address",
        "'access.allowedCidrs' is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
        `'network.cidr' must be an IPv4 block such as 10.40.0.0/16, got "10.0.0.0/33"`,
        "'databases.external.frontend.passwordSecret' is missing; an external database needs the secret with its password",
        `'release' is "7.5.9999", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453`,
      ],
    ));

  it("hears nothing that follows only from what could not be read", () =>
    wrong(
      {
        ...good.aws,
        size: undefined,
        usage: "much",
        domain: 5,
        tls: { mode: "load-balancer" },
        dnsZone: 7,
        secrets: 1,
      },
      [
        `'usage' must be a set of keys, got "much"`,
        "'domain' must be a text, such as \"sourcegraph.example.com\", got 5",
        "'dnsZone' must be a text, such as \"Z0123456789ABCDEFGHIJ\", got 7",
        "'secrets' must be a set of keys, got a value that is not shown here",
      ],
    ));

  it("is told what to give for each key that is missing, with an example", () => {
    wrong({}, [
      "'cloud' is missing; give one of aws, gcp, local, existing",
      `'release' is missing; give a text, such as "7.5.4453"`,
    ]);
    wrong({ ...good.local, smtp: {} }, [
      `'smtp.host' is missing; give a text, such as "smtp.example.com"`,
      "'smtp.port' is missing; give a number",
      `'smtp.from' is missing; give a text, such as "sourcegraph@example.com"`,
      "'smtp.authentication' is missing; give one of PLAIN, CRAM-MD5, none",
    ]);
    wrong({ ...good.local, databases: { external: { frontend: {} } } }, [
      `'databases.external.frontend.host' is missing; give a text, such as "pg.example.com"`,
      `'databases.external.frontend.user' is missing; give a text, such as "sourcegraph"`,
      `'databases.external.frontend.database' is missing; give a text, such as "sourcegraph"`,
    ]);
  });

  it("is refused when it is no set of keys at all", () => {
    wrong(undefined, ["is missing; give a set of keys"]);
    wrong("aws", ['must be a set of keys, got "aws"']);
  });

  it("says the headline once", () =>
    assert.throws(
      () => parseSpecification({ ...good.aws, size: undefined }),
      new InputError([{ path: "size", message: "is missing; give a size (XS, S, M, L, XL) or 'usage'" }]),
    ));
});

describe("a release that is too old", () => {
  it("is refused with exit code 3 when it is all that is wrong", () =>
    assert.throws(
      () => parseSpecification({ ...good.aws, release: "5.11.6271" }),
      (error) => {
        assert.ok(error instanceof RefusedError);
        assert.equal(error.exitCode, 3);
        assert.equal(
          error.message,
          `refused:\n  - 'release' is "5.11.6271", which is known to the upgrade planner, but files are rendered exactly from 6.0.0 on; choose 6.0.0 or newer, the newest is 7.5.4453`,
        );
        return true;
      },
    ));
});

describe("a complete specification", () => {
  it("fills in every default of a local deployment", () => {
    const specification = parseSpecification(good.local);
    assert.deepEqual(JSON.parse(JSON.stringify(specification)), {
      name: "sourcegraph",
      shape: "vm",
      cloud: "local",
      region: "local",
      zone: "local",
      release: "7.5.4453",
      size: { named: "XS" },
      tls: { mode: "none", staging: false },
      access: { allowedCidrs: [], sshKeys: [], iapMembers: [] },
      network: { cidr: "10.40.0.0/16", reservedCidrs: [] },
      databases: { frontend: "bundled", codeIntel: "bundled", codeInsights: "bundled" },
      cache: { cache: "bundled", store: "bundled" },
      objectStorage: "bundled",
      managed: {
        databases: { version: "16", highlyAvailable: true, login: "password", backupDays: 14 },
        cache: { tls: false, backupDays: 7 },
        objectStorage: { versioning: true },
      },
      tracing: false,
      backup: { keepDays: 14, hourUtc: 3, keepDumps: 3, drillDays: 30 },
      boundaries: {
        zone: "single-tenant",
        stage: "production",
        owner: "sourcegraph",
        syntheticData: false,
        enforce: false,
        exceptions: [],
      },
      modes: [],
      machine: { rootDiskGb: 50 },
      dataDisk: {},
      deletionProtection: true,
      upgrade: "in-place",
      outsideCheck: { enabled: true },
      acknowledge: [],
      allowDataLoss: [],
      overrides: {},
      tags: {},
      secrets: [],
      local: { httpPort: 7080, address: "127.0.0.1" },
    });
  });

  it("ends TLS at a load balancer on a cloud with a domain, and nowhere without", () => {
    const withDomain = { ...good.gcp, domain: "sg.example.com" };
    assert.equal(parseSpecification(withDomain).tls.mode, "load-balancer");
    assert.equal(parseSpecification(good.gcp).tls.mode, "none");
  });

  it("stands in the first zone of the region, b where Google Cloud has no a", () => {
    assert.equal(parseSpecification(good.aws).zone, "us-east-1a");
    assert.equal(parseSpecification(good.gcp).zone, "us-central1-a");
    assert.equal(parseSpecification({ ...good.gcp, region: "europe-west1" }).zone, "europe-west1-b");
    assert.equal(parseSpecification({ ...good.gcp, region: "us-east1" }).zone, "us-east1-b");
  });

  it("holds the names of secrets and never a value", () =>
    fc.assert(
      fc.property(anyConfig, (config) => {
        const marked = Object.fromEntries(
          Object.keys(config["secrets"] as object).map((name) => [name, "marker-5f1c"]),
        );
        const specification = parseSpecification({ ...config, secrets: marked }, anyFiles);
        assert.ok(!JSON.stringify(specification).includes("marker-5f1c"));
      }),
      { numRuns: 30 },
    ));

  it("takes the texts of the files that are named", () => {
    const siteConfig = { siteFile: "site.json", codeHostsFile: "hosts.json" };
    assert.deepEqual(filesNamed({ ...good.local, siteConfig }), ["site.json", "hosts.json"]);
    const specification = parseSpecification({ ...good.local, siteConfig, secrets: { key: "" } }, anyFiles);
    assert.equal(specification.siteConfig?.site, anyFiles["site.json"]);
  });
});

describe("no message repeats a secret", () => {
  const marker = "marker-5f1c";
  const login = `https://me:${marker}@host`;
  const misplaced: readonly Record<string, unknown>[] = [
    { secrets: marker },
    { secrets: { "a b": marker, c: { d: marker } } },
    { secrets: [marker] },
    { databases: { external: { frontend: { host: "h", user: "u", database: "d", passwordSecret: marker } } } },
    {
      databases: { external: { frontend: { host: "h", user: "u", database: "d", passwordSecret: { value: marker } } } },
    },
    { databases: { external: { frontend: { password: marker } } } },
    { cache: { external: { store: marker } } },
    { cache: login },
    { objectStorage: { external: { backend: "S3", accessKeyIdSecret: marker, secretAccessKeySecret: marker } } },
    { smtp: { host: "h", port: "x", from: "f", authentication: "PLAIN", passwordSecret: marker, password: marker } },
    { smtp: { password: marker } },
    { registry: { host: login, credentialsSecret: marker } },
    { tls: { mode: "certificate", keySecret: marker, key: marker } },
    { proxy: { http: login, https: login } },
    { access: { allowedCidrs: [], sshKeys: [`-----BEGIN OPENSSH PRIVATE KEY----- ${marker}`] } },
    { overrides: { gitserver: { env: { API_TOKEN: marker, URL: login } } } },
    { overrides: { gitserver: { env: { PASSWORD: { value: marker } } } } },
    { siteConfig: { siteFile: "marked.json" } },
    { local: { address: login } },
  ];

  for (const [index, keys] of misplaced.entries())
    it(`when one is misplaced under '${Object.keys(keys).join(", ")}' (${index + 1})`, () => {
      for (const config of [good.local, good.aws, good.gcp])
        assert.throws(
          () => parseSpecification({ ...config, ...keys }, { "marked.json": `{ "licenseKey": "${marker}" }` }),
          (error) => {
            assert.ok(problemLines(error).length > 0);
            assert.ok(!(error as Error).message.includes(marker), (error as Error).message);
            return true;
          },
        );
    });
});
