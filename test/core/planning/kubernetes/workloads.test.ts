import assert from "node:assert/strict";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { kubernetesReleases, isChartOnly } from "../../../../components/core/product/releases";
import { problemLines } from "../../../support/configs";
import { contextOf, variablesOf, workloadsOf } from "../../../support/kubernetes-plans";

const external = (name: string) => ({
  host: `${name}.db.test`,
  user: "app",
  database: name,
  sslmode: "require",
  passwordSecret: "db",
});

function refused(vary: Readonly<Record<string, unknown>>): string[] {
  try {
    planWorkloads(contextOf(vary));
  } catch (error) {
    return problemLines(error);
  }
  return [];
}

describe("the workloads of a deployment", () => {
  it("are the chart's with the syntactic worker, as in compose, and without Jaeger", () => {
    assert.deepEqual(Object.keys(workloadsOf()), [
      "sourcegraph-frontend",
      "worker",
      "syntect-server",
      "gitserver",
      "searcher",
      "indexed-search",
      "precise-code-intel-worker",
      "syntactic-code-intel-worker",
      "pgsql",
      "codeintel-db",
      "codeinsights-db",
      "redis-cache",
      "redis-store",
      "blobstore",
      "prometheus",
      "grafana",
      "otel-collector",
      "cadvisor",
      "node-exporter",
      "otel-agent",
    ]);
  });

  it("leave out what something outside replaces, what the config leaves out, and what a release has not", () => {
    const without = (vary: Readonly<Record<string, unknown>>) => {
      const names = Object.keys(workloadsOf(vary));
      return Object.keys(workloadsOf()).filter((name) => !names.includes(name));
    };
    assert.deepEqual(
      without({
        databases: { external: { frontend: external("a"), codeInsights: external("b") } },
        secrets: { db: "" },
      }),
      ["pgsql", "codeinsights-db"],
    );
    assert.deepEqual(without({ cache: { external: { store: "store" } }, secrets: { store: "" } }), ["redis-store"]);
    assert.deepEqual(
      without({
        objectStorage: {
          external: {
            backend: "S3",
            bucket: "uploads",
            region: "eu-west-1",
            accessKeyIdSecret: "keyId",
            secretAccessKeySecret: "key",
          },
        },
        secrets: { keyId: "", key: "" },
      }),
      ["blobstore"],
    );
    assert.deepEqual(without({ kubernetes: { leaveOut: ["grafana", "otel-agent"] } }), ["grafana", "otel-agent"]);
    assert.deepEqual(without({ kubernetes: { profile: "restricted" } }), ["cadvisor", "node-exporter", "otel-agent"]);
    assert.deepEqual(without({ release: "6.2.3841" }), ["syntactic-code-intel-worker"]);
    assert.ok(workloadsOf({ release: "6.2.3841" })["symbols"]);
    assert.ok(workloadsOf({ tracing: true })["jaeger"]);
  });

  it("can be planned at every release with pins, in every profile", () => {
    for (const release of kubernetesReleases.filter((each) => !isChartOnly(each)))
      for (const profile of ["default", "restricted"])
        assert.ok(Object.keys(workloadsOf({ release, kubernetes: { profile } })).length >= 17, `${release} ${profile}`);
  });

  it("name images by tag alone at a release that was published as a chart only", () => {
    const { gitserver } = workloadsOf({ release: "7.6.0", kubernetes: { via: "helm" } });
    assert.equal(gitserver?.containers[0]?.image.reference, "index.docker.io/sourcegraph/gitserver:7.6.0");
  });

  it("are refused images from elsewhere where the profile or the chart has one registry", () => {
    const overrides = {
      worker: { image: "docker.io/other/worker:1" },
      gitserver: { image: "mirror.example.com/sg/gitserver:1" },
    };
    const registry = { host: "mirror.example.com/sg" };
    assert.deepEqual(refused({ registry, overrides, kubernetes: { profile: "air-gapped" } }), [
      "'overrides.worker.image' must be of mirror.example.com/sg, as profile air-gapped has every image from 'registry', got \"docker.io/other/worker:1\"",
    ]);
    assert.deepEqual(refused({ registry, overrides, release: "7.3.0", kubernetes: { via: "helm" } }), [
      "'overrides.worker.image' must be of mirror.example.com/sg, because the chart of release 7.3.0 takes all images from one registry, got \"docker.io/other/worker:1\"; copy it there",
    ]);
    assert.equal(workloadsOf({ registry, overrides }).worker?.containers[0]?.image.registry, "docker.io/other");
  });

  it("are refused what Kubernetes does not have, all at once", () => {
    assert.deepEqual(
      refused({
        release: "6.5.2654",
        tracing: true,
        overrides: {
          worker: { storageGb: 5 },
          "sourcegraph-frontend-internal": { cpus: 1 },
        },
      }),
      [
        "'tracing' needs release 7.1.0 or newer on Kubernetes, got 6.5.2654: earlier charts run a Jaeger that is configured differently; remove it until then",
        "'overrides.worker.storageGb' has no effect: the service has no volume of its own; remove it",
        "'overrides.sourcegraph-frontend-internal' has no effect: in Kubernetes the pods of sourcegraph-frontend serve the internal API; set it there",
      ],
    );
  });
});

