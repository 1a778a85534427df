import assert from "node:assert/strict";
import fc from "fast-check";
import { variablesOf, workloadsOf } from "../../../support/kubernetes-plans";

const external = (name: string) => ({
  host: `${name}.db.test`,
  user: "app",
  database: name,
  sslmode: "require",
  passwordSecret: "db",
});

describe("the variables of pods", () => {
  it("list every instance on frontend and worker, whatever the numbers", () => {
    const numbers = fc.record({
      gitserver: fc.integer({ min: 1, max: 9 }),
      searcher: fc.integer({ min: 1, max: 9 }),
      "zoekt-webserver": fc.integer({ min: 1, max: 9 }),
    });
    const profiles = fc.constantFrom("default", "restricted");
    const size = fc.constantFrom("XS", "M", "2XL");
    fc.assert(
      fc.property(numbers, profiles, size, (count, profile, named) => {
        const overrides = Object.fromEntries(Object.entries(count).map(([name, replicas]) => [name, { replicas }]));
        const planned = workloadsOf({ size: named, overrides, kubernetes: { profile } });
        const many = (pods: number, address: (n: number) => string) =>
          Array.from({ length: pods }, (_, n) => address(n)).join(" ");
        const expected = {
          SRC_GIT_SERVERS: many(count.gitserver, (n) => `gitserver-${n}.gitserver:3178`),
          SEARCHER_URL: many(count.searcher, (n) => `http://searcher-${n}.searcher:3181`),
          INDEXED_SEARCH_SERVERS: many(count["zoekt-webserver"], (n) => `indexed-search-${n}.indexed-search:6070`),
          INDEXED_SEARCH_INDEXER: many(
            count["zoekt-webserver"],
            (n) => `indexed-search-${n}.indexed-search-indexer:6072`,
          ),
        };
        for (const name of ["sourcegraph-frontend", "worker"]) {
          const told = variablesOf(planned[name]?.containers[0]);
          assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, told[key]])), expected);
        }
        assert.equal(planned["gitserver"]?.replicas, count.gitserver);
        assert.equal(planned["searcher"]?.replicas, count.searcher);
        assert.equal(planned["indexed-search"]?.replicas, count["zoekt-webserver"]);
      }),
      { numRuns: 30 },
    );
  });

  it("keep frontends from writing the site configuration where their user is not the image's", () => {
    const told = (userIds: unknown) =>
      variablesOf(workloadsOf({ kubernetes: { userIds } })["sourcegraph-frontend"]?.containers[0]);
    for (const userIds of ["assigned", 5000]) assert.equal(told(userIds)["NO_SITE_CONFIG_ESCAPE_HATCH"], "true");
    assert.equal(told("image")["NO_SITE_CONFIG_ESCAPE_HATCH"], undefined);
  });

  it("refer to earlier ones only, and are each given once, for any overrides", () => {
    const env = fc.dictionary(
      fc.constantFrom("OTEL_AGENT_HOST", "POD_NAME", "OWN", "CACHE_DIR"),
      fc.constantFrom("x", "$(POD_NAME)/y"),
    );
    fc.assert(
      fc.property(env, (own) => {
        const planned = workloadsOf({ overrides: { searcher: { env: own } } });
        for (const { name, initContainers, containers } of Object.values(planned))
          for (const { environment } of [...initContainers, ...containers]) {
            const names = environment.map((variable) => variable.name);
            assert.equal(new Set(names).size, names.length, name);
            environment.forEach(({ value }, index) => {
              if (typeof value !== "string" || own["POD_NAME"] !== undefined) return;
              for (const [, used] of value.matchAll(/\$\((\w+)\)/g)) assert.ok(names.indexOf(used ?? "") < index, name);
            });
          }
      }),
      { numRuns: 30 },
    );
  });

  it("read every login of a database from the six keys of its Secret, bundled and external alike", () => {
    const told = variablesOf(workloadsOf()["sourcegraph-frontend"]?.containers[0]);
    const outside = { databases: { external: { frontend: external("a") } }, secrets: { db: "" } };
    const [frontend] = workloadsOf(outside)["sourcegraph-frontend"]?.containers ?? [];
    const [migrator] = workloadsOf(outside)["sourcegraph-frontend"]?.initContainers ?? [];
    for (const container of [variablesOf(frontend), variablesOf(migrator), told])
      for (const [prefix, secret] of [
        ["PG", "pgsql-auth"],
        ["CODEINTEL_PG", "codeintel-db-auth"],
        ["CODEINSIGHTS_PG", "codeinsights-db-auth"],
      ] as const)
        for (const key of ["database", "host", "password", "port", "user", "sslmode"])
          assert.equal(container[`${prefix}${key.toUpperCase()}`], `secret:${secret}#${key}`);
    assert.equal(told["REDIS_CACHE_ENDPOINT"], "secret:redis-cache#endpoint");
    assert.equal(told["DEPLOY_TYPE"], "kubernetes");
    assert.equal(variablesOf(workloadsOf()["gitserver"]?.containers[0])["PGHOST"], undefined);
  });

  it("read no password where the identity of the pods signs in, and give these an account each", () => {
    const aws = {
      cloud: "aws",
      region: "us-east-1",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      databases: { managed: { only: ["frontend"], login: "iam" } },
    };
    const planned = workloadsOf(aws);
    const told = variablesOf(planned["sourcegraph-frontend"]?.containers[0]);
    assert.equal(told["PGPASSWORD"], undefined);
    assert.equal(told["PGHOST"], "secret:pgsql-auth#host");
    assert.equal(told["CODEINTEL_PGPASSWORD"], "secret:codeintel-db-auth#password");
    const identities = Object.values(planned).filter(
      ({ containers }) => variablesOf(containers[0])["PG_CONNECTION_UPDATER"] === "EC2_ROLE_CREDENTIALS",
    );
    assert.deepEqual(
      identities.map(({ name, serviceAccount }) => [name, serviceAccount.name, serviceAccount.created]),
      [
        "sourcegraph-frontend",
        "worker",
        "gitserver",
        "searcher",
        "precise-code-intel-worker",
        "syntactic-code-intel-worker",
      ].map((name) => [name, name, true]),
    );
    assert.deepEqual(workloadsOf()["gitserver"]?.serviceAccount, { name: "default", created: false, annotations: {} });
  });

  it("send traces to the agent of the node, or to the collector where there is none", () => {
    const of = (kubernetes: object) => variablesOf(workloadsOf({ kubernetes })["worker"]?.containers[0]);
    assert.equal(of({})["OTEL_EXPORTER_OTLP_ENDPOINT"], "http://$(OTEL_AGENT_HOST):4317");
    assert.equal(of({ leaveOut: ["otel-agent"] })["OTEL_EXPORTER_OTLP_ENDPOINT"], "http://otel-collector:4317");
    assert.equal(of({ leaveOut: ["otel-agent"] })["OTEL_AGENT_HOST"], undefined);
  });

  it("name Jaeger, Grafana and Prometheus only where they run", () => {
    const of = (vary: Readonly<Record<string, unknown>>) => {
      const planned = workloadsOf(vary);
      const told = variablesOf(planned["sourcegraph-frontend"]?.containers[0]);
      return [told["JAEGER_SERVER_URL"], told["GRAFANA_SERVER_URL"], told["PROMETHEUS_URL"]];
    };
    assert.deepEqual(of({}), [undefined, "http://grafana:30070", "http://prometheus:30090"]);
    assert.deepEqual(of({ tracing: true, kubernetes: { leaveOut: ["grafana", "prometheus"] } }), [
      "http://jaeger-query:16686",
      undefined,
      undefined,
    ]);
    const collector = workloadsOf({ tracing: true })["otel-collector"]?.containers[0];
    assert.deepEqual(collector?.command, [
      "/bin/otelcol-sourcegraph",
      "--config=/etc/otel-collector/configs/jaeger.yaml",
    ]);
    assert.deepEqual(variablesOf(collector), { JAEGER_HOST: "jaeger-collector", JAEGER_OTLP_GRPC_PORT: "4317" });
  });

  it("size the caches of searcher after its claim", () => {
    const of = (vary: Readonly<Record<string, unknown>>) =>
      variablesOf(workloadsOf({ overrides: { searcher: { storageGb: 40 } }, ...vary })["searcher"]?.containers[0]);
    assert.equal(of({})["SEARCHER_CACHE_SIZE_MB"], "18000");
    assert.equal(of({})["SYMBOLS_CACHE_SIZE_MB"], "18000");
    assert.equal(of({ release: "6.3.4167" })["SEARCHER_CACHE_SIZE_MB"], "36000");
  });

  it("keep values with secrets in a Secret of the service's own", () => {
    const planned = workloadsOf({
      overrides: { worker: { env: { OPEN: "a", TOKEN: "${secret:token}" } } },
      secrets: { token: "" },
    });
    const told = variablesOf(planned["worker"]?.containers[0]);
    assert.equal(told["OPEN"], "a");
    assert.equal(told["TOKEN"], "secret:worker-environment#TOKEN");
    assert.deepEqual(planned["worker"]?.reads.secrets, ["redis-cache", "redis-store", "worker-environment"]);
  });

  it("go round the proxy for every Service of the instance and external databases", () => {
    const planned = workloadsOf({
      proxy: { https: "http://proxy:3128", noProxy: ["10.0.0.0/8"] },
      databases: { external: { frontend: external("a") } },
      secrets: { db: "" },
    });
    const around = (variablesOf(planned["gitserver"]?.containers[0])["NO_PROXY"] ?? "").split(",");
    for (const name of [
      "gitserver",
      "indexed-search-indexer",
      "sourcegraph-frontend-internal",
      ".svc",
      "a.db.test",
      "10.0.0.0/8",
    ])
      assert.ok(around.includes(name), name);
    assert.ok(!around.includes("pgsql"));
    assert.equal(variablesOf(planned["searcher"]?.containers[0])["HTTPS_PROXY"], undefined);
  });
});
