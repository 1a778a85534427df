import assert from "node:assert/strict";
import { SourcegraphKubernetes, type SourcegraphKubernetesArgs } from "../../components/kubernetes";
import { decide } from "../../components/kubernetes/decision";
import { InputError, RefusedError } from "../../components/core/errors";
import type { Manifest } from "../../components/core/planning/manifest";
import { allOf, only, record, valueOf, type Recorded, type Recording } from "../support/recorder";

const base: SourcegraphKubernetesArgs = {
  release: "7.5.4453",
  size: "XS",
  kubeconfig: "kubeconfig of the cluster",
  kubernetes: { storageClass: { create: false }, ingress: { className: "nginx" }, snapshotClass: "csi-snapshots" },
};
const acknowledge = ["backup-first", "oob-complete"];
const marker = "MARKER-of-a-password";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";
const snapshot = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot";
const job = "kubernetes:batch/v1:Job";

const recordKubernetes = (args: Partial<SourcegraphKubernetesArgs> = {}): Promise<Recording<SourcegraphKubernetes>> =>
  record((opts) => new SourcegraphKubernetes("sourcegraph", { ...base, ...args }, opts), {
    outputs: ({ type }) => (type.startsWith("random:") ? { result: marker } : {}),
  });

/** What an update with these arguments exports, without declaring it. */
const manifestOf = (args: Partial<SourcegraphKubernetesArgs> = {}): Manifest =>
  decide("sourcegraph", { ...base, ...args }).manifest;

/** Whether a resource waits for another, at once or through others. */
function waits(resources: readonly Recorded[], later: string, earlier: string, seen = new Set<string>()): boolean {
  const { dependsOn = [] } = resources.find(({ name }) => name === later) ?? {};
  if (dependsOn.includes(earlier)) return true;
  return dependsOn.some((name) => {
    if (seen.has(name)) return false;
    seen.add(name);
    return waits(resources, name, earlier, seen);
  });
}

const names = (resources: readonly Recorded[]) => resources.map(({ name }) => name).sort();
type Annotated = { metadata: { annotations?: Record<string, string> } };

