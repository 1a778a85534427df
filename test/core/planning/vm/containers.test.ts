import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlannedContainer } from "../../../../components/core/planning/vm/container";
import { planVm, type Plan } from "../../../../components/core/planning/vm/plan";
import { parseSpecification, type Specification } from "../../../../components/core/planning/config/specification";
import { anyConfig, anyFiles, goodConfigs as good } from "../../../support/configs";

const plan = (config: object): Plan => planVm(parseSpecification(config, anyFiles));

function container(of: Plan, name: string): PlannedContainer {
  const found = of.containers.find((candidate) => candidate.name === name);
  assert.ok(found, `${name} is not deployed`);
  return found;
}

/** Names of the containers that have a variable, plain or secret, sorted. */
const holders = (of: Plan, variable: string): string[] =>
  of.containers
    .filter(({ environment, secretEnvironment }) => variable in environment || variable in secretEnvironment)
    .map(({ name }) => name)
    .sort();

const anyPlan = anyConfig.map((config): { specification: Specification; plan: Plan } => {
  const specification = parseSpecification(config, anyFiles);
  return { specification, plan: planVm(specification) };
});

const runs = { numRuns: 25 };

const instances = (of: Plan, service: string): string[] =>
  of.containers.filter((candidate) => candidate.service === service).map(({ name }) => name);

