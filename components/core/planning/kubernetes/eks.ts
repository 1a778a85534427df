import ipaddr from "ipaddr.js";
import { InputError, type Problem } from "../../errors";
import { show } from "../config/problems";
import { serviceNamed } from "../../product/services";
import type { KubernetesSpecification } from "../config/specified";
import type { PlannedCluster } from "./cluster";
import { needsIdentity } from "./environment";
import type { PlannedNodeGroup } from "./node-group";
import type { PlannedWorkload } from "./workload";

// What is particular to EKS about a planned cluster.

/** The part of a node group that stands in one zone: a volume cannot leave its zone, so each zone is scaled by itself. */
export interface EksPool {
  /** Group and letter of the zone, e.g. `search-a`. */
  readonly name: string;
  readonly zone: string;
  /** Nodes at first, fewest and most. */
  readonly nodes: PlannedNodeGroup["nodes"];
}

/** An add-on that EKS installs and keeps. */
export interface EksAddOn {
  /** Its name on EKS. */
  readonly name: string;
  /** Account and managed policy of its pods; absent where it needs no rights. */
  readonly rights?: { readonly serviceAccount: string; readonly policy: string };
  /** Settings in its own terms. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** Everything EKS is told beyond the planned cluster. */
export interface PlannedEks {
  /** Blocks that reach the public endpoint; empty: it is closed. */
  readonly publicCidrs: readonly string[];
  /** What every node runs; made before the nodes, which are not ready without. */
  readonly nodeAddOns: readonly EksAddOn[];
  /** What runs as ordinary pods; made after the nodes, which they wait for. */
  readonly podAddOns: readonly EksAddOn[];
}

/** Account of the load balancer controller's pods, and name of its release. */
export const loadBalancerAccount = {
  namespace: "kube-system",
  serviceAccount: "aws-load-balancer-controller",
} as const;

const onNodes: readonly EksAddOn[] = [
  {
    name: "vpc-cni",
    rights: { serviceAccount: "aws-node", policy: "AmazonEKS_CNI_Policy" },
    configuration: { enableNetworkPolicy: "true" },
  },
  { name: "kube-proxy" },
  { name: "eks-pod-identity-agent" },
];

/** The add-on that makes the disks of claims. */
export const storageDriver = "aws-ebs-csi-driver";

const asPods: readonly EksAddOn[] = [
  { name: "coredns" },
  {
    name: storageDriver,
    rights: { serviceAccount: "ebs-csi-controller-sa", policy: "service-role/AmazonEBSCSIDriverPolicy" },
  },
];

/** Auto Mode brings the rest itself. */
const always: readonly EksAddOn[] = [{ name: "snapshot-controller" }, { name: "metrics-server" }];

/** The pools of a node group, one in each of its zones, all alike. */
export function eksPools(group: PlannedNodeGroup, region: string): EksPool[] {
  const inOne = (count: number) => Math.ceil(count / group.zones.length);
  const { initial, minimum, maximum } = group.nodes;
  const nodes = { initial: inOne(initial), minimum: inOne(minimum), maximum: inOne(maximum) };
  return group.zones.map((zone) => ({ name: `${group.name}-${zone.slice(region.length)}`, zone, nodes }));
}

/** Addresses that nobody has on the internet. */
const inside = ["private", "loopback", "linkLocal", "carrierGradeNat"];

/** Whether a block can come in from the internet over IPv4; EKS refuses to be given any other for its public endpoint. */
export function isPublic(cidr: string): boolean {
  return ipaddr.IPv4.isValidCIDR(cidr) && !inside.includes(ipaddr.IPv4.parseCIDR(cidr)[0].range());
}

const principal = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;

function adminProblems(admins: readonly string[]): Problem[] {
  return admins.flatMap((admin, index) => {
    const path = `cluster.admins.${index}`;
    if (!principal.test(admin))
      return [
        {
          path,
          message: `must be the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/Admin, got ${show(admin)}`,
        },
      ];
    if (admins.indexOf(admin) < index) return [{ path, message: `is given twice, got ${show(admin)}; keep one` }];
    return [];
  });
}

/**
 * Decides what is particular to EKS.
 *
 * @throws InputError for admins that are no IAM principals
 */
export function planEks(cluster: PlannedCluster): PlannedEks {
  const problems = adminProblems(cluster.admins);
  if (problems.length > 0) throw new InputError(problems);
  return {
    publicCidrs: cluster.endpoint.public ? cluster.endpoint.allowedCidrs.filter(isPublic) : [],
    nodeAddOns: cluster.autoMode ? [] : onNodes,
    podAddOns: cluster.autoMode ? always : [...asPods, ...always],
  };
}

/** Service accounts of the pods that open a bucket or a database by an identity of AWS, each once. */
export function identityAccounts(
  workloads: readonly PlannedWorkload[],
  specification: KubernetesSpecification,
): readonly string[] {
  const users = workloads.filter(({ containers, initContainers }) =>
    [...containers, ...initContainers].some(
      ({ service }) => service !== undefined && needsIdentity(serviceNamed(service), specification),
    ),
  );
  return [...new Set(users.map(({ serviceAccount }) => serviceAccount.name))].sort();
}

/** What of a principal's ARN makes a name: account, kind, path and name, such as `123456789012-role/Admin`. */
export function principalName(arn: string): string {
  return arn.split(":").slice(4).join("-");
}