describe("SourcegraphKubernetes", () => {
  it("waits for the address of an Ingress of the cloud's own class only", async () => {
    const cloud: Partial<SourcegraphKubernetesArgs> = {
      cloud: "aws",
      region: "us-east-1",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      cluster: { existing: {} },
    };
    const waited = async (className: string) => {
      const { resources } = await recordKubernetes({ ...cloud, kubernetes: { ingress: { className } } });
      const { metadata } = only(resources, "kubernetes:networking.k8s.io/v1:Ingress").inputs as Annotated;
      return metadata.annotations?.["pulumi.com/skipAwait"];
    };
    assert.deepEqual([await waited("alb"), await waited("nginx")], [undefined, "true"]);
  });

  it("brings executors over several releases, with the image of the release to come", () => {
    const withExecutors = (release: string): Partial<SourcegraphKubernetesArgs> => ({
      release,
      secrets: { token: "x" },
      acknowledge: [...acknowledge, "same-minor-executors"],
      kubernetes: {
        ...base.kubernetes,
        executors: {
          kind: "kubernetes",
          image: `index.docker.io/sourcegraph/executor-kubernetes:${release}`,
          passwordSecret: "token",
        },
      },
    });
    const before = manifestOf(withExecutors("7.2.1943"));
    const first = decide("sourcegraph", { ...base, ...withExecutors("7.5.4453"), previous: before });
    assert.equal(first.plan.release, "7.2.1943");
    assert.deepEqual(
      first.plan.executors?.workloads.map(({ replicas }) => replicas),
      [0],
    );
    const second = decide("sourcegraph", { ...base, ...withExecutors("7.5.4453"), previous: first.manifest });
    assert.equal(second.plan.release, "7.5.4453");
  });

  let resources: readonly Recorded[];
  before(async () => {
    const recorded = await recordKubernetes();
    assert.equal(recorded.error, undefined);
    resources = recorded.resources;
  });

  it("declares each object after those it cannot do without", () => {
    const order = [
      "sourcegraph-namespace-sourcegraph",
      "sourcegraph-instance",
      "sourcegraph-secret-pgsql-auth",
      "sourcegraph-stateful-set-pgsql",
      "sourcegraph-job-migrator",
      "sourcegraph-deployment-sourcegraph-frontend",
      "sourcegraph-stateful-set-gitserver",
      "sourcegraph-deployment-worker",
      "sourcegraph-deployment-prometheus",
      "sourcegraph-ingress-sourcegraph-frontend",
    ];
    for (const [at, later] of order.entries())
      for (const earlier of order.slice(0, at))
        assert.ok(waits(resources, later, earlier), `${later} does not wait for ${earlier}`);
    assert.ok(waits(resources, "sourcegraph-stateful-set-gitserver", "sourcegraph-claim-repos-gitserver-0"));
  });

  it("protects and keeps what holds data, keeps the passwords of databases, and lets all else go", () => {
    const kept = resources.filter(({ protect }) => protect);
    assert.deepEqual(names(kept), [
      ...[
        "blobstore",
        "codeinsights-db",
        "codeintel-db",
        "data-indexed-search-0",
        "grafana-data-grafana-0",
        "pgsql",
        "prometheus",
        "redis-store",
        "repos-gitserver-0",
      ].map((name) => `sourcegraph-claim-${name}`),
      "sourcegraph-codeinsightsDbPassword",
      "sourcegraph-codeintelDbPassword",
      "sourcegraph-namespace-sourcegraph",
      "sourcegraph-pgsqlPassword",
    ]);
    assert.deepEqual(
      names(resources.filter(({ retainOnDelete, protect }) => retainOnDelete && !protect)),
      ["codeinsights-db-auth", "codeintel-db-auth", "pgsql-auth"].map((name) => `sourcegraph-secret-${name}`),
    );
    assert.deepEqual(
      kept.filter(({ retainOnDelete }) => !retainOnDelete),
      [],
    );
    assert.deepEqual(
      names(allOf(resources, claim).filter(({ protect }) => !protect)),
      ["cache-searcher-0", "redis-cache"].map((name) => `sourcegraph-claim-${name}`),
      "caches may go",
    );
  });

  it("never changes templates of claims, and marks every value of a Secret as one", () => {
    const sets = allOf(resources, "kubernetes:apps/v1:StatefulSet");
    assert.ok(sets.length > 0);
    for (const { name, ignoreChanges } of sets) assert.deepEqual(ignoreChanges, ["spec.volumeClaimTemplates"], name);
    const secrets = allOf(resources, "kubernetes:core/v1:Secret");
    assert.ok(secrets.length > 3);
    for (const { name, secretInputs } of secrets) assert.deepEqual(secretInputs, ["stringData"], name);
    const shown = resources.filter(({ type }) => type !== "kubernetes:core/v1:Secret");
    assert.ok(!JSON.stringify(shown).includes(marker));
  });

  it("gives the provider what taking over and a cluster that is gone need, and the kubeconfig as a secret", () => {
    const { inputs, secretInputs, parent } = only(resources, "pulumi:providers:kubernetes");
    assert.deepEqual(inputs, {
      kubeconfig: "kubeconfig of the cluster",
      clusterIdentifier: "sourcegraph-kubernetes",
      enableServerSideApply: "true",
      enableConfigMapMutable: "true",
      enableSecretMutable: "true",
      upsertExistingObjects: "true",
      enablePatchForce: "true",
      deleteUnreachable: "true",
    });
    assert.deepEqual(secretInputs, ["kubeconfig"]);
    assert.equal(parent, "sourcegraph:kubernetes:SourcegraphKubernetes sourcegraph");
  });

  it("marks the namespace as its own, which no force takes from it", () => {
    const { inputs } = only(resources, "kubernetes:core/v1:ConfigMap", "sourcegraph-instance");
    assert.deepEqual(inputs["data"], { owner: "organization/project/stack/sourcegraph" });
    assert.equal((inputs as unknown as Annotated).metadata.annotations?.["pulumi.com/patchForce"], "false");
  });

  it("takes snapshots of claims with data before the stores of a new release start", async () => {
    assert.deepEqual(allOf(resources, snapshot), []);
    const previous = manifestOf({ release: "7.4.0" });
    const upgrade = await recordKubernetes({ previous, acknowledge });
    const expected = ["blobstore", "codeinsights-db", "codeintel-db", "pgsql", "redis-store"].map(
      (name) => `sourcegraph-before-7.5.4453-${name}`,
    );
    const made = allOf(upgrade.resources, snapshot);
    assert.deepEqual(names(made), expected);
    assert.deepEqual(
      made.filter(({ retainOnDelete, protect }) => !retainOnDelete || protect),
      [],
    );
    for (const { name } of made) assert.ok(waits(upgrade.resources, "sourcegraph-stateful-set-pgsql", name), name);
  });

  it("goes on declaring the snapshots of the last upgrade, so that the update after it changes nothing", async () => {
    const previous = manifestOf({ previous: manifestOf({ release: "7.4.0" }), acknowledge });
    const after = await recordKubernetes({ previous });
    assert.deepEqual(
      names(allOf(after.resources, snapshot)),
      ["blobstore", "codeinsights-db", "codeintel-db", "pgsql", "redis-store"].map(
        (name) => `sourcegraph-before-7.5.4453-${name}`,
      ),
    );
  });

  it("stops everything before the migrator's Job of a multi-version upgrade, and tries it only once", async () => {
    const previous = manifestOf({ release: "7.2.1943" });
    const { resources, result } = await recordKubernetes({ previous, acknowledge });
    const upgrade = only(resources, job, "sourcegraph-job-upgrade-7.5.4453");
    assert.ok(waits(resources, upgrade.name, "sourcegraph-deployment-sourcegraph-frontend"));
    assert.ok(waits(resources, upgrade.name, "sourcegraph-deployment-worker"));
    assert.equal((upgrade.inputs["spec"] as { backoffLimit: number }).backoffLimit, 0);
    assert.equal((upgrade.inputs as unknown as Annotated).metadata.annotations?.["pulumi.com/replaceUnready"], "true");
    assert.equal(result && (await valueOf(result.release)), "7.2.1943");
  });

  it("runs no migrator after a rollback", async () => {
    const older = manifestOf({ release: "7.4.0" });
    const upgraded = manifestOf({ previous: older, acknowledge });
    const { resources } = await recordKubernetes({ release: "7.4.0", previous: upgraded, acknowledge: ["rollback"] });
    assert.deepEqual(allOf(resources, job), []);
  });

  it("protects nothing that is handed over, and keeps all of it but the mark and the Job", async () => {
    const kubernetes = { ...base.kubernetes, handOver: true };
    const { resources } = await recordKubernetes({ kubernetes });
    assert.deepEqual(
      resources.filter(({ protect }) => protect),
      [],
    );
    const gone = resources.filter(({ retainOnDelete, type }) => !retainOnDelete && type.startsWith("kubernetes:"));
    assert.deepEqual(names(gone), ["sourcegraph-instance", "sourcegraph-job-migrator"]);
  });
});

