import { z } from "zod";
import { isServiceName, services } from "../../product/services";
import { admin } from "./schema-admin";
import { boundaries, customerKey, modes } from "./schema-boundaries";
import { environment } from "./schema-environment";
import { access, network, proxy, registry, siteConfig, smtp, tls } from "./schema-edge";
import { cluster, kubernetes } from "./schema-kubernetes";
import { multiTenant } from "./schema-multi-tenant";
import { expires, like, replica } from "./schema-replica";
import { cache, databases, objectStorage } from "./schema-stores";
import { count, flag, gigabytes, keys, port, text } from "./schema-values";

// One schema: it validates the config, and its types, its JSON Schema and docs/configuration.md are written from it.

const usage = keys("UsageConfig", {
  users: count(
    "people who use the instance (licensed users, not concurrent ones). May restart the machine",
    50_000,
  ).min(1),
  repositories: count("number of repositories. May restart the machine and grow disks", 5_000_000).min(1),
  totalSizeGb: gigabytes("size of all repositories together, GB. May restart the machine and grow disks"),
  largestRepositoryGb: gigabytes("size of the largest repository, GB. May restart the machine"),
  largestIndexGb: gigabytes(
    "size of the largest code graph index, GB; 0 when precise code navigation is not used. May restart the machine",
  ),
  codeInsights: flag("whether code insights are used; default true. May restart the machine"),
}).describe(
  "what the customer has; the size is computed from it. Changing it may change the machine (restart) and grow disks",
);

const override = keys("OverrideConfig", {
  replicas: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      "number of containers, of sourcegraph-frontend, gitserver, searcher and zoekt-webserver only, on Kubernetes also of precise-code-intel-worker, syntactic-code-intel-worker and syntect-server; default from the size. Restart; more or fewer of gitserver move repositories",
    ),
  cpus: z
    .number()
    .positive()
    .max(512)
    .optional()
    .describe("CPU limit per container, cores; default from the size. Restart of that service"),
  memoryGb: z
    .number()
    .positive()
    .max(4096)
    .optional()
    .describe("memory limit per container, GB; default from the size. Restart of that service"),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
        error: "is not a name of a variable; use letters, digits and underscores, and begin with no digit",
      }),
      z.string(),
    )
    .optional()
    .describe(
      "environment variables added or replaced, secrets in them written as ${secret:NAME}; default none. Restart of that service",
    ),
  cpuRequest: z
    .number()
    .positive()
    .max(512)
    .optional()
    .describe("Kubernetes: CPU request per container, cores; default from the size. Restart of that service"),
  memoryRequestGb: z
    .number()
    .positive()
    .max(4096)
    .optional()
    .describe("Kubernetes: memory request per container, GB; default from the size. Restart of that service"),
  storageGb: gigabytes("Kubernetes: volume of each pod, GB; default from the size. Grows in place, never shrinks")
    .min(1)
    .optional(),
  podAnnotations: z
    .record(z.string(), z.string())
    .optional()
    .describe("Kubernetes: annotations added to the pods; default none. Restart of that service"),
  podLabels: z
    .record(z.string(), z.string())
    .optional()
    .describe("Kubernetes: labels added to the pods; default none. Restart of that service"),
  nodeSelector: z
    .record(z.string(), z.string())
    .optional()
    .describe("Kubernetes: labels of the nodes the pods go to; default the node group's. Restart of that service"),
  tolerations: z
    .array(
      keys("TolerationConfig", {
        key: text("key of the taint").optional(),
        operator: z.enum(["Exists", "Equal"]).optional().describe("how it is compared; default Equal"),
        value: text("value of the taint").optional(),
        effect: z
          .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
          .optional()
          .describe("effect of the taint; default every one"),
      }).describe("a taint of nodes the pods put up with"),
    )
    .optional()
    .describe("Kubernetes: taints the pods put up with; default none. Restart of that service"),
  privileged: flag(
    "cadvisor only: false runs it without privileges, at the price of its out-of-memory metrics; default true. Restart of that service",
  ),
  image: text(
    "full image reference, in place of the release's; default the release's. Restart of that service",
  ).optional(),
}).describe("what is different for one service");

const outsideCheck = keys("OutsideCheckConfig", {
  enabled: flag("whether an update waits for it; default true. In place"),
  timeoutMinutes: z
    .number()
    .int()
    .min(1)
    .max(2880)
    .optional()
    .describe(
      "how long the machine may take, minutes; default 30, and after an upgrade the time of its steps besides. In place",
    ),
}).describe(
  "an update ends when the machine says that it is ready and the address, asked from where the program runs, is healthy and reports the release; otherwise it fails with the last thing seen",
);

