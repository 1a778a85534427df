import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError, RefusedError } from "../../components/core/errors";
import { releases } from "../../components/core/product/releases";
import { parseSpecification, type FileTexts } from "../../components/core/planning/config/specification";

/** A good config of each cloud, for tests to vary. */
export const goodConfigs = {
  local: { cloud: "local", release: "7.5.4453" },
  aws: {
    cloud: "aws",
    region: "us-east-1",
    release: "7.5.4453",
    size: "S",
    access: { allowedCidrs: ["10.0.0.0/8"] },
  },
  gcp: {
    cloud: "gcp",
    region: "us-central1",
    gcp: { project: "example-project" },
    release: "7.5.4453",
    size: "S",
    access: { allowedCidrs: ["10.0.0.0/8"] },
  },
} as const;

/** Every release that is rendered. */
export const renderedReleases = releases
  .filter(({ version, deployable }) => Number(version.split(".")[0]) >= 6 && deployable.compose)
  .map(({ version }) => version);

/** The lines of a message below its headline, without the dashes. */
export function problemLines(error: unknown): string[] {
  assert.ok(error instanceof InputError || error instanceof RefusedError, String(error));
  return error.message.split("\n  - ").slice(1);
}

/** The refusal that something ends with. */
export function refusalOf(work: () => unknown): RefusedError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof RefusedError, String(error));
    assert.equal(error.exitCode, 3);
    return error;
  }
  return assert.fail("it is not refused");
}

/** Asserts that a config is wrong in exactly these ways. */
export function wrong(config: unknown, problems: readonly string[], files: FileTexts = {}): void {
  assert.throws(
    () => parseSpecification(config, files),
    (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.deepEqual(problemLines(error), problems);
      assert.equal(error.exitCode, 2);
      return true;
    },
  );
}

const database = (name: string) => ({ host: `${name}.db.test`, user: "sg", database: name, passwordSecret: "db" });

function subset<Value>(values: Readonly<Record<string, Value>>): fc.Arbitrary<Record<string, Value>> {
  return fc
    .subarray(Object.keys(values))
    .map((keys) => Object.fromEntries(keys.map((key) => [key, values[key] as Value])));
}

const secrets = { db: "", redisCache: "", redisStore: "", keyId: "", key: "", mail: "", login: "", tls: "" };

/** Texts of the files that the configs of {@link anyConfig} name. */
export const anyFiles: FileTexts = {
  "site.json": '{ "licenseKey": "${secret:key}" }',
  "hosts.json": '{ "GITHUB": [] }',
  "settings.json": "{}",
  "chain.pem": "-----BEGIN CERTIFICATE-----\n",
};

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const place = fc.constantFrom(
  { cloud: "local" },
  { cloud: "aws", region: "eu-west-1", access: { allowedCidrs: ["0.0.0.0/0"] } },
  {
    cloud: "gcp",
    region: "europe-west1",
    gcp: { project: "example-project" },
    access: { allowedCidrs: ["0.0.0.0/0"] },
  },
);

const size = fc.oneof(
  fc.constantFrom("XS", "S", "M", "L", "XL").map((name) => ({ size: name })),
  fc
    .record({
      users: fc.integer({ min: 1, max: 20_000 }),
      repositories: fc.integer({ min: 1, max: 250_000 }),
      totalSizeGb: fc.integer({ min: 1, max: 20_000 }),
      largestIndexGb: fc.integer({ min: 0, max: 20 }),
      codeInsights: fc.boolean(),
    })
    .map((usage) => ({ usage: { ...usage, largestRepositoryGb: Math.min(usage.totalSizeGb, 10) } })),
);

const tls = fc.constantFrom<{ domain?: string; dnsZone?: string; tls?: Record<string, string> }>(
  {},
  { tls: { mode: "none" } },
  { domain: "sg.example.com", tls: { mode: "certificate", keySecret: "tls", certificateFile: "chain.pem" } },
  { domain: "sg.example.com", tls: { mode: "acme", email: "admin@example.com" } },
  { domain: "sg.example.com", tls: { mode: "load-balancer" }, dnsZone: "ZONE" },
);

const options = fc.record(
  {
    databases: subset({
      frontend: database("frontend"),
      codeIntel: database("codeintel"),
      codeInsights: database("codeinsights"),
    }).map((external) => (Object.keys(external).length === 0 ? "bundled" : { external })),
    cache: subset({ cache: "redisCache", store: "redisStore" }).map((external) =>
      Object.keys(external).length === 0 ? "bundled" : { external },
    ),
    objectStorage: fc.constantFrom("bundled", {
      external: {
        backend: "S3",
        region: "eu-west-1",
        bucket: "sg-uploads",
        codeIntelBucket: "sg-codeintel",
        searchJobsBucket: "sg-jobs",
        accessKeyIdSecret: "keyId",
        secretAccessKeySecret: "key",
      },
    }),
    tracing: fc.boolean(),
    registry: fc.constantFrom(
      { host: "mirror.example.com/sourcegraph" },
      { host: "mirror.example.com:5000", credentialsSecret: "login", pinDigests: false },
    ),
    proxy: fc.constant({ http: "http://proxy.test:3128", noProxy: ["example.com"] }),
    smtp: fc.constant({
      host: "mail.test",
      port: 587,
      from: "sg@example.com",
      authentication: "PLAIN",
      username: "sg",
      passwordSecret: "mail",
    }),
    siteConfig: subset({ siteFile: "site.json", codeHostsFile: "hosts.json", globalSettingsFile: "settings.json" }),
    overrides: fc.record(
      {
        gitserver: fc.record({ replicas: fc.integer({ min: 1, max: 5 }) }),
        searcher: fc.record({ replicas: fc.integer({ min: 1, max: 5 }), cpus: fc.constantFrom(0.5, 1, 4) }),
        "zoekt-webserver": fc.record({ replicas: fc.integer({ min: 1, max: 5 }) }),
        "sourcegraph-frontend": fc.record({
          replicas: fc.integer({ min: 1, max: 5 }),
          env: fc.constant({ EXTRA: "a$b", TOKEN: "${secret:key}" }),
        }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

/** Good configs of every kind: cloud, release from 6.0.0, size or usage, and any combination of options. */
export const anyConfig: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(place, fc.constantFrom(...renderedReleases), size, tls, options, optional(fc.constant("inst-1")))
  .map(([where, release, sized, edge, chosen, name]) => {
    const local = where.cloud === "local";
    const edged = local && edge.tls?.mode === "load-balancer" ? {} : edge;
    const zone = edged.dnsZone !== undefined ? { dnsZone: where.cloud === "gcp" ? "example" : "Z0123456789" } : {};
    const acmeLocally = local && edged.tls?.mode === "acme";
    return {
      ...where,
      release,
      ...sized,
      ...edged,
      ...zone,
      ...chosen,
      ...(acmeLocally ? { local: { httpPort: 443, address: "0.0.0.0" } } : {}),
      ...(name === undefined ? {} : { name }),
      secrets,
    };
  });
