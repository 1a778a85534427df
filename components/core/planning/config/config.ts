// Written by scripts/generate.ts from components/core/planning/config/schema.ts. Do not edit.

/** Configuration of one instance of Sourcegraph in a box. */
export interface Config {
  /**
   * Name of the instance, the stem of resource names: 2 to 24 lower-case letters, digits and dashes; default
   * sourcegraph. Replaces everything.
   *
   * @example "sourcegraph"
   */
  readonly name?: string;
  /**
   * What is built: `vm`: one machine with Docker Compose (default); `kubernetes`: on a cluster, made or existing;
   * `admin`: the admin services of one zone; `multi-tenant`: an environment of the multi-tenant backend with its
   * cells; `monolith`: everything in one place, for development only. Never changed.
   */
  readonly shape?: "vm" | "kubernetes" | "admin" | "multi-tenant" | "monolith";
  /**
   * Where: `local` is a Docker Engine, for shape vm; `existing` a cluster that is there, for shape kubernetes.
   * Never changed.
   */
  readonly cloud: "aws" | "gcp" | "local" | "existing";
  /**
   * Region of the cloud; needed by aws and gcp. Never changed.
   *
   * @example "us-east-1"
   */
  readonly region?: string;
  /**
   * Zone of machine and data disk; default the first of the region. Moving the disk is refused.
   *
   * @example "us-east-1a"
   */
  readonly zone?: string;
  /**
   * Exact Sourcegraph release; needed by every shape but admin. A change is an upgrade.
   *
   * @example "7.5.4453"
   */
  readonly release?: string;
  /**
   * Named size; either this or usage, one of them is needed but on cloud local, whose default is XS; 2XL and 3XL
   * need shape kubernetes. A change restarts the machine, or rolls the pods.
   */
  readonly size?: "XS" | "S" | "M" | "L" | "XL" | "2XL" | "3XL";
  /**
   * What the customer has; the size is computed from it. Changing it may change the machine (restart) and grow
   * disks.
   */
  readonly usage?: UsageConfig;
  /**
   * Host name of the instance; default none, which leaves its address. A change restarts the frontends and replaces
   * certificate and record.
   *
   * @example "sourcegraph.example.com"
   */
  readonly domain?: string;
  /**
   * AWS: id of the Route 53 zone; GCP: name of the Cloud DNS managed zone, to write the record into; default none,
   * so that you write it. Replaces the record.
   *
   * @example "Z0123456789ABCDEFGHIJ"
   */
  readonly dnsZone?: string;
  /**
   * How HTTPS is done; default load-balancer on a cloud with a domain, none without. A change rolls the edge only.
   */
  readonly tls?: TlsConfig;
  /** Who reaches the instance. In place. */
  readonly access?: AccessConfig;
  /** The network: made for the instance (default), or one that exists. A change replaces the machine. */
  readonly network?: NewNetworkConfig | NetworkConfig;
  /**
   * `bundled`: in containers (default); `managed` or `{managed: …}`: by the cloud's own service (RDS, Cloud SQL);
   * `{external: …}`: your own PostgreSQL 16. Each of the three on its own; those not named stay bundled. Moving
   * data is a planned procedure, so a change is refused.
   */
  readonly databases?: "bundled" | "managed" | DatabasesConfig;
  /**
   * Redis: `bundled` (default), `managed` or `{managed: …}`: by the cloud's own service (ElastiCache, Memorystore),
   * or `{external: {cache, store}}`; those not named stay bundled. Restart.
   */
  readonly cache?: "bundled" | "managed" | CacheConfig;
  /**
   * Uploads: `bundled` (default), `managed` or `{managed: …}`: a bucket made for the instance (S3, GCS), reached by
   * identity and without keys, or your own buckets. Existing objects are not moved, so a change is refused.
   */
  readonly objectStorage?: "bundled" | "managed" | ObjectStorageConfig;
  /** Private mirror of the images; default the vendor's own registry. Restart. */
  readonly registry?: RegistryConfig;
  /** Outgoing mail; default none. Read from a file by the frontends, without a restart. */
  readonly smtp?: SmtpConfig;
  /**
   * Configuration from files. Secrets in them are written as `${secret:NAME}`. Without files, and without smtp, the
   * UI owns the configuration. In place.
   */
  readonly siteConfig?: SiteConfigFiles;
  /** Outgoing proxy of the services that talk to the outside; default none. Restart of those. */
  readonly proxy?: ProxyConfig;
  /** Run Jaeger and send traces to it; default false. Restart of the collector and frontends. */
  readonly tracing?: boolean;
  /** Snapshots of the data disk and dumps of the databases; they are made in any case, on a cloud. In place. */
  readonly backup?: BackupConfig;
  /**
   * What the rules of the boundaries are told about the instance, and whether they are enforced; default a
   * production instance, not enforced. Only checked.
   */
  readonly boundaries?: BoundariesConfig;
  /**
   * What the instance promises, and is refused where it breaks it: `air-gapped`: no way to the internet, and
   * nothing is asked of us; `byok`: everything at rest is under 'customerKey'; `own-model`: models of the
   * customer's, and no connection to our gateway; default none. Restart of all services.
   *
   * @example ["air-gapped"]
   */
  readonly modes?: ("air-gapped" | "byok" | "own-model")[];
  /**
   * Key of the customer's for everything at rest: the ARN of a key on AWS, the full name of a CryptoKey on GCP;
   * needed by mode byok. Never changed: what is encrypted stays under its key.
   *
   * @example "arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000"
   */
  readonly customerKey?: string;
  /**
   * Shape file of a customer's set-up, from the folder of the stack file, or `preset:NAME`: it gives the keys that
   * the stack does not, and makes the instance a replica; `sgbox replica presets` lists the presets,
   * docs/replicas.md says what a shape is. Default none. As the keys it gives.
   *
   * @example "shape.yaml"
   */
  readonly like?: string;
  /**
   * Last day of the instance, UTC: afterwards preview and up are refused, and it is to be removed; needed by a
   * replica, default none. Only checked.
   *
   * @example "2027-01-31"
   */
  readonly expires?: string;
  /**
   * What makes the instance a replica of a customer's set-up: for development, with made-up data, a licence of its
   * own and nothing sent to us; default no replica. Set by 'like'.
   */
  readonly replica?: ReplicaConfig;
  /** Alarms for status, disk and backup age; default none. In place. */
  readonly alarms?: AlarmsConfig;
  /** Support services of one zone; needs shape admin. In place unless said otherwise. */
  readonly admin?: AdminConfig;
  /** The multi-tenant backend; needs shape multi-tenant. */
  readonly multiTenant?: MultiTenantConfig;
  /** How Sourcegraph runs on the cluster; needs shape kubernetes. In place unless said otherwise. */
  readonly kubernetes?: KubernetesConfig;
  /** The cluster; default one is made on aws and gcp. In place unless said otherwise. */
  readonly cluster?: ClusterConfig;
  /** The machine; default what the size asks for. Restart. */
  readonly machine?: MachineConfig;
  /** The data disk, which holds everything that matters. Grows in place. */
  readonly dataDisk?: DataDiskConfig;
  /**
   * The machine is guarded against deletion; default true. Set it to false and deploy before going down, and on GCP
   * before a new machine image. In place.
   */
  readonly deletionProtection?: boolean;
  /**
   * Whether the instance stands still, with its data, addresses and backups kept: `true` stops the machine on aws
   * and gcp, or takes every pod but the agents of nodes away, and no release is changed meanwhile; `false` starts
   * it again, and has to be written to end a suspension; default neither, as for an instance that never was
   * suspended. In place.
   */
  readonly suspended?: boolean;
  /**
   * What a new release does to the machine: `in-place` leaves it, `replace` puts a new one with a fresh root disk
   * in its place, which takes the data disk over; default in-place. On GCP `replace` needs `deletionProtection:
   * false`. Counts at the next release.
   */
  readonly upgrade?: "in-place" | "replace";
  /**
   * An update ends when the machine says that it is ready and the address, asked from where the program runs, is
   * healthy and reports the release; otherwise it fails with the last thing seen.
   */
  readonly outsideCheck?: OutsideCheckConfig;
  /**
   * Ids of the manual steps of the upgrade that were taken; default none. Only checked.
   *
   * @example ["backup-first"]
   */
  readonly acknowledge?: string[];
  /** Names of the data resources that may be removed, shrunk or moved by this update; default none. */
  readonly allowDataLoss?: string[];
  /**
   * Per service: replicas, limits, variables, image; default none. Restart of those services.
   *
   * @example {"searcher":{"replicas":2}}
   */
  readonly overrides?: Record<string, OverrideConfig>;
  /** Tags or labels of every resource; default none. In place. */
  readonly tags?: Record<string, string>;
  /**
   * Encrypted values by name, set with `pulumi config set --secret --path 'sourcegraph:secrets.NAME'`; default
   * none. Restart of the services that read them.
   */
  readonly secrets?: Record<string, string>;
  /**
   * Settings of Google Cloud; needed there, but in an environment of its own, where the project is named like the
   * instance.
   */
  readonly gcp?: GcpConfig;
  /** A customer's environment, made with the instance; default none. */
  readonly environment?: EnvironmentConfig;
  /** Settings of a local Docker Engine. */
  readonly local?: LocalConfig;
}