describe("SourcegraphKubernetes, what it refuses before anything is registered", () => {
  async function refused(args: Partial<SourcegraphKubernetesArgs>): Promise<InputError | RefusedError> {
    const { error, resources } = await recordKubernetes(args);
    assert.deepEqual(resources, []);
    assert.ok(error instanceof InputError || error instanceof RefusedError, String(error));
    return error;
  }

  const invalid = (problem: string) => `the configuration is not valid:\n  - ${problem}`;

  it("a number of replicas that a service does not allow", async () => {
    const { message, exitCode } = await refused({ overrides: { pgsql: { replicas: 2 } } });
    assert.equal(exitCode, 2);
    assert.equal(
      message,
      invalid(
        "'overrides.pgsql.replicas' cannot be set; only sourcegraph-frontend, gitserver, searcher, zoekt-webserver, precise-code-intel-worker, syntactic-code-intel-worker, syntect-server have replicas",
      ),
    );
  });

  it("names that are too long", async () => {
    const { message } = await refused({ kubernetes: { ...base.kubernetes, namespace: "n".repeat(64) } });
    assert.equal(
      message,
      invalid(
        `'kubernetes.namespace' must be at most 63 lower-case letters, digits and dashes, and neither begin nor end with a dash, got "${"n".repeat(56)}...`,
      ),
    );
  });

  it("a database's login with missing keys", async () => {
    const databases = { external: { frontend: { host: "db.example.com", passwordSecret: "db" } } };
    const { message } = await refused({ databases, secrets: { db: marker } } as object);
    assert.equal(
      message,
      `${invalid(`'databases.external.frontend.user' is missing; give a text, such as "sourcegraph"`)}
  - 'databases.external.frontend.database' is missing; give a text, such as "sourcegraph"`,
    );
  });

  it("values of the cloud's own services that nobody gave", async () => {
    const { message } = await refused({
      cloud: "aws",
      region: "us-east-1",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      cluster: { existing: {} },
      kubernetes: {},
      objectStorage: "managed",
    });
    assert.equal(
      message,
      invalid("'managedValues.uploadsBucket' is missing: name of the managed bucket; give its value"),
    );
  });

  it("a claim that shrinks, and one that goes", async () => {
    const overrides = (storageGb: number, replicas: number) => ({ gitserver: { storageGb, replicas } });
    const previous = manifestOf({ overrides: overrides(900, 2) });
    const { message, exitCode } = await refused({ previous, overrides: overrides(800, 1) });
    const allowed = (name: string) => `keep it as it is, or add "${name}" to 'allowDataLoss' if its data may be lost`;
    assert.equal(exitCode, 3);
    assert.equal(
      message,
      [
        "refused, because data would be lost:",
        `  - 'repos-gitserver-0' would shrink from 900 GiB to 800 GiB, and a disk only grows; keep it as it is, or deploy a second instance and move the data by backup and restore`,
        `  - 'repos-gitserver-1' would be removed (claim in sourcegraph); ${allowed("repos-gitserver-1")}`,
      ].join("\n"),
    );
  });
});
