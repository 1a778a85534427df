import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { RefusedError } from "../../components/core/errors";
import { parseStack } from "../../components/core/planning/config/parse-stack";
import type { KubernetesSpecification } from "../../components/core/planning/config/specified";
import { resourceOf, type PlannedKind } from "../../components/core/planning/kubernetes/cluster-facts";
import type { ClusterFinding } from "../../components/core/planning/kubernetes/cluster-finding";
import { clusterFindings } from "../../components/core/planning/kubernetes/cluster-findings";
import type { KubernetesPlan } from "../../components/core/planning/kubernetes/kubernetes-plan";
import { planKubernetes } from "../../components/core/planning/kubernetes/plan";
import { renderManifests } from "../../components/core/rendering/manifests/manifests";
import type { KubernetesObject } from "../../components/core/rendering/manifests/object";
import type { Section } from "../../components/core/rendering/section";
import { readStackFile } from "../stack-file";
import type { Terminal } from "../terminal";
import { kubectlOf, type ClusterAddress } from "./kubectl";
import { readCluster } from "./read-cluster";

/** A planned deployment that a cluster is asked about. */
export interface CheckedDeployment {
  readonly specification: KubernetesSpecification;
  readonly plan: KubernetesPlan;
  readonly objects: readonly KubernetesObject[];
  /** Stack file, relative to the terminal's folder or absolute. */
  readonly file: string;
}

/** What a cluster said, or why it was not asked at all. */
export type ClusterCheck = { readonly findings: readonly ClusterFinding[] } | { readonly unasked: string };

/** The cluster a stack deploys on, or why it cannot be reached from here. */
function addressOf(
  { cluster }: KubernetesSpecification,
  plan: KubernetesPlan,
  kubeconfig: string | undefined,
): ClusterAddress | { readonly unasked: string } {
  const { existing } = cluster;
  if (plan.cluster !== undefined) return { unasked: "the cluster is made by this very stack" };
  const given = "a kubeconfig that is at hand: sgbox check --cluster --kubeconfig FILE";
  if (kubeconfig === undefined && existing?.stack !== undefined)
    return { unasked: `its kubeconfig is an output of stack ${existing.stack}; give ${given}` };
  if (kubeconfig === undefined && existing?.kubeconfigSecret !== undefined)
    return { unasked: `its kubeconfig is secret ${existing.kubeconfigSecret} of the stack; give ${given}` };
  return {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(existing?.context !== undefined && { context: existing.context }),
  };
}

/** Every kind that is made, rendered or by the component alone. */
function kindsOf(objects: readonly KubernetesObject[], { snapshotClass }: KubernetesPlan): PlannedKind[] {
  const kinds = new Map(
    objects.map(({ apiVersion, kind, metadata }) => [resourceOf(apiVersion, kind), metadata.namespace !== undefined]),
  );
  for (const resource of ["configmaps", "secrets", "jobs.batch"]) kinds.set(resource, true);
  if (snapshotClass !== undefined) kinds.set("volumesnapshots.snapshot.storage.k8s.io", true);
  return [...kinds].map(([resource, namespaced]) => ({ resource, namespaced }));
}

/** Name of the Pulumi project a stack file belongs to; undefined where there is none beside it. */
function projectOf(folder: string): string | undefined {
  try {
    const { name } = parse(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")) as { name?: unknown };
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Asks the cluster whether it takes a deployment. */
export async function checkCluster(
  { specification, plan, objects, file }: CheckedDeployment,
  kubeconfig: string | undefined,
  terminal: Terminal,
): Promise<ClusterCheck> {
  const address = addressOf(specification, plan, kubeconfig);
  if ("unasked" in address) return address;
  const location = path.resolve(terminal.folder, file);
  const kinds = kindsOf(objects, plan);
  const bindings = objects.filter(({ kind }) => kind === "ClusterRoleBinding").map(({ metadata }) => metadata.name);
  const facts = await readCluster(kubectlOf(terminal, address), plan, kinds, bindings);
  if ("unproven" in facts.version) return { unasked: facts.version.unproven };
  const stack = /^Pulumi\.(.+)\.yaml$/.exec(path.basename(location))?.[1];
  const project = projectOf(path.dirname(location));
  return {
    findings: clusterFindings(facts, {
      plan,
      kinds,
      ...(stack !== undefined && { stack }),
      ...(project !== undefined && { project }),
    }),
  };
}

/** What the cluster refuses; undefined when it refuses nothing. */
export function clusterRefusal(check: ClusterCheck): RefusedError | undefined {
  if ("unasked" in check) return undefined;
  const problems = check.findings.flatMap((finding) => finding.problems);
  return problems.length === 0 ? undefined : new RefusedError(problems, "the cluster does not take this deployment");
}

function resultOf({ problems, unproven }: ClusterFinding): string {
  if (problems.length > 0) return "NO";
  return unproven === undefined ? "yes" : `unproven: ${unproven}`;
}

/** The check as a part of a report; what is refused stands in its own section. */
export function clusterSection(check: ClusterCheck): Section {
  const [id, title] = ["cluster", "The cluster"] as const;
  if ("unasked" in check) return { id, title, columns: [], rows: [], notes: [`unproven: ${check.unasked}`] };
  const refused = check.findings.filter(({ problems }) => problems.length > 0);
  const open = check.findings.filter(({ problems, unproven }) => problems.length === 0 && unproven !== undefined);
  return {
    id,
    title,
    summary: `${check.findings.length - refused.length - open.length} of ${check.findings.length} proven`,
    columns: [{ title: "what" }, { title: "result" }],
    rows: check.findings.map((finding) => [finding.what, resultOf(finding)]),
  };
}

/**
 * Asks the cluster of a stack before the engine starts; what stays open is told in one line.
 *
 * @throws InputError, RefusedError when the cluster does not take it
 */
export async function requireCluster(file: string, terminal: Terminal): Promise<void> {
  const { config, files } = readStackFile(file, terminal);
  const specification = parseStack(config, files);
  if (specification.shape !== "kubernetes") return;
  const plan = planKubernetes(specification);
  if (plan.cluster !== undefined) return;
  const check = await checkCluster({ specification, plan, objects: renderManifests(plan), file }, undefined, terminal);
  const refused = clusterRefusal(check);
  if (refused !== undefined) throw refused;
  if ("unasked" in check) terminal.note(`unproven that the cluster takes this deployment: ${check.unasked}`);
  else {
    const open = check.findings.flatMap(({ what, unproven }) =>
      unproven === undefined ? [] : [`${what} (${unproven})`],
    );
    if (open.length > 0) terminal.note(`unproven: ${open.join("; ")}`);
  }
}