const backup = keys("BackupConfig", {
  keepDays: z
    .number()
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe("how long daily snapshots of the data disk are kept, days; default 14. In place"),
  hourUtc: z
    .number()
    .int()
    .min(0)
    .max(23)
    .optional()
    .describe("hour of the daily snapshot, and of a machine's daily dump of its databases, UTC; default 3. In place"),
  keepDumps: z
    .number()
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe(
      "shape vm: how many dumps of the databases are kept on the data disk; 0 makes none by itself; default 3. In place",
    ),
  drillDays: z
    .number()
    .int()
    .min(0)
    .max(365)
    .optional()
    .describe(
      "shape vm: days from one rehearsal of a restore to the next; 0 makes none by itself; default 30. In place",
    ),
}).describe("snapshots of the data disk and dumps of the databases; they are made in any case, on a cloud. In place");

const machine = keys("MachineConfig", {
  type: text("machine type, in place of the size's; default from the size. Restart", "m6a.8xlarge").optional(),
  rootDiskGb: z.number().int().min(20).max(2000).optional().describe("root disk, GB; default 50. Grows in place"),
  image: text(
    "machine image it starts from, made beforehand with packages and container images on it: an id or the exact name on AWS, the name or projects/PROJECT/global/images/NAME on GCP; default Debian's. Replaces the machine, the data disk stays; on GCP only without deletionProtection",
    "sourcegraph-7-5-4453-1a2b3c4d5e",
  ).optional(),
  packageMirror: text(
    "mirror of Debian's archive that the machine installs from; needed by mode air-gapped unless 'image' brings the packages; default Debian's own. At the next new machine",
    "https://mirror.example.com/debian",
  ).optional(),
}).describe("the machine; default what the size asks for. Restart");

const dataDisk = keys("DataDiskConfig", {
  sizeGb: z
    .number()
    .int()
    .min(50)
    .max(64_000)
    .optional()
    .describe("data disk, GB; default from the size. Grows in place, never shrinks"),
  type: text(
    "volume type: gp3 or io2 on AWS (default gp3), pd-ssd, pd-balanced or hyperdisk-balanced on GCP (default pd-ssd). In place on AWS, refused on GCP",
    "gp3",
  ).optional(),
  iops: z
    .number()
    .int()
    .min(100)
    .max(256_000)
    .optional()
    .describe("provisioned operations a second; default the type's. In place"),
  throughputMbps: z
    .number()
    .int()
    .min(125)
    .max(4000)
    .optional()
    .describe("provisioned throughput, MiB/s; default the type's. In place"),
}).describe("the data disk, which holds everything that matters. Grows in place");

const local = keys("LocalConfig", {
  httpPort: port("port of this machine; default 7080. Restart of the edge").optional(),
  address: text("address the port is bound to; default 127.0.0.1. Restart of the edge", "0.0.0.0").optional(),
  host: text(
    "Docker host; default the engine of this machine. Never changed: volumes stay where they are",
    "ssh://admin@build-1",
  ).optional(),
}).describe("settings of a local Docker Engine");

