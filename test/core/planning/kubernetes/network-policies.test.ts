import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { kubernetesContext, type KubernetesContext } from "../../../../components/core/planning/kubernetes/context";
import {
  planNetworkPolicies,
  type NetworkSubject,
  type PlannedNetworkPolicy,
} from "../../../../components/core/planning/kubernetes/network-policies";
import { verdict, verdictsBetween } from "../../../../components/core/planning/kubernetes/network-verdict";
import type { PlannedWorkload } from "../../../../components/core/planning/kubernetes/workload";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { containerPort } from "../../../../components/core/product/kubernetes/workloads";
import type { ServiceName } from "../../../../components/core/product/service";
import { serviceNamed } from "../../../../components/core/product/services";
import { goodConfigs } from "../../../support/configs";

const eks = { ...goodConfigs.aws, shape: "kubernetes" };
const gke = { ...goodConfigs.gcp, shape: "kubernetes" };
const existing = {
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "S",
  kubernetes: { storageClass: { name: "fast", create: false }, ingress: { className: "nginx" } },
};

const contextOf = (config: unknown): KubernetesContext =>
  kubernetesContext(requireKubernetes(parseSpecification(config)));

interface Planned {
  readonly workloads: readonly PlannedWorkload[];
  readonly policies: readonly PlannedNetworkPolicy[];
}

function plan(config: unknown): Planned {
  const context = contextOf(config);
  const workloads = planWorkloads(context);
  return { workloads, policies: planNetworkPolicies(context, workloads) };
}

const migrator: NetworkSubject = { jobs: "migrator" };
const of = (workload: string): NetworkSubject => ({ workload });
const nameOf = (subject: NetworkSubject) => ("workload" in subject ? subject.workload : subject.jobs);

const servicesIn = ({ initContainers, containers }: PlannedWorkload): ServiceName[] =>
  [...initContainers, ...containers].flatMap(({ service }) => service ?? []);

/** What the catalogue says connects, as `client server:port`, worked out once more from the catalogue alone. */
function declared(workloads: readonly PlannedWorkload[]): Set<string> {
  const found = new Set<string>();
  const serving = (service: ServiceName) =>
    workloads.find((workload) =>
      servicesIn(workload).includes(service === "sourcegraph-frontend-internal" ? "sourcegraph-frontend" : service),
    );
  const clients: [string, ServiceName[]][] = workloads.map((workload) => [workload.name, servicesIn(workload)]);
  for (const [client, services] of [...clients, ["migrator", ["migrator"]] as [string, ServiceName[]]])
    for (const service of services)
      for (const { to, port } of serviceNamed(service).connects) {
        const server = serving(to);
        if (server === undefined || (server.name === client && to !== "sourcegraph-frontend-internal")) continue;
        found.add(`${client} ${server.name}:${containerPort(to, port)}`);
      }
  const agent = workloads.some(({ name }) => name === "otel-agent");
  const prometheus = workloads.some(({ name }) => name === "prometheus");
  const looksUp = workloads.some(({ name, rights }) => name === "sourcegraph-frontend" && rights !== undefined);
  for (const workload of workloads) {
    for (const service of servicesIn(workload)) {
      const { traced, scrape = [], debug } = serviceNamed(service);
      if (traced === true && agent) found.add(`${workload.name} otel-agent:4317`);
      if (prometheus)
        for (const { port } of scrape) found.add(`prometheus ${workload.name}:${containerPort(service, port)}`);
      if (debug !== undefined && looksUp)
        found.add(`sourcegraph-frontend ${workload.name}:${containerPort(service, debug.port)}`);
    }
    const annotated = [workload.podScrapePort, ...workload.services.map(({ scrapePort }) => scrapePort)];
    if (prometheus && workload.name !== "prometheus")
      for (const port of annotated) if (port !== undefined) found.add(`prometheus ${workload.name}:${port}`);
  }
  if (agent) found.add("otel-agent otel-collector:4317");
  return found;
}

/** Every connection the policies allow, over all pairs and all ports of the plan and those services use outside. */
function allowed({ workloads, policies }: Planned): Set<string> {
  const containerPorts = workloads.flatMap(({ containers }) => containers.flatMap(({ ports }) => ports));
  const ports = new Set([...containerPorts.map(({ number }) => number), 22, 53, 80, 443, 587, 6443, 8080, 13133]);
  const found = new Set<string>();
  for (const from of [...workloads.map(({ name }) => of(name)), migrator])
    for (const { name } of workloads) {
      const between = verdictsBetween(policies, workloads, from, of(name));
      for (const port of ports) if (between({ port }).allowed) found.add(`${nameOf(from)} ${name}:${port}`);
    }
  return found;
}

