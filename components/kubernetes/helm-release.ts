import { Release } from "@pulumi/kubernetes/helm/v3";
import type * as pulumi from "@pulumi/pulumi";
import { chartName, chartReads } from "../core/product/kubernetes/chart";
import { databaseStartMinutes } from "../core/planning/kubernetes/rollout";
import { checksums, putValues, type HelmValues } from "../core/rendering/helm/values";
import { childOptions, type KubernetesScope } from "./scope";
import { secretsChecksum, type SecretTexts } from "./values";

/** Revisions of the release that Helm keeps; each is a Secret in the namespace. */
const keptRevisions = 10;

/** The values with what only the program knows: the annotations of accounts, and what rolls pods when a secret changes. */
function completed(
  values: HelmValues,
  { decision, args }: KubernetesScope,
  texts: Readonly<Record<string, SecretTexts>>,
  key: pulumi.Output<string>,
): Record<string, unknown> {
  const all: Record<string, unknown> = structuredClone(values);
  for (const workload of decision.plan.workloads) {
    const checksum = secretsChecksum(workload, texts, key);
    if (checksum !== undefined)
      putValues(all, `${workload.valuesKey}.podAnnotations`, { [checksums.secrets]: checksum });
    const annotations = args.accountAnnotations?.[workload.serviceAccount.name];
    if (annotations !== undefined) putValues(all, `${workload.valuesKey}.serviceAccount.annotations`, annotations);
  }
  return all;
}

/** The values that stay as they were deployed first: the sizes in the templates of StatefulSets' claims, which never change. */
function templateSizes({ decision }: KubernetesScope): string[] {
  return decision.plan.workloads
    .filter(({ claims }) => claims.some(({ kind }) => kind === "template"))
    .map(({ valuesKey }) => `values.${valuesKey}.storageSize`);
}

/** The release of the vendor's chart, after everything it finds in the namespace. */
export function declareRelease(
  scope: KubernetesScope,
  values: HelmValues,
  texts: Readonly<Record<string, SecretTexts>>,
  key: pulumi.Output<string>,
  dependsOn: pulumi.Resource[],
): Release {
  const { decision, names } = scope;
  const { plan, transition } = decision;
  return new Release(
    names.release,
    {
      chart: chartName,
      repositoryOpts: { repo: plan.chartRepository },
      // The chart's version is the release's, exactly: "newest" would be an upgrade that nothing has checked.
      version: plan.release,
      // Also in the labels that pods are selected by.
      name: plan.helmRelease,
      // The namespace is the program's, with its labels, and outlives the release.
      namespace: plan.namespace.name,
      createNamespace: false,
      values: completed(values, scope, texts, key),
      // Values are these and the chart's own, never some of an earlier revision.
      resetValues: true,
      reuseValues: false,
      // Ready means that every pod is, within the time that the databases or the upgrade may take.
      skipAwait: false,
      timeout: Math.max(transition.startMinutes, databaseStartMinutes) * 60,
      // Going back by itself would start an older release on schemas that the migrator has brought on.
      atomic: false,
      // What a failed upgrade has laid down is looked at, and taken up by the next one.
      cleanupOnFail: false,
      // Objects that cannot change are an error here, never deleted and made anew.
      forceUpdate: false,
      // What is another's in the namespace stays another's; what a hand-over has labelled is taken over all the same.
      takeOwnership: false,
      maxHistory: keptRevisions,
    },
    childOptions(scope, {
      dependsOn,
      ignoreChanges: templateSizes(scope),
      // Uninstalled by Helm, charts that cannot keep their claims would delete them.
      ...(!chartReads("storageAnnotations", plan.release) && { retainOnDelete: true }),
    }),
  );
}