describe("the containers of any good config", () => {
  it("are listed to those who look for them exactly as they are deployed", () =>
    fc.assert(
      fc.property(anyPlan, ({ plan: of }) => {
        const list = (service: string, port: number, scheme = "") =>
          instances(of, service)
            .map((name) => `${scheme}${name}:${port}`)
            .join(" ");
        for (const reader of ["sourcegraph-frontend-0", "sourcegraph-frontend-internal", "worker"]) {
          const { environment } = container(of, reader);
          assert.equal(environment["SRC_GIT_SERVERS"], list("gitserver", 3178));
          assert.equal(environment["SEARCHER_URL"], list("searcher", 3181, "http://"));
          assert.equal(environment["INDEXED_SEARCH_SERVERS"], list("zoekt-webserver", 6070));
        }
        assert.equal(container(of, "caddy").environment["SRC_FRONTEND_ADDRESSES"], list("sourcegraph-frontend", 3080));
        assert.equal(instances(of, "zoekt-webserver").length, instances(of, "zoekt-indexserver").length);
      }),
      runs,
    ));

  it("are as many as the overrides say", () =>
    fc.assert(
      fc.property(anyPlan, ({ specification, plan: of }) => {
        for (const [service, { replicas }] of Object.entries(specification.overrides))
          if (replicas !== undefined) assert.equal(instances(of, service).length, replicas);
      }),
      runs,
    ));

  it("name nothing in an address but deployed containers and the hosts of the config", () =>
    fc.assert(
      fc.property(anyPlan, ({ plan: of }) => {
        const names = new Set(of.containers.map(({ name }) => name));
        const outside = /(^|\.)(db\.test|amazonaws\.com|proxy\.test|example\.com)$/;
        const hosts = of.containers.flatMap(({ environment }) =>
          Object.entries(environment)
            .filter(([variable]) => variable !== "NO_PROXY")
            .flatMap(([, value]) =>
              [...value.matchAll(/(?:^|[\s/"])([a-z][a-z0-9.-]*):\d{2,5}\b/g)].map(([, host = ""]) => host),
            ),
        );
        assert.ok(hosts.length > 20);
        for (const host of hosts) assert.ok(names.has(host) || outside.test(host), host);
        for (const { environment } of of.containers)
          for (const [variable, host] of Object.entries(environment))
            if (/PGHOST$|^JAEGER_HOST$/.test(variable)) assert.ok(names.has(host) || outside.test(host), host);
      }),
      runs,
    ));

  it("wait for nothing but deployed containers, those with a health check for health", () =>
    fc.assert(
      fc.property(anyPlan, ({ plan: of }) => {
        for (const { startsAfter } of of.containers)
          for (const [name, condition] of Object.entries(startsAfter)) {
            const { health, restart } = container(of, name);
            if (condition === "service_healthy") assert.ok(health, name);
            else assert.equal(restart, "on-failure");
          }
      }),
      runs,
    ));

  it("have names, volumes and host ports of their own; only a zoekt pair shares its index", () =>
    fc.assert(
      fc.property(anyPlan, ({ plan: of }) => {
        const names = of.containers.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length);
        const users = new Map<string, string[]>();
        for (const { name, mounts } of of.containers)
          for (const mount of mounts)
            if (mount.kind === "volume") users.set(mount.volume, [...(users.get(mount.volume) ?? []), name]);
        assert.deepEqual([...users.keys()].sort(), of.volumes);
        for (const [volume, [first, second, ...more]] of users) {
          assert.deepEqual(more, []);
          if (second === undefined) continue;
          const ordinal = /^zoekt-(\d+)-shared$/.exec(volume)?.[1];
          assert.deepEqual([first, second].sort(), [`zoekt-indexserver-${ordinal}`, `zoekt-webserver-${ordinal}`]);
        }
        const ports = of.containers.flatMap(({ publishedPorts }) => publishedPorts.map(({ hostPort }) => hostPort));
        assert.equal(new Set(ports).size, ports.length);
        for (const { service, publishedPorts } of of.containers)
          if (service !== "caddy") assert.deepEqual(publishedPorts, []);
      }),
      runs,
    ));

  it("never get more CPUs than their machine has, nor none", () =>
    fc.assert(
      fc.property(anyPlan, ({ plan: of }) => {
        for (const { name, cpus, memoryMib } of of.containers) {
          if (of.machine !== undefined) assert.ok((cpus ?? 0) > 0 && (cpus ?? 0) <= of.machine.vcpu, name);
          assert.ok(Number.isInteger(memoryMib) && memoryMib >= 50, `${name}: ${memoryMib}`);
        }
      }),
      runs,
    ));

  it("hold a variable either in the open or as a secret, and no password in the open", () =>
    fc.assert(
      fc.property(anyPlan, ({ plan: of }) => {
        for (const { name, environment, secretEnvironment } of of.containers) {
          for (const variable of Object.keys(secretEnvironment)) assert.ok(!(variable in environment), variable);
          for (const variable of Object.keys(environment))
            assert.ok(!/PASSWORD|SECRET|DATA_SOURCE_NAME/.test(variable), `${name} ${variable}`);
        }
      }),
      runs,
    ));
});

describe("CPU limits", () => {
  it("follow a smaller machine that is named in place of the size's", () => {
    const small = plan({ ...good.aws, size: "L", machine: { type: "m6a.xlarge" } });
    assert.deepEqual([small.machine?.vcpu, small.machine?.memoryGib], [4, 16]);
    assert.equal(Math.max(...small.containers.map(({ cpus }) => cpus ?? 0)), 4);
  });

  it("are absent on a local engine unless they are given", () => {
    const local = plan({ ...good.local, overrides: { gitserver: { cpus: 2 } } });
    assert.deepEqual(
      local.containers.filter(({ cpus }) => cpus !== undefined).map(({ name, cpus }) => [name, cpus]),
      [["gitserver-0", 2]],
    );
  });
});

describe("the services of a release", () => {
  const names = (release: string) => plan({ ...good.local, release }).containers.map(({ name }) => name);

  it("have repo-updater and symbols, with their addresses, before 6.4.0 only", () => {
    for (const release of ["6.0.0", "6.3.4167"]) {
      const of = plan({ ...good.local, release });
      assert.ok(names(release).includes("repo-updater") && names(release).includes("symbols-0"), release);
      const frontends = ["sourcegraph-frontend-0", "sourcegraph-frontend-internal"];
      assert.deepEqual(holders(of, "SYMBOLS_URL"), [...frontends, "worker"]);
      assert.deepEqual(holders(of, "REPO_UPDATER_URL"), frontends);
      assert.deepEqual(holders(of, "INDEXED_SEARCH_INDEXER"), []);
      assert.equal(container(of, "worker").environment["SYMBOLS_URL"], "http://symbols-0:3184");
      assert.equal(container(of, frontends[0] ?? "").environment["REPO_UPDATER_URL"], "http://repo-updater:3182");
    }
    const of = plan({ ...good.local, release: "6.4.0" });
    assert.ok(!names("6.4.0").includes("repo-updater") && !names("6.4.0").includes("symbols-0"));
    for (const variable of ["SYMBOLS_URL", "REPO_UPDATER_URL"]) assert.deepEqual(holders(of, variable), []);
    assert.deepEqual(holders(of, "INDEXED_SEARCH_INDEXER"), [
      "sourcegraph-frontend-0",
      "sourcegraph-frontend-internal",
    ]);
  });

  it("have the syntactic worker from 6.3.0 on", () => {
    assert.ok(!names("6.2.3841").includes("syntactic-code-intel-worker"));
    assert.ok(names("6.3.0").includes("syntactic-code-intel-worker"));
  });

  it("pass configuration of Jaeger as a file from 7.1.0 on", () => {
    const jaeger = (release: string) => container(plan({ ...good.local, release, tracing: true }), "jaeger");
    assert.deepEqual(jaeger("7.1.0").command, ["--config=/etc/jaeger/jaeger-config.yaml"]);
    assert.equal(jaeger("7.0.2852").command, undefined);
    assert.equal(jaeger("7.0.2852").environment["COLLECTOR_OTLP_ENABLED"], "true");
  });
});

const told = ["migrator", "sourcegraph-frontend-0", "sourcegraph-frontend-internal"];
const frontends = ["sourcegraph-frontend-0", "sourcegraph-frontend-internal"];

describe("external services", () => {
  const database = (name: string) => ({ host: `${name}.test`, user: "u", database: name, passwordSecret: "db" });

  it("of databases are told to frontend, frontend-internal and migrator alone, and take database and exporter away", () => {
    const of = plan({
      ...good.local,
      databases: { external: { frontend: database("main"), codeInsights: database("insights") } },
      secrets: { db: "" },
    });
    for (const prefix of ["PG", "CODEINTEL_PG", "CODEINSIGHTS_PG"])
      for (const suffix of ["HOST", "PORT", "USER", "DATABASE", "SSLMODE", "PASSWORD"])
        assert.deepEqual(holders(of, `${prefix}${suffix}`), told);
    const { environment, secretEnvironment } = container(of, "migrator");
    assert.deepEqual(
      ["PGHOST", "PGSSLMODE", "CODEINTEL_PGHOST", "CODEINTEL_PGSSLMODE", "CODEINSIGHTS_PGHOST"].map(
        (key) => environment[key],
      ),
      ["main.test", "require", "codeintel-db", "disable", "insights.test"],
    );
    assert.deepEqual(secretEnvironment["PGPASSWORD"], [{ secret: "db", as: "env" }]);
    assert.deepEqual(secretEnvironment["CODEINTEL_PGPASSWORD"], [{ secret: "codeintelDbPassword", as: "env" }]);
    const present = of.containers.map(({ name }) => name).filter((name) => /pgsql|-db/.test(name));
    assert.deepEqual(present, ["codeintel-db", "codeintel-db-exporter"]);
    assert.deepEqual(container(of, "migrator").startsAfter, { "codeintel-db": "service_healthy" });
  });

  it("of Redis are told to the frontends, gitserver, searcher and worker, each variable on its own", () => {
    const readers = [...frontends, "gitserver-0", "searcher-0", "worker"].sort();
    const both = plan({ ...good.local, cache: { external: { cache: "c", store: "s" } }, secrets: { c: "", s: "" } });
    assert.deepEqual(holders(both, "REDIS_CACHE_ENDPOINT"), readers);
    assert.deepEqual(holders(both, "REDIS_STORE_ENDPOINT"), readers);
    assert.ok(!both.containers.some(({ service }) => service.startsWith("redis")));
    const one = plan({ ...good.local, cache: { external: { store: "s" } }, secrets: { s: "" } });
    assert.deepEqual(holders(one, "REDIS_CACHE_ENDPOINT"), []);
    assert.ok(one.containers.some(({ name }) => name === "redis-cache"));
    const old = plan({ ...good.local, release: "6.3.4167", cache: { external: { store: "s" } }, secrets: { s: "" } });
    assert.deepEqual(holders(old, "REDIS_STORE_ENDPOINT"), [...readers, "repo-updater"].sort());
  });

  const buckets = {
    external: {
      backend: "S3",
      region: "us-east-1",
      bucket: "sg-uploads",
      codeIntelBucket: "sg-codeintel",
      searchJobsBucket: "sg-jobs",
    },
  };

  it("of buckets are told to the services that read each family", () => {
    const of = plan({ ...good.aws, objectStorage: buckets });
    assert.deepEqual(
      holders(of, "SOURCEGRAPH_UPLOAD_BUCKET"),
      [
        ...frontends,
        "gitserver-0",
        "precise-code-intel-worker",
        "searcher-0",
        "syntactic-code-intel-worker",
        "worker",
      ].sort(),
    );
    assert.deepEqual(
      holders(of, "PRECISE_CODE_INTEL_UPLOAD_BUCKET"),
      [...frontends, "precise-code-intel-worker", "syntactic-code-intel-worker", "worker"].sort(),
    );
    assert.deepEqual(holders(of, "SEARCH_JOBS_UPLOAD_BUCKET"), [...frontends, "worker"]);
    const { environment } = container(of, "worker");
    assert.equal(environment["SOURCEGRAPH_UPLOAD_AWS_USE_EC2_ROLE_CREDENTIALS"], "true");
    assert.equal(environment["SOURCEGRAPH_UPLOAD_AWS_ENDPOINT"], "https://s3.us-east-1.amazonaws.com");
    assert.ok(!of.containers.some(({ name }) => name === "blobstore"));
  });

  it("of the general bucket are told from 7.2.0 on only", () => {
    const holdersAt = (release: string) =>
      holders(plan({ ...good.aws, release, objectStorage: buckets }), "SOURCEGRAPH_UPLOAD_BUCKET");
    assert.deepEqual(holdersAt("7.1.2426"), []);
    assert.ok(holdersAt("7.2.0").length > 0);
  });

  it("of GCS carry the project and no region", () => {
    const of = plan({
      ...good.gcp,
      objectStorage: { external: { backend: "GCS", bucket: "sg-uploads", project: "p-123456" } },
    });
    const uploads = Object.entries(container(of, "worker").environment).filter(([key]) => key.includes("UPLOAD"));
    assert.deepEqual(uploads, [
      ["SOURCEGRAPH_UPLOAD_BACKEND", "GCS"],
      ["SOURCEGRAPH_UPLOAD_BUCKET", "sg-uploads"],
      ["SOURCEGRAPH_UPLOAD_GCP_PROJECT_ID", "p-123456"],
    ]);
  });
});

describe("options", () => {
  it("give proxy variables to the services that go outside, every service excepted from the proxy", () => {
    const of = plan({ ...good.local, proxy: { https: "http://proxy.test:3128", noProxy: ["corp.test"] } });
    assert.deepEqual(holders(of, "HTTPS_PROXY"), [...frontends, "gitserver-0", "migrator", "worker"].sort());
    assert.deepEqual(holders(of, "HTTP_PROXY"), []);
    const excepted = container(of, "worker").environment["NO_PROXY"]?.split(",") ?? [];
    for (const { name } of of.containers) assert.ok(excepted.includes(name), name);
    for (const name of ["corp.test", "169.254.169.254", "metadata.google.internal"]) assert.ok(excepted.includes(name));
  });

  it("send traces to Jaeger and link to it", () => {
    const of = plan({ ...good.local, tracing: true });
    assert.deepEqual(holders(of, "JAEGER_SERVER_URL"), frontends);
    assert.deepEqual(container(of, "otel-collector").command, ["--config", "/etc/otel-collector/configs/jaeger.yaml"]);
  });

  it("let the frontends read configuration from a folder, and edit it only when allowed", () => {
    const siteConfig = { globalSettingsFile: "settings.json", allowEdits: true };
    const of = plan({ ...good.local, siteConfig });
    assert.deepEqual(holders(of, "GLOBAL_SETTINGS_FILE"), frontends);
    assert.deepEqual(holders(of, "GLOBAL_SETTINGS_ALLOW_EDITS"), frontends);
    assert.deepEqual(holders(of, "SITE_CONFIG_FILE"), []);
  });

  it("pull from a mirror by digest, by tag alone where asked, or the image of an override", () => {
    const image = (config: object) => container(plan({ ...good.local, ...config }), "gitserver-0").image;
    const pinned = image({ registry: { host: "mirror.test:5000/sg" } });
    assert.match(pinned.reference, /^mirror\.test:5000\/sg\/gitserver:7\.5\.4453@sha256:[0-9a-f]{64}$/);
    assert.equal(
      image({ registry: { host: "mirror.test", pinDigests: false } }).reference,
      "mirror.test/gitserver:7.5.4453",
    );
    assert.deepEqual(image({ overrides: { gitserver: { image: "localhost:5000/gitserver" } } }), {
      reference: "localhost:5000/gitserver",
      registry: "localhost:5000",
      repository: "gitserver",
      tag: "latest",
    });
  });

  it("let variables of an override win, and keep those that name a secret secret", () => {
    const env = {
      PGHOST: "pooler",
      PGUSER: "${secret:pw}",
      PGPASSWORD: "${secret:pw}",
      DEPLOY_TYPE: "x",
      URL: "https://me:${secret:pw}@h",
    };
    const of = plan({ ...good.local, overrides: { migrator: { env } }, secrets: { pw: "" } });
    const { environment, secretEnvironment } = container(of, "migrator");
    assert.deepEqual([environment["PGHOST"], environment["DEPLOY_TYPE"]], ["pooler", "x"]);
    assert.deepEqual(secretEnvironment["PGPASSWORD"], [{ secret: "pw", as: "env" }]);
    assert.deepEqual(secretEnvironment["PGUSER"], [{ secret: "pw", as: "env" }]);
    assert.ok(!("PGUSER" in environment));
    assert.deepEqual(secretEnvironment["URL"], ["https://me:", { secret: "pw", as: "env" }, "@h"]);
  });

  it("take the privileges of cadvisor away, with its device", () => {
    const of = (config: object) => {
      const { privileged, devices } = container(plan({ ...good.local, ...config }), "cadvisor");
      return { privileged, devices };
    };
    assert.deepEqual(of({}), { privileged: true, devices: ["/dev/kmsg"] });
    assert.deepEqual(of({ overrides: { cadvisor: { privileged: false } } }), { privileged: false, devices: [] });
  });

  it("publish the ports of each way of TLS", () => {
    const ports = (config: object) =>
      container(plan(config), "caddy").publishedPorts.map(
        ({ address, hostPort, port }) => `${address}:${hostPort}:${port}`,
      );
    const open = { ...good.aws, access: { allowedCidrs: ["0.0.0.0/0"] } };
    const acme = { domain: "sg.example.com", tls: { mode: "acme", email: "a@example.com" } };
    assert.deepEqual(ports(good.local), ["127.0.0.1:7080:80"]);
    assert.deepEqual(ports({ ...good.local, ...acme, local: { httpPort: 443, address: "0.0.0.0" } }), [
      "0.0.0.0:443:443",
    ]);
    assert.deepEqual(ports(open), ["0.0.0.0:80:80"]);
    assert.deepEqual(ports({ ...open, ...acme }), ["0.0.0.0:80:80", "0.0.0.0:443:443"]);
    assert.deepEqual(ports({ ...open, domain: "sg.example.com", dnsZone: "Z0123456789" }), ["0.0.0.0:80:80"]);
  });
});
