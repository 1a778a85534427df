import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GkeCluster } from "../../components/cluster/gcp";
import { fullClusterArgs, leastClusterArgs, recordCluster } from "../support/gcp-cluster";
import { inputsOf } from "../support/gcp-vm";
import { allOf, identitiesOf, only, unknownValue, valueOf, type Recorded, type Recording } from "../support/recorder";
import { factLabels } from "../support/fact-labels";

const cluster = "gcp:container/cluster:Cluster";
const nodePool = "gcp:container/nodePool:NodePool";
const backupPlan = "gcp:gkebackup/backupPlan:BackupPlan";
const right = "gcp:projects/iAMMember:IAMMember";
const key = "sourcegraph-cluster-keys-id/cryptoKeys/sourcegraph-cluster-key-1a2b3c4";
const nodes = "sourcegraph-ade1c@example.iam.gserviceaccount.com";
const labels = { "sourcegraph-name": "sourcegraph", team: "search" };
const fixture = join(__dirname, "..", "identity", "gcp-kubernetes.json");

const namesOf = (resources: readonly Recorded[], keep: (resource: Recorded) => boolean) =>
  resources
    .filter(keep)
    .map(({ name }) => name)
    .sort();

/** What every machine of the cluster has. */
const machine = {
  imageType: "COS_CONTAINERD",
  diskType: "pd-balanced",
  bootDiskKmsKey: key,
  serviceAccount: nodes,
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  metadata: { "disable-legacy-endpoints": "true" },
  workloadMetadataConfig: { mode: "GKE_METADATA" },
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  resourceLabels: labels,
};

