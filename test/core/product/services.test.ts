import assert from "node:assert/strict";
import { imagePin } from "../../../components/core/product/releases";
import {
  backgroundServices,
  holdsIn,
  isServiceName,
  repositoryOf,
  serviceNamed,
  services,
  servicesOf,
  volumeName,
} from "../../../components/core/product/services";
import type { Service, ServiceName } from "../../../components/core/product/service";
import { renderedReleases } from "../../support/configs";

describe("the service catalogue", () => {
  it("names every service once", () => assert.equal(new Set(services.map(({ name }) => name)).size, services.length));

  it("knows those that nobody waits for: none of them is asked by what answers a person, but for what watches", () => {
    const background = backgroundServices();
    assert.deepEqual([...background].sort(), [
      "cadvisor",
      "codeinsights-db-exporter",
      "codeintel-db-exporter",
      "grafana",
      "jaeger",
      "node-exporter",
      "otel-collector",
      "pgsql-exporter",
      "precise-code-intel-worker",
      "prometheus",
      "syntactic-code-intel-worker",
      "worker",
    ]);
    for (const { name, family, connects } of services.filter((service) => !background.includes(service.name)))
      for (const { to } of family === "job" ? [] : connects)
        assert.ok(!background.includes(to) || serviceNamed(to).family === "observability", `${name} to ${to}`);
  });

  it("connects services to ports they listen on only", () => {
    for (const { name, connects } of services)
      for (const { to, port } of connects)
        assert.ok(
          serviceNamed(to).ports.some(({ number }) => number === port),
          `${name} to ${to}:${port}`,
        );
  });

  it("tells addresses at ports that are listened on, and allows the connection", () => {
    for (const { name, environment, connects } of services)
      for (const { value } of environment) {
        if (typeof value === "string" || "debugTargets" in value || "peer" in value) continue;
        const target = "address" in value ? value.address : value.addresses;
        const listens = serviceNamed(target).ports.some(({ number }) => number === value.port);
        assert.ok(listens, `${name} is told ${target}:${value.port}`);
        const itself = target === name || (name === "sourcegraph-frontend-internal" && target === name);
        assert.ok(
          itself || connects.some((edge) => edge.to === target && edge.port === value.port),
          `${name} to ${target}`,
        );
      }
  });

  it("checks health, scrapes and debugs at ports that are listened on", () => {
    for (const { name, health, scrape = [], debug, ports } of services) {
      const numbers = new Set(ports.map(({ number }) => number));
      if (health?.test.kind === "http") assert.ok(numbers.has(health.test.port), name);
      for (const { port } of scrape) assert.ok(numbers.has(port), name);
      if (debug !== undefined) assert.ok(numbers.has(debug.port), name);
      assert.equal(numbers.size, ports.length, name);
      assert.equal(new Set(ports.map((port) => port.name)).size, ports.length, name);
    }
  });

  it("lets every client of a database, of Redis and of the object store connect to it", () => {
    const reaches = ({ connects }: Service, to: ServiceName) => connects.some((edge) => edge.to === to);
    const databases = { frontend: "pgsql", codeIntel: "codeintel-db", codeInsights: "codeinsights-db" } as const;
    for (const service of services) {
      for (const database of service.databases?.names ?? [])
        assert.ok(reaches(service, databases[database]), service.name);
      if (service.redis === true)
        assert.ok(reaches(service, "redis-cache") && reaches(service, "redis-store"), service.name);
      if (service.objectStorage !== undefined) assert.ok(reaches(service, "blobstore"), service.name);
      if (service.traced === true) assert.ok(reaches(service, "otel-collector"), service.name);
    }
  });

  it("traces exactly the services that are told the collector", () => {
    for (const { name, traced, environment } of services)
      assert.equal(
        traced === true,
        environment.some((variable) => variable.name === "OTEL_EXPORTER_OTLP_ENDPOINT"),
        name,
      );
  });

  it("keeps the vendor's irregular names of volumes", () => {
    const names = services.flatMap(({ volumes }) => volumes.map((volume) => volumeName(volume, 0)));
    for (const irregular of ["prometheus-v2", "zoekt-0-shared", "sourcegraph-frontend-internal-0"])
      assert.ok(names.includes(irregular));
    assert.equal(volumeName({ ...serviceNamed("gitserver").volumes[0]! }, 3), "gitserver-3");
  });

  it("tells each volume's owner, and that databases, uploads and sessions are precious", () => {
    const precious = services.flatMap(({ volumes }) =>
      volumes.filter(({ value }) => value === "precious").map(({ name }) => name),
    );
    assert.deepEqual(precious.sort(), ["blobstore", "codeinsights-db", "codeintel-db", "pgsql", "redis-store"]);
    const owners = Object.fromEntries(
      services.flatMap(({ volumes }) => volumes.map(({ name, uid, gid }) => [name, `${uid}:${gid}`])),
    );
    assert.deepEqual(
      ["gitserver-{n}", "pgsql", "codeinsights-db", "redis-store", "prometheus-v2", "grafana"].map(
        (name) => owners[name],
      ),
      ["100:101", "999:999", "70:70", "999:1000", "100:100", "472:472"],
    );
  });
});

describe("the services of a release", () => {
  it("have a pinned image in every release that is rendered, Jaeger too", () => {
    for (const release of renderedReleases)
      for (const service of [...servicesOf(release), serviceNamed("jaeger")])
        assert.match(
          imagePin(release, repositoryOf(service, release)).digest,
          /^sha256:[0-9a-f]{64}$/,
          `${release} ${service.name}`,
        );
  });

  it("leave out what is optional", () => assert.ok(!servicesOf("7.5.4453").some(({ name }) => name === "jaeger")));

  it("hold in a range from its beginning up to before its end", () => {
    const range = { since: "6.3.0", before: "6.4.0" };
    assert.deepEqual(
      ["6.2.3841", "6.3.0", "6.3.4167", "6.4.0"].map((release) => holdsIn(range, release)),
      [false, true, true, false],
    );
    assert.ok(holdsIn({}, "6.0.0"));
  });
});

describe("a name", () => {
  it("is that of a service or not", () => {
    assert.ok(isServiceName("gitserver"));
    assert.ok(!isServiceName("gitserver-0"));
    assert.ok(!isServiceName("toString"));
  });

  it("that is none is a mistake of the program", () => {
    assert.throws(
      () => serviceNamed("gitserver-0" as ServiceName),
      new Error("no service 'gitserver-0' in the catalogue"),
    );
    assert.throws(
      () => repositoryOf(serviceNamed("caddy"), "5.3.0"),
      new Error("'caddy' has no image in release 5.3.0"),
    );
  });
});
