import { compare } from "semver";
import { z } from "zod";
import { RefusedError, type Problem } from "../errors";
import { dataProblems, type DataResource } from "./data-safety";
import { signsInByIdentity } from "./database-environment";
import { majorVersionProblems } from "./managed/major-version";
import { moveText } from "./managed/move";
import { checkSuspension } from "./suspension";
import type { Plan } from "./vm/plan";
import type { Specification } from "./config/specification";
import { wayBack, type LastHop } from "./upgrade/rollback";
import { checkHop } from "./upgrade/upgrade";
import type { Hop, UpgradeSituation } from "./upgrade/upgrade-plan";

/**
 * The small record a stack exports about itself: it reads the last one before it registers anything, and refuses a wrong
 * upgrade or a loss of data. Names only, never secrets.
 */
export interface Manifest {
  /** Version of this form. */
  readonly schema: 1;
  /** Name of the instance. */
  readonly name: string;
  /** What is built. */
  readonly shape: "vm" | "kubernetes";
  /** Where it is built. */
  readonly cloud: "aws" | "gcp" | "local" | "existing";
  /** Region of the cloud. */
  readonly region: string;
  /** Zone of machine and data disk; empty on Kubernetes, whose claims find their zones by themselves. */
  readonly zone: string;
  /** Release that is deployed; in the middle of a multi-version upgrade the one it started from. */
  readonly release: string;
  /** Size that is deployed. */
  readonly size: string;
  /** SHA-256 of the bundle that is deployed. */
  readonly planDigest: string;
  /** Which of databases, caches and object store are bundled, which are the cloud's own services and which are external. */
  readonly services: Readonly<Record<string, ServedBy>>;
  /** Everything that holds data. */
  readonly dataResources: readonly DataResource[];
  /**
   * The last upgrade that was made. The program goes on declaring its snapshot, and the machine goes on accepting it, so
   * that the update after an upgrade changes nothing.
   */
  readonly lastHop?: LastHop;
  /** The release that a machine was last replaced for, with `upgrade: replace`. A later change of it replaces it again. */
  readonly replacedFor?: string;
  /** Whether the instance stands still; absent where it runs. */
  readonly suspended?: true;
  /** Kubernetes: namespace of the instance. */
  readonly namespace?: string;
  /** Kubernetes: own objects, or the vendor's chart. */
  readonly via?: "native" | "helm";
  /** Kubernetes: name of the Helm release, part of the labels pods are selected by. */
  readonly helmRelease?: string;
  /** Kubernetes: whether the objects stay in the cluster when they leave the program. */
  readonly handOver?: boolean;
  /** Kubernetes: version of the cluster that was made, MAJOR.MINOR. */
  readonly clusterVersion?: string;
  /** Kubernetes: whether nodes and volumes of that cluster are those of EKS Auto Mode. */
  readonly autoMode?: boolean;
  /** Kubernetes: names of the database passwords that were given rather than made. */
  readonly givenPasswords?: readonly string[];
  /** Kubernetes: a multi-version upgrade whose databases are at the new release and whose services stand still. */
  readonly pending?: PendingUpgrade;
}

/** An upgrade that takes two updates, after the first. */
export interface PendingUpgrade {
  /** Release before. */
  readonly from: string;
  /** Release whose schemas the databases have. */
  readonly to: string;
  /** How far it is. */
  readonly phase: "migrated";
}

export type { LastHop } from "./upgrade/rollback";

/** Who serves databases, caches and object store. */
export type ServedBy = "bundled" | "managed" | "external";