/** The schema of the whole config, one Pulumi stack file per instance, namespace `sourcegraph`. */
export const configSchema = keys("Config", {
  name: text(
    "name of the instance, the stem of resource names: 2 to 24 lower-case letters, digits and dashes; default sourcegraph. Replaces everything",
    "sourcegraph",
  ).optional(),
  shape: z
    .enum(["vm", "kubernetes", "admin", "multi-tenant", "monolith"])
    .optional()
    .describe(
      "what is built: `vm`: one machine with Docker Compose (default); `kubernetes`: on a cluster, made or existing; `admin`: the admin services of one zone; `multi-tenant`: an environment of the multi-tenant backend with its cells; `monolith`: everything in one place, for development only. Never changed",
    ),
  cloud: z
    .enum(["aws", "gcp", "local", "existing"])
    .describe(
      "where: `local` is a Docker Engine, for shape vm; `existing` a cluster that is there, for shape kubernetes. Never changed",
    ),
  region: text("region of the cloud; needed by aws and gcp. Never changed", "us-east-1").optional(),
  zone: text(
    "zone of machine and data disk; default the first of the region. Moving the disk is refused",
    "us-east-1a",
  ).optional(),
  release: text(
    "exact Sourcegraph release; needed by every shape but admin. A change is an upgrade",
    "7.5.4453",
  ).optional(),
  size: z
    .enum(["XS", "S", "M", "L", "XL", "2XL", "3XL"])
    .optional()
    .describe(
      "named size; either this or usage, one of them is needed but on cloud local, whose default is XS; 2XL and 3XL need shape kubernetes. A change restarts the machine, or rolls the pods",
    ),
  usage: usage.optional(),
  domain: text(
    "host name of the instance; default none, which leaves its address. A change restarts the frontends and replaces certificate and record",
    "sourcegraph.example.com",
  ).optional(),
  dnsZone: text(
    "AWS: id of the Route 53 zone; GCP: name of the Cloud DNS managed zone, to write the record into; default none, so that you write it. Replaces the record",
    "Z0123456789ABCDEFGHIJ",
  ).optional(),
  tls: tls.optional(),
  access: access.optional(),
  network: network.optional(),
  databases: databases.optional(),
  cache: cache.optional(),
  objectStorage: objectStorage.optional(),
  registry: registry.optional(),
  smtp: smtp.optional(),
  siteConfig: siteConfig.optional(),
  proxy: proxy.optional(),
  tracing: flag("run Jaeger and send traces to it; default false. Restart of the collector and frontends"),
  backup: backup.optional(),
  boundaries: boundaries.optional(),
  modes,
  customerKey,
  like,
  expires,
  replica: replica.optional(),
  alarms: keys("AlarmsConfig", {
    email: text("address the alarms go to. In place, to be confirmed by mail on AWS", "ops@example.com"),
  })
    .optional()
    .describe("alarms for status, disk and backup age; default none. In place"),
  admin: admin.optional(),
  multiTenant: multiTenant.optional(),
  kubernetes: kubernetes.optional(),
  cluster: cluster.optional(),
  machine: machine.optional(),
  dataDisk: dataDisk.optional(),
  deletionProtection: flag(
    "the machine is guarded against deletion; default true. Set it to false and deploy before going down, and on GCP before a new machine image. In place",
  ),
  suspended: z
    .boolean()
    .optional()
    .describe(
      "whether the instance stands still, with its data, addresses and backups kept: `true` stops the machine on aws and gcp, or takes every pod but the agents of nodes away, and no release is changed meanwhile; `false` starts it again, and has to be written to end a suspension; default neither, as for an instance that never was suspended. In place",
    ),
  upgrade: z
    .enum(["in-place", "replace"])
    .optional()
    .describe(
      "what a new release does to the machine: `in-place` leaves it, `replace` puts a new one with a fresh root disk in its place, which takes the data disk over; default in-place. On GCP `replace` needs `deletionProtection: false`. Counts at the next release",
    ),
  outsideCheck: outsideCheck.optional(),
  acknowledge: z
    .array(text("id of a manual step"))
    .optional()
    .meta({
      description: "ids of the manual steps of the upgrade that were taken; default none. Only checked",
      examples: [["backup-first"]],
    }),
  allowDataLoss: z
    .array(text("name of a data resource"))
    .optional()
    .describe("names of the data resources that may be removed, shrunk or moved by this update; default none"),
  overrides: z
    .record(z.string().refine(isServiceName, { params: { known: services.map(({ name }) => name) } }), override)
    .optional()
    .meta({
      description: "per service: replicas, limits, variables, image; default none. Restart of those services",
      examples: [{ searcher: { replicas: 2 } }],
    }),
  tags: z
    .record(z.string(), z.string())
    .optional()
    .describe("tags or labels of every resource; default none. In place"),
  secrets: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, {
        error:
          "is not a name of a secret; use at most 64 letters, digits, dashes and underscores, and begin with a letter",
      }),
      z.string(),
    )
    .optional()
    .describe(
      "encrypted values by name, set with `pulumi config set --secret --path 'sourcegraph:secrets.NAME'`; default none. Restart of the services that read them",
    ),
  gcp: keys("GcpConfig", { project: text("project the instance lives in. Never changed", "example-project") })
    .optional()
    .describe(
      "settings of Google Cloud; needed there, but in an environment of its own, where the project is named like the instance",
    ),
  environment: environment.optional().describe("a customer's environment, made with the instance; default none"),
  local: local.optional(),
}).describe("configuration of one instance of Sourcegraph in a box");
