import { InputError, type Problem } from "../core/errors";
import { requireKubernetes } from "../core/planning/config/specification";
import type { KubernetesSpecification } from "../core/planning/config/specified";
import type { KubernetesPlan } from "../core/planning/kubernetes/kubernetes-plan";
import { planKubernetes } from "../core/planning/kubernetes/plan";
import {
  snapshotsBefore,
  standingStill,
  suspendedPlan,
  type PlannedClaimSnapshot,
} from "../core/planning/kubernetes/rollout";
import {
  checkKubernetesTransition,
  kubernetesManifest,
  type KubernetesTransition,
} from "../core/planning/kubernetes/transition";
import type { Manifest } from "../core/planning/manifest";
import { digestOf } from "../core/rendering/bundle";
import { objectsBesideChart } from "../core/rendering/helm/beside-chart";
import { helmValues, type HelmValues } from "../core/rendering/helm/values";
import { renderManifests } from "../core/rendering/manifests/manifests";
import { migrationJob } from "../core/rendering/manifests/migration-job";
import { jobWithAccount, withoutMigrator } from "../core/rendering/manifests/migrator-apart";
import type { KubernetesObject } from "../core/rendering/manifests/object";
import { templateClaims } from "../core/rendering/manifests/template-claims";
import { specificationOf } from "../specification-of";
import type { SourcegraphKubernetesArgs } from "./args";

/** Everything about a deployment on Kubernetes that is known before the first resource. */
export interface KubernetesDecision {
  readonly specification: KubernetesSpecification;
  /** What is deployed by this update; in the middle of a multi-version upgrade the release before, standing still. */
  readonly plan: KubernetesPlan;
  readonly transition: KubernetesTransition;
  /** Values of the vendor's chart; absent where every object is declared by itself. */
  readonly values?: HelmValues;
  /** Every object but Secrets, Jobs, snapshots and what the chart makes. */
  readonly objects: readonly KubernetesObject[];
  /** The migrator's Job; absent after a rollback, and where the chart's frontends start with the migrator. */
  readonly job?: KubernetesObject;
  readonly snapshots: readonly PlannedClaimSnapshot[];
  readonly manifest: Manifest;
}

/** Times a run of the migrator is tried again: bringing one release is repeatable, several are looked at by a person. */
const retries = { run: 5, migrate: 0 } as const;

/** Values that are missing: of secrets whose values come from outside. */
function valueProblems(
  plan: KubernetesPlan,
  { secrets = {}, managedValues = {} }: SourcegraphKubernetesArgs,
): Problem[] {
  return plan.secrets.flatMap(({ name, origin, purpose }): Problem[] => {
    if (managedValues[name] !== undefined || secrets[name] !== undefined || origin === "generated") return [];
    const path = origin === "managed" ? `managedValues.${name}` : `secrets.${name}`;
    return [{ path, message: `is missing: ${purpose}; give its value` }];
  });
}

function jobOf(
  plan: KubernetesPlan,
  transition: KubernetesTransition,
  objects: readonly KubernetesObject[],
): KubernetesObject | undefined {
  const { phase, migration, migrates, release } = transition;
  if (migration !== undefined) return migrationJob(plan, objects, { ...migration, retries: retries[phase] });
  // The chart's frontends wait for the migrator they start with, and Helm waits for them.
  return migrates && plan.via === "native"
    ? migrationJob(plan, objects, { release, retries: retries[phase] })
    : undefined;
}

/**
 * Parses, plans, checks against the last manifest and renders. To be called before `super`, so that what is refused is
 * refused before even the component is registered.
 *
 * @throws InputError, RefusedError
 */
export function decide(name: string, args: SourcegraphKubernetesArgs): KubernetesDecision {
  const {
    secrets,
    files,
    previous,
    cloud = "existing",
    kubeconfig: _kubeconfig,
    provider: _provider,
    managedValues: _managedValues,
    accountAnnotations: _accountAnnotations,
    storageClassParameters: _storageClassParameters,
    boundary: _boundary,
    migratorAccount,
    specification: decided,
    ...config
  } = args;
  const at = (release: string): KubernetesSpecification =>
    decided === undefined
      ? requireKubernetes(specificationOf({ ...config, release, cloud, name, shape: "kubernetes" }, { secrets, files }))
      : { ...decided, release };
  const specification = at(config.release);
  const wanted = planKubernetes(specification);
  const transition = checkKubernetesTransition(previous, wanted, specification);
  const stands = transition.phase === "migrate";
  const running = stands ? standingStill(planKubernetes(at(transition.release), config.release)) : wanted;
  const plan = specification.suspended === true ? suspendedPlan(running) : running;
  const problems = valueProblems(plan, args);
  if (problems.length > 0) throw new InputError(problems);
  const rendered = renderManifests(plan);
  const values = plan.via === "helm" ? helmValues(plan, "declared") : undefined;
  const apart = migratorAccount === undefined ? rendered : withoutMigrator(plan, rendered, migratorAccount);
  const objects = values === undefined ? [...apart, ...templateClaims(plan, rendered)] : objectsBesideChart(plan);
  const common = jobOf(plan, transition, rendered);
  const job = common === undefined || migratorAccount === undefined ? common : jobWithAccount(common, migratorAccount);
  return {
    specification,
    plan,
    transition,
    ...(values === undefined ? {} : { values }),
    objects,
    ...(job === undefined ? {} : { job }),
    snapshots: snapshotsBefore(plan, transition.pending?.to ?? transition.lastHop?.to),
    manifest: kubernetesManifest(
      plan,
      specification,
      transition,
      digestOf(JSON.stringify(values === undefined ? objects : [objects, values])),
    ),
  };
}