describe("the numbers of a workload", () => {
  it("come from overrides, else autoscaling, else the size", () => {
    const of = (vary: Readonly<Record<string, unknown>>) => workloadsOf(vary)["sourcegraph-frontend"];
    assert.equal(of({ size: "XS" })?.replicas, 1);
    assert.equal(of({ size: "2XL" })?.replicas, 3);
    assert.equal(of({ overrides: { "sourcegraph-frontend": { replicas: 5 } } })?.replicas, 5);
    const scaled = of({ kubernetes: { autoscaling: { "sourcegraph-frontend": { minimum: 2, maximum: 6 } } } });
    assert.equal(scaled?.replicas, 2);
    assert.deepEqual(scaled?.autoscaling, { minimum: 2, maximum: 6, cpuPercent: 70 });
    assert.equal(workloadsOf()["cadvisor"]?.replicas, undefined);
  });

  it("spread pods and budget evictions exactly where there can be several", () => {
    const planned = workloadsOf({
      overrides: { gitserver: { replicas: 3 } },
      kubernetes: { autoscaling: { "syntect-server": { minimum: 1, maximum: 4 } } },
    });
    const spread = Object.values(planned).filter((workload) => workload.spread);
    assert.deepEqual(
      spread.map(({ name, maxUnavailable }) => [name, maxUnavailable]),
      [
        ["syntect-server", 1],
        ["gitserver", 1],
      ],
    );
  });

  it("size memory in the chart's units, with overrides moving the other figure where they would contradict", () => {
    const planned = workloadsOf({
      overrides: { searcher: { memoryGb: 1.5 }, worker: { cpuRequest: 3 }, pgsql: { memoryGb: 6.5 } },
    });
    const of = (name: string) => planned[name]?.containers[0]?.resources;
    assert.deepEqual(of("gitserver"), { requests: { cpu: "3", memory: "8G" }, limits: { cpu: "6", memory: "8G" } });
    assert.deepEqual(of("searcher"), {
      requests: { cpu: "4", memory: "1500M" },
      limits: { cpu: "6", memory: "1500M" },
    });
    assert.deepEqual(of("worker"), { requests: { cpu: "3", memory: "2G" }, limits: { cpu: "3", memory: "4G" } });
    assert.deepEqual(of("pgsql"), { requests: { cpu: "4", memory: "5Gi" }, limits: { cpu: "4", memory: "6656Mi" } });
    assert.deepEqual(of("grafana"), {
      requests: { cpu: "100m", memory: "512Mi" },
      limits: { cpu: "1", memory: "512Mi" },
    });
    assert.deepEqual(of("cadvisor"), {
      requests: { cpu: "150m", memory: "200Mi" },
      limits: { cpu: "300m", memory: "2000Mi" },
    });
    assert.deepEqual(of("sourcegraph-frontend")?.requests, { cpu: "2", memory: "2G", "ephemeral-storage": "4Gi" });
    assert.deepEqual(planned["pgsql"]?.containers[1]?.resources.limits, { cpu: "10m", memory: "50Mi" });
  });

  it("claim what the size says but never less than the chart, one object for each pod of a template", () => {
    const planned = workloadsOf({
      overrides: { gitserver: { replicas: 2, storageGb: 50 }, "zoekt-webserver": { replicas: 2 } },
      kubernetes: { storageClass: { create: false, name: "fast" } },
    });
    assert.deepEqual(planned["gitserver"]?.claims, [
      {
        kind: "template",
        name: "repos",
        objects: ["repos-gitserver-0", "repos-gitserver-1"],
        sizeGib: 50,
        storageClass: "fast",
        dataClass: "user-data",
        value: "rebuildable",
      },
    ]);
    assert.deepEqual(planned["indexed-search"]?.claims[0]?.objects, ["data-indexed-search-0", "data-indexed-search-1"]);
    assert.equal(planned["indexed-search"]?.claims[0]?.sizeGib, 200);
    assert.equal(planned["blobstore"]?.claims[0]?.sizeGib, 100);
    assert.deepEqual(planned["pgsql"]?.claims[0]?.objects, ["pgsql"]);
    assert.equal(planned["pgsql"]?.claims[0]?.value, "precious");
    assert.equal(workloadsOf()["pgsql"]?.claims[0]?.storageClass, undefined);
  });
});

