import ipaddr from "ipaddr.js";
import { InputError, type Problem } from "../../errors";
import { serviceNamed } from "../../product/services";
import { show } from "../config/problems";
import type { KubernetesSpecification } from "../config/specified";
import type { PlannedCluster, PlannedNodeGroup } from "./cluster";
import { isPublic } from "./eks";
import type { PlannedWorkload } from "./workload";

// What is particular to GKE about a planned cluster.

/** The numbers of a node pool, of which GKE counts the nodes by zone. */
export interface GkePool {
  /** Name of the group. */
  readonly name: PlannedNodeGroup["name"];
  /** Nodes in each zone at first, fewest and most. */
  readonly perZone: { readonly initial: number; readonly minimum: number; readonly maximum: number };
}

/** When GKE may maintain a cluster. */
export interface GkeWindow {
  /** First time it begins and ends, RFC 3339. */
  readonly startTime: string;
  readonly endTime: string;
  /** How it recurs, as RFC 5545 writes it. */
  readonly recurrence: string;
}

/** Everything GKE is told beyond the planned cluster. */
export interface PlannedGke {
  /** Whether the API has an address that the internet reaches: where a block that may reach it lies there. */
  readonly publicEndpoint: boolean;
  /** Blocks that reach the API from outside its network, by that address or by a way into the network. */
  readonly authorizedBlocks: readonly string[];
  readonly window: GkeWindow;
  readonly pools: readonly GkePool[];
  /** Addresses that outgoing connections come from: their ports have to do for every node. */
  readonly natAddresses: number;
  /** What nodes may do in the project, by a short name. */
  readonly nodeRoles: Readonly<Record<string, string>>;
}

/** Blocks GKE lets a cluster authorize. */
const mostBlocks = 100;

/** Ports an address has for outgoing connections, and those each node has from the beginning. */
const portsOfAddress = 64_512;
export const portsOfNode = 2048;

/**
 * Hours of the weekly window. GKE asks for 48 hours in any 32 days, in pieces of at least four hours: with one day of the
 * week these are twelve hours each.
 */
const windowHours = 12;

const days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** The weekly window that begins on a day and hour; the date only says from when on. */
function windowOf({ day, hourUtc }: PlannedCluster["maintenance"]): GkeWindow {
  // The fifth of January 2026 is a Monday.
  const at = (hour: number) =>
    new Date(Date.UTC(2026, 0, 5 + days.indexOf(day), hour)).toISOString().replace(".000Z", "Z");
  return { startTime: at(hourUtc), endTime: at(hourUtc + windowHours), recurrence: `FREQ=WEEKLY;BYDAY=${day}` };
}

function poolOf({ name, nodes, zones }: PlannedNodeGroup): GkePool {
  const of = (count: number) => Math.ceil(count / zones.length);
  // GKE takes no pool that may never have a node.
  return {
    name,
    perZone: { initial: of(nodes.initial), minimum: of(nodes.minimum), maximum: Math.max(of(nodes.maximum), 1) },
  };
}

const member = /^(user|group|serviceAccount|domain|principal|principalSet):\S+$/;

function adminProblems(admins: readonly string[]): Problem[] {
  return admins.flatMap((admin, index) => {
    const path = `cluster.admins.${index}`;
    if (!member.test(admin))
      return [{ path, message: `must be an IAM member such as group:admins@example.com, got ${show(admin)}` }];
    if (admins.indexOf(admin) < index) return [{ path, message: `is given twice, got ${show(admin)}; keep one` }];
    return [];
  });
}

function endpointProblems(blocks: readonly string[]): Problem[] {
  if (blocks.length <= mostBlocks) return [];
  const path = "cluster.endpoint.allowedCidrs";
  return [{ path, message: `must hold at most ${mostBlocks} IPv4 blocks on gcp, got ${blocks.length}; join some` }];
}

/** A repository of Artifact Registry, of which nodes have to be readers. */
const artifactRegistry = /^[a-z0-9-]+-docker\.pkg\.dev(\/|$)/;

/**
 * What nodes may do: write logs and metrics, and read images where the mirror is Google's own. Everything else is granted to
 * accounts of pods.
 */
function nodeRolesOf({ registry }: Pick<KubernetesSpecification, "registry">): Record<string, string> {
  return {
    node: "roles/container.defaultNodeServiceAccount",
    ...(registry !== undefined && artifactRegistry.test(registry.host)
      ? { "image-reader": "roles/artifactregistry.reader" }
      : {}),
  };
}

/**
 * Decides what is particular to GKE.
 *
 * @throws InputError for admins that are no IAM members, and for blocks GKE does not take
 */
export function planGke(cluster: PlannedCluster, specification: Pick<KubernetesSpecification, "registry">): PlannedGke {
  const { endpoint, maintenance, nodeGroups } = cluster;
  const authorizedBlocks = endpoint.allowedCidrs.filter((cidr) => ipaddr.IPv4.isValidCIDR(cidr));
  const problems = [...adminProblems(cluster.admins), ...endpointProblems(authorizedBlocks)];
  if (problems.length > 0) throw new InputError(problems);
  // While a pool is upgraded it has one node more in each zone.
  const most = nodeGroups.reduce((sum, { nodes, zones }) => sum + nodes.maximum + zones.length, 0);
  return {
    publicEndpoint: endpoint.public && authorizedBlocks.some(isPublic),
    authorizedBlocks,
    window: windowOf(maintenance),
    pools: nodeGroups.map(poolOf),
    natAddresses: Math.max(1, Math.ceil(most / Math.floor(portsOfAddress / portsOfNode))),
    nodeRoles: nodeRolesOf(specification),
  };
}

function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}

/**
 * Version of the nodes: that of the control plane to the patch, once the control plane has come to the planned one. Until
 * then the planned one, so that a preview shows that nodes will follow.
 *
 * @param control version of the control plane, e.g. `1.34.3-gke.1001000`
 * @param planned MAJOR.MINOR
 */
export function gkeNodeVersion(control: string, planned: string): string {
  return minorOf(control) >= minorOf(planned) ? control : planned;
}

/** Service accounts of the pods that read and write uploads, each once. */
export function uploadAccounts(workloads: readonly PlannedWorkload[]): string[] {
  const users = workloads.filter(({ containers, initContainers }) =>
    [...containers, ...initContainers].some(
      ({ service }) => service !== undefined && serviceNamed(service).objectStorage !== undefined,
    ),
  );
  return [...new Set(users.map(({ serviceAccount }) => serviceAccount.name))].sort();
}

/** What of an IAM member makes a name. */
export function memberName(of: string): string {
  return of.replaceAll(/[^A-Za-z0-9]+/g, "-");
}

/**
 * A service account of a cluster as an IAM member. GKE vouches for it, so no account of Google's and no annotation stands
 * between. It is the same for every cluster of the project with such a namespace and account.
 *
 * @param project id of the project
 * @param number number of the project
 */
export function workloadMember(project: string, number: string, namespace: string, account: string): string {
  const pool = `projects/${number}/locations/global/workloadIdentityPools/${project}.svc.id.goog`;
  return `principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${account}`;
}
