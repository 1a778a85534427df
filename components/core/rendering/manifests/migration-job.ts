import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { digestOf } from "../bundle";
import { metadata } from "./labels";
import type { KubernetesObject } from "./object";
import { workloadSpec, type RenderedContainer, type RenderedPodTemplate } from "./pod-template";

/** What its pods are found by, also by network policies. */
const migratorApp = "migrator";

/** The frontends, whose first container is a migrator that knows every database. */
const frontend = "sourcegraph-frontend";

function frontendOf(
  objects: readonly KubernetesObject[],
): { readonly template: RenderedPodTemplate; readonly migrator: RenderedContainer } | undefined {
  const object = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === frontend);
  const template = object === undefined ? undefined : workloadSpec(object)?.template;
  const migrator = template?.spec.initContainers?.find(({ name }) => name === "migrator");
  return template === undefined || migrator === undefined ? undefined : { template, migrator };
}

/** What a run of the migrator is, beside the container the frontends start with. */
export interface MigrationRun {
  /** Release of the migrator. */
  readonly release: string;
  /** Image in place of the frontends' own. */
  readonly image?: string;
  /** Arguments in place of the frontends' own. */
  readonly args?: readonly string[];
  /** Times a failed run is tried again. */
  readonly retries: number;
}

/**
 * A Job that runs the migrator once, as the first container of the frontends would: named by release and content, so that
 * another run is another Job. None where the plan has no frontends.
 *
 * @param objects the rendered objects of the plan
 */
export function migrationJob(
  plan: KubernetesPlan,
  objects: readonly KubernetesObject[],
  run: MigrationRun,
): KubernetesObject | undefined {
  const found = frontendOf(objects);
  if (found === undefined) return undefined;
  const { template, migrator } = found;
  const { initContainers: _first, containers: _others, volumes = [], ...pod } = template.spec;
  const container = { ...migrator, image: run.image ?? migrator.image, args: run.args ?? migrator.args ?? ["up"] };
  const mounted = new Set((migrator.volumeMounts ?? []).map(({ name }) => name));
  const { topologySpreadConstraints: _spread, affinity: _affinity, ...place } = pod;
  const spec = {
    ...place,
    restartPolicy: "Never",
    containers: [container],
    ...(mounted.size === 0 ? {} : { volumes: volumes.filter(({ name }) => mounted.has(name)) }),
  };
  const digest = digestOf(JSON.stringify(spec)).slice(0, 8);
  const own = metadata(plan, { name: migratorApp, component: migratorApp });
  // Pods of a Job never change, but who manages it does.
  const { "app.kubernetes.io/managed-by": _managedBy, ...labels } = own.labels ?? {};
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...own, name: `${migratorApp}-${run.release.replaceAll(".", "-")}-${digest}` },
    spec: { backoffLimit: run.retries, template: { metadata: { labels }, spec } },
  };
}
