import assert from "node:assert/strict";
import { RefusedError } from "../../../../components/core/errors";
import { parseSpecification, type FileTexts } from "../../../../components/core/planning/config/specification";
import { refuseExpired } from "../../../../components/core/planning/replica/expiry";
import { goodConfigs as good, problemLines, refusalOf, wrong } from "../../../support/configs";

const replica = { ...good.local, expires: "2026-12-20", replica: {} };

function refused(config: unknown, problems: readonly string[], files: FileTexts = {}): void {
  assert.deepEqual(problemLines(refusalOf(() => parseSpecification(config, files))), problems);
}

describe("a replica", () => {
  it("is for development, with made-up data, unguarded, and without a licence where nothing is said", () => {
    const { boundaries, deletionProtection, expires, replica: itself } = parseSpecification(replica);
    const { stage, syntheticData, licence } = boundaries;
    assert.deepEqual(
      { stage, syntheticData, licence, deletionProtection, expires, itself },
      {
        stage: "development",
        syntheticData: true,
        licence: undefined,
        deletionProtection: false,
        expires: "2026-12-20",
        itself: { licence: "none", codeHosts: [] },
      },
    );
  });

  it("asks us for nothing: no updates, no events, no licence check", () => {
    const { overrides, siteConfig } = parseSpecification(replica);
    assert.deepEqual(JSON.parse(siteConfig?.site ?? ""), { "update.channel": "none" });
    assert.deepEqual(overrides["worker"]?.env, {
      EXTERNAL_DENY_LIST: "sourcegraph.com,*.sourcegraph.com",
      TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR: "",
    });
  });

  it("sends events to the gateway of development where that is stated", () => {
    const development = { accounts: ["localhost"], domain: "sgdev.example.org" };
    const { overrides } = parseSpecification({ ...replica, boundaries: { development } });
    assert.equal(
      overrides["worker"]?.env?.["TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR"],
      "https://telemetry-gateway.sgdev.example.org:443",
    );
  });

  it("has a licence of its own by a secret, which is development's to the rules", () => {
    const { boundaries, siteConfig } = parseSpecification({
      ...replica,
      replica: { licence: "internal", licenceSecret: "key" },
      secrets: { key: "" },
    });
    assert.deepEqual(boundaries.licence, ["internal"]);
    assert.deepEqual(JSON.parse(siteConfig?.site ?? ""), {
      "update.channel": "none",
      licenseKey: "${secret:key}",
    });
  });

  it("is wrong without its last day, with half a licence, and with what its shape does not have", () =>
    wrong(
      {
        ...good.local,
        like: "shape.yaml",
        siteConfig: { codeHostsFile: "hosts.json" },
        replica: {
          licence: "development",
          codeHosts: [
            { kind: "gitlab", repositories: 1, totalSizeGb: 4, largestRepositoryGb: 2 },
            { kind: "gitlab", repositories: 3, totalSizeGb: 4, largestRepositoryGb: 5 },
          ],
          cluster: {},
        },
      },
      [
        "'like' is of stack files, whose program reads the shape, got \"shape.yaml\"; in a program of your own give followLike its text, and pass on the config it returns",
        "'expires' is missing; a replica needs its last day, such as 2027-01-31",
        "'replica.licenceSecret' is missing; a development licence has a key: set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME here",
        "'replica.codeHosts.0.largestRepositoryGb' must be 'totalSizeGb' (4) where there is one repository, got 2; remove it",
        "'replica.codeHosts.1.largestRepositoryGb' must not be larger than 'totalSizeGb' (4), got 5",
        "'siteConfig.codeHostsFile' and 'replica.codeHosts' exclude each other, since both own the code host connections; keep one of them",
        `'replica.cluster' has no meaning for shape vm; remove it, or give "shape: kubernetes"`,
      ],
      { "hosts.json": "{}" },
    ));

  it("is wrong with restrictions that its own deployment would not meet by its keys", () =>
    wrong(
      {
        cloud: "existing",
        shape: "kubernetes",
        release: "7.5.4453",
        size: "S",
        expires: "2026-02-30",
        boundaries: { zone: "dotcom" },
        kubernetes: {
          via: "helm",
          createNamespace: false,
          ingress: { className: "nginx" },
          storageClass: { create: false },
        },
        replica: {
          licenceSecret: "key",
          cluster: { clusterRoles: "denied" },
          codeHosts: [{ kind: "other", repositories: 1, totalSizeGb: 1 }],
        },
        secrets: { key: "" },
      },
      [
        "'expires' must be a day such as 2027-01-31, got \"2026-02-30\"",
        "'replica' is for instances of one customer, got zone dotcom; remove it",
        "'replica.licence' is none, and 'replica.licenceSecret' gives a key; say what the replica's own licence is, development or internal",
        "'replica.codeHosts' cannot be with kubernetes.via helm, whose chart knows no workload besides the product's; use native, or give an empty list",
        "'kubernetes.profile' must be restricted where 'replica.cluster.clusterRoles' is denied, got nothing",
        "'kubernetes.createNamespace' must not be false with 'replica.cluster', whose restrictions are of a namespace that is made; remove it",
      ],
    ));

  it("is refused for whatever is of production", () =>
    refused(
      {
        ...good.aws,
        expires: "2026-12-20",
        domain: "search.acme.com",
        dnsZone: "Z0123456789ABCDEFGHIJ",
        replica: {},
        boundaries: {
          stage: "production",
          syntheticData: false,
          licence: ["plan:enterprise-1"],
          account: "111111111111",
          development: { accounts: ["111111111111"], domain: "dev.example.com" },
        },
        databases: {
          external: { frontend: { host: "pg.acme.com", user: "sg", database: "sg", passwordSecret: "pg" } },
        },
        cache: { external: { store: "redis" } },
        objectStorage: {
          external: { backend: "S3", bucket: "acme", region: "us-east-1", endpoint: "https://s3.acme.com:9000" },
        },
        customerKey: "arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000",
        modes: ["byok"],
        overrides: { worker: { env: { TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR: "https://telemetry.acme.com:443" } } },
        siteConfig: { siteFile: "site.json" },
        secrets: { pg: "", redis: "", key: "" },
      },
      [
        "'boundaries.stage' breaks B-O02: a replica is for development, got production; remove it",
        "'boundaries.syntheticData' breaks B-K01: a replica holds made-up data only; remove it",
        "'boundaries.licence' breaks B-O02: its licence is for plan:enterprise-1; a replica has one of its own of kind dev or internal, or none",
        `'domain' breaks B-O02: "search.acme.com" is no host of development; use one that ends in dev.example.com`,
        `'databases.external.frontend.host' breaks B-O02: "pg.acme.com" is no host of development; use one that ends in dev.example.com`,
        `'objectStorage.external' breaks B-O02: "s3.acme.com" is no host of development; use one that ends in dev.example.com`,
        "'cache.external' breaks B-O02: what is kept outside may be of production; leave it out, so that the replica has its own",
        "'customerKey' breaks B-O02: the customer's key is of production; a replica has made-up data only and keys of its own, so leave it out",
        "'overrides.worker.env.TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR' breaks B-O02: a replica sends events nowhere, or to the development that 'boundaries.development' states; leave it out",
        "'siteConfig.siteFile' breaks B-O02: site.json sets licenseKey, and nothing tells whose it is; leave it out, and name the replica's own by 'replica.licenceSecret'",
      ],
      { "site.json": '{ "licenseKey": "${secret:key}" }' },
    ));
});