const sorted = (set: ReadonlySet<string>) => [...set].sort();

const restricted = {
  ...existing,
  kubernetes: { ...existing.kubernetes, profile: "restricted" },
};
const airGapped = {
  ...existing,
  registry: { host: "mirror.example.com/sourcegraph" },
  kubernetes: { ...existing.kubernetes, profile: "air-gapped" },
};

describe("the verdict of the network policies", () => {
  const cases: Record<string, unknown> = {
    "on EKS": eks,
    "on GKE": gke,
    "on a cluster that is there": existing,
    "in profile restricted": restricted,
    "in profile air-gapped": airGapped,
    "with traces kept": { ...existing, tracing: true },
    "without the agent of traces": {
      ...existing,
      kubernetes: { ...existing.kubernetes, leaveOut: ["otel-agent"] },
    },
    "without metrics": { ...existing, kubernetes: { ...existing.kubernetes, leaveOut: ["prometheus", "grafana"] } },
    "with every store managed": { ...eks, databases: "managed", cache: "managed", objectStorage: "managed" },
    ...Object.fromEntries(
      ["6.0.0", "6.3.4167", "6.5.2654", "7.0.2852", "7.2.0"].map((release) => [
        `of release ${release}`,
        { ...existing, release },
      ]),
    ),
  };
  for (const [what, config] of Object.entries(cases))
    it(`equals what the catalogue says connects, for every pair and port, ${what}`, () => {
      const planned = plan(config);
      assert.deepEqual(sorted(allowed(planned)), sorted(declared(planned.workloads)));
    });

  it("names the policies that allow a connection, or that do not", () => {
    const { workloads, policies } = plan(existing);
    assert.deepEqual(verdict(policies, workloads, of("worker"), of("pgsql"), { port: 5432 }), {
      allowed: true,
      why: "let out by worker, let in by pgsql",
    });
    assert.deepEqual(verdict(policies, workloads, of("syntect-server"), of("pgsql"), { port: 5432 }), {
      allowed: false,
      why: "no policy lets it out: default-deny, dns, syntect-server",
    });
    assert.deepEqual(verdict(policies, workloads, of("worker"), of("pgsql"), { port: 443 }), {
      allowed: false,
      why: "no policy lets it in: default-deny, dns, pgsql",
    });
    assert.equal(verdict([], workloads, of("worker"), of("pgsql"), { port: 1 }).allowed, true);
    assert.equal(verdict(policies, workloads, migrator, of("pgsql"), { port: 5432 }).allowed, true);
    assert.equal(verdict(policies, workloads, migrator, of("gitserver"), { port: 3178 }).allowed, false);
    assert.equal(
      verdict(policies, workloads, of("worker"), of("pgsql"), { port: 5432, protocol: "UDP" }).allowed,
      false,
    );
  });

  it("lets no namespace in that is the instance's own, where the ingress controller is in another", () => {
    const { workloads, policies } = plan(existing);
    const asked = (namespace: string) =>
      verdict(policies, workloads, of("worker"), of("sourcegraph-frontend"), { port: 3080 }, namespace).allowed;
    assert.equal(asked("sourcegraph"), false);
  });

  it("opens nothing between others when a workload is added", () => {
    const context = contextOf(existing);
    const all = planWorkloads(context);
    const name = fc.stringMatching(/^[a-z]{3,10}$/).map((text) => `own-${text}`);
    fc.assert(
      fc.property(
        fc.subarray(all, { minLength: 2, maxLength: 6 }),
        fc.constantFrom(...all),
        name,
        (some, model, own) => {
          const before = planNetworkPolicies(context, some);
          const added = { ...model, name: own, selector: { app: own } };
          const after = planNetworkPolicies(context, [...some, added]);
          const ports = new Set(some.flatMap(({ containers }) => containers.flatMap((each) => each.ports)));
          for (const from of some)
            for (const to of some)
              for (const { number: port } of ports)
                if (verdict(after, [...some, added], of(from.name), of(to.name), { port }).allowed)
                  assert.ok(
                    verdict(before, some, of(from.name), of(to.name), { port }).allowed,
                    `${from.name} to ${to.name}:${port} by adding ${model.name}`,
                  );
        },
      ),
      { numRuns: 40 },
    );
  });
});