describe("GkeCluster", () => {
  let least: Recording<GkeCluster>;
  let full: Recording<GkeCluster>;
  before(async () => {
    least = await recordCluster(leastClusterArgs);
    full = await recordCluster(fullClusterArgs);
    assert.deepEqual([least.error, full.error], [undefined, undefined]);
  });

  it("has the names and parents of the last release", () => {
    const found = { least: identitiesOf(least.resources), full: identitiesOf(full.resources) };
    if (process.env.UPDATE_IDENTITY === "1") writeFileSync(fixture, `${JSON.stringify(found, null, 2)}\n`);
    assert.deepEqual(
      found,
      JSON.parse(readFileSync(fixture, "utf8")),
      "a changed name or parent makes a resource anew: give it an alias and a line under 'Expected preview changes' in CHANGELOG.md, then write test/identity/gcp-kubernetes.json anew",
    );
  });

  it("declares the same children while nothing is known yet", async () => {
    const dry = await recordCluster(fullClusterArgs, { dryRun: true });
    assert.deepEqual(identitiesOf(dry.resources), identitiesOf(full.resources));
    assert.equal(only(dry.resources, nodePool, "sourcegraph-stores").inputs["version"], unknownValue);
  });

  it("declares a regional control plane with private nodes, Dataplane V2, encrypted secrets and versions of the config", () => {
    const made = only(full.resources, cluster);
    assert.deepEqual(made.inputs, {
      project: "example",
      location: "us-central1",
      network: "link:Network/sourcegraph-vpc",
      subnetwork: "link:Subnetwork/sourcegraph-nodes",
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: {
        stackType: "IPV4",
        clusterSecondaryRangeName: "pods",
        servicesSecondaryRangeName: "services",
      },
      datapathProvider: "ADVANCED_DATAPATH",
      privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: false },
      masterAuthorizedNetworksConfig: {
        cidrBlocks: [{ cidrBlock: "8.34.208.0/24" }],
        gcpPublicCidrsAccessEnabled: false,
      },
      controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: false } },
      databaseEncryption: { state: "ENCRYPTED", keyName: key },
      workloadIdentityConfig: { workloadPool: "example.svc.id.goog" },
      minMasterVersion: "1.34",
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: machine,
      deletionProtection: true,
      nodeLocations: ["us-central1-a", "us-central1-b", "us-central1-c"],
      releaseChannel: { channel: "REGULAR" },
      maintenancePolicy: {
        recurringWindow: {
          startTime: "2026-01-10T16:00:00Z",
          endTime: "2026-01-11T04:00:00Z",
          recurrence: "FREQ=WEEKLY;BYDAY=SA",
        },
        maintenanceExclusions: [
          {
            exclusionName: "minor-versions-come-from-the-config",
            startTime: "2026-01-01T00:00:00Z",
            exclusionOptions: { scope: "NO_MINOR_UPGRADES", endTimeBehavior: "UNTIL_END_OF_SUPPORT" },
          },
        ],
      },
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        gkeBackupAgentConfig: { enabled: true },
        horizontalPodAutoscaling: { disabled: false },
        httpLoadBalancing: { disabled: false },
      },
      enableShieldedNodes: true,
      enableIntranodeVisibility: true,
      loggingConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"],
      },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"],
        managedPrometheus: { enabled: false },
      },
      costManagementConfig: { enabled: true },
      securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
      resourceLabels: { ...labels, ...factLabels("secret_configuration") },
    });
    assert.deepEqual(made.ignoreChanges, ["initialNodeCount", "nodeConfig", "nodeVersion"]);
    assert.deepEqual(made.dependsOn, [
      "sourcegraph-cluster-key-cluster",
      "sourcegraph-cluster-key-disks",
      "sourcegraph-nat",
      "sourcegraph-nodes-image-reader",
      "sourcegraph-nodes-node",
    ]);
  });

  it("closes the API to the internet where no block lies there, and where the config says so", async () => {
    const closed = [
      { ...leastClusterArgs, access: { allowedCidrs: ["10.0.0.0/8"] } },
      { ...leastClusterArgs, cluster: { endpoint: { public: false, allowedCidrs: ["8.8.8.0/24"] } } },
    ];
    for (const args of closed) {
      const { resources } = await recordCluster(args);
      assert.deepEqual(only(resources, cluster).inputs["privateClusterConfig"], {
        enablePrivateNodes: true,
        enablePrivateEndpoint: true,
      });
    }
  });

  it("declares a pool for each group, in the zones of the plan, whose nodes follow the control plane's version", () => {
    const made = only(full.resources, nodePool, "sourcegraph-search");
    const { nodeConfig, autoscaling, initialNodeCount, ...rest } = made.inputs;
    assert.deepEqual(rest, {
      project: "example",
      location: "us-central1",
      cluster: "sourcegraph-cluster-1a2b3c4",
      version: "1.34.5-gke.1000",
      nodeLocations: ["us-central1-a"],
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      networkConfig: { enablePrivateNodes: true },
    });
    const { machineType, diskSizeGb, linuxNodeConfig, ...others } = nodeConfig as Record<string, unknown>;
    assert.deepEqual(others, { ...machine, labels: { "sourcegraph.com/node-group": "search" } });
    assert.match(String(machineType), /^n2-(standard|highmem|highcpu)-\d+$/);
    assert.ok(Number(diskSizeGb) >= 100);
    assert.ok("vm.max_map_count" in (linuxNodeConfig as { sysctls: Record<string, string> }).sysctls);
    const { minNodeCount, maxNodeCount, locationPolicy } = autoscaling as Record<string, number>;
    assert.ok(Number(minNodeCount) <= Number(initialNodeCount) && Number(initialNodeCount) <= Number(maxNodeCount));
    assert.equal(locationPolicy, "BALANCED");
    assert.deepEqual(made.ignoreChanges, ["initialNodeCount"]);
    assert.deepEqual(
      namesOf(full.resources, ({ type }) => type === nodePool),
      ["sourcegraph-general", "sourcegraph-search", "sourcegraph-stores"],
    );
  });

  it("lets nothing name a pool or cluster by more than the 40 characters GKE takes", async () => {
    const name = "a-name-of-24-characters1";
    assert.equal(name.length, 24);
    const { resources } = await recordCluster(leastClusterArgs, {}, name);
    const longest = resources
      .filter(({ type }) => type === nodePool || type === cluster)
      .map((resource) => resource.name.length + "-1a2b3c4".length);
    assert.equal(Math.max(...longest), 40);
  });

  it("gives nodes, admins and Google's agents these rights and no others", () => {
    const rights = allOf(full.resources, right).map(({ inputs: { role, member, condition } }) => [
      role,
      member,
      ...(condition === undefined ? [] : [(condition as { expression: string }).expression]),
    ]);
    const own = 'resource.name.endsWith("/clusters/sourcegraph-cluster-1a2b3c4")';
    assert.deepEqual(rights.sort(), [
      ["roles/artifactregistry.reader", `serviceAccount:${nodes}`],
      ["roles/container.admin", "group:admins@example.com", own],
      ["roles/container.admin", "user:ada@example.com", own],
      ["roles/container.defaultNodeServiceAccount", `serviceAccount:${nodes}`],
    ]);
    const users = inputsOf(full.resources, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember");
    assert.deepEqual(
      Object.values(users).map(({ member, role }) => [member, role]),
      ["compute-system", "container-engine-robot", "gcp-sa-gkebackup"].map((agent) => [
        `serviceAccount:service-123@${agent}.iam.gserviceaccount.com`,
        "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      ]),
    );
  });

  it("backs the namespace up daily, with secrets and volumes, and keeps it as long as the config says", () => {
    const made = only(full.resources, backupPlan);
    assert.deepEqual(made.inputs, {
      project: "example",
      location: "us-central1",
      cluster: "projects/example/locations/us-central1/clusters/sourcegraph-cluster-1a2b3c4",
      description: "daily backups of Sourcegraph sourcegraph",
      backupConfig: {
        selectedNamespaces: { namespaces: ["sourcegraph"] },
        includeVolumeData: true,
        includeSecrets: true,
        encryptionKey: { gcpKmsEncryptionKey: key },
      },
      backupSchedule: { cronSchedule: "0 5 * * *" },
      retentionPolicy: { backupRetainDays: 30 },
      labels: { ...labels, ...factLabels("user-data_identity_secret_operational") },
    });
    assert.deepEqual(made.dependsOn, ["sourcegraph-cluster-key-backups"]);
  });

  it("keeps key and backups always, and protects backups and cluster as long as the config does", async () => {
    const kept = namesOf(full.resources, ({ protect, retainOnDelete }) => protect && retainOnDelete);
    assert.deepEqual(kept, [
      "sourcegraph-cluster-backup",
      "sourcegraph-cluster-key",
      "sourcegraph-cluster-key-backups",
      "sourcegraph-cluster-key-cluster",
      "sourcegraph-cluster-key-disks",
      "sourcegraph-cluster-keys",
    ]);
    assert.deepEqual(
      namesOf(full.resources, ({ protect, retainOnDelete }) => protect && !retainOnDelete),
      ["sourcegraph-cluster"],
    );
    const open = await recordCluster({ ...leastClusterArgs, deletionProtection: false });
    const made = only(open.resources, cluster);
    assert.deepEqual([made.protect, made.inputs["deletionProtection"]], [false, false]);
    // A protected plan would hold the cluster that it is of.
    const { protect, retainOnDelete } = only(open.resources, backupPlan);
    assert.deepEqual([protect, retainOnDelete], [false, true]);
  });

  it("watches pods, API, nodes, claims and backups in any case, and tells somebody where the config names one", () => {
    const alarm = "gcp:monitoring/alertPolicy:AlertPolicy";
    const whats = ["api-errors", "backup-missing", "claims-full", "nodes-busy", "pods-unschedulable"];
    for (const { resources } of [least, full])
      assert.deepEqual(
        namesOf(resources, ({ type }) => type === alarm),
        whats.map((what) => `sourcegraph-cluster-alarm-${what}`),
      );
    const channelsOf = ({ resources }: Recording<GkeCluster>) =>
      Object.values(inputsOf(resources, alarm)).map(({ notificationChannels }) => notificationChannels);
    assert.deepEqual(channelsOf(least), Array(5).fill([]));
    assert.deepEqual(channelsOf(full), Array(5).fill(["sourcegraph-cluster-alarms-1a2b3c4"]));
    const queries = Object.values(inputsOf(full.resources, alarm)).map(
      ({ conditions }) =>
        (conditions as { conditionPrometheusQueryLanguage: { query: string } }[])[0]?.conditionPrometheusQueryLanguage
          .query,
    );
    assert.deepEqual(queries.sort(), [
      '(sum(increase(gkebackup_googleapis_com:backup_completion_times_count{monitored_resource="gkebackup.googleapis.com/BackupPlan",backup_plan_id="sourcegraph-cluster-backup-1a2b3c4",state="SUCCEEDED"}[150m])) or vector(0)) < 1',
      'max by (pod_name, volume_name) (kubernetes_io:pod_volume_utilization{monitored_resource="k8s_pod",cluster_name="sourcegraph-cluster-1a2b3c4",location="us-central1",namespace_name="sourcegraph"}) > 0.8',
      'max(kubernetes_io:node_cpu_allocatable_utilization{monitored_resource="k8s_node",cluster_name="sourcegraph-cluster-1a2b3c4",location="us-central1"}) > 0.9',
      'max(scheduler_pending_pods{cluster="sourcegraph-cluster-1a2b3c4",location="us-central1",queue="unschedulable"}) > 0',
      'sum(rate(apiserver_request_total{cluster="sourcegraph-cluster-1a2b3c4",location="us-central1",code=~"5.."}[5m])) * 60 > 50',
    ]);
  });

  it("tells how it is reached without any secret, once nodes and rights are there", async () => {
    const { result, resources } = full;
    assert.ok(result);
    const kubeconfig = JSON.parse((await valueOf(result.kubeconfig)) ?? "") as Record<string, unknown>;
    assert.deepEqual(kubeconfig["clusters"], [
      {
        name: "sourcegraph-cluster-1a2b3c4",
        cluster: { server: "https://203.0.113.40", "certificate-authority-data": "Y2VydGlmaWNhdGU=" },
      },
    ]);
    assert.deepEqual(
      [await valueOf(result.version), await valueOf(result.key), await valueOf(result.network)],
      ["1.34", key, "link:Network/sourcegraph-vpc"],
    );
    assert.deepEqual(
      resources.filter(({ secretInputs }) => secretInputs.length > 0),
      [],
    );
  });

  it("reserves addresses for Google's services where some are planned, and for a cluster that is made alone", async () => {
    const reserved = async (more: object) => {
      const { resources } = await recordCluster({ ...leastClusterArgs, ...more });
      return allOf(resources, "gcp:compute/globalAddress:GlobalAddress").map(({ inputs }) => [
        inputs["address"],
        inputs["prefixLength"],
      ]);
    };
    assert.deepEqual(await reserved({}), []);
    assert.deepEqual(await reserved({ objectStorage: "managed" }), []);
    assert.deepEqual(await reserved({ cache: "managed" }), [["10.40.224.0", 19]]);
    assert.deepEqual(await reserved({ cluster: { workloads: false } }), [["10.40.224.0", 19]]);
  });

  it("stands in a network that exists, of the program or of the config, and makes none", async () => {
    const given = [
      { existingNetwork: { network: "net-1", subnetwork: "sub-1", podRange: "p", serviceRange: "s" } },
      { network: { existing: { network: "net-1", subnetId: "sub-1" } } },
    ];
    const policies = [];
    for (const more of given) {
      const { resources, error } = await recordCluster({ ...leastClusterArgs, ...more });
      assert.equal(error, undefined);
      assert.deepEqual(
        resources.filter(({ type }) => /compute/.test(type)),
        [],
      );
      const { network, subnetwork, ipAllocationPolicy } = only(resources, cluster).inputs;
      assert.deepEqual([network, subnetwork], ["net-1", "sub-1"]);
      policies.push(ipAllocationPolicy);
    }
    assert.deepEqual(policies, [
      { stackType: "IPV4", clusterSecondaryRangeName: "p", servicesSecondaryRangeName: "s" },
      { stackType: "IPV4" },
    ]);
  });

  it("takes changes to single children, but for what would replace the cluster or open it", async () => {
    const transform = {
      cluster: { enableL4IlbSubsetting: true, deletionProtection: false, network: "other" } as object,
      nodePool: (planned: object) => ({ ...planned, maxPodsPerNode: 64 }),
      backupPlan: { description: "mine", cluster: "other" } as object,
    };
    const { resources } = await recordCluster({ ...leastClusterArgs, transform } as typeof leastClusterArgs);
    const { enableL4IlbSubsetting, deletionProtection, network } = only(resources, cluster).inputs;
    assert.deepEqual(
      [enableL4IlbSubsetting, deletionProtection, network],
      [true, true, "link:Network/sourcegraph-vpc"],
    );
    assert.equal(only(resources, nodePool, "sourcegraph-search").inputs["maxPodsPerNode"], 64);
    const plan = only(resources, backupPlan).inputs;
    assert.deepEqual(
      [plan["description"], String(plan["cluster"]).endsWith("sourcegraph-cluster-1a2b3c4")],
      ["mine", true],
    );
  });
});