describe("the last day", () => {
  const said = (lifetime: object, today: string): string | undefined => {
    try {
      refuseExpired(lifetime, today);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof RefusedError, String(error));
      assert.equal(error.exitCode, 3);
      return error.message;
    }
  };

  it("counts to its end, and refuses afterwards, naming the day and how to go on or end it", () => {
    const expires = "2026-12-20";
    assert.equal(said({ expires, replica: {} }, "2026-12-20"), undefined);
    assert.equal(
      said({ expires, replica: {} }, "2026-12-21"),
      "refused for its last day:\n  - 'expires' was 2026-12-20, and today is 2026-12-21; remove the instance by sgbox down, in a fleet by sgbox fleet reap, or give a later day, up to 2027-01-20",
    );
    assert.equal(
      said({ expires }, "2026-12-21"),
      "refused for its last day:\n  - 'expires' was 2026-12-20, and today is 2026-12-21; remove the instance by sgbox down, in a fleet by sgbox fleet reap, or give a later day",
    );
  });

  it("of a replica is 30 days away at most, or as many as it says; of others as far as they like", () => {
    const expires = "2026-12-20";
    assert.equal(said({ expires, replica: {} }, "2026-11-20"), undefined);
    assert.equal(
      said({ expires, replica: {} }, "2026-11-19"),
      "refused for its last day:\n  - 'expires' is 2026-12-20, 31 days away; a replica lives 30 days at a time, so give a day up to 2026-12-19, or raise 'replica.longestDays'",
    );
    assert.equal(said({ expires, replica: { longestDays: 31 } }, "2026-11-19"), undefined);
    assert.equal(said({ expires }, "2020-01-01"), undefined);
    assert.equal(said({ replica: {} }, "2026-11-19"), undefined);
  });

  it("keeps nobody from closing an environment on purpose, which takes one more update", () => {
    const environment = { kind: "replica", close: "src-3f9c1a20b7" };
    assert.equal(said({ expires: "2026-12-20", replica: {}, environment }, "2026-12-21"), undefined);
    const { close: _close, ...open } = environment;
    assert.ok(said({ expires: "2026-12-20", replica: {}, environment: open }, "2026-12-21"));
  });
});