/** Settings of a local Docker Engine. */
export interface LocalConfig {
  /** Port of this machine; default 7080. Restart of the edge. */
  readonly httpPort?: number;
  /**
   * Address the port is bound to; default 127.0.0.1. Restart of the edge.
   *
   * @example "0.0.0.0"
   */
  readonly address?: string;
  /**
   * Docker host; default the engine of this machine. Never changed: volumes stay where they are.
   *
   * @example "ssh://admin@build-1"
   */
  readonly host?: string;
}

/** A customer's environment, made with the instance; default none. */
export interface EnvironmentConfig {
  /** `replica` imitates a customer's set-up; `managed` is the customer's own instance. A change is refused. */
  readonly kind: "replica" | "managed";
  /**
   * Short name of the customer, letters and digits; it stands in one tag or label of the account or project, and in
   * the name of the shared role. In place; replaces the shared role.
   *
   * @example "AcmeCorp"
   */
  readonly customer: string;
  /**
   * AWS: id of the organizational unit; GCP: folder. Moves the account or project in place.
   *
   * @example "folders/123456789012"
   */
  readonly parent: string;
  /** Regions in which anything may be made; default that of the instance. In place. */
  readonly regions?: string[];
  /** The spending that is watched. */
  readonly budget: EnvironmentBudgetConfig;
  /** Where is written who did what. */
  readonly audit: EnvironmentAuditConfig;
  /** Who may do what; default nobody but whoever runs the program. */
  readonly access?: EnvironmentAccessConfig[];
  /** AWS: the account; needed there. */
  readonly account?: EnvironmentAccountConfig;
  /** GCP: the project; needed there. */
  readonly project?: EnvironmentProjectConfig;
  /**
   * The name of the instance again: the next update lets go of everything in it, and going down then closes the
   * account or deletes the project, with all data; default none. In place.
   *
   * @example "src-3f9c1a20b7"
   */
  readonly close?: string;
}

/** GCP: the project; needed there. */
export interface EnvironmentProjectConfig {
  /**
   * Billing account that pays. In place.
   *
   * @example "012345-6789AB-CDEF01"
   */
  readonly billingAccount: string;
}

/** AWS: the account; needed there. */
export interface EnvironmentAccountConfig {
  /**
   * Address of the account's root, with a plus, used by no other account, closed ones counted. A change is refused.
   *
   * @example "cloud+src-3f9c1a20b7@example.com"
   */
  readonly email: string;
  /**
   * Role by which the organization gets in, made with the account; default OrganizationAccountAccessRole. A change
   * is refused.
   *
   * @example "OrganizationAccountAccessRole"
   */
  readonly role?: string;
  /** How people sign in; needed by 'access'. */
  readonly signOn?: EnvironmentSignOnConfig;
  /**
   * Keeps the historical role CUSTOMERReplicaSharedAccessRole or CUSTOMERManagedSharedAccessRole beside the rights
   * of people, so that old instructions work; default none.
   */
  readonly sharedRole?: EnvironmentSharedRoleConfig;
}

/**
 * Keeps the historical role CUSTOMERReplicaSharedAccessRole or CUSTOMERManagedSharedAccessRole beside the rights of
 * people, so that old instructions work; default none.
 */
export interface EnvironmentSharedRoleConfig {
  /**
   * Account whose users may switch to it, 12 digits in quotes. In place.
   *
   * @example "123456789012"
   */
  readonly account: string;
  /** What it may do; default read. In place. */
  readonly permissions?: "read" | "operate" | "admin";
}

/** How people sign in; needed by 'access'. */
export interface EnvironmentSignOnConfig {
  /**
   * ARN of the instance of IAM Identity Center. Replaces the rights.
   *
   * @example "arn:aws:sso:::instance/ssoins-0123456789abcdef"
   */
  readonly instance: string;
  /**
   * Region it is in; default the program's own. Replaces the rights.
   *
   * @example "us-east-1"
   */
  readonly region?: string;
  /**
   * Address of its portal, for links; default none. In place.
   *
   * @example "https://example.awsapps.com/start"
   */
  readonly portal?: string;
  /** How long a session lasts, hours; default 4. In place. */
  readonly sessionHours?: number;
}

/** What the people of a group may do, each of whom signs in as themselves. */
export interface EnvironmentAccessConfig {
  /**
   * AWS: id of a group in IAM Identity Center; GCP: mail address of a group. Replaces the right.
   *
   * @example "operators@example.com"
   */
  readonly group: string;
  /** `read` sees everything; `operate` changes everything but rights; `admin` rights too. Replaces the right. */
  readonly permissions: "read" | "operate" | "admin";
  /**
   * GCP: last day of the right, which is needed there; on AWS sessions end. In place.
   *
   * @example "2027-01-31"
   */
  readonly until?: string;
}

/** Where is written who did what. */
export interface EnvironmentAuditConfig {
  /**
   * AWS: name of the bucket; GCP: full name of the bucket of logs, projects/P/locations/L/buckets/B; in an account
   * or project for logs. In place.
   *
   * @example "example-audit"
   */
  readonly target: string;
  /**
   * AWS: ARN of the key it is encrypted with; needed there. In place.
   *
   * @example "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
   */
  readonly key?: string;
}

/** The spending that is watched. */
export interface EnvironmentBudgetConfig {
  /** What a month may cost, US dollars; mails go out at 80 and 100 percent, and when 100 is foreseen. In place. */
  readonly monthlyUsd: number;
  /** Who is told. In place. */
  readonly emails: string[];
}

/**
 * Settings of Google Cloud; needed there, but in an environment of its own, where the project is named like the
 * instance.
 */
export interface GcpConfig {
  /**
   * Project the instance lives in. Never changed.
   *
   * @example "example-project"
   */
  readonly project: string;
}

/** What is different for one service. */
export interface OverrideConfig {
  /**
   * Number of containers, of sourcegraph-frontend, gitserver, searcher and zoekt-webserver only, on Kubernetes also
   * of precise-code-intel-worker, syntactic-code-intel-worker and syntect-server; default from the size. Restart;
   * more or fewer of gitserver move repositories.
   */
  readonly replicas?: number;
  /** CPU limit per container, cores; default from the size. Restart of that service. */
  readonly cpus?: number;
  /** Memory limit per container, GB; default from the size. Restart of that service. */
  readonly memoryGb?: number;
  /**
   * Environment variables added or replaced, secrets in them written as ${secret:NAME}; default none. Restart of
   * that service.
   */
  readonly env?: Record<string, string>;
  /** Kubernetes: CPU request per container, cores; default from the size. Restart of that service. */
  readonly cpuRequest?: number;
  /** Kubernetes: memory request per container, GB; default from the size. Restart of that service. */
  readonly memoryRequestGb?: number;
  /** Kubernetes: volume of each pod, GB; default from the size. Grows in place, never shrinks. */
  readonly storageGb?: number;
  /** Kubernetes: annotations added to the pods; default none. Restart of that service. */
  readonly podAnnotations?: Record<string, string>;
  /** Kubernetes: labels added to the pods; default none. Restart of that service. */
  readonly podLabels?: Record<string, string>;
  /** Kubernetes: labels of the nodes the pods go to; default the node group's. Restart of that service. */
  readonly nodeSelector?: Record<string, string>;
  /** Kubernetes: taints the pods put up with; default none. Restart of that service. */
  readonly tolerations?: TolerationConfig[];
  /**
   * Cadvisor only: false runs it without privileges, at the price of its out-of-memory metrics; default true.
   * Restart of that service.
   */
  readonly privileged?: boolean;
  /** Full image reference, in place of the release's; default the release's. Restart of that service. */
  readonly image?: string;
}

