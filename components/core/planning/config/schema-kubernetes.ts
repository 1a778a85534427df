import { z } from "zod";
import { leavableWorkloads } from "../../product/kubernetes/leavable";
import { newestClusterVersion } from "../kubernetes/defaults";
import { count, flag, gigabytes, keys, text } from "./schema-values";

const storageClass = keys("StorageClassConfig", {
  name: text(
    "name of the storage class of all claims; default sourcegraph, or the cluster's default class where `create` is false and no name is given. A change is refused: claims cannot move",
    "sourcegraph",
  ).optional(),
  create: flag(
    "make the class; default true, false in profile restricted, which makes no cluster-scoped object. In place",
  ),
  provisioner: text(
    "CSI driver of the class; default that of the cloud; needed on an existing cluster that makes its class. Replaces the class, not the volumes",
    "ebs.csi.aws.com",
  ).optional(),
  parameters: z
    .record(z.string(), z.string())
    .optional()
    .describe("parameters of the driver; default the cloud's. Replaces the class, not the volumes"),
  expandable: flag(
    "whether volumes of the class grow; default true. Only said of a class that is not made here, where it cannot be seen. Only checked",
  ),
}).describe("storage class of the claims; default one is made. Claims keep theirs");

const issuer = keys("IssuerConfig", {
  name: text("name of cert-manager's issuer. Replaces the certificate", "letsencrypt"),
  kind: z
    .enum(["Issuer", "ClusterIssuer"])
    .optional()
    .describe("kind of the issuer; default ClusterIssuer. Replaces the certificate"),
}).describe("cert-manager's issuer of the certificate; it must exist. Replaces the certificate");

const ingress = keys("IngressConfig", {
  enabled: flag("make an Ingress; default true. In place"),
  className: text(
    "ingress class; default alb on EKS, gce on GKE; needed on an existing cluster. Replaces the load balancer",
    "nginx",
  ).optional(),
  annotations: z
    .record(z.string(), z.string())
    .optional()
    .describe("annotations added to the Ingress, over those the class needs; default none. In place"),
  tlsSecret: text(
    "name of a TLS Secret of the namespace with the certificate; default the cloud's certificate, or the issuer's. In place",
    "sourcegraph-tls",
  ).optional(),
  issuer: issuer.optional(),
  internal: flag(
    "reach the load balancer from inside the network only; default false. Replaces the load balancer on EKS",
  ),
  controllerNamespace: text(
    "namespace of the ingress controller's pods, which network policies let in; default openshift-ingress for class openshift-default, else ingress-nginx; none for alb and gce, whose load balancers reach pods by themselves. In place",
    "ingress-nginx",
  ).optional(),
}).describe("how the outside reaches the frontends; default an Ingress of the cloud's class. In place");

const networkPolicies = keys("NetworkPoliciesConfig", {
  enabled: flag(
    "make network policies: nothing may connect but what the product needs; default true. They count only where the cluster's network enforces them. In place",
  ),
  egress: z
    .array(
      keys("EgressConfig", {
        cidr: text("CIDR block", "10.20.0.0/16"),
        ports: z.array(z.number().int().min(1).max(65_535)).describe("TCP ports. In place"),
      }).describe("where services may connect to outside the namespace"),
    )
    .optional()
    .describe(
      "where the services that talk to the outside may connect to; default everywhere on TCP 443, 80, 22 and 587, in profile air-gapped nowhere. In place",
    ),
}).describe("network policies; default on. In place");

const serviceAccounts = keys("ServiceAccountsConfig", {
  create: flag("make service accounts; default true. Restart of the pods of other accounts"),
  name: text(
    "one account for all pods, in place of the vendor's; needed where `create` is false and the namespace's default account is not meant. Restart",
    "sourcegraph",
  ).optional(),
  perWorkload: flag(
    "an account of its own for every workload, also for those without rights or identity; default false. Restart of their pods",
  ),
  annotations: z
    .record(z.string(), z.string())
    .optional()
    .describe("annotations of all accounts that are made, such as for workload identity; default none. In place"),
}).describe("accounts of the pods; default one for each workload that needs rights or an identity. Restart");