describe("the pods", () => {
  it("ask for all that the restricted level wants, but for what measures the node", () => {
    for (const workload of Object.values(workloadsOf({ tracing: true })))
      for (const { name, security } of [...workload.initContainers, ...workload.containers]) {
        if (workload.name === "cadvisor") {
          assert.deepEqual(security, { privileged: true, dropsCapabilities: false, seccomp: false });
          continue;
        }
        const asked = {
          runAsNonRoot: security.runAsNonRoot,
          allowPrivilegeEscalation: security.allowPrivilegeEscalation,
          dropsCapabilities: security.dropsCapabilities,
          seccomp: security.seccomp,
        };
        const all = { runAsNonRoot: true, allowPrivilegeEscalation: false, dropsCapabilities: true, seccomp: true };
        assert.deepEqual(asked, all, `${workload.name} ${name}`);
      }
    const exceptions = Object.values(workloadsOf()).filter(({ exception }) => exception !== undefined);
    assert.deepEqual(
      exceptions.map(({ name }) => name),
      ["cadvisor", "node-exporter", "otel-agent"],
    );
  });

  it("run as the image's user, as one number, or as whom the cluster assigns", () => {
    const of = (userIds: unknown) => {
      const { pgsql, cadvisor } = workloadsOf({ kubernetes: { userIds } });
      const { runAsUser, runAsGroup } = pgsql?.containers[0]?.security ?? {};
      return [pgsql?.podSecurity, [runAsUser, runAsGroup], cadvisor?.containers[0]?.security.runAsUser];
    };
    const pod = { fsGroupOnRootMismatch: true, runAsNonRoot: true };
    assert.deepEqual(of("image"), [{ runAsUser: 999, runAsGroup: 999, fsGroup: 999, ...pod }, [999, 999], undefined]);
    assert.deepEqual(of(1234), [{ runAsUser: 1234, runAsGroup: 1234, fsGroup: 1234, ...pod }, [1234, 1234], undefined]);
    assert.deepEqual(of("assigned"), [{ runAsNonRoot: true }, [undefined, undefined], undefined]);
  });

  it("of cAdvisor lose their rights and the device where the config takes them away", () => {
    const { cadvisor } = workloadsOf({ overrides: { cadvisor: { privileged: false } } });
    assert.deepEqual(cadvisor?.containers[0]?.security, {
      allowPrivilegeEscalation: false,
      dropsCapabilities: true,
      seccomp: true,
    });
    assert.ok(!cadvisor?.volumes.some(({ name }) => name === "kmsg"));
    assert.ok(!cadvisor?.containers[0]?.mounts.some(({ volume }) => volume === "kmsg"));
  });

  it("in profile restricted have no rights, no token, no host port and nothing of the node", () => {
    const planned = Object.values(workloadsOf({ tracing: true, kubernetes: { profile: "restricted" } }));
    for (const { name, rights, mountsToken, hostPid, podSecurityLevel, containers, volumes } of planned) {
      assert.deepEqual([rights, mountsToken, hostPid, podSecurityLevel], [undefined, false, false, "restricted"], name);
      assert.ok(
        containers.every(({ ports }) => ports.every(({ hostPort }) => hostPort === undefined)),
        name,
      );
      assert.ok(
        volumes.every((volume) => !("hostPath" in volume)),
        name,
      );
    }
  });

  it("of frontends see configuration files in a folder, from a ConfigMap or, with secrets in them, from a Secret", () => {
    const of = (text: string) => {
      const planned = workloadsOf(
        { siteConfig: { siteFile: "site.json" }, secrets: { key: "" } },
        { "site.json": text },
      );
      const frontend = planned["sourcegraph-frontend"];
      assert.deepEqual(frontend?.containers[0]?.mounts.at(-1), {
        volume: "sourcegraph-configuration",
        path: "/etc/sourcegraph",
        readOnly: true,
      });
      assert.equal(variablesOf(frontend?.containers[0])["SITE_CONFIG_FILE"], "/etc/sourcegraph/site-config.json");
      assert.deepEqual(frontend?.reads, {
        configMaps: [],
        secrets: ["codeinsights-db-auth", "codeintel-db-auth", "pgsql-auth", "redis-cache", "redis-store"],
      });
      return frontend?.volumes.at(-1);
    };
    const name = "sourcegraph-configuration";
    assert.deepEqual(of("{}"), { name, configMap: name });
    assert.deepEqual(of('{ "licenseKey": "${secret:key}" }'), { name, secretVolume: name });
  });

  it("go to the nodes of their group only on a cluster that is made, and where overrides send them", () => {
    const aws = { cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } };
    const groups = (vary: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(Object.values(workloadsOf(vary)).map(({ name, nodeGroup }) => [name, nodeGroup]));
    const made = groups(aws);
    assert.deepEqual(
      ["pgsql", "redis-store", "blobstore", "gitserver", "indexed-search", "searcher", "worker", "cadvisor"].map(
        (name) => made[name],
      ),
      ["stores", "stores", "stores", "search", "search", "search", "general", undefined],
    );
    assert.ok(Object.values(groups({})).every((group) => group === undefined));
    assert.ok(Object.values(groups({ ...aws, cluster: { autoMode: true } })).every((group) => group === undefined));
    const { pgsql } = workloadsOf({
      ...aws,
      overrides: { pgsql: { nodeSelector: { disk: "fast" }, tolerations: [{ key: "db" }] } },
    });
    assert.deepEqual(
      [pgsql?.nodeGroup, pgsql?.nodeSelector, pgsql?.tolerations],
      [undefined, { disk: "fast" }, [{ key: "db" }]],
    );
  });
});