/** A taint of nodes the pods put up with. */
export interface TolerationConfig {
  /** Key of the taint. */
  readonly key?: string;
  /** How it is compared; default Equal. */
  readonly operator?: "Exists" | "Equal";
  /** Value of the taint. */
  readonly value?: string;
  /** Effect of the taint; default every one. */
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/**
 * An update ends when the machine says that it is ready and the address, asked from where the program runs, is
 * healthy and reports the release; otherwise it fails with the last thing seen.
 */
export interface OutsideCheckConfig {
  /** Whether an update waits for it; default true. In place. */
  readonly enabled?: boolean;
  /**
   * How long the machine may take, minutes; default 30, and after an upgrade the time of its steps besides. In
   * place.
   */
  readonly timeoutMinutes?: number;
}

/** The data disk, which holds everything that matters. Grows in place. */
export interface DataDiskConfig {
  /** Data disk, GB; default from the size. Grows in place, never shrinks. */
  readonly sizeGb?: number;
  /**
   * Volume type: gp3 or io2 on AWS (default gp3), pd-ssd, pd-balanced or hyperdisk-balanced on GCP (default
   * pd-ssd). In place on AWS, refused on GCP.
   *
   * @example "gp3"
   */
  readonly type?: string;
  /** Provisioned operations a second; default the type's. In place. */
  readonly iops?: number;
  /** Provisioned throughput, MiB/s; default the type's. In place. */
  readonly throughputMbps?: number;
}

/** The machine; default what the size asks for. Restart. */
export interface MachineConfig {
  /**
   * Machine type, in place of the size's; default from the size. Restart.
   *
   * @example "m6a.8xlarge"
   */
  readonly type?: string;
  /** Root disk, GB; default 50. Grows in place. */
  readonly rootDiskGb?: number;
  /**
   * Machine image it starts from, made beforehand with packages and container images on it: an id or the exact name
   * on AWS, the name or projects/PROJECT/global/images/NAME on GCP; default Debian's. Replaces the machine, the
   * data disk stays; on GCP only without deletionProtection.
   *
   * @example "sourcegraph-7-5-4453-1a2b3c4d5e"
   */
  readonly image?: string;
  /**
   * Mirror of Debian's archive that the machine installs from; needed by mode air-gapped unless 'image' brings the
   * packages; default Debian's own. At the next new machine.
   *
   * @example "https://mirror.example.com/debian"
   */
  readonly packageMirror?: string;
}

/** The cluster; default one is made on aws and gcp. In place unless said otherwise. */
export interface ClusterConfig {
  /** A cluster that is there; default one is made on aws and gcp. A change is refused. */
  readonly existing?: ExistingClusterConfig;
  /**
   * Deploy Sourcegraph too; false makes the cluster alone, for a second stack with cluster.existing.stack; default
   * true. In place.
   */
  readonly workloads?: boolean;
  /**
   * Kubernetes version of control plane and nodes, MAJOR.MINOR, one minor up at a time; default 1.35. In place:
   * control plane first, then nodes.
   *
   * @example "1.35"
   */
  readonly version?: string;
  /** Who reaches the Kubernetes API; default access.allowedCidrs. In place. */
  readonly endpoint?: ClusterEndpointConfig;
  /** Who administers the cluster besides whoever made it; default nobody. In place. */
  readonly admins?: string[];
  /**
   * AWS: EKS Auto Mode in place of managed node groups; default false. A change is refused: claims cannot follow.
   */
  readonly autoMode?: boolean;
  /** Per node group: machine type, numbers, disk; default from the size. Replaces nodes one by one. */
  readonly nodes?: Record<string, NodeGroupConfig>;
  /** GCP: release channel; default STABLE. In place. */
  readonly releaseChannel?: "REGULAR" | "STABLE" | "EXTENDED";
  /** When the cloud may maintain cluster and managed services; default SU at 4. In place. */
  readonly maintenance?: MaintenanceConfig;
}

/** When the cloud may maintain cluster and managed services; default SU at 4. In place. */
export interface MaintenanceConfig {
  /** Day of the week. In place. */
  readonly day: "MO" | "TU" | "WE" | "TH" | "FR" | "SA" | "SU";
  /** First hour of the window, UTC: four hours for servers of AWS, twelve on GKE. In place. */
  readonly hourUtc: number;
}

/** What is different for one node group. */
export interface NodeGroupConfig {
  /** Machine type of the nodes; default from the size. Replaces the nodes one by one. */
  readonly machineType?: string;
  /** Fewest nodes; default what the pods need. In place. */
  readonly minimum?: number;
  /** Most nodes; default what the pods need, and one more in every zone. In place. */
  readonly maximum?: number;
  /** Boot disk of a node, GB; default 100. Replaces the nodes one by one. */
  readonly diskGb?: number;
}

/** Who reaches the Kubernetes API; default access.allowedCidrs. In place. */
export interface ClusterEndpointConfig {
  /** Whether the API can be reached from outside the network; default true. In place. */
  readonly public?: boolean;
  /** Blocks that may reach the public API endpoint; default access.allowedCidrs. In place. */
  readonly allowedCidrs?: string[];
}

/** A cluster that is there; default one is made on aws and gcp. A change is refused. */
export interface ExistingClusterConfig {
  /**
   * Name of the secret that holds the kubeconfig; default the kubeconfig of whoever runs the program. In place.
   *
   * @example "kubeconfig"
   */
  readonly kubeconfigSecret?: string;
  /**
   * Context of the kubeconfig; default its current one. In place.
   *
   * @example "production"
   */
  readonly context?: string;
  /**
   * Stack that made the cluster, ORGANIZATION/PROJECT/STACK; default none. In place.
   *
   * @example "organization/sourcegraph-in-a-box/cluster"
   */
  readonly stack?: string;
}

/** How Sourcegraph runs on the cluster; needs shape kubernetes. In place unless said otherwise. */
export interface KubernetesConfig {
  /**
   * Namespace of the instance: one instance each; default sourcegraph. A change is refused: claims cannot move.
   *
   * @example "sourcegraph"
   */
  readonly namespace?: string;
  /**
   * Make the namespace, labelled with the pod security level that its pods meet; default true, false in profile
   * restricted. In place.
   */
  readonly createNamespace?: boolean;
  /**
   * `default`: as the vendor ships it, hardened; `restricted`: nothing cluster-scoped, no privileged pod, no host
   * port, no right to look anything up; `air-gapped`: images from `registry` only and no connection to the
   * internet; default `default`. Restart of all services.
   */
  readonly profile?: "default" | "restricted" | "air-gapped";
  /**
   * `native`: every object a resource of its own (default); `helm`: the vendor's chart with values from the same
   * plan. A change moves no data, but is a procedure of its own: docs/adoption.md.
   */
  readonly via?: "native" | "helm";
  /** Storage class of the claims; default one is made. Claims keep theirs. */
  readonly storageClass?: StorageClassConfig;
  /** How the outside reaches the frontends; default an Ingress of the cloud's class. In place. */
  readonly ingress?: IngressConfig;
  /** Network policies; default on. In place. */
  readonly networkPolicies?: NetworkPoliciesConfig;
  /** Accounts of the pods; default one for each workload that needs rights or an identity. Restart. */
  readonly serviceAccounts?: ServiceAccountsConfig;
  /**
   * Whom pods run as: `image`: the vendor's user of every image (default); `assigned`: left to the cluster, as on
   * OpenShift; a number: that user and group for all. Restart; volumes change their owner at the next start.
   */
  readonly userIds?: "image" | "assigned" | number;
  /** Priority class of the stores and frontends; default none. Restart of these. */
  readonly priorityClass?: PriorityClassConfig;
  /**
   * Services whose number of pods follows their load: sourcegraph-frontend, precise-code-intel-worker,
   * syntactic-code-intel-worker, syntect-server; default none. In place.
   *
   * @example {"sourcegraph-frontend":{"minimum":2,"maximum":6}}
   */
  readonly autoscaling?: Record<string, AutoscalingConfig>;
  /**
   * Volume snapshot class: before every upgrade a snapshot of each claim that matters is taken and kept; default
   * none, which leaves backups to the cloud's. In place.
   *
   * @example "csi-snapshots"
   */
  readonly snapshotClass?: string;
  /**
   * Services that are left out: those that watch, and those that take in code graph indexes; default none, in
   * profile restricted the first three. In place.
   */
  readonly leaveOut?: ("cadvisor" | "node-exporter" | "otel-agent" | "prometheus" | "grafana" | "precise-code-intel-worker" | "syntactic-code-intel-worker")[];
  /** Executors of batch changes and auto-indexing; default none. In place. */
  readonly executors?: ExecutorsConfig;
  /**
   * Prepare for Helm: label everything as Helm's and leave it in the cluster at destroy; default false. In place;
   * see docs/adoption.md.
   */
  readonly handOver?: boolean;
  /**
   * Name of the Helm release, also in the labels by which the objects of the native path are selected; default
   * sourcegraph. A change is refused: labels of selectors cannot change.
   *
   * @example "sourcegraph"
   */
  readonly helmRelease?: string;
  /**
   * Address of a repository with the vendor's chart, for networks without a way out; needs via helm; default the
   * vendor's own. In place.
   *
   * @example "https://charts.example.com/sourcegraph"
   */
  readonly chartRepository?: string;
}

/** Executors of batch changes and auto-indexing; default none. In place. */
export interface ExecutorsConfig {
  /** `kubernetes`: jobs run as Jobs of the cluster; `docker-in-docker`: in a privileged sidecar. Restart. */
  readonly kind: "kubernetes" | "docker-in-docker";
  /** Queues that are served; default both. Restart of the executors. */
  readonly queues?: ("batches" | "codeintel")[];
  /**
   * Image of the executor, with digest: executor-kubernetes for kind kubernetes, executor otherwise, of the release
   * that runs; needed, because no pin of it is known here. Restart of the executors.
   *
   * @example "index.docker.io/sourcegraph/executor-kubernetes:7.5.4453"
   */
  readonly image?: string;
  /**
   * Kind docker-in-docker: image of the Docker Engine beside the executor; needed there. Restart of the executors.
   *
   * @example "index.docker.io/library/docker:29.5.3-dind"
   */
  readonly dockerImage?: string;
  /** Executor pods; default 1, and never more with kind kubernetes. In place. */
  readonly replicas?: number;
  /** Jobs at a time in one executor; default 10. Restart of the executors. */
  readonly maximumJobs?: number;
  /**
   * Name of the secret with the access token of executors, as in executors.accessToken of the site configuration;
   * at least 20 characters. Restart of the executors.
   *
   * @example "executorToken"
   */
  readonly passwordSecret: string;
}

/** The number of pods follows the load. */
export interface AutoscalingConfig {
  /** Fewest pods. In place. */
  readonly minimum: number;
  /** Most pods. In place. */
  readonly maximum: number;
  /** CPU use, in percent of what is requested, that is aimed at; default 70. In place. */
  readonly cpuPercent?: number;
}

/** Priority class of the stores and frontends; default none. Restart of these. */
export interface PriorityClassConfig {
  /**
   * Name of the class. Restart of all services.
   *
   * @example "sourcegraph"
   */
  readonly name: string;
  /** Make the class, which is cluster-scoped; default true, false in profile restricted. In place. */
  readonly create?: boolean;
  /** Priority of a class that is made; default 1000. Replaces the class. */
  readonly value?: number;
}

/** Accounts of the pods; default one for each workload that needs rights or an identity. Restart. */
export interface ServiceAccountsConfig {
  /** Make service accounts; default true. Restart of the pods of other accounts. */
  readonly create?: boolean;
  /**
   * One account for all pods, in place of the vendor's; needed where `create` is false and the namespace's default
   * account is not meant. Restart.
   *
   * @example "sourcegraph"
   */
  readonly name?: string;
  /**
   * An account of its own for every workload, also for those without rights or identity; default false. Restart of
   * their pods.
   */
  readonly perWorkload?: boolean;
  /** Annotations of all accounts that are made, such as for workload identity; default none. In place. */
  readonly annotations?: Record<string, string>;
}

/** Network policies; default on. In place. */
export interface NetworkPoliciesConfig {
  /**
   * Make network policies: nothing may connect but what the product needs; default true. They count only where the
   * cluster's network enforces them. In place.
   */
  readonly enabled?: boolean;
  /**
   * Where the services that talk to the outside may connect to; default everywhere on TCP 443, 80, 22 and 587, in
   * profile air-gapped nowhere. In place.
   */
  readonly egress?: EgressConfig[];
}

/** Where services may connect to outside the namespace. */
export interface EgressConfig {
  /**
   * CIDR block.
   *
   * @example "10.20.0.0/16"
   */
  readonly cidr: string;
  /** TCP ports. In place. */
  readonly ports: number[];
}

/** How the outside reaches the frontends; default an Ingress of the cloud's class. In place. */
export interface IngressConfig {
  /** Make an Ingress; default true. In place. */
  readonly enabled?: boolean;
  /**
   * Ingress class; default alb on EKS, gce on GKE; needed on an existing cluster. Replaces the load balancer.
   *
   * @example "nginx"
   */
  readonly className?: string;
  /** Annotations added to the Ingress, over those the class needs; default none. In place. */
  readonly annotations?: Record<string, string>;
  /**
   * Name of a TLS Secret of the namespace with the certificate; default the cloud's certificate, or the issuer's.
   * In place.
   *
   * @example "sourcegraph-tls"
   */
  readonly tlsSecret?: string;
  /** Cert-manager's issuer of the certificate; it must exist. Replaces the certificate. */
  readonly issuer?: IssuerConfig;
  /** Reach the load balancer from inside the network only; default false. Replaces the load balancer on EKS. */
  readonly internal?: boolean;
  /**
   * Namespace of the ingress controller's pods, which network policies let in; default openshift-ingress for class
   * openshift-default, else ingress-nginx; none for alb and gce, whose load balancers reach pods by themselves. In
   * place.
   *
   * @example "ingress-nginx"
   */
  readonly controllerNamespace?: string;
}

/** Cert-manager's issuer of the certificate; it must exist. Replaces the certificate. */
export interface IssuerConfig {
  /**
   * Name of cert-manager's issuer. Replaces the certificate.
   *
   * @example "letsencrypt"
   */
  readonly name: string;
  /** Kind of the issuer; default ClusterIssuer. Replaces the certificate. */
  readonly kind?: "Issuer" | "ClusterIssuer";
}

/** Storage class of the claims; default one is made. Claims keep theirs. */
export interface StorageClassConfig {
  /**
   * Name of the storage class of all claims; default sourcegraph, or the cluster's default class where `create` is
   * false and no name is given. A change is refused: claims cannot move.
   *
   * @example "sourcegraph"
   */
  readonly name?: string;
  /** Make the class; default true, false in profile restricted, which makes no cluster-scoped object. In place. */
  readonly create?: boolean;
  /**
   * CSI driver of the class; default that of the cloud; needed on an existing cluster that makes its class.
   * Replaces the class, not the volumes.
   *
   * @example "ebs.csi.aws.com"
   */
  readonly provisioner?: string;
  /** Parameters of the driver; default the cloud's. Replaces the class, not the volumes. */
  readonly parameters?: Record<string, string>;
  /**
   * Whether volumes of the class grow; default true. Only said of a class that is not made here, where it cannot be
   * seen. Only checked.
   */
  readonly expandable?: boolean;
}

/** The multi-tenant backend; needs shape multi-tenant. */
export interface MultiTenantConfig {
  /** What all cells of a stage have in common: names, edge, guard rails, promises. */
  readonly environment: MultiTenantEnvironmentConfig;
  /** Cells by name: 3 to 16 lower-case letters, digits and dashes. A name never changes. */
  readonly cells: Record<string, CellConfig>;
  /**
   * Tenants with resources of their own by name: 3 to 32 lower-case letters, digits and dashes, beginning with a
   * letter; default none. A name never changes.
   */
  readonly tenants?: Record<string, TenantConfig>;
}

/** One tenant that has resources of its own. */
export interface TenantConfig {
  /**
   * `dedicated` and `byok`: alone in a cell; `isolated`: in a cell of many with database, bucket and key of its
   * own, experimental; `pooled` tenants are not in this file. A change is refused.
   */
  readonly tier: "pooled" | "isolated" | "dedicated" | "byok";
  /** Needed by tier isolated, which today's product cannot use; default false. Only checked. */
  readonly experimental?: boolean;
  /**
   * UUID of the workspace, given by the control plane. A change is refused.
   *
   * @example "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11"
   */
  readonly workspaceId: string;
  /** Number of the tenant, given by the control plane, unique over all cells. A change is refused. */
  readonly number: number;
  /**
   * Host name of the tenant; default its name under the domain. Replaces its route.
   *
   * @example "code.acme.com"
   */
  readonly hostname?: string;
  /**
   * Whether the records of a host name outside the domain were written, as the outputs tell them; until then the
   * next step says so, and on AWS the edge does not take the name; default false. Adds a distribution on AWS.
   */
  readonly hostnameProven?: boolean;
  /**
   * Region, or beginning of a region such as eu, in which its data has to be; default anywhere. Only checked.
   *
   * @example "eu"
   */
  readonly residency?: string;
  /**
   * Cell it is in. A change is refused: a tenant is moved by a procedure.
   *
   * @example "acme"
   */
  readonly cell: string;
  /** `deleted` takes the route away and begins the days of grace; default active. In place. */
  readonly state?: "active" | "suspended" | "deleted";
}

/** One cell: a whole deployment in an account of its own. */
export interface CellConfig {
  /** Account or project of this cell alone. */
  readonly account: AccountConfig;
  /**
   * Who is in it: `pooled` many tenants (default); `dedicated` one; `byok` one, under keys of the customer. A
   * change is refused.
   */
  readonly tenancy?: "pooled" | "dedicated" | "byok";
  /**
   * Region of the cell; default that of the stack. A change is refused.
   *
   * @example "us-east-1"
   */
  readonly region?: string;
  /** Zones of the region; default the first three. A change is refused. */
  readonly zones?: string[];
  /**
   * Address block of its network, /16 to /20, no other cell's. A change is refused.
   *
   * @example "10.64.0.0/16"
   */
  readonly cidr: string;
  /**
   * Exact Sourcegraph release of this cell; default that of the stack. A change is an upgrade of this cell alone.
   *
   * @example "7.5.4453"
   */
  readonly release?: string;
  /** Named size; default from the tenants it is made for. Rolls the pods of the cell. */
  readonly size?: "XS" | "S" | "M" | "L" | "XL" | "2XL" | "3XL";
  /** Tenants it is made for; default 500, 1 for dedicated and byok. In place. */
  readonly targetMaxTenants?: number;
  /** Content that a tenant may have, GB; default 25. Grows disks in place. */
  readonly gbPerTenant?: number;
  /**
   * `open`: takes tenants (default); `draining`: takes none, and its tenants are moved away; `closed`: takes none.
   * In place.
   */
  readonly state?: "open" | "draining" | "closed";
  /** Whether its tenants use models; default false. Restart. */
  readonly modelGateway?: boolean;
  /**
   * Whether filters of rows count for the owner of the tables too, but while the migrator runs; default false, as
   * the product ships them. In place.
   */
  readonly filterOwner?: boolean;
  /**
   * Numbers of the secrets that the origin accepts; the edge shows the last; default 1. To change it without a
   * pause add the next number, and take the first away in the update after. In place.
   *
   * @example [1,2]
   */
  readonly originSecrets?: number[];
  /** Whether new releases come here first; default false. Only checked. */
  readonly canary?: boolean;
  /**
   * Ids of the manual steps of this cell's upgrade that were taken; default none. Only checked.
   *
   * @example ["backup-first"]
   */
  readonly acknowledge?: string[];
  /** How the cell is known to the services it calls. */
  readonly client: CellClientConfig;
  /** Byok: keys of the customer, one for each use; needed there. A change is refused. */
  readonly customerKeys?: Record<string, string>;
  /**
   * Byok: account or project of the customer that owns the keys; needed there. In place.
   *
   * @example "210987654321"
   */
  readonly customerAccount?: string;
}

/** How the cell is known to the services it calls. */
export interface CellClientConfig {
  /**
   * Id of the cell's own client at the accounts service. Restart.
   *
   * @example "sams_cid_cell_1"
   */
  readonly id: string;
  /**
   * Name of the secret with the client's secret; no other cell's. Restart.
   *
   * @example "cell1Client"
   */
  readonly secret: string;
}

/** What all cells of a stage have in common: names, edge, guard rails, promises. */
export interface MultiTenantEnvironmentConfig {
  /**
   * Domain under which every tenant has its host name; a zone of its own for each stage. A change is refused.
   *
   * @example "workspaces.example.com"
   */
  readonly domain: string;
  /**
   * Who takes calls and finds the cell of a host name: Cloudflare, or the cloud's own edge (CloudFront, the global
   * load balancer); default cloud. Replaces the edge.
   */
  readonly edge?: "cloudflare" | "cloud";
  /** Where the edge is at Cloudflare; needed by edge cloudflare. */
  readonly cloudflare?: CloudflareConfig;
  /**
   * AWS: id of the organizational unit or root in which a unit is made for the stage; GCP: folder or organization;
   * default none, which leaves unit, folder and guard rails to you. Replaces the unit.
   *
   * @example "folders/123456789012"
   */
  readonly parent?: string;
  /** Regions in which anything may be made; default those of the stack and of its cells. In place. */
  readonly allowedRegions?: string[];
  /** How long anything of a tenant who leaves is kept: the sum is the term that is promised; default 37 days. */
  readonly offboarding?: OffboardingConfig;
  /** Accounts or projects beside those of the cells; each shares nothing with a cell. */
  readonly accounts?: MultiTenantAccountsConfig;
  /** Hosts of the services that cells call. */
  readonly hosts: MultiTenantHostsConfig;
}

/** Hosts of the services that cells call. */
export interface MultiTenantHostsConfig {
  /**
   * Host of the control plane that cells ask for their tenants. Restart.
   *
   * @example "workspaces-api.example.com"
   */
  readonly workspaces: string;
  /**
   * Host of the accounts service that gives cells their tokens. Restart.
   *
   * @example "accounts.example.com"
   */
  readonly accounts: string;
  /**
   * Host of the telemetry gateway; default none, which sends no events. Restart.
   *
   * @example "telemetry.example.com"
   */
  readonly telemetry?: string;
  /**
   * Host of the model gateway of the multi-tenant zone, never that of enterprises; needed by cells with
   * modelGateway. Restart.
   *
   * @example "models-workspaces.example.com"
   */
  readonly modelGateway?: string;
}

/** Accounts or projects beside those of the cells; each shares nothing with a cell. */
export interface MultiTenantAccountsConfig {
  /** Account of edge and names; default that of the stack. */
  readonly edge?: AccountConfig;
  /** Account of the placement store; default that of the stack. */
  readonly controlPlane?: AccountConfig;
  /** Account that cells write their logs to and cannot read; default that of the stack. */
  readonly logs?: AccountConfig;
  /** Account of the image registry; default that of the stack. */
  readonly images?: AccountConfig;
  /** Account that backups are copied to; default none, which makes no copies. */
  readonly backups?: AccountConfig;
  /** Account in which code of tenants runs, outside every cell; default none, which runs no executors. */
  readonly executors?: AccountConfig;
}

/** Account of edge and names; default that of the stack. */
export interface AccountConfig {
  /**
   * AWS: id of the account, 12 digits in quotes; GCP: id of the project. A change is refused.
   *
   * @example "123456789012"
   */
  readonly id: string;
  /**
   * AWS: ARN of the role that deploys there; GCP: mail address of the service account that does; default whoever
   * runs the program. In place.
   *
   * @example "arn:aws:iam::123456789012:role/deploy"
   */
  readonly role?: string;
}

/** How long anything of a tenant who leaves is kept: the sum is the term that is promised; default 37 days. */
export interface OffboardingConfig {
  /** Days in which leaving can be undone; default 7. In place. */
  readonly graceDays?: number;
  /**
   * Days that backups, snapshots, deleted objects and logs are kept, and that keys wait for their end; default 30.
   * In place, but for keys of Google Cloud, where a change is refused.
   */
  readonly backupDays?: number;
  /**
   * Days after which nothing may be left, as promised to tenants; the other two have to fit in it; default their
   * sum. Only checked.
   */
  readonly termDays?: number;
}

/** Where the edge is at Cloudflare; needed by edge cloudflare. */
export interface CloudflareConfig {
  /**
   * Account at Cloudflare. Replaces the edge.
   *
   * @example "0123456789abcdef0123456789abcdef"
   */
  readonly accountId: string;
  /**
   * Zone of the domain at Cloudflare. Replaces the edge.
   *
   * @example "0123456789abcdef0123456789abcdef"
   */
  readonly zoneId: string;
}

/** Support services of one zone; needs shape admin. In place unless said otherwise. */
export interface AdminConfig {
  /**
   * Zone of the stack: `admin` model gateway of enterprises, enterprise portal, billing, telemetry gateway, pings;
   * `identity` accounts; `dotcom` model gateway of the community; `multi-tenant` workspaces and their model
   * gateway. Each is a stack, an account or project, and a deploy identity of its own. Never changed.
   */
  readonly zone: "admin" | "identity" | "dotcom" | "multi-tenant";
  /**
   * Domain that all host names are below. Replaces certificates and records.
   *
   * @example "example.com"
   */
  readonly domain: string;
  /**
   * What stands before the listeners of machines and end users: Cloudflare, or nothing; telemetry and pings are
   * always direct; default direct. In place.
   */
  readonly edge?: "cloudflare" | "direct";
  /**
   * Address block of the network, /16 to /20; default 10.60.0.0/16. Never changed.
   *
   * @example "10.60.0.0/16"
   */
  readonly cidr?: string;
  /**
   * Services of the catalogue that run here, by name: those of the zone only; default none, so that ownServices are
   * needed. Removing one with stores is refused unless they are named in allowDataLoss.
   *
   * @example {"pings":{"image":"registry.example.com/pings@sha256:…"}}
   */
  readonly services?: Record<string, AdminServiceConfig>;
  /** Services of your own, by name; default none. */
  readonly ownServices?: Record<string, OwnAdminServiceConfig>;
  /** How employees are known; needed by services with a human plane. In place. */
  readonly employees?: EmployeesConfig;
  /**
   * Services of other zones that these call, by name; needed where one is called. In place.
   *
   * @example {"accounts":{"zone":"identity","host":"accounts-api.example.com"}}
   */
  readonly neighbours?: Record<string, AdminNeighbourConfig>;
  /** Cells of the multi-tenant backend that call in: each has a client of its own; default none. In place. */
  readonly cells?: string[];
  /**
   * How the portal signs licences: with a private key that it reads as a secret, as the product does today
   * (default), or with a key in hardware that never leaves, which needs a build that can. In place.
   */
  readonly licenceSigning?: "secret" | "key";
  /** Days that logs are kept; default 30, which is the most. In place. */
  readonly logDays?: number;
  /** Days that can be gone back to in databases; default 14. In place. */
  readonly backupDays?: number;
  /**
   * Project (GCP) or bucket of another account (AWS) that audit logs are written to; default none, where the
   * organisation does it. In place.
   *
   * @example "example-audit"
   */
  readonly auditSink?: string;
  /**
   * GCP: number of the access policy in which a perimeter is put around the project; default none. In place.
   *
   * @example "123456789"
   */
  readonly perimeterPolicy?: string;
  /** Registries that images may come from; default those of the images that are named. In place. */
  readonly registries?: string[];
}

/** A service of another zone, known by public facts alone. */
export interface AdminNeighbourConfig {
  /** Zone it is in. In place. */
  readonly zone: "admin" | "identity" | "dotcom" | "multi-tenant";
  /**
   * Host name of its listener of machines. In place.
   *
   * @example "accounts-api.example.com"
   */
  readonly host: string;
  /**
   * Host name of its sign-in pages; default none. In place.
   *
   * @example "accounts.example.com"
   */
  readonly signInHost?: string;
  /**
   * First segment of the scopes it honours; default that of the catalogue.
   *
   * @example "sams"
   */
  readonly scopeName?: string;
}

/** How employees are known; needed by services with a human plane. In place. */
export interface EmployeesConfig {
  /** GCP: company groups that are let in to the human plane; needed there. In place. */
  readonly groups?: string[];
  /** AWS: the company's sign-in, asked before anything of the human plane is served. */
  readonly oidc?: EmployeesOidcConfig;
}

/** AWS: the company's sign-in, asked before anything of the human plane is served. */
export interface EmployeesOidcConfig {
  /**
   * Issuer of the company's sign-in. In place.
   *
   * @example "https://login.example.com"
   */
  readonly issuer: string;
  /**
   * Where browsers are sent. In place.
   *
   * @example "https://login.example.com/authorize"
   */
  readonly authorizationEndpoint: string;
  /**
   * Where codes are exchanged. In place.
   *
   * @example "https://login.example.com/token"
   */
  readonly tokenEndpoint: string;
  /**
   * Where claims are asked for. In place.
   *
   * @example "https://login.example.com/userinfo"
   */
  readonly userInfoEndpoint: string;
  /**
   * Client of the load balancer. In place.
   *
   * @example "admin-services"
   */
  readonly clientId: string;
  /**
   * Name of the encrypted config value with the secret of that client. In place.
   *
   * @example "employeesClient"
   */
  readonly clientSecret: string;
}

/** A service of your own: it gets the same decisions and the same rules. */
export interface OwnAdminServiceConfig {
  /**
   * Image with digest; a tag will do in development only. Restart of the service.
   *
   * @example "us-docker.pkg.dev/example/images/pings@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
   */
  readonly image: string;
  /** VCPUs of an instance; default those of the service. Restart of the service. */
  readonly cpus?: number;
  /** Memory of an instance, GiB; default that of the service. Restart of the service. */
  readonly memoryGb?: number;
  /** Fewest instances; default those of the service. In place. */
  readonly minInstances?: number;
  /** Most instances; default those of the service. In place. */
  readonly maxInstances?: number;
  /** Variables added to those of the service; never secrets. Restart of the service. */
  readonly env?: Record<string, string>;
  /**
   * Client of the service at the accounts service; needed where it calls others. Restart of the service.
   *
   * @example "sams_cid_0123"
   */
  readonly clientId?: string;
  /**
   * Title for people.
   *
   * @example "Release registry"
   */
  readonly title: string;
  /** What it does, in one sentence. */
  readonly purpose: string;
  /**
   * First segment of the scopes it honours; default its name with underscores. In place.
   *
   * @example "release_registry"
   */
  readonly scopeName?: string;
  /** What it speaks behind the load balancer; default http1. Restart of the service. */
  readonly protocol?: "http1" | "h2c" | "grpc";
  /** Port of the container; default 9992. Restart of the service. */
  readonly port?: number;
  /** Path of its health, which asks for the diagnostics secret; default /-/healthz. */
  readonly healthPath?: string;
  /** Path of its version, open to everybody; default /-/version. */
  readonly versionPath?: string;
  /** Longest a request may take, seconds; default 300. In place. */
  readonly timeoutSeconds?: number;
  /** Requests that one instance serves at a time; default 1000. In place. */
  readonly concurrency?: number;
  /** What it keeps, by name; default nothing. Removing one is refused unless named in allowDataLoss. */
  readonly stores?: Record<string, AdminStoreConfig>;
  /** Its secrets by name, besides that of its diagnostics; default none. Restart of the service. */
  readonly secrets?: Record<string, AdminSecretConfig>;
  /** Ways in. */
  readonly listeners: AdminListenerConfig[];
  /** Rights at other services; default none. In place. */
  readonly calls?: AdminPermissionConfig[];
  /** Hosts outside that it asks over TCP 443; default none. In place. */
  readonly outbound?: string[];
}

/** A right at another service. */
export interface AdminPermissionConfig {
  /**
   * Service that is called.
   *
   * @example "accounts"
   */
  readonly to: string;
  /**
   * The scope, SERVICE::PERMISSION::ACTION; the service is that of the callee.
   *
   * @example "sams::user.profile::read"
   */
  readonly scope: string;
}

/** A way in. */
export interface AdminListenerConfig {
  /**
   * Who it is for: `human` employees, behind the company's sign-in; `machine` instances and services; `end-user`
   * other people; `internal` services of the stack; needed. Replaces the listener.
   */
  readonly plane?: "human" | "machine" | "end-user" | "internal";
  /**
   * First labels of its host name, below the domain of the stack, of this plane alone. Replaces certificate and
   * record.
   *
   * @example "release-registry"
   */
  readonly subdomain: string;
  /** Paths it serves; everything else is refused. In place. */
  readonly paths: string[];
  /**
   * Who comes in.
   *
   * @example "build jobs"
   */
  readonly admits: string;
  /** What callers show; default employee on the human plane, else oauth-client. Only checked. */
  readonly credentials?: ("oauth-client" | "licence-token" | "employee" | "session" | "signed-request")[];
  /** Requests that one address may make in a minute; default 600, for people 300. In place. */
  readonly requestsPerMinute?: number;
}

/** A secret of the service. */
export interface AdminSecretConfig {
  /**
   * Variable that the service reads it from. Restart.
   *
   * @example "STRIPE_SECRET_KEY"
   */
  readonly variable: string;
  /**
   * Name of the encrypted config value below `secrets`; default one is made at random. Restart.
   *
   * @example "stripeSecretKey"
   */
  readonly value?: string;
  /**
   * What it opens.
   *
   * @example "key of the payment processor"
   */
  readonly purpose: string;
}

/** Something in which the service keeps data. */
export interface AdminStoreConfig {
  /** What it is. Never changed. */
  readonly kind: "relational" | "cache" | "analytics" | "stream";
  /** Classes of what it holds, worst first; needed. In place, but for identity, which has a key of its own. */
  readonly dataClasses?: ("configuration" | "operational" | "identity" | "secret" | "user-data" | "public-code")[];
  /**
   * What it holds and what for.
   *
   * @example "settings of teams"
   */
  readonly why: string;
  /** Days after which what it holds is gone; needed by analytics and stream. In place. */
  readonly retentionDays?: number;
  /** Relational: its databases; default one of the name of the service. A database is only added. */
  readonly databases?: string[];
  /**
   * Relational: disk; cache: memory; otherwise what it is expected to hold; default 10 for disks, 1 for memory.
   * Grows in place.
   */
  readonly sizeGb?: number;
  /** Analytics: columns of its tables by name; needed there. Columns are only added. */
  readonly tables?: Record<string, AdminFieldConfig[]>;
  /** Stream: fields that pass, every other is dropped; needed there. In place. */
  readonly fields?: AdminFieldConfig[];
  /**
   * Stream: store of kind analytics that the events end in; needed there. In place.
   *
   * @example "events"
   */
  readonly into?: string;
}

/** A column of a table, or a field of events. */
export interface AdminFieldConfig {
  /**
   * Name, in snake case.
   *
   * @example "occurred_at"
   */
  readonly name: string;
  /** Type of its values. */
  readonly type: "string" | "integer" | "number" | "boolean" | "timestamp" | "json";
}

/** A service of the catalogue. */
export interface AdminServiceConfig {
  /**
   * Image with digest; a tag will do in development only. Restart of the service.
   *
   * @example "us-docker.pkg.dev/example/images/pings@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
   */
  readonly image: string;
  /** VCPUs of an instance; default those of the service. Restart of the service. */
  readonly cpus?: number;
  /** Memory of an instance, GiB; default that of the service. Restart of the service. */
  readonly memoryGb?: number;
  /** Fewest instances; default those of the service. In place. */
  readonly minInstances?: number;
  /** Most instances; default those of the service. In place. */
  readonly maxInstances?: number;
  /** Variables added to those of the service; never secrets. Restart of the service. */
  readonly env?: Record<string, string>;
  /**
   * Client of the service at the accounts service; needed where it calls others. Restart of the service.
   *
   * @example "sams_cid_0123"
   */
  readonly clientId?: string;
  /**
   * Names of the encrypted config values by the variables that hold them; those the service needs have names by
   * default, such as accountsManagementSecret. Restart of the service.
   *
   * @example {"CODY_GATEWAY_ANTHROPIC_ACCESS_TOKEN":"anthropicToken"}
   */
  readonly secrets?: Record<string, string>;
}

/** Alarms for status, disk and backup age; default none. In place. */
export interface AlarmsConfig {
  /**
   * Address the alarms go to. In place, to be confirmed by mail on AWS.
   *
   * @example "ops@example.com"
   */
  readonly email: string;
}

/**
 * What makes the instance a replica of a customer's set-up: for development, with made-up data, a licence of its
 * own and nothing sent to us; default no replica. Set by 'like'.
 */
export interface ReplicaConfig {
  /** Kind of the replica's own licence, never the customer's; default none. In place, by the site configuration. */
  readonly licence?: "development" | "internal" | "none";
  /**
   * Name of the secret with that licence key; needed unless licence is none. In place.
   *
   * @example "licence"
   */
  readonly licenceSecret?: string;
  /** What the shape has and the replica does without, instead of one of its own; default nothing. Only checked. */
  readonly without?: ("proxy" | "privateCa" | "registry")[];
  /** How far away the last day may be, days; default 30. Only checked. */
  readonly longestDays?: number;
  /** Code hosts with made-up repositories, run beside Sourcegraph; default none. In place. */
  readonly codeHosts?: ReplicaCodeHostConfig[];
  /** What the customer's admins do not allow, made on the replica's cluster in their place. */
  readonly cluster?: ReplicaClusterConfig;
}

/** What the customer's admins do not allow, made on the replica's cluster in their place. */
export interface ReplicaClusterConfig {
  /**
   * Pod security level that the namespace enforces, which every planned pod has to meet; default the strictest they
   * meet. In place.
   */
  readonly podSecurity?: "privileged" | "baseline" | "restricted";
  /**
   * An admission policy refuses pods of the namespace whose containers may write to their root; default false. In
   * place.
   */
  readonly readOnlyRoots?: boolean;
  /**
   * `denied`: an admission policy refuses to bind cluster roles to accounts of the namespace; needs profile
   * restricted; default allowed. In place.
   */
  readonly clusterRoles?: "allowed" | "denied";
  /** What the namespace may have at most; what is planned has to fit. */
  readonly quota?: ReplicaQuotaConfig;
}

/** What the namespace may have at most; what is planned has to fit. */
export interface ReplicaQuotaConfig {
  /** Cores that all pods together may ask for. In place. */
  readonly cpus?: number;
  /** Memory that all pods together may ask for, GiB. In place. */
  readonly memoryGb?: number;
  /** Storage that all claims together may ask for, GiB. In place. */
  readonly storageGb?: number;
  /** Number of pods. In place. */
  readonly pods?: number;
  /** Number of claims. In place. */
  readonly claims?: number;
}

/** A code host with made-up repositories, the same ones every time. */
export interface ReplicaCodeHostConfig {
  /** Kind of code host it stands for; it is plain Git over HTTP, whatever the kind. In place. */
  readonly kind: "github" | "githubEnterprise" | "gitlab" | "bitbucketServer" | "bitbucketCloud" | "azureDevOps" | "gerrit" | "gitolite" | "perforce" | "phabricator" | "other";
  /** Number of repositories. More are made beside those that are there, those too many are removed. */
  readonly repositories: number;
  /** Size of all of them together, GB. Makes those anew whose size changes. */
  readonly totalSizeGb: number;
  /** Size of the largest, GB; the others are alike; default all are alike. Makes those anew whose size changes. */
  readonly largestRepositoryGb?: number;
}

/**
 * What the rules of the boundaries are told about the instance, and whether they are enforced; default a production
 * instance, not enforced. Only checked.
 */
export interface BoundariesConfig {
  /**
   * What the instance runs with; rules about keys and guards leave development alone; default production. Only
   * checked.
   */
  readonly stage?: "production" | "staging" | "development";
  /**
   * Service or team that answers for it; default sourcegraph. Only checked.
   *
   * @example "platform"
   */
  readonly owner?: string;
  /**
   * What the instance is: one customer's (`single-tenant`, default), the code search for the public (`dotcom`), a
   * cell (`multi-tenant`, set by that shape), or everything in one place (`dev-monolith`, set by shape monolith).
   * Never changed.
   */
  readonly zone?: "single-tenant" | "dotcom" | "multi-tenant" | "dev-monolith";
  /**
   * Account of AWS it is in; default not known; on GCP it is the project. Only checked.
   *
   * @example "123456789012"
   */
  readonly account?: string;
  /**
   * Tags and features of the instance's licence, as its site admins see them; default not known. Only checked.
   *
   * @example ["allow-air-gapped"]
   */
  readonly licence?: string[];
  /** There is nothing but made-up data in it; needed by shape monolith; default false. Only checked. */
  readonly syntheticData?: boolean;
  /** What is for development; needed by shape monolith; default not known. Only checked. */
  readonly development?: DevelopmentConfig;
  /**
   * Domains of the company, of whose groups alone rights may be; default none is known. Only checked.
   *
   * @example ["example.com"]
   */
  readonly companyDomains?: string[];
  /** Sgbox check refuses what breaks a rule, else it only tells; default false. Only checked. */
  readonly enforce?: boolean;
  /** Rules that may be broken until a day; default none. Only checked. */
  readonly exceptions?: BoundaryExceptionConfig[];
}

/** Permission to break a rule for one resource, until a day. */
export interface BoundaryExceptionConfig {
  /**
   * Id of the rule.
   *
   * @example "B-N06"
   */
  readonly rule: string;
  /**
   * Name or URN of the resource, or what the report says is judged.
   *
   * @example "sourcegraph-machine-to-anywhere"
   */
  readonly resource: string;
  /** Why the rule is broken there. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /**
   * Last day it counts.
   *
   * @example "2027-01-31"
   */
  readonly expires: string;
}

/** What is for development; needed by shape monolith; default not known. Only checked. */
export interface DevelopmentConfig {
  /**
   * Where development may be, and nothing else is. Only checked.
   *
   * @example ["localhost"]
   */
  readonly accounts: string[];
  /**
   * What ends every name of a host of development. Only checked.
   *
   * @example "dev.example.com"
   */
  readonly domain: string;
}

/** Snapshots of the data disk and dumps of the databases; they are made in any case, on a cloud. In place. */
export interface BackupConfig {
  /** How long daily snapshots of the data disk are kept, days; default 14. In place. */
  readonly keepDays?: number;
  /** Hour of the daily snapshot, and of a machine's daily dump of its databases, UTC; default 3. In place. */
  readonly hourUtc?: number;
  /**
   * Shape vm: how many dumps of the databases are kept on the data disk; 0 makes none by itself; default 3. In
   * place.
   */
  readonly keepDumps?: number;
  /** Shape vm: days from one rehearsal of a restore to the next; 0 makes none by itself; default 30. In place. */
  readonly drillDays?: number;
}

/** Outgoing proxy of the services that talk to the outside; default none. Restart of those. */
export interface ProxyConfig {
  /**
   * Proxy of plain HTTP requests; default none. Restart.
   *
   * @example "http://proxy.example.com:3128"
   */
  readonly http?: string;
  /**
   * Proxy of HTTPS requests; default none. Restart.
   *
   * @example "http://proxy.example.com:3128"
   */
  readonly https?: string;
  /** Hosts, domains or CIDRs reached without the proxy, besides the services themselves; default none. Restart. */
  readonly noProxy?: string[];
}

/**
 * Configuration from files. Secrets in them are written as `${secret:NAME}`. Without files, and without smtp, the
 * UI owns the configuration. In place.
 */
export interface SiteConfigFiles {
  /**
   * Path of a site configuration file (JSON with comments), from the folder of the stack file; merged over what
   * other keys set; default none. In place.
   *
   * @example "site.jsonc"
   */
  readonly siteFile?: string;
  /**
   * Path of a file with code host connections; default none, so that the UI owns them. In place.
   *
   * @example "code-hosts.jsonc"
   */
  readonly codeHostsFile?: string;
  /**
   * Path of a file with global settings; default none, so that the UI owns them. In place.
   *
   * @example "settings.jsonc"
   */
  readonly globalSettingsFile?: string;
  /**
   * Let admins edit in the UI although files own the configuration; edits are lost at the next restart; default
   * false. Restart of the frontends.
   */
  readonly allowEdits?: boolean;
}

/** Outgoing mail; default none. Read from a file by the frontends, without a restart. */
export interface SmtpConfig {
  /**
   * Host of the mail server. In place.
   *
   * @example "smtp.example.com"
   */
  readonly host: string;
  /** Port of the mail server, usually 587. In place. */
  readonly port: number;
  /**
   * Sender address. In place.
   *
   * @example "sourcegraph@example.com"
   */
  readonly from: string;
  /** Sender's display name; default Sourcegraph's own. In place. */
  readonly senderName?: string;
  /** How to log in. In place. */
  readonly authentication: "PLAIN" | "CRAM-MD5" | "none";
  /** Login; needed unless authentication is none. In place. */
  readonly username?: string;
  /**
   * Name of the secret that holds the password; needed unless authentication is none. In place.
   *
   * @example "smtpPassword"
   */
  readonly passwordSecret?: string;
  /** HELO domain; default none. In place. */
  readonly domain?: string;
  /** Do not verify the server's certificate; default false. In place. */
  readonly noVerifyTls?: boolean;
}

/** Private mirror of the images; default the vendor's own registry. Restart. */
export interface RegistryConfig {
  /**
   * Registry and prefix the images were mirrored to. Restart of all services.
   *
   * @example "mirror.example.com/sourcegraph"
   */
  readonly host: string;
  /**
   * Name of the secret that holds user:password; default no login. In place.
   *
   * @example "registryLogin"
   */
  readonly credentialsSecret?: string;
  /**
   * Name images by tag and digest; default true. False where images come from archives, which carry no digests.
   * Restart of all services.
   */
  readonly pinDigests?: boolean;
}

/** Buckets outside the deployment. */
export interface ObjectStorageConfig {
  /** A bucket that is made for the instance. */
  readonly managed?: ManagedObjectStorageConfig;
  /** Your own buckets; they must exist. */
  readonly external?: ExternalObjectStorageConfig;
}

/** Your own buckets; they must exist. */
export interface ExternalObjectStorageConfig {
  /** Kind of store. A change is refused. */
  readonly backend: "S3" | "GCS";
  /**
   * General bucket, used from 7.2.0 on. A change is refused.
   *
   * @example "acme-sourcegraph"
   */
  readonly bucket?: string;
  /** Bucket of code graph uploads of instances older than 7.2. A change is refused. */
  readonly codeIntelBucket?: string;
  /** Bucket of search job results of instances older than 7.2. A change is refused. */
  readonly searchJobsBucket?: string;
  /**
   * S3: region of the buckets; default the instance's. Restart.
   *
   * @example "us-east-1"
   */
  readonly region?: string;
  /**
   * S3: endpoint; default that of the region. Restart.
   *
   * @example "https://minio.example.com:9000"
   */
  readonly endpoint?: string;
  /**
   * GCS: project of the buckets; default the instance's. Restart.
   *
   * @example "acme-storage"
   */
  readonly project?: string;
  /** S3-compatible stores: bucket in the path; default false. Restart. */
  readonly pathStyle?: boolean;
  /** S3: name of the secret with the access key id; without it the machine's identity is used. Restart. */
  readonly accessKeyIdSecret?: string;
  /** S3: name of the secret with the secret access key; needed with accessKeyIdSecret. Restart. */
  readonly secretAccessKeySecret?: string;
}

/** A bucket that is made for the instance. */
export interface ManagedObjectStorageConfig {
  /** Keep overwritten and deleted objects for the days of `backup.keepDays`; default true. In place. */
  readonly versioning?: boolean;
}

/** Redis outside the deployment. */
export interface CacheConfig {
  /** Redis by the cloud's own service. */
  readonly managed?: ManagedCacheConfig;
  /** Your own Redis, each of the two on its own. */
  readonly external?: ExternalCacheConfig;
}

/** Your own Redis, each of the two on its own. */
export interface ExternalCacheConfig {
  /**
   * Name of the secret that holds host:port or a redis URL of what may be lost; default bundled. Restart.
   *
   * @example "redisCache"
   */
  readonly cache?: string;
  /**
   * Name of the secret that holds host:port or a redis URL of sessions and queues; default bundled. Restart, and
   * everybody signs in again.
   *
   * @example "redisStore"
   */
  readonly store?: string;
}

/** Redis by the cloud's own service. */
export interface ManagedCacheConfig {
  /** Which of the two; default both that are not external. Restart. */
  readonly only?: ("cache" | "store")[];
  /**
   * Node type, such as cache.m7g.large; on GCP the size in GB decides. Default from the size. In place.
   *
   * @example "cache.m7g.large"
   */
  readonly machineType?: string;
  /** Memory of each, GB, on GCP; default from the size. In place. */
  readonly sizeGb?: number;
  /** A standby in a second zone; default true for the store, false for the cache. In place on AWS. */
  readonly highlyAvailable?: boolean;
  /**
   * Encrypt connections; default true on AWS, and not offered on GCP, whose certificate the images do not trust.
   * Restart.
   */
  readonly tls?: boolean;
  /**
   * Days that daily snapshots of the store are kept; 0 for none, and on GCP for nothing on its disk; default 7. In
   * place.
   */
  readonly backupDays?: number;
}

/** Databases outside the deployment. */
export interface DatabasesConfig {
  /** Databases by the cloud's own service. */
  readonly managed?: ManagedDatabasesConfig;
  /** Your own PostgreSQL 16, each of the three on its own. */
  readonly external?: ExternalDatabasesConfig;
}

/** Your own PostgreSQL 16, each of the three on its own. */
export interface ExternalDatabasesConfig {
  /** The main database; default bundled. A change is refused. */
  readonly frontend?: ExternalDatabaseConfig;
  /** The database of code navigation; default bundled. A change is refused. */
  readonly codeIntel?: ExternalDatabaseConfig;
  /** The database of code insights; default bundled. A change is refused. */
  readonly codeInsights?: ExternalDatabaseConfig;
}

/** The main database; default bundled. A change is refused. */
export interface ExternalDatabaseConfig {
  /**
   * Host name or address of the server. Restart.
   *
   * @example "pg.example.com"
   */
  readonly host: string;
  /** Port of the server; default 5432. Restart. */
  readonly port?: number;
  /**
   * Login; it must own the database. Restart.
   *
   * @example "sourcegraph"
   */
  readonly user: string;
  /**
   * Name of the database. Restart.
   *
   * @example "sourcegraph"
   */
  readonly database: string;
  /** How the connection is encrypted, as libpq names it; default require. Restart. */
  readonly sslmode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  /**
   * Name of the secret that holds the password; needed. Restart.
   *
   * @example "pgPassword"
   */
  readonly passwordSecret?: string;
}

/** Databases by the cloud's own service. */
export interface ManagedDatabasesConfig {
  /** Which of the three; default all that are not external. A change is refused. */
  readonly only?: ("frontend" | "codeIntel" | "codeInsights")[];
  /**
   * PostgreSQL version of the cloud's service, 16 or later; default 16. A minor is in place with a short outage, a
   * major is a planned step with Sourcegraph stopped.
   *
   * @example "16"
   */
  readonly version?: string;
  /**
   * Class of the server, such as db.m7g.large or db-custom-4-16384; default from the size. In place with a short
   * outage.
   *
   * @example "db.m7g.large"
   */
  readonly machineType?: string;
  /** Disk of each database, GB; default from the size. Grows in place, never shrinks. */
  readonly sizeGb?: number;
  /** A standby in a second zone; default true. In place. */
  readonly highlyAvailable?: boolean;
  /**
   * How Sourcegraph signs in: `password` (default), or `iam`: with the identity of machine or pods, AWS only and
   * from 6.10.3349 on. Restart.
   */
  readonly login?: "password" | "iam";
  /** Days that can be gone back to, to the minute; default 14. In place. */
  readonly backupDays?: number;
}

/** The network is one that exists. */
export interface NetworkConfig {
  /** A network that exists; nothing in it is changed but what is made for the instance. */
  readonly existing: ExistingNetworkConfig;
}

/** A network that exists; nothing in it is changed but what is made for the instance. */
export interface ExistingNetworkConfig {
  /**
   * AWS: id of the VPC; needed. Replaces the machine.
   *
   * @example "vpc-0123456789abcdef0"
   */
  readonly vpcId?: string;
  /**
   * AWS: id of the machine's subnet, in the zone of the machine; GCP: name or self link; needed. Replaces the
   * machine.
   *
   * @example "subnet-0123456789abcdef0"
   */
  readonly subnetId?: string;
  /**
   * AWS: at least two public subnets in different zones; needed by tls.mode load-balancer. Replaces the load
   * balancer.
   */
  readonly loadBalancerSubnetIds?: string[];
  /**
   * AWS: at least two private subnets in different zones; needed where databases or Redis are managed. In place.
   */
  readonly databaseSubnetIds?: string[];
  /** GCP: name or self link of the network; needed. Replaces the machine. */
  readonly network?: string;
  /**
   * AWS: make an Instance Connect endpoint in the machine's subnet (a VPC can hold only one); default false. In
   * place.
   */
  readonly instanceConnect?: boolean;
}

/** The network is made for the instance. */
export interface NewNetworkConfig {
  /**
   * Address block of the network, /16 to /24; default 10.40.0.0/16. Replaces the network.
   *
   * @example "10.40.0.0/16"
   */
  readonly cidr: string;
  /** Blocks of networks this one will be connected to; it must not overlap them; default none. Only checked. */
  readonly reservedCidrs?: string[];
}

/** Who reaches the instance. In place. */
export interface AccessConfig {
  /**
   * CIDR blocks that may reach ports 80 and 443; never empty on a cloud. In place.
   *
   * @example ["10.0.0.0/8"]
   */
  readonly allowedCidrs: string[];
  /**
   * Public keys of admins, for the Instance Connect endpoint or IAP; default none. In place on GCP, at the next new
   * machine on AWS.
   */
  readonly sshKeys?: string[];
  /**
   * Proxies in front whose X-Forwarded headers are believed; default: the load balancer's subnets, else none.
   * Restart of the edge.
   */
  readonly trustedProxies?: string[];
  /** GCP: IAM members who may open a tunnel to the machine through IAP; default nobody. In place. */
  readonly iapMembers?: string[];
}

/**
 * How HTTPS is done; default load-balancer on a cloud with a domain, none without. A change rolls the edge only.
 */
export interface TlsConfig {
  /**
   * `acme`: certificates by Let's Encrypt on the machine; `certificate`: your own on the machine; `load-balancer`:
   * the cloud's load balancer ends TLS; `none`: plain HTTP. A change rolls the edge; to or from load-balancer it
   * also makes or deletes one, and the DNS record follows.
   */
  readonly mode: "acme" | "certificate" | "load-balancer" | "none";
  /**
   * Contact address of the ACME account; needed by mode acme. Restart of the edge.
   *
   * @example "ops@example.com"
   */
  readonly email?: string;
  /** Use Let's Encrypt's staging service, for rehearsals; default false. Restart of the edge. */
  readonly staging?: boolean;
  /**
   * Path of the certificate chain, PEM, from the folder of the stack file; needed by mode certificate. A new one
   * restarts the edge.
   *
   * @example "tls/chain.pem"
   */
  readonly certificateFile?: string;
  /**
   * Name of the secret that holds the private key, PEM; needed by mode certificate. Restart of the edge.
   *
   * @example "tlsKey"
   */
  readonly keySecret?: string;
  /**
   * AWS: existing certificate for the load balancer; without it one is requested and validated through dnsZone. In
   * place.
   *
   * @example "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
   */
  readonly certificateArn?: string;
}

/**
 * What the customer has; the size is computed from it. Changing it may change the machine (restart) and grow disks.
 */
export interface UsageConfig {
  /** People who use the instance (licensed users, not concurrent ones). May restart the machine. */
  readonly users: number;
  /** Number of repositories. May restart the machine and grow disks. */
  readonly repositories: number;
  /** Size of all repositories together, GB. May restart the machine and grow disks. */
  readonly totalSizeGb: number;
  /** Size of the largest repository, GB. May restart the machine. */
  readonly largestRepositoryGb: number;
  /**
   * Size of the largest code graph index, GB; 0 when precise code navigation is not used. May restart the machine.
   */
  readonly largestIndexGb: number;
  /** Whether code insights are used; default true. May restart the machine. */
  readonly codeInsights?: boolean;
}