const autoscaling = keys("AutoscalingConfig", {
  minimum: count("fewest pods. In place", 64).min(1),
  maximum: count("most pods. In place", 64).min(1),
  cpuPercent: count("CPU use, in percent of what is requested, that is aimed at; default 70. In place", 100)
    .min(10)
    .optional(),
}).describe("the number of pods follows the load");

const executors = keys("ExecutorsConfig", {
  kind: z
    .enum(["kubernetes", "docker-in-docker"])
    .describe("`kubernetes`: jobs run as Jobs of the cluster; `docker-in-docker`: in a privileged sidecar. Restart"),
  queues: z
    .array(z.enum(["batches", "codeintel"]))
    .min(1)
    .optional()
    .describe("queues that are served; default both. Restart of the executors"),
  image: text(
    "image of the executor, with digest: executor-kubernetes for kind kubernetes, executor otherwise, of the release that runs; needed, because no pin of it is known here. Restart of the executors",
    "index.docker.io/sourcegraph/executor-kubernetes:7.5.4453",
  ).optional(),
  dockerImage: text(
    "kind docker-in-docker: image of the Docker Engine beside the executor; needed there. Restart of the executors",
    "index.docker.io/library/docker:29.5.3-dind",
  ).optional(),
  replicas: count("executor pods; default 1, and never more with kind kubernetes. In place", 64).min(1).optional(),
  maximumJobs: count("jobs at a time in one executor; default 10. Restart of the executors", 100).min(1).optional(),
  passwordSecret: text(
    "name of the secret with the access token of executors, as in executors.accessToken of the site configuration; at least 20 characters. Restart of the executors",
    "executorToken",
  ),
}).describe("executors of batch changes and auto-indexing; default none. In place");

/** How Sourcegraph runs on a cluster. */
export const kubernetes = keys("KubernetesConfig", {
  namespace: text(
    "namespace of the instance: one instance each; default sourcegraph. A change is refused: claims cannot move",
    "sourcegraph",
  ).optional(),
  createNamespace: flag(
    "make the namespace, labelled with the pod security level that its pods meet; default true, false in profile restricted. In place",
  ),
  profile: z
    .enum(["default", "restricted", "air-gapped"])
    .optional()
    .describe(
      "`default`: as the vendor ships it, hardened; `restricted`: nothing cluster-scoped, no privileged pod, no host port, no right to look anything up; `air-gapped`: images from `registry` only and no connection to the internet; default `default`. Restart of all services",
    ),
  via: z
    .enum(["native", "helm"])
    .optional()
    .describe(
      "`native`: every object a resource of its own (default); `helm`: the vendor's chart with values from the same plan. A change moves no data, but is a procedure of its own: docs/adoption.md",
    ),
  storageClass: storageClass.optional(),
  ingress: ingress.optional(),
  networkPolicies: networkPolicies.optional(),
  serviceAccounts: serviceAccounts.optional(),
  userIds: z
    .union([z.enum(["image", "assigned"]), z.number().int().min(1).max(2_147_483_647)])
    .optional()
    .describe(
      "whom pods run as: `image`: the vendor's user of every image (default); `assigned`: left to the cluster, as on OpenShift; a number: that user and group for all. Restart; volumes change their owner at the next start",
    ),
  priorityClass: keys("PriorityClassConfig", {
    name: text("name of the class. Restart of all services", "sourcegraph"),
    create: flag("make the class, which is cluster-scoped; default true, false in profile restricted. In place"),
    value: z
      .number()
      .int()
      .min(-2_147_483_648)
      .max(1_000_000_000)
      .optional()
      .describe("priority of a class that is made; default 1000. Replaces the class"),
  })
    .optional()
    .describe("priority class of the stores and frontends; default none. Restart of these"),
  autoscaling: z
    .record(z.string(), autoscaling)
    .optional()
    .meta({
      description:
        "services whose number of pods follows their load: sourcegraph-frontend, precise-code-intel-worker, syntactic-code-intel-worker, syntect-server; default none. In place",
      examples: [{ "sourcegraph-frontend": { minimum: 2, maximum: 6 } }],
    }),
  snapshotClass: text(
    "volume snapshot class: before every upgrade a snapshot of each claim that matters is taken and kept; default none, which leaves backups to the cloud's. In place",
    "csi-snapshots",
  ).optional(),
  leaveOut: z
    .array(z.enum(leavableWorkloads))
    .optional()
    .describe(
      "services that are left out: those that watch, and those that take in code graph indexes; default none, in profile restricted the first three. In place",
    ),
  executors: executors.optional(),
  handOver: flag(
    "prepare for Helm: label everything as Helm's and leave it in the cluster at destroy; default false. In place; see docs/adoption.md",
  ),
  helmRelease: text(
    "name of the Helm release, also in the labels by which the objects of the native path are selected; default sourcegraph. A change is refused: labels of selectors cannot change",
    "sourcegraph",
  ).optional(),
  chartRepository: text(
    "address of a repository with the vendor's chart, for networks without a way out; needs via helm; default the vendor's own. In place",
    "https://charts.example.com/sourcegraph",
  ).optional(),
}).describe("how Sourcegraph runs on the cluster; needs shape kubernetes. In place unless said otherwise");

