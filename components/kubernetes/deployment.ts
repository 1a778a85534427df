import { Ingress } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  databaseComponents,
  databaseStartMinutes,
  stageOf,
  stagesOf,
  type PlannedClaimSnapshot,
  type Stage,
} from "../core/planning/kubernetes/rollout";
import type { PlannedSecretObject, PlannedWorkload } from "../core/planning/kubernetes/workload";
import { secretNames } from "../core/planning/secrets";
import { metadata } from "../core/rendering/manifests/labels";
import type { KubernetesObject } from "../core/rendering/manifests/object";
import { workloadSpec } from "../core/rendering/manifests/pod-template";
import { declareRelease } from "./helm-release";
import { declareObject, type DeclaredObject } from "./objects";
import { childOptions, keptOptions, type KubernetesScope } from "./scope";
import { secretsChecksum, secretTexts, secretValues, type SecretTexts } from "./values";

/** Everything that was declared. */
export interface Deployment {
  readonly all: readonly pulumi.CustomResource[];
  readonly ingress?: Ingress;
}

/** Minutes a run of the migrator may take: stopping one half-way is what costs data. */
const migrationMinutes = 24 * 60;

/** An object that is about to be declared. */
interface Item {
  readonly stage: Stage;
  readonly resource: string;
  readonly object: DeclaredObject;
  /** It holds data, or its end is the end of data. */
  readonly kept: boolean;
  readonly options: pulumi.CustomResourceOptions;
}

function annotated(
  object: KubernetesObject,
  annotations: Readonly<Record<string, pulumi.Input<string>>>,
): DeclaredObject {
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
  };
}

function withParameters(
  object: KubernetesObject,
  parameters: Readonly<Record<string, pulumi.Input<string>>> | undefined,
): DeclaredObject {
  if (parameters === undefined) return object;
  const planned = (object as { readonly parameters?: Readonly<Record<string, string>> }).parameters;
  return { ...object, parameters: { ...planned, ...parameters } };
}

function timeouts(minutes: number): pulumi.CustomResourceOptions {
  return { customTimeouts: { create: `${minutes}m`, update: `${minutes}m`, delete: `${minutes}m` } };
}

/** The mark that the namespace belongs to this very program and instance: another one cannot take it over. */
function instanceMark({ names, decision }: KubernetesScope): Item {
  const { plan } = decision;
  const owner = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), plan.name].join("/");
  return {
    stage: "ground",
    resource: names.instance,
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(plan, {
        name: "sourcegraph-instance",
        component: "instance",
        annotations: { "pulumi.com/patchForce": "false" },
      }),
      data: { owner },
    },
    kept: false,
    // It goes with the program even when all else is handed over, so that another one may come.
    options: { retainOnDelete: false },
  };
}

function secretItem({ names, decision }: KubernetesScope, secret: PlannedSecretObject, texts: SecretTexts): Item {
  const { plan } = decision;
  const guarding = plan.secrets.filter(({ guardsData }) => guardsData).map(({ name }) => name);
  const guardsData = Object.values(secret.data)
    .flatMap((parts) => secretNames(parts))
    .some((name) => guarding.includes(name));
  return {
    stage: "ground",
    resource: names.object("Secret", secret.name),
    object: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(plan, { name: secret.name, component: secret.component }),
      ...(secret.type !== undefined && { type: secret.type }),
      stringData: texts,
    },
    kept: false,
    // Claims that stay in the cluster are of no use without the passwords of their databases.
    options: guardsData ? { retainOnDelete: true } : {},
  };
}

/** A snapshot; its name is made up, so that an upgrade that is made a second time has a second one. */
function snapshotItem({ decision }: KubernetesScope, snapshot: PlannedClaimSnapshot): Item {
  return {
    stage: "snapshots",
    resource: snapshot.resource,
    object: {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshot",
      metadata: {
        namespace: decision.plan.namespace.name,
        annotations: { "pulumi.com/waitFor": "jsonpath={.status.creationTime}" },
      },
      spec: {
        volumeSnapshotClassName: snapshot.snapshotClass,
        source: { persistentVolumeClaimName: snapshot.claim },
      },
    },
    kept: false,
    // Kept, but not protected: it has to leave the program at the next upgrade.
    options: { retainOnDelete: true },
  };
}

function jobItem({ names, decision }: KubernetesScope, job: KubernetesObject): Item {
  const { pending } = decision.transition;
  return {
    stage: "migration",
    resource: pending === undefined ? names.migration : names.upgrade(pending.to),
    // A run that failed is run again by the next update.
    object: annotated(job, { "pulumi.com/replaceUnready": "true" }),
    kept: false,
    options: { ...timeouts(migrationMinutes), retainOnDelete: false },
  };
}

