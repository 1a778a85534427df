import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  containerPort,
  kubernetesAddress,
  kubernetesWorkloads,
  workloadNamed,
  workloadOf,
  workloadsOf,
} from "../../../components/core/product/kubernetes/workloads";
import type { ContainerFacts, WorkloadFacts } from "../../../components/core/product/kubernetes/workload-facts";
import { imagePin, isChartOnly, kubernetesReleases } from "../../../components/core/product/releases";
import { holdsIn, repositoryOf, serviceNamed, services } from "../../../components/core/product/services";
import type { ServiceName } from "../../../components/core/product/service";
import { leavableWorkloads } from "../../../components/core/product/kubernetes/leavable";
import { chartRelease } from "../../support/chart-comparison";

function containersOf({ initContainers, containers }: WorkloadFacts): readonly ContainerFacts[] {
  return [...initContainers, ...containers];
}

describe("a workload", () => {
  it("is selected by labels that no other workload's pods have", () => {
    const labels = kubernetesWorkloads.map(({ selector }) => selector["app"]);
    assert.equal(new Set(labels).size, kubernetesWorkloads.length);
    assert.deepEqual(
      kubernetesWorkloads.filter(({ selectsInstance }) => !selectsInstance).map(({ name }) => name),
      ["grafana", "jaeger"],
    );
  });

  it("can be left out where it is one of those listed, each of which the chart has", () => {
    const names = new Set(kubernetesWorkloads.map(({ name }) => name));
    assert.deepEqual(
      leavableWorkloads.filter((name) => !names.has(name)),
      [],
    );
  });

  it("mounts volumes it has, uses each, and claims what its volumes name", () => {
    for (const workload of kubernetesWorkloads) {
      const { name, volumes, claims } = workload;
      const mounted = new Set(containersOf(workload).flatMap(({ mounts }) => mounts.map(({ volume }) => volume)));
      assert.deepEqual(volumes.map((volume) => volume.name).sort(), [...mounted].sort(), name);
      assert.deepEqual(
        volumes.flatMap((volume) =>
          "claim" in volume ? [`claim ${volume.claim}`] : "claimTemplate" in volume ? [`template ${volume.name}`] : [],
        ),
        claims.map((claim) => `${claim.kind} ${claim.name}`),
        name,
      );
    }
  });

  it("keeps volumes of the catalogue, for the owner the catalogue names", () => {
    for (const { name, claims, containers, podSecurity } of kubernetesWorkloads)
      for (const { holds, sizedBy } of claims) {
        const volume = serviceNamed(holds.service).volumes.find(({ target }) => target === holds.target);
        assert.ok(volume, `${name} ${holds.target}`);
        assert.equal(containers[0]?.security?.uid, volume.uid, name);
        assert.equal(podSecurity?.fsGroup, volume.gid, name);
        assert.equal(sizedBy, holds.service);
      }
  });

  it("probes and leads to ports its containers have", () => {
    for (const workload of kubernetesWorkloads) {
      const names = new Set<string | number>(workload.containers.flatMap(({ ports }) => ports.map(({ name }) => name)));
      for (const { probes = {}, ports } of workload.containers)
        for (const { action } of [probes.startup, probes.liveness, probes.readiness].filter((probe) => !!probe)) {
          if ("exec" in action) continue;
          const port = "http" in action ? action.port : action.tcp;
          // The collectors and Jaeger answer on a port their pods do not list.
          assert.ok(port === 13133 || ports.some(({ name }) => name === port), `${workload.name} ${port}`);
        }
      for (const { ports, scrapePort } of workload.services) {
        for (const { targetPort } of ports) assert.ok(names.has(targetPort), `${workload.name} ${targetPort}`);
        const numbers = workload.containers.flatMap((container) => container.ports.map(({ number }) => number));
        if (scrapePort !== undefined) assert.ok(numbers.includes(scrapePort), workload.name);
      }
      assert.equal(names.size, workload.containers.flatMap(({ ports }) => ports).length, workload.name);
    }
  });

  it("is led to by one Service object at most, at each of its ports", () => {
    for (const { name, services: objects } of kubernetesWorkloads) {
      const targets = objects.flatMap(({ ports }) => ports.map(({ targetPort }) => targetPort));
      assert.equal(new Set(targets).size, targets.length, name);
    }
  });

  it("has what its pods are told beyond the facts that were rendered: scraping, tokens, mounts of the node", () => {
    const of = (holds: (workload: WorkloadFacts) => unknown) =>
      kubernetesWorkloads.filter(holds).map((each) => each.name);
    const scraped = kubernetesWorkloads.flatMap(({ name, podScrapePort }) =>
      podScrapePort ? [[name, podScrapePort]] : [],
    );
    assert.deepEqual(scraped, [
      ["jaeger", 16686],
      ["cadvisor", 48080],
    ]);
    assert.deepEqual(
      of(({ mountsToken }) => mountsToken === false),
      ["cadvisor", "node-exporter"],
    );
    assert.deepEqual(
      of(({ containers }) => containers.some(({ mounts }) => mounts.some(({ fromHost }) => fromHost))),
      ["node-exporter"],
    );
  });

  it("refers in its variables to earlier ones only", () => {
    for (const workload of kubernetesWorkloads)
      for (const { name, environment } of containersOf(workload))
        environment.forEach(({ value }, index) => {
          for (const [, used] of (typeof value === "string" ? value : "").matchAll(/\$\((\w+)\)/g))
            assert.ok(
              environment.slice(0, index).some((earlier) => earlier.name === used),
              `${workload.name} ${name} ${used}`,
            );
        });
  });

  it("has each variable once in a release", () => {
    for (const release of kubernetesReleases)
      for (const workload of workloadsOf(release))
        for (const { name, environment } of containersOf(workload)) {
          const names = environment.filter((variable) => holdsIn(variable, release)).map((variable) => variable.name);
          assert.equal(new Set(names).size, names.length, `${release} ${workload.name} ${name}`);
        }
  });

  it("is scraped where the catalogue says it has metrics", () => {
    for (const { name, scrape = [] } of services.filter((service) => service.name !== "sourcegraph-frontend-internal"))
      for (const { port } of scrape) {
        const workload = workloadOf(name);
        const ports = [workload?.podScrapePort, ...(workload?.services ?? []).map(({ scrapePort }) => scrapePort)];
        assert.ok(ports.includes(port), `${name} ${port}`);
      }
  });

  it("has ports of the same plane as in the catalogue", () => {
    for (const { containers } of kubernetesWorkloads)
      for (const { service, ports } of containers)
        for (const { number, plane } of ports) {
          if (service === undefined) continue;
          const known = serviceNamed(service).ports.find((port) => containerPort(service, port.number) === number);
          if (known !== undefined) assert.equal(plane, known.plane, `${service} ${number}`);
        }
  });

  it("rolls out stores first, then the frontends, then what they call, then workers, and last what watches", () => {
    const ranks = [0, 1, 2, 3, 4].map((rank) =>
      kubernetesWorkloads.filter((workload) => workload.rank === rank).map(({ name }) => name),
    );
    assert.deepEqual(ranks, [
      ["pgsql", "codeintel-db", "codeinsights-db", "redis-cache", "redis-store", "blobstore"],
      ["sourcegraph-frontend"],
      ["syntect-server", "gitserver", "searcher", "symbols", "indexed-search", "code-host"],
      ["worker", "repo-updater", "precise-code-intel-worker", "syntactic-code-intel-worker"],
      ["prometheus", "grafana", "otel-collector", "jaeger", "cadvisor", "node-exporter", "otel-agent"],
    ]);
  });

  it("can run restricted unless it needs the node, and then says why", () => {
    for (const workload of kubernetesWorkloads) {
      const { name, hostPid, volumes, podSecurity, podSecurityLevel, notRestricted } = workload;
      const needsNode =
        hostPid === true ||
        volumes.some((volume) => "hostPath" in volume) ||
        containersOf(workload).some(({ security, ports }) => security?.privileged || ports.some((p) => p.hostPort));
      assert.equal(podSecurityLevel, needsNode ? "privileged" : "restricted", name);
      assert.equal(notRestricted !== undefined, needsNode, name);
      if (needsNode) continue;
      for (const container of containersOf(workload))
        assert.ok((container.security?.uid ?? podSecurity?.uid ?? 0) > 0, `${name} ${container.name} may be root`);
    }
    assert.deepEqual(
      kubernetesWorkloads.filter((workload) => workload.notRestricted).map(({ name }) => name),
      ["cadvisor", "node-exporter", "otel-agent"],
    );
  });
});