const nodeGroup = keys("NodeGroupConfig", {
  machineType: text("machine type of the nodes; default from the size. Replaces the nodes one by one").optional(),
  minimum: count("fewest nodes; default what the pods need. In place", 1000).optional(),
  maximum: count("most nodes; default what the pods need, and one more in every zone. In place", 1000).optional(),
  diskGb: gigabytes("boot disk of a node, GB; default 100. Replaces the nodes one by one").min(50).optional(),
}).describe("what is different for one node group");

/** The cluster. */
export const cluster = keys("ClusterConfig", {
  existing: keys("ExistingClusterConfig", {
    kubeconfigSecret: text(
      "name of the secret that holds the kubeconfig; default the kubeconfig of whoever runs the program. In place",
      "kubeconfig",
    ).optional(),
    context: text("context of the kubeconfig; default its current one. In place", "production").optional(),
    stack: text(
      "stack that made the cluster, ORGANIZATION/PROJECT/STACK; default none. In place",
      "organization/sourcegraph-in-a-box/cluster",
    ).optional(),
  })
    .optional()
    .describe("a cluster that is there; default one is made on aws and gcp. A change is refused"),
  workloads: flag(
    "deploy Sourcegraph too; false makes the cluster alone, for a second stack with cluster.existing.stack; default true. In place",
  ),
  version: text(
    `Kubernetes version of control plane and nodes, MAJOR.MINOR, one minor up at a time; default ${newestClusterVersion}. In place: control plane first, then nodes`,
    "1.35",
  ).optional(),
  endpoint: keys("ClusterEndpointConfig", {
    public: flag("whether the API can be reached from outside the network; default true. In place"),
    allowedCidrs: z
      .array(text("a CIDR block"))
      .optional()
      .describe("blocks that may reach the public API endpoint; default access.allowedCidrs. In place"),
  })
    .optional()
    .describe("who reaches the Kubernetes API; default access.allowedCidrs. In place"),
  admins: z
    .array(text("an IAM role or user ARN, or a Google group or member"))
    .optional()
    .describe("who administers the cluster besides whoever made it; default nobody. In place"),
  autoMode: flag(
    "AWS: EKS Auto Mode in place of managed node groups; default false. A change is refused: claims cannot follow",
  ),
  nodes: z
    .partialRecord(z.enum(["general", "search", "stores"]), nodeGroup)
    .optional()
    .describe("per node group: machine type, numbers, disk; default from the size. Replaces nodes one by one"),
  releaseChannel: z
    .enum(["REGULAR", "STABLE", "EXTENDED"])
    .optional()
    .describe("GCP: release channel; default STABLE. In place"),
  maintenance: keys("MaintenanceConfig", {
    day: z.enum(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]).describe("day of the week. In place"),
    hourUtc: z
      .number()
      .int()
      .min(0)
      .max(23)
      .describe("first hour of the window, UTC: four hours for servers of AWS, twelve on GKE. In place"),
  })
    .optional()
    .describe("when the cloud may maintain cluster and managed services; default SU at 4. In place"),
}).describe("the cluster; default one is made on aws and gcp. In place unless said otherwise");