/** Declares everything, each stage after the one before. */
export function declareDeployment(scope: KubernetesScope): Deployment {
  const { decision } = scope;
  const { plan, transition } = decision;
  const texts = secretTexts(plan.secretObjects, secretValues(scope));
  const key = checksumKey(scope);
  const items = [
    ...objectItems(scope, texts, key),
    ...plan.secretObjects.map((secret) => secretItem(scope, secret, texts[secret.name] ?? {})),
    ...decision.snapshots.map((snapshot) => snapshotItem(scope, snapshot)),
    ...(decision.job === undefined ? [] : [jobItem(scope, decision.job)]),
  ];
  const all: pulumi.CustomResource[] = [];
  let before: pulumi.CustomResource[] = [];
  const declare = (list: readonly Item[]): void => {
    if (list.length === 0) return;
    const made = list.map(({ resource, object, kept, options }) => {
      const more = { ...options, dependsOn: before };
      return declareObject(resource, object, kept ? keptOptions(scope, more) : childOptions(scope, more));
    });
    all.push(...made);
    before = made;
  };
  for (const stage of stagesOf(transition.phase)) {
    // The mark comes after the namespace and before everything else.
    if (stage === "ground") declare([instanceMark(scope)]);
    declare(items.filter((item) => item.stage === stage));
    // The chart brings everything from the stores to what watches.
    if (stage === "stores" && decision.values !== undefined) {
      const release = declareRelease(scope, decision.values, texts, key, before);
      all.push(release);
      before = [release];
    }
  }
  const ingress = all.find((resource): resource is Ingress => Ingress.isInstance(resource));
  return { all, ...(ingress === undefined ? {} : { ingress }) };
}

/** Every rendered object, with what the provider has to know about it. */
function objectItems(
  scope: KubernetesScope,
  texts: Readonly<Record<string, SecretTexts>>,
  key: pulumi.Output<string>,
): Item[] {
  const { decision, names, args } = scope;
  const { plan, transition } = decision;
  const workloads = [...plan.workloads, ...(plan.executors?.workloads ?? [])];
  return decision.objects.map((object): Item => {
    const { kind } = object;
    const { name } = object.metadata;
    const item = {
      stage: stageOf(kind, name, plan),
      resource: names.object(kind, name),
      object,
      kept: false,
      options: {},
    };
    switch (kind) {
      case "Namespace":
        return { ...item, kept: true };
      case "PersistentVolumeClaim":
        return {
          ...item,
          // Most are bound only when their pod starts, and how they are may be nothing the user may look up.
          object: annotated(object, { "pulumi.com/skipAwait": "true" }),
          kept: holdsData(plan.workloads, name),
        };
      case "Service":
        // Whether its pods are ready is asked of the workloads, which may not be there yet.
        return { ...item, object: annotated(object, { "pulumi.com/skipAwait": "true" }) };
      case "Ingress":
        // Only of the clouds' own controllers is it known that they give the Ingress an address.
        return plan.exposure.loadBalancer
          ? item
          : { ...item, object: annotated(object, { "pulumi.com/skipAwait": "true" }) };
      case "StorageClass":
        return { ...item, object: withParameters(object, args.storageClassParameters) };
      case "ServiceAccount":
        return { ...item, object: annotated(object, args.accountAnnotations?.[name] ?? {}) };
      case "Deployment":
      case "StatefulSet":
      case "DaemonSet": {
        const workload = workloads.find((candidate) => candidate.name === name);
        const checksum = workload && secretsChecksum(workload, texts, key);
        const minutes = databaseComponents.includes(workload?.component ?? "")
          ? Math.max(databaseStartMinutes, transition.startMinutes)
          : transition.startMinutes;
        return {
          ...item,
          object: checksum === undefined ? object : withPodAnnotation(object, checksum),
          // Templates of claims never change; the claims themselves grow.
          options: {
            ...timeouts(minutes),
            ...(kind === "StatefulSet" && { ignoreChanges: ["spec.volumeClaimTemplates"] }),
          },
        };
      }
      default:
        return item;
    }
  });
}

/** The key of the checksums of secrets; it opens nothing. */
function checksumKey(scope: KubernetesScope): pulumi.Output<string> {
  const { provider: _provider, ...options } = childOptions(scope);
  return new random.RandomPassword(scope.names.checksumKey, { length: 32, special: false }, options).result;
}

function withPodAnnotation(object: KubernetesObject, checksum: pulumi.Output<string>): DeclaredObject {
  const spec = workloadSpec(object);
  if (spec === undefined) return object;
  const { template } = spec;
  const annotations = { ...template.metadata?.annotations, "checksum/secrets": checksum };
  return { ...object, spec: { ...spec, template: { ...template, metadata: { ...template.metadata, annotations } } } };
}

/** Whether a claim is of consequence: a cache may go with the replica or the service it belongs to. */
function holdsData(workloads: readonly PlannedWorkload[], claim: string): boolean {
  return workloads
    .flatMap(({ claims }) => claims)
    .some(({ objects, value }) => objects.includes(claim) && value !== "cache");
}