describe("the workloads of a release", () => {
  const names = (release: string) => workloadsOf(release).map(({ name }) => name);

  it("have symbols and repo-updater before 6.4.0, and Jaeger from 7.1.0 on", () => {
    const changing = ["repo-updater", "symbols", "syntactic-code-intel-worker", "jaeger"];
    const of = (release: string) => changing.filter((name) => names(release).includes(name));
    assert.deepEqual(of("6.0.0"), ["repo-updater", "symbols", "syntactic-code-intel-worker"]);
    assert.deepEqual(of("6.3.4167"), ["repo-updater", "symbols", "syntactic-code-intel-worker"]);
    assert.deepEqual(of("6.4.0"), ["syntactic-code-intel-worker"]);
    assert.deepEqual(of("7.1.0"), ["syntactic-code-intel-worker", "jaeger"]);
    assert.deepEqual(names("7.6.0"), names(chartRelease));
  });

  it("run images that are pinned, in every release that is not a chart only", () => {
    const pinned = kubernetesReleases.filter((release) => !isChartOnly(release));
    assert.ok(pinned.length > 60);
    for (const release of pinned)
      for (const { service, image } of workloadsOf(release).flatMap(containersOf)) {
        const repository = image ?? (service && repositoryOf(serviceNamed(service), release));
        assert.ok(repository);
        assert.match(imagePin(release, repository).digest, /^sha256:[0-9a-f]{64}$/, `${release} ${repository}`);
      }
  });
});

