import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { chartReads } from "../../../../components/core/product/kubernetes/chart";
import { kubernetesReleases } from "../../../../components/core/product/releases";
import { helmFiles } from "../../../../components/core/rendering/helm/helm-files";
import { helmValues, type HelmValue, type HelmValues } from "../../../../components/core/rendering/helm/values";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import type { KubernetesObject } from "../../../../components/core/rendering/manifests/object";

const base = {
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "M",
  kubernetes: { via: "helm", storageClass: { name: "fast", create: false }, ingress: { className: "nginx" } },
} as const;

const planOf = (config: Readonly<Record<string, unknown>> = {}) =>
  planKubernetes(parseSpecification({ ...base, ...config }));
const valuesOf = (config: Readonly<Record<string, unknown>> = {}) => helmValues(planOf(config));

/** A value by its key with dots. */
function at(values: HelmValues, key: string): HelmValue {
  return key.split(".").reduce<HelmValue>((value, part) => (value as HelmValues | undefined)?.[part], values);
}

// The keys of the chart, as its documented values have them: what the chart does not know it ignores without a word.
const services = [
  "frontend",
  "gitserver",
  "indexedSearch",
  "searcher",
  "preciseCodeIntel",
  "syntacticCodeIntel",
  "syntectServer",
  "worker",
  "jaeger",
  "pgsql",
  "codeIntelDB",
  "codeInsightsDB",
  "redisCache",
  "redisStore",
  "blobstore",
  "prometheus",
  "grafana",
  "cadvisor",
  "nodeExporter",
  "symbols",
  "repoUpdater",
];
/** Helpers have an image, resources, a security context and variables, and nothing else. */
const containersOnly = ["indexedSearchIndexer", "migrator", "alpine", "postgresExporter", "redisExporter"];
const ofContainers = ["image", "resources", "containerSecurityContext", "env"];
const ofServices = [
  ...ofContainers,
  "podSecurityContext",
  "serviceAccount",
  "podAnnotations",
  "podLabels",
  "nodeSelector",
  "tolerations",
  "affinity",
  "priorityClassName",
  "extraVolumes",
  "extraVolumeMounts",
];
const scaled = [
  "frontend",
  "gitserver",
  "indexedSearch",
  "searcher",
  "preciseCodeIntel",
  "syntacticCodeIntel",
  "syntectServer",
  "worker",
  "symbols",
  "jaeger",
  "repoUpdater",
];
const claimed = [
  "gitserver",
  "indexedSearch",
  "pgsql",
  "codeIntelDB",
  "codeInsightsDB",
  "prometheus",
  "blobstore",
  "redisCache",
  "redisStore",
  "searcher",
  "grafana",
  "symbols",
];
const more: Readonly<Record<string, readonly string[]>> = {
  frontend: ["ingress", "serviceAnnotations", "podDisruptionBudget", "privileged", "createRoleBinding"],
  pgsql: ["enabled", "auth", "existingConfig"],
  codeIntelDB: ["enabled", "auth", "existingConfig"],
  codeInsightsDB: ["enabled", "auth", "existingConfig"],
  redisCache: ["enabled", "connection"],
  redisStore: ["enabled", "connection"],
  blobstore: ["enabled"],
  prometheus: ["enabled", "existingConfig", "privileged", "createRoleBinding"],
  grafana: ["enabled", "existingConfig"],
  cadvisor: ["enabled"],
  nodeExporter: ["enabled"],
  syntacticCodeIntel: ["enabled"],
  jaeger: ["enabled"],
};
const roots = [
  ...services,
  ...containersOnly,
  "sourcegraph",
  "storageClass",
  "priorityClasses",
  "sgTestConnection",
  "openTelemetry",
  "extraResources",
];

function unknownKeys(values: HelmValues): string[] {
  const found = Object.keys(values).filter((key) => !roots.includes(key));
  for (const [key, value] of Object.entries(values)) {
    const inner = Object.keys((value ?? {}) as HelmValues);
    const known = services.includes(key)
      ? [
          ...ofServices,
          ...(more[key] ?? []),
          ...(scaled.includes(key) ? ["replicaCount"] : []),
          ...(claimed.includes(key) ? ["storageSize", "storageAnnotations"] : []),
        ]
      : containersOnly.includes(key)
        ? ofContainers
        : key === "openTelemetry"
          ? ["enabled", "gateway", "agent"]
          : key === "storageClass"
            ? ["create", "name", "provisioner", "type", "parameters", "volumeBindingMode", "reclaimPolicy"]
            : key === "sourcegraph"
              ? ["image", "imagePullSecrets", "priorityClassName"]
              : undefined;
    if (known !== undefined)
      found.push(...inner.filter((name) => !known.includes(name)).map((name) => `${key}.${name}`));
  }
  return found;
}