const manifestSchema = z.object({
  schema: z.literal(1),
  name: z.string(),
  shape: z.enum(["vm", "kubernetes"]),
  cloud: z.enum(["aws", "gcp", "local", "existing"]),
  region: z.string(),
  zone: z.string(),
  release: z.string(),
  size: z.string(),
  planDigest: z.string(),
  services: z.record(z.string(), z.enum(["bundled", "managed", "external"])),
  dataResources: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["disk", "volume", "claim", "secret", "database", "cache", "bucket"]),
      place: z.string(),
      sizeGb: z.number().optional(),
      type: z.string().optional(),
    }),
  ),
  lastHop: z
    .object({ from: z.string(), to: z.string(), kind: z.enum(["standard", "multi-version", "rollback", "restore"]) })
    .optional(),
  replacedFor: z.string().optional(),
  suspended: z.literal(true).optional(),
  namespace: z.string().optional(),
  via: z.enum(["native", "helm"]).optional(),
  helmRelease: z.string().optional(),
  handOver: z.boolean().optional(),
  clusterVersion: z.string().optional(),
  autoMode: z.boolean().optional(),
  givenPasswords: z.array(z.string()).optional(),
  pending: z.object({ from: z.string(), to: z.string(), phase: z.literal("migrated") }).optional(),
});

/** Who serves what, by the config key that decides it. */
export function servicesOf(specification: Specification): Manifest["services"] {
  const served = (value: unknown): ServedBy => (value === "bundled" || value === "managed" ? value : "external");
  return {
    "databases.frontend": served(specification.databases.frontend),
    "databases.codeIntel": served(specification.databases.codeIntel),
    "databases.codeInsights": served(specification.databases.codeInsights),
    "cache.cache": served(specification.cache.cache),
    "cache.store": served(specification.cache.store),
    objectStorage: served(specification.objectStorage),
  };
}

/** The manifest of a plan. */
export function manifestOf(
  plan: Plan,
  specification: Specification,
  planDigest: string,
  { lastHop, replacedFor }: Pick<Transition, "lastHop" | "replacedFor"> = {},
): Manifest {
  const { schema, name, shape, cloud, region, zone, release, size, dataResources } = plan;
  const services = servicesOf(specification);
  return {
    schema,
    name,
    shape,
    cloud,
    region,
    zone,
    release,
    size,
    planDigest,
    services,
    dataResources,
    ...(lastHop === undefined ? {} : { lastHop }),
    ...(replacedFor === undefined ? {} : { replacedFor }),
    ...(specification.suspended === true ? { suspended: true } : {}),
  };
}

/** Reads a manifest from a stack's outputs; undefined where the stack has none. */
export function parseManifest(output: unknown): Manifest | undefined {
  if (output === undefined || output === null) return undefined;
  const parsed = manifestSchema.safeParse(output);
  if (!parsed.success)
    throw new RefusedError(
      [
        {
          path: "manifest",
          message:
            "of the last update cannot be read; this library is older than the one that wrote it, or it was edited by hand",
        },
      ],
      "refused, because it is not known what is deployed",
    );
  return parsed.data;
}

/** What changes against the deployment that is there. */
export interface Transition {
  /** The upgrade, when the release changes. */
  readonly hop?: Hop;
  /** The upgrade that brought the release: this one, or the one of an earlier update. */
  readonly lastHop?: LastHop;
  /** The release that the machine is replaced for, or was at an earlier update. */
  readonly replacedFor?: string;
}

/** What a config tells of the conditions under which manual steps matter; those only the site knows stay open. */
export function conditionsOf(specification: Specification): string[] {
  const { databases, cache, objectStorage, siteConfig, smtp, tracing, overrides } = specification;
  const served = Object.values(databases);
  const isSet = (variable: string) => Object.values(overrides).some(({ env }) => env?.[variable] !== undefined);
  const conditions: Readonly<Record<string, boolean>> = {
    "builtin-postgres": served.includes("bundled"),
    "external-postgres": served.some((database) => database !== "bundled"),
    "external-redis": cache.cache !== "bundled" || cache.store !== "bundled",
    "external-object-storage": objectStorage !== "bundled",
    "config-from-file": siteConfig !== undefined || smtp !== undefined,
    "bundled-jaeger": tracing,
    autoupgrade: isSet("SRC_AUTOUPGRADE"),
    "iam-db-auth": isSet("PG_CONNECTION_UPDATER") || signsInByIdentity(specification),
  };
  return Object.keys(conditions).filter((name) => conditions[name] === true);
}