describe("a service in Kubernetes", () => {
  it("runs in the pods of a workload, but for the edge", () => {
    const homes = Object.fromEntries(services.map(({ name }) => [name, workloadOf(name)?.name]));
    assert.equal(homes["caddy"], undefined);
    assert.deepEqual(
      Object.entries(homes).filter(([name, home]) => home === undefined && name !== "caddy"),
      [],
    );
    assert.deepEqual(
      Object.entries(homes).filter(([name, home]) => home !== name && home !== undefined),
      [
        ["sourcegraph-frontend-internal", "sourcegraph-frontend"],
        ["zoekt-webserver", "indexed-search"],
        ["zoekt-indexserver", "indexed-search"],
        ["pgsql-exporter", "pgsql"],
        ["codeintel-db-exporter", "codeintel-db"],
        ["codeinsights-db-exporter", "codeinsights-db"],
        ["migrator", "sourcegraph-frontend"],
      ],
    );
  });

  it("has the vendor's address", () => {
    const cases: readonly (readonly [ServiceName, number, number | undefined, string])[] = [
      ["sourcegraph-frontend", 3080, undefined, "sourcegraph-frontend:30080"],
      ["sourcegraph-frontend", 6060, undefined, "sourcegraph-frontend:6060"],
      ["sourcegraph-frontend-internal", 3090, undefined, "sourcegraph-frontend-internal:80"],
      ["gitserver", 3178, 0, "gitserver-0.gitserver:3178"],
      ["gitserver", 3178, undefined, "gitserver:3178"],
      ["searcher", 3181, 2, "searcher-2.searcher:3181"],
      ["symbols", 3184, 0, "symbols-0.symbols:3184"],
      ["zoekt-webserver", 6070, 1, "indexed-search-1.indexed-search:6070"],
      ["zoekt-indexserver", 6072, 1, "indexed-search-1.indexed-search-indexer:6072"],
      ["worker", 3189, undefined, "worker:3189"],
      ["worker", 6996, undefined, "worker-executors:6996"],
      ["precise-code-intel-worker", 3188, undefined, "precise-code-intel-worker:3188"],
      ["syntactic-code-intel-worker", 3288, undefined, "syntactic-code-intel-worker:3188"],
      ["syntect-server", 9238, undefined, "syntect-server:9238"],
      ["repo-updater", 3182, undefined, "repo-updater:3182"],
      ["pgsql", 5432, undefined, "pgsql:5432"],
      ["codeintel-db-exporter", 9187, undefined, "codeintel-db:9187"],
      ["redis-cache", 6379, undefined, "redis-cache:6379"],
      ["redis-store", 9121, undefined, "redis-store:9121"],
      ["blobstore", 9000, undefined, "blobstore:9000"],
      ["prometheus", 9090, undefined, "prometheus:30090"],
      ["grafana", 3370, undefined, "grafana:30070"],
      ["grafana", 3370, 0, "grafana:30070"],
      ["otel-collector", 4317, undefined, "otel-collector:4317"],
      ["jaeger", 16686, undefined, "jaeger-query:16686"],
      ["jaeger", 4317, undefined, "jaeger-collector:4317"],
    ];
    for (const [service, port, ordinal, expected] of cases) {
      const address = kubernetesAddress(service, port, ordinal);
      assert.equal(`${address.host}:${address.port}`, expected);
    }
  });

  it("has an address wherever the catalogue connects to", () => {
    for (const { to, port } of services.flatMap(({ connects }) => connects))
      assert.ok(kubernetesAddress(to, port).port > 0);
  });

  it("has none where the chart makes no Service", () => {
    assert.throws(
      () => kubernetesAddress("cadvisor", 48080),
      new Error("no Service of the chart leads to cadvisor:48080"),
    );
    assert.throws(() => kubernetesAddress("caddy", 443), new Error("no Service of the chart leads to caddy:443"));
    assert.throws(() => workloadNamed("caddy"), new Error("no workload 'caddy' in the chart"));
    assert.equal(workloadNamed("gitserver").serviceName, "gitserver");
  });
});