describe("the values of the vendor's chart", () => {
  it("hold no key the chart does not know, for any release, size and profile", () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...kubernetesReleases),
        fc.constantFrom("XS", "M", "XL", "3XL"),
        fc.constantFrom("default", "restricted", "air-gapped"),
        fc.boolean(),
        (release, size, profile, tracing) => {
          fc.pre(profile !== "restricted" || chartReads("createRoleBinding", release));
          const values = valuesOf({
            release,
            size,
            tracing: tracing && Number(release.split(".")[0]) >= 7 && !release.startsWith("7.0"),
            registry: { host: "mirror.example.com/sourcegraph" },
            kubernetes: { ...base.kubernetes, profile },
          });
          assert.deepEqual(unknownKeys(values), []);
        },
      ),
      { numRuns: 60 },
    ));

  it("never hold a password: logins come from Secrets that are made beside the chart", () => {
    const values = valuesOf();
    assert.deepEqual(
      ["pgsql.auth", "codeIntelDB.auth", "codeInsightsDB.auth", "redisCache.connection", "redisStore.connection"].map(
        (key) => at(values, key),
      ),
      [
        { existingSecret: "pgsql-auth" },
        { existingSecret: "codeintel-db-auth" },
        { existingSecret: "codeinsights-db-auth" },
        { existingSecret: "redis-cache" },
        { existingSecret: "redis-store" },
      ],
    );
  });

  it("give every Secret of a database all six keys, without which the chart's pods do not start", () => {
    const six = ["database", "host", "password", "port", "sslmode", "user"];
    for (const databases of ["bundled", "managed", { managed: { login: "iam" } }]) {
      const cloud =
        databases === "bundled"
          ? {}
          : {
              cloud: "aws",
              region: "us-east-1",
              access: { allowedCidrs: ["10.0.0.0/8"] },
              kubernetes: { via: "helm" },
            };
      const objects = planOf({ ...cloud, databases }).secretObjects;
      for (const name of ["pgsql-auth", "codeintel-db-auth", "codeinsights-db-auth"])
        assert.deepEqual(Object.keys(objects.find((object) => object.name === name)?.data ?? {}).sort(), six, name);
    }
  });

  it("do not repeat a variable that the chart writes by itself, not even the bundled object store's", () => {
    const bundled = valuesOf();
    const own =
      /^(PG|CODEINTEL_PG|CODEINSIGHTS_PG|REDIS_|OTEL_|DEPLOY_TYPE|PRECISE_CODE_INTEL_UPLOAD_(BACKEND|AWS_ENDPOINT)$)/;
    for (const [key, value] of Object.entries(bundled)) {
      const env = (value as HelmValues | undefined)?.["env"] as HelmValues | undefined;
      assert.deepEqual(
        Object.keys(env ?? {}).filter((name) => own.test(name)),
        [],
        key,
      );
    }
  });

  it("write variables as the bodies the chart copies, in the order in which it writes them", () => {
    const values = valuesOf({
      secrets: { token: "" },
      overrides: { worker: { env: { B_TOKEN: "${secret:token}", A_FLAG: "on" } } },
    });
    const env = at(values, "worker.env") as HelmValues;
    assert.deepEqual(env["A_FLAG"], { value: "on" });
    assert.deepEqual(env["B_TOKEN"], { valueFrom: { secretKeyRef: { name: "worker-environment", key: "B_TOKEN" } } });
    assert.deepEqual(Object.keys(env), Object.keys(env).toSorted());
  });

  it("list as many instances of search as they have replicas", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (gitserver, zoekt) => {
        const values = valuesOf({
          overrides: { gitserver: { replicas: gitserver }, "zoekt-webserver": { replicas: zoekt } },
        });
        const listed = (name: string) =>
          ((at(values, `frontend.env.${name}`) as HelmValues)["value"] as string).split(" ").length;
        assert.equal(at(values, "gitserver.replicaCount"), listed("SRC_GIT_SERVERS"));
        assert.equal(at(values, "indexedSearch.replicaCount"), listed("INDEXED_SEARCH_SERVERS"));
        assert.equal(gitserver, listed("SRC_GIT_SERVERS"));
      }),
      { numRuns: 20 },
    ));

  it("give searcher a claim in Gi, from which the chart computes its cache", () =>
    assert.match(at(valuesOf(), "searcher.storageSize") as string, /^\d+Gi$/));

  it("keep the type of a storage class apart from its parameters, and take the cluster's default class where none is named", () => {
    const eks = {
      cloud: "aws",
      region: "us-east-1",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      kubernetes: { via: "helm" },
    };
    assert.deepEqual(at(valuesOf(eks), "storageClass"), {
      create: true,
      name: "sourcegraph",
      provisioner: "ebs.csi.aws.com",
      type: "gp3",
      parameters: { encrypted: "true" },
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Retain",
    });
    const none = { ...base.kubernetes, storageClass: { create: false } };
    assert.deepEqual(at(valuesOf({ kubernetes: none }), "storageClass"), { create: false, name: "" });
  });

  it("take away the class annotation the chart would write beside the class name", () => {
    const annotations = at(valuesOf(), "frontend.ingress.annotations") as HelmValues;
    assert.equal(annotations["kubernetes.io/ingress.class"], null);
    assert.equal(at(valuesOf(), "frontend.ingress.ingressClassName"), "nginx");
  });

  it("leave nothing cluster-wide and no agent on the nodes in profile restricted", () => {
    const values = valuesOf({ kubernetes: { ...base.kubernetes, profile: "restricted" } });
    assert.deepEqual(
      [
        "frontend.privileged",
        "frontend.createRoleBinding",
        "prometheus.privileged",
        "prometheus.createRoleBinding",
        "cadvisor.enabled",
        "nodeExporter.enabled",
        "openTelemetry.agent.kind",
        "storageClass.create",
      ].map((key) => at(values, key)),
      [false, false, false, false, false, false, "Deployment", false],
    );
  });

  it("leave traces out where the chart of a release cannot run without an agent on every node", () => {
    const values = valuesOf({ release: "7.2.0", kubernetes: { ...base.kubernetes, profile: "restricted" } });
    assert.equal(at(values, "openTelemetry.enabled"), false);
    assert.equal(at(values, "openTelemetry.agent.kind"), undefined);
  });

  it("carry what the chart has no template for as further resources", () => {
    const texts = at(valuesOf(), "extraResources") as string[];
    // The chart reads each as a template: two braces are written as a template that gives two braces.
    const carried = texts.map((text) => parse(text.replaceAll("{{`{{`}}", "{{")) as KubernetesObject);
    const native = renderManifests(planOf());
    for (const object of carried) {
      const own = native.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name);
      assert.deepEqual(object, JSON.parse(JSON.stringify(own)));
    }
    assert.ok(carried.some(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "prometheus"));
    const filled = /^(Deployment|StatefulSet|DaemonSet|Service|Ingress|StorageClass|PriorityClass|Namespace|.*Claim)$/;
    assert.deepEqual(
      carried.filter(({ kind }) => filled.test(kind)),
      [],
      "what there is a value for is not among them",
    );
    assert.equal(
      carried.filter(({ kind }) => kind === "NetworkPolicy").length,
      native.filter(({ kind }) => kind === "NetworkPolicy").length,
    );
  });

  it("keep the claims of the chart when it is uninstalled, from the chart on that can say so", () => {
    const keep = { "helm.sh/resource-policy": "keep" };
    const claims = ["pgsql", "codeIntelDB", "codeInsightsDB", "blobstore", "redisStore", "prometheus"];
    for (const key of claims) assert.deepEqual(at(valuesOf(), `${key}.storageAnnotations`), keep, key);
    // Caches may go, and templates of claims never change.
    for (const key of ["redisCache", "gitserver", "indexedSearch", "searcher", "grafana"])
      assert.equal(at(valuesOf(), `${key}.storageAnnotations`), undefined, key);
    for (const key of claims) assert.equal(at(valuesOf({ release: "7.2.0" }), `${key}.storageAnnotations`), undefined);
  });

  it("roll pods when a ConfigMap changes that they read and the chart does not make", () => {
    const digestOf = (config: Readonly<Record<string, unknown>>, key: string) =>
      (at(valuesOf(config), `${key}.podAnnotations`) as HelmValues | undefined)?.["checksum/given-config"];
    const changed = { overrides: { pgsql: { memoryGb: 30 } } };
    assert.match(digestOf({}, "pgsql") as string, /^[0-9a-f]{64}$/);
    assert.notEqual(digestOf({}, "pgsql"), digestOf(changed, "pgsql"));
    assert.equal(digestOf({}, "codeIntelDB"), digestOf(changed, "codeIntelDB"));
    assert.equal(digestOf({}, "gitserver"), undefined);
  });

  it("make an account that all pods share once, with the annotations of the config", () => {
    const serviceAccounts = { name: "sourcegraph", create: true, annotations: { "example.com/identity": "search" } };
    const values = valuesOf({ tracing: true, kubernetes: { ...base.kubernetes, serviceAccounts } });
    const accounts = Object.values(values).flatMap((value) => {
      const { serviceAccount } = (value ?? {}) as { serviceAccount?: { name: string; create: boolean } };
      return serviceAccount === undefined ? [] : [serviceAccount];
    });
    const [made, ...others] = accounts.filter(({ create }) => create);
    assert.deepEqual(others, []);
    assert.deepEqual(made, { ...serviceAccounts, create: true });
    assert.ok(accounts.length > 10);
    assert.deepEqual(new Set(accounts.map(({ name }) => name)), new Set(["sourcegraph", ""]), "jaeger has none");
  });

  it("pin images by digest where they are known, and leave a release that is a chart only to the chart", () => {
    assert.match(at(valuesOf(), "gitserver.image.tag") as string, /^7\.5\.4453@sha256:[0-9a-f]{64}$/);
    assert.equal(at(valuesOf({ release: "7.6.0" }), "gitserver.image"), undefined);
  });

  it("take single images from elsewhere, by tag alone where that is what is known", () => {
    const overrides = {
      "sourcegraph-frontend": { image: "mirror.example.com/fixed/frontend-fixed:7.5.4453-1" },
      worker: { image: "index.docker.io/sourcegraph/worker:7.5.4453-1" },
    };
    const values = valuesOf({ overrides });
    assert.deepEqual(at(values, "frontend.image"), {
      repository: "mirror.example.com/fixed",
      name: "frontend-fixed",
      tag: "7.5.4453-1",
    });
    assert.deepEqual(at(values, "worker.image"), { tag: "7.5.4453-1" });
    assert.equal(at(values, "sourcegraph.image.repository"), "index.docker.io/sourcegraph");
    assert.deepEqual(at(valuesOf({ release: "7.6.0", overrides }), "worker.image"), { tag: "7.5.4453-1" });
    const registry = { host: "mirror.example.com/sg", pinDigests: false };
    assert.deepEqual(at(valuesOf({ registry }), "gitserver.image"), { tag: "7.5.4453" });
    assert.equal(at(valuesOf({ registry }), "sourcegraph.image.repository"), "mirror.example.com/sg");
  });

  it("are files that a person can install from, with the exact version of the chart", () => {
    const files = helmFiles(planOf());
    assert.deepEqual(
      files.map(({ path }) => path),
      ["values.yaml", "migrator-values.yaml", "secrets/apply.sh", "README.md"],
    );
    const readme = files.find(({ path }) => path === "README.md")?.text ?? "";
    assert.match(readme, /--version 7\.5\.4453 \\\n {2}--namespace sourcegraph/);
    assert.deepEqual(parse(files[0]?.text ?? ""), JSON.parse(JSON.stringify(valuesOf())));
  });

  it("come with a word about executors, which no value of the chart makes", () => {
    const readmeOf = (config: Readonly<Record<string, unknown>>) => helmFiles(planOf(config)).at(-1)?.text ?? "";
    const image = "index.docker.io/sourcegraph/executor-kubernetes:7.5.4453";
    const executors = { kind: "kubernetes", image, queues: ["batches"], passwordSecret: "executorToken" };
    const values = { secrets: { executorToken: "" }, kubernetes: { ...base.kubernetes, executors } };
    assert.match(readmeOf(values), /Executors are not among these values: they have charts of their own/);
    assert.doesNotMatch(readmeOf({}), /Executors/);
  });
});