/** What the planner of upgrades has to know of a machine. */
export function situationOf(specification: Specification): UpgradeSituation {
  const { cloud, databases, registry } = specification;
  return {
    target: "compose",
    databases: databases.frontend === "bundled" ? "bundled" : "external",
    conditions: conditionsOf(specification),
    ...(cloud === "local" ? { standardHopsOnly: true } : {}),
    ...(registry === undefined ? {} : { registry: registry.host, pinDigests: registry.pinDigests }),
  };
}

/** What can never change of an instance, besides what is its shape's own. */
export function immovableProblems(
  previous: Manifest,
  plan: Readonly<Record<"name" | "shape" | "cloud" | "region", string>>,
): Problem[] {
  return (["name", "shape", "cloud", "region"] as const)
    .filter((key) => previous[key] !== plan[key])
    .map((key) => ({
      path: key,
      message: `cannot change from ${previous[key]} to ${plan[key]} in place; deploy a second stack and move the data by backup and restore`,
    }));
}

/** Every store whose data would stay behind. */
export function movedProblems(previous: Manifest, specification: Specification): Problem[] {
  const services = servicesOf(specification);
  return Object.entries(previous.services)
    .filter(([key, was]) => services[key] !== undefined && services[key] !== was && key !== "cache.cache")
    .filter(([key]) => !specification.allowDataLoss.includes(key))
    .map(([key, was]) => ({
      path: key,
      message: `cannot change from ${was} to ${services[key] ?? "nothing"}: the data would stay behind; ${moveText(was, services[key])}, then add "${key}" to 'allowDataLoss' for one update`,
    }));
}

/** The way to the release, or why there is none. */
function moveOf(previous: Manifest, plan: Plan, specification: Specification): Transition | RefusedError {
  const { acknowledge } = specification;
  const situation = situationOf(specification);
  const { lastHop } = previous;
  try {
    if (compare(plan.release, previous.release) < 0)
      return { lastHop: wayBack(previous, plan.release, acknowledge, situation) };
    const hop = checkHop({ from: previous.release, to: plan.release, acknowledge, ...situation });
    if (hop !== undefined) return { hop, lastHop: { from: hop.from, to: hop.to, kind: hop.kind } };
    return lastHop === undefined ? {} : { lastHop };
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}

/**
 * Checks a plan against the last manifest, before anything is registered: one lawful hop at most, or one back, no loss of data,
 * and no move of a store between bundled and external, which is a procedure of its own.
 *
 * @throws RefusedError with every reason; of the upgrade's own kind when nothing but the upgrade is refused
 */
export function checkTransition(previous: Manifest | undefined, plan: Plan, specification: Specification): Transition {
  checkSuspension(previous, plan.release, specification.suspended);
  if (previous === undefined) return {};
  const immovable = immovableProblems(previous, plan);
  // Of an instance that would be built anew nothing else can be said.
  if (immovable.length > 0) throw new RefusedError(immovable, "refused, because the instance would be built anew");
  const data = [
    ...dataProblems(previous.dataResources, plan.dataResources, specification.allowDataLoss, plan.cloud),
    ...movedProblems(previous, specification),
    ...(plan.managed === undefined ? [] : majorVersionProblems(previous.dataResources, plan.managed)),
  ];
  const move = moveOf(previous, plan, specification);
  if (move instanceof RefusedError) {
    if (data.length === 0) throw move;
    throw new RefusedError(
      [...data, ...move.problems],
      "refused, because data would be lost, and for the upgrade itself",
    );
  }
  if (data.length > 0) throw new RefusedError(data, "refused, because data would be lost");
  const replacedFor =
    move.hop !== undefined && specification.upgrade === "replace" ? plan.release : previous.replacedFor;
  return { ...move, ...(replacedFor === undefined ? {} : { replacedFor }) };
}
