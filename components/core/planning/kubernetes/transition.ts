import { compare, SemVer } from "semver";
import { InputError, RefusedError, type Problem } from "../../errors";
import type { KubernetesSpecification } from "../config/specified";
import { dataNames, dataProblems } from "../data-safety";
import {
  conditionsOf,
  immovableProblems,
  movedProblems,
  servicesOf,
  type LastHop,
  type Manifest,
  type PendingUpgrade,
} from "../manifest";
import { majorVersionProblems } from "../managed/major-version";
import { databasePasswords } from "../planned-secrets";
import { checkSuspension } from "../suspension";
import { downgradeRefused } from "../upgrade/refusal";
import { rollbackOf } from "../upgrade/rollback";
import { checkHop, planUpgrade } from "../upgrade/upgrade";
import type { Hop, UpgradeRequest } from "../upgrade/upgrade-plan";
import type { KubernetesPlan } from "./kubernetes-plan";
import { clusterVersionProblems } from "./cluster-versions";
import { finishText, hopText, pendingText, rollbackStep, rollbackText, wayBackText } from "./next-steps";

/** Id that lets an interrupted migration go on, although what it left looks like drift. */
export const retryStep = "migrator-retry";

/** A run of the migrator that is a Job of its own, beside the one every roll-out starts with. */
export interface PlannedMigration {
  /** Release of the migrator. */
  readonly release: string;
  /** Its image; by tag alone where the catalogue knows no digest of that release, or images come from archives, which carry none. */
  readonly image: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** What an update does to the deployment that is there. */
export interface KubernetesTransition {
  /** The upgrade, when the release changes. */
  readonly hop?: Hop;
  /** The upgrade that brought the release: this one, or the one of an earlier update. */
  readonly lastHop?: LastHop;
  /** `run`: everything runs at `release`. `migrate`: everything but the databases stands still and the schemas are brought. */
  readonly phase: "run" | "migrate";
  /** Release whose objects are deployed; in phase `migrate` the one that ran before. */
  readonly release: string;
  /** What the manifest says of an upgrade that is not finished after this update. */
  readonly pending?: PendingUpgrade;
  /** In phase `migrate` the run of the migrator. */
  readonly migration?: PlannedMigration;
  /** Whether the roll-out starts with a run of the migrator of its own release; not after a rollback, whose schema is newer. */
  readonly migrates: boolean;
  /** Time after which a workload that does not become ready has failed, minutes. */
  readonly startMinutes: number;
  /** What a person does after the update; empty for nothing. */
  readonly next: string;
}

/** Time in which a workload becomes ready when nothing has to be converted, minutes. */
const usualStartMinutes = 30;

/** The question about an upgrade that a config asks. */
export function upgradeRequest(from: string, specification: KubernetesSpecification): UpgradeRequest {
  const { acknowledge, databases, kubernetes, registry, release } = specification;
  return {
    from,
    to: release,
    target: "kubernetes",
    acknowledge,
    databases: databases.frontend === "bundled" ? "bundled" : "external",
    conditions: conditionsOf(specification),
    namespace: kubernetes.namespace,
    ...(registry === undefined ? {} : { registry: registry.host, pinDigests: registry.pinDigests }),
  };
}

/** What cannot change while the objects stay where they are. */
function fixedProblems(previous: Manifest, plan: KubernetesPlan): Problem[] {
  const problems: Problem[] = [];
  const { namespace = plan.namespace.name, helmRelease = plan.helmRelease, via = plan.via } = previous;
  if (namespace !== plan.namespace.name)
    problems.push({
      path: "kubernetes.namespace",
      message: `cannot change from ${namespace} to ${plan.namespace.name} in place: claims cannot move; deploy a second stack and move the data by backup and restore`,
    });
  if (helmRelease !== plan.helmRelease)
    problems.push({
      path: "kubernetes.helmRelease",
      message: `cannot change from ${helmRelease} to ${plan.helmRelease} in place: the labels by which pods are selected never change; keep ${helmRelease}`,
    });
  if (via !== plan.via && previous.handOver !== true)
    problems.push({
      path: "kubernetes.via",
      message: `cannot change from ${via} to ${plan.via} while the objects belong to the program: they would be deleted; first run one update with 'kubernetes.handOver' true, then change it (docs/adoption.md)`,
    });
  return [...problems, ...clusterProblems(previous, plan)];
}

const elsewhere = "deploy a second stack and move the data by backup and restore";

/** Claims stay in the cluster they were made in, and with the driver that made them. */
function clusterProblems({ clusterVersion, autoMode }: Manifest, { cluster }: KubernetesPlan): Problem[] {
  const path = "cluster.existing";
  if (cluster === undefined)
    return clusterVersion === undefined
      ? []
      : [{ path, message: `cannot take the place of the cluster that was made: claims cannot move; ${elsewhere}` }];
  if (clusterVersion === undefined)
    return [{ path, message: `cannot be left out for a cluster that is made: claims cannot move; ${elsewhere}` }];
  if (autoMode === undefined || autoMode === cluster.autoMode) return [];
  const message = `cannot change from ${autoMode} to ${cluster.autoMode} in place: volumes of EKS Auto Mode and of node groups have different drivers, and claims cannot move; ${elsewhere}`;
  return [{ path: "cluster.autoMode", message }];
}

/** Claims that would grow in a class that is said not to let them. */
function growthProblems(
  previous: Manifest,
  { dataResources }: KubernetesPlan,
  { kubernetes: { storageClass } }: KubernetesSpecification,
): Problem[] {
  if (storageClass.expandable) return [];
  return dataResources.flatMap(({ name, kind, sizeGb = 0 }): Problem[] => {
    const before = previous.dataResources.find((resource) => resource.kind === "claim" && resource.name === name);
    if (kind !== "claim" || before?.sizeGb === undefined || before.sizeGb >= sizeGb) return [];
    return [
      {
        path: "kubernetes.storageClass.expandable",
        message: `is false, and claim ${name} would go from ${before.sizeGb} to ${sizeGb} GiB; keep its size, or have the cluster's admins set allowVolumeExpansion and remove the key`,
      },
    ];
  });
}

/** Passwords of bundled databases that would become others than the databases know. */
function passwordProblems(previous: Manifest, plan: KubernetesPlan, specification: KubernetesSpecification): Problem[] {
  const before = previous.givenPasswords ?? [];
  return Object.keys(databasePasswords)
    .filter((name) => plan.secrets.some((secret) => secret.name === name))
    .filter((name) => previous.dataResources.some((resource) => resource.name === dataNames.secret(plan.name, name)))
    .flatMap((name): Problem[] => {
      const given = specification.secrets.includes(name);
      if (given === before.includes(name)) return [];
      return [
        {
          path: `secrets.${name}`,
          message: given
            ? "is given now, but the database has the password that was made for it; remove it here"
            : "was given and is missing now: another one would be made, which the database does not know; give it again",
        },
      ];
    });
}

/** The hop, a rollback, or why neither is possible. */
function moveOf(
  previous: Manifest,
  plan: KubernetesPlan,
  specification: KubernetesSpecification,
): { readonly hop?: Hop; readonly rollback?: LastHop } | RefusedError {
  const request = upgradeRequest(previous.release, specification);
  try {
    if (compare(plan.release, previous.release) < 0) {
      const rollback = rollbackOf(previous, plan.release, specification.acknowledge, request);
      if (rollback === "possible")
        return new RefusedError([{ path: "release", message: rollbackText(previous.release, plan.release) }]);
      if (rollback !== undefined) return { rollback };
      const refused = downgradeRefused("release", new SemVer(previous.release), new SemVer(plan.release), request);
      const [first] = refused.problems;
      return new RefusedError(
        [{ path: "release", message: wayBackText(first?.message ?? "", previous.release, plan.release, request) }],
        "the upgrade is refused",
      );
    }
    return { hop: checkHop(request) };
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}

function startMinutesOf(hop: Hop | undefined): number {
  const start = hop?.runbook.find(({ id }) => id === "start");
  return Math.max(start?.timeoutMinutes ?? 0, usualStartMinutes);
}

/** The second update of a multi-version upgrade, or why something else is asked for. */
function finish(
  pending: PendingUpgrade,
  plan: KubernetesPlan,
  specification: KubernetesSpecification,
): KubernetesTransition {
  if (plan.release !== pending.to)
    throw new RefusedError(
      [{ path: "release", message: pendingText(pending, plan.release) }],
      "refused in the middle of an upgrade",
    );
  const [hop] = planUpgrade(upgradeRequest(pending.from, specification)).hops;
  return {
    ...(hop === undefined ? {} : { hop }),
    lastHop: { from: pending.from, to: pending.to, kind: "multi-version" },
    phase: "run",
    release: pending.to,
    migrates: true,
    startMinutes: startMinutesOf(hop),
    next: hop === undefined ? "" : hopText(hop, specification.kubernetes.namespace),
  };
}

/** A deployment of a release that changes nothing of the schemas' history. */
function steady(plan: KubernetesPlan, lastHop: LastHop | undefined): KubernetesTransition {
  return {
    ...(lastHop === undefined ? {} : { lastHop }),
    phase: "run",
    release: plan.release,
    migrates: lastHop?.kind !== "rollback",
    startMinutes: usualStartMinutes,
    next: "",
  };
}

function upgraded(hop: Hop, previous: Manifest, specification: KubernetesSpecification): KubernetesTransition {
  const { from, to, kind } = hop;
  if (kind === "standard")
    return {
      hop,
      lastHop: { from, to, kind },
      phase: "run",
      release: to,
      migrates: true,
      startMinutes: startMinutesOf(hop),
      next: hopText(hop, specification.kubernetes.namespace),
    };
  const again = specification.acknowledge.includes(retryStep);
  return {
    hop,
    ...(previous.lastHop === undefined ? {} : { lastHop: previous.lastHop }),
    phase: "migrate",
    release: from,
    pending: { from, to, phase: "migrated" },
    migration: {
      release: hop.migrator.release,
      image: hop.migrator.reference,
      args: again ? hop.migratorRetryArgs : hop.migratorArgs,
    },
    migrates: false,
    startMinutes: usualStartMinutes,
    next: finishText(hop),
  };
}

/**
 * Checks a plan against the last manifest, before anything is registered, and says what this update does: deploy, roll out
 * one standard hop, make one of the two updates of a multi-version upgrade, or roll back.
 *
 * @throws RefusedError with every reason; of the upgrade's own kind when nothing but the upgrade is refused
 * @throws InputError for a version of a cluster that is no step from the one it has
 */
export function checkKubernetesTransition(
  previous: Manifest | undefined,
  plan: KubernetesPlan,
  specification: KubernetesSpecification,
): KubernetesTransition {
  checkSuspension(previous, plan.release, specification.suspended);
  if (previous === undefined) return steady(plan, undefined);
  const immovable = immovableProblems(previous, plan);
  // Of an instance that would be built anew nothing else can be said.
  if (immovable.length > 0) throw new RefusedError(immovable, "refused, because the instance would be built anew");
  const versions =
    plan.cluster === undefined ? [] : clusterVersionProblems(previous.clusterVersion, plan.cluster.version);
  if (versions.length > 0) throw new InputError(versions);
  const lost = [
    ...dataProblems(previous.dataResources, plan.dataResources, specification.allowDataLoss, plan.cloud),
    ...movedProblems(previous, specification),
  ];
  const data = [
    ...fixedProblems(previous, plan),
    ...lost,
    ...growthProblems(previous, plan, specification),
    ...majorVersionProblems(previous.dataResources, plan.managed),
    ...passwordProblems(previous, plan, specification),
  ];
  const reason = lost.length > 0 ? "data would be lost" : "it cannot be changed in place";
  const { pending } = previous;
  const move = pending === undefined ? moveOf(previous, plan, specification) : {};
  if (move instanceof RefusedError) {
    if (data.length === 0) throw move;
    throw new RefusedError([...data, ...move.problems], `refused, because ${reason}, and for the upgrade itself`);
  }
  if (data.length > 0) throw new RefusedError(data, `refused, because ${reason}`);
  if (pending !== undefined) return finish(pending, plan, specification);
  const { hop, rollback } = move;
  if (rollback !== undefined)
    return { ...steady(plan, rollback), next: rollbackStep(rollback, specification.kubernetes.namespace) };
  return hop === undefined ? steady(plan, previous.lastHop) : upgraded(hop, previous, specification);
}

/** The manifest of a deployment after an update. */
export function kubernetesManifest(
  plan: KubernetesPlan,
  specification: KubernetesSpecification,
  transition: KubernetesTransition,
  planDigest: string,
): Manifest {
  const { schema, name, shape, cloud, region, size, dataResources, namespace, via, helmRelease, cluster } = plan;
  const { release, lastHop, pending } = transition;
  const made = plan.secrets.filter((secret) => Object.hasOwn(databasePasswords, secret.name));
  const given = made.map((secret) => secret.name).filter((password) => specification.secrets.includes(password));
  return {
    schema,
    name,
    shape,
    cloud,
    region,
    zone: "",
    release,
    size,
    planDigest,
    services: servicesOf(specification),
    dataResources,
    ...(lastHop === undefined ? {} : { lastHop }),
    namespace: namespace.name,
    via,
    helmRelease,
    handOver: plan.handOver,
    ...(specification.suspended === true ? { suspended: true } : {}),
    ...(cluster === undefined ? {} : { clusterVersion: cluster.version, autoMode: cluster.autoMode }),
    ...(given.length === 0 ? {} : { givenPasswords: given }),
    ...(pending === undefined ? {} : { pending }),
  };
}
