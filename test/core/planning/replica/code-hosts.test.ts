import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import {
  codeHostConnections,
  codeHostsGib,
  mostRepositories,
  planCodeHosts,
} from "../../../../components/core/planning/replica/code-hosts";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { renderBundle } from "../../../../components/core/rendering/bundle-files";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import { goodConfigs as good, wrong } from "../../../support/configs";

const codeHosts = [
  { kind: "gitlab", repositories: 3, totalSizeGb: 4, largestRepositoryGb: 2 },
  { kind: "githubEnterprise", repositories: 2, totalSizeGb: 1 },
] as const;
const expires = "2026-12-20";
const local = { ...good.local, expires, replica: { codeHosts } };
const existing = {
  cloud: "existing",
  shape: "kubernetes",
  release: "7.5.4453",
  size: "S",
  expires,
  kubernetes: { ingress: { className: "nginx" }, storageClass: { create: false, name: "fast" } },
} as const;

describe("code hosts with made-up repositories", () => {
  it("are planned one by one: the largest first, all others alike", () => {
    assert.deepEqual(planCodeHosts(codeHosts), [
      { name: "gitlab-1", repositories: 3, largestKib: 1_953_125, otherKib: 976_563 },
      { name: "githubenterprise-2", repositories: 2, largestKib: 488_281, otherKib: 488_281 },
    ]);
  });

  it("hold together what is stated, to a KiB for each repository, and fit their volume", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 0, max: 100 }),
        (repositories, megabytes, percent) => {
          const totalSizeGb = megabytes / 1000;
          const largestRepositoryGb = repositories === 1 ? totalSizeGb : (totalSizeGb * percent) / 100;
          const host = { kind: "other" as const, repositories, totalSizeGb, largestRepositoryGb };
          const [planned] = planCodeHosts([host]);
          assert.ok(planned);
          const kib = planned.largestKib + (repositories - 1) * planned.otherKib;
          assert.ok(Math.abs(kib - (totalSizeGb * 1e9) / 1024) <= repositories, `${kib}`);
          assert.ok(codeHostsGib([host]) * 2 ** 20 >= kib);
        },
      ),
    ));

  it("are known to Sourcegraph by connections to plain Git, one for each", () => {
    assert.deepEqual(JSON.parse(codeHostConnections(codeHosts) ?? ""), {
      OTHER: [
        {
          url: "http://code-host:3000/gitlab-1/",
          repositoryPathPattern: "gitlab-1/{repo}",
          repos: ["repo-00001", "repo-00002", "repo-00003"],
        },
        {
          url: "http://code-host:3000/githubenterprise-2/",
          repositoryPathPattern: "githubenterprise-2/{repo}",
          repos: ["repo-00001", "repo-00002"],
        },
      ],
    });
    assert.equal(codeHostConnections([]), undefined);
  });

  it("run on a machine as one more container of gitserver's image, which reads the plan and keeps nothing of worth", () => {
    const specification = parseSpecification(local);
    const plan = planVm(specification);
    const container = plan.containers.find(({ name }) => name === "code-host");
    assert.ok(container);
    const gitserver = plan.containers.find(({ service }) => service === "gitserver");
    assert.equal(container.image.reference, gitserver?.image.reference);
    const { entrypoint, command, mounts } = container;
    assert.deepEqual(
      { entrypoint, command, mounts },
      {
        entrypoint: ["python3", "/code-host/code-host.py"],
        command: ["/code-host/repositories.json", "/data/repos", "3000"],
        mounts: [
          { kind: "volume", volume: "code-host", target: "/data/repos" },
          { kind: "file", source: "code-host", target: "/code-host" },
        ],
      },
    );
    assert.ok(plan.volumes.includes("code-host"));
    assert.ok(!plan.dataResources.some(({ name }) => name.includes("code-host")));
    const { files, secretFiles } = renderBundle(plan, specification);
    assert.deepEqual(
      files.filter(({ path }) => path.startsWith("code-host/")).map(({ path }) => path),
      ["code-host/code-host.py", "code-host/repositories.json"],
    );
    assert.ok(secretFiles.some(({ path }) => path === "secrets/configuration/code-hosts.json"));
    assert.match(files.find(({ path }) => path === "compose.yaml")?.text ?? "", /entrypoint:\n +- python3\n/);
  });

  it("run on a cluster as a Deployment with a claim of their size, reached by gitserver and nobody else", () => {
    const plan = planKubernetes(requireKubernetes(parseSpecification({ ...existing, replica: { codeHosts } })));
    const workload = plan.workloads.find(({ name }) => name === "code-host");
    assert.deepEqual(
      workload?.claims.map(({ name, sizeGib, value }) => ({ name, sizeGib, value })),
      [{ name: "code-host", sizeGib: 8, value: "cache" }],
    );
    assert.deepEqual(Object.keys(plan.configMaps.find(({ name }) => name === "code-host")?.data ?? {}), [
      "code-host.py",
      "repositories.json",
    ]);
    const objects = renderManifests(plan);
    assert.deepEqual(
      objects.filter(({ metadata }) => metadata.name === "code-host").map(({ kind }) => kind),
      ["ConfigMap", "PersistentVolumeClaim", "Service", "NetworkPolicy", "Deployment"],
    );
    const policy = plan.networkPolicies.find(({ name }) => name === "code-host");
    assert.ok(policy);
    assert.deepEqual(JSON.stringify(policy).match(/gitserver|searcher|sourcegraph-frontend|"worker"/g), ["gitserver"]);
  });

  it("are no part of an instance without them, and of no chart", () => {
    assert.ok(!planVm(parseSpecification(good.local)).containers.some(({ name }) => name === "code-host"));
    const plan = planKubernetes(requireKubernetes(parseSpecification(existing)));
    assert.ok(!plan.workloads.some(({ name }) => name === "code-host"));
    wrong({ ...good.local, overrides: { "code-host": { cpus: 2 } } }, [
      "'overrides.code-host' has no effect: it runs only with 'replica.codeHosts'; remove it",
    ]);
  });

  it("enlarge the data disk of a machine by their room", () => {
    const disk = (replica: object) =>
      planVm(parseSpecification({ ...good.aws, expires, replica })).dataDisk?.sizeGb ?? 0;
    assert.equal(disk({ codeHosts }) - disk({}), codeHostsGib(codeHosts));
  });

  it("are wrong where they are more than can be listed", () =>
    wrong({ ...local, replica: { codeHosts: [{ kind: "other", repositories: 20_001, totalSizeGb: 1 }] } }, [
      `'replica.codeHosts' has 20001 repositories, and ${mostRepositories} are the most, since each is listed by name in one file; give fewer`,
    ]));
});