describe("the readiness of Redis", () => {
  const action = workloadNamed("redis-store").containers[0]?.probes?.readiness?.action;
  const command = action !== undefined && "exec" in action ? action.exec : [];
  let folder = "";

  /** Runs the probe with a Redis that answers so, and tells whether it is ready and the password it was given. */
  function probe(answer: string, configuration: string): { readonly ready: boolean; readonly password: string } {
    const stub = (name: string, text: string) => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    writeFileSync(join(folder, "redis.conf"), configuration);
    stub("redis-cli", `printf %s "$REDISCLI_AUTH" > ${folder}/password\necho '${answer}'`);
    const [program = "", ...args] = command.map((part) =>
      part.replace("/etc/redis/redis.conf", `${folder}/redis.conf`),
    );
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    try {
      execFileSync(program, args, { env });
    } catch {
      return { ready: false, password: "" };
    }
    return { ready: true, password: execFileSync("cat", [join(folder, "password")], { encoding: "utf8" }) };
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "redis-probe-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what answers PONG, with the password of the configuration where it has one", () => {
    assert.deepEqual(probe("PONG", "maxmemory 6gb"), { ready: true, password: "" });
    assert.deepEqual(probe("PONG", "maxmemory 6gb\nrequirepass four words"), { ready: true, password: "four words" });
    assert.deepEqual(probe("NOAUTH Authentication required.", ""), { ready: false, password: "" });
    assert.deepEqual(probe("LOADING", "requirepass x"), { ready: false, password: "" });
  });
});
