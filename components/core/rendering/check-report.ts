import type { RefusedError } from "../errors";
import { dataNames, sizeUnit, type DataResource } from "../planning/data-safety";
import type { AdminSpecification } from "../planning/admin/specification";
import type { Specification } from "../planning/config/specification";
import type { DeclaredResource } from "../planning/declared-resource";
import type { Manifest } from "../planning/manifest";
import type { MultiTenantSpecification } from "../planning/multi-tenant/specification";
import type { ReportedAdminPlan } from "./admin/report";
import { dataAtRest } from "./data-at-rest";
import { kubernetesDataAtRest } from "./kubernetes-data-at-rest";
import type { ReportedKubernetesPlan } from "./kubernetes-report";
import type { ReportedMultiTenantPlan } from "./multi-tenant/report";
import type { ReportedPlan } from "./plan-report";
import { facts, type Section } from "./section";

/** What is checked: a plan of any shape and what the program declares for it. */
export type CheckedPlan =
  | Pick<ReportedPlan | ReportedKubernetesPlan, "plan" | "specification" | "resources">
  | (ReportedAdminPlan & { readonly specification: AdminSpecification })
  | (ReportedMultiTenantPlan & { readonly specification: MultiTenantSpecification });

/** Everything that holds data, with the stem of the names of its resources. */
function dataOf({ plan }: CheckedPlan): { readonly resource: DataResource; readonly instance: string }[] {
  const cells = plan.shape === "multi-tenant" ? plan.cells.map((cell) => cell.plan) : [plan];
  return cells.flatMap(({ name, dataResources }) => dataResources.map((resource) => ({ resource, instance: name })));
}

/** What is at rest where, of an instance; reports of other shapes say it by themselves. */
function atRest({ plan, specification }: CheckedPlan): Section[] {
  switch (plan.shape) {
    case "vm":
      return [dataAtRest(plan, specification as Specification, "all")];
    case "kubernetes":
      return [kubernetesDataAtRest(plan, specification as Specification)];
    default:
      return [];
  }
}

/** What a plan was compared with, and what came of it. */
export interface Comparison {
  /** What is deployed; absent when nothing was compared. */
  readonly previous?: Manifest;
  /** Why the change is refused; absent when it is not. */
  readonly refused?: RefusedError;
}

/** The resources of the program that hold a data resource: those of its name that the engine protects. */
function protectionOf({ name, kind }: DataResource, instance: string, resources: readonly DeclaredResource[]): string {
  const declared = kind === "claim" ? dataNames.claim(instance, name) : name;
  const held = resources.filter((resource) => resource.custom && resource.name === declared);
  if (held.length === 0) return "not declared";
  const isSafe = held.some(({ protect, retainOnDelete }) => protect && retainOnDelete);
  return isSafe ? "protected, kept on destroy" : "NOT PROTECTED";
}

function changeOf(resource: DataResource, previous: Manifest | undefined): string {
  if (previous === undefined) return "";
  const before = previous.dataResources.find(({ name }) => name === resource.name);
  if (before === undefined) return "new";
  if (before.sizeGb !== resource.sizeGb)
    return `${before.sizeGb ?? "?"} to ${resource.sizeGb ?? "?"} ${sizeUnit(resource)}`;
  return before.place === resource.place && before.type === resource.type ? "as it is" : "changed";
}

function releaseLine(release: string, previous: Manifest | undefined): [string, string] {
  const same = previous === undefined || previous.release === release;
  return ["release", same ? release : `${previous.release} to ${release}`];
}

function verdict({ plan }: CheckedPlan, { previous, refused }: Comparison): Section {
  return facts("verdict", "Data safety", [
    ...(plan.shape === "admin" ? [] : [releaseLine(plan.release, previous)]),
    [
      "compared with",
      previous === undefined
        ? "nothing; --against MANIFEST.json compares with what is deployed"
        : `what is deployed as ${previous.name}`,
    ],
    [
      "result",
      refused === undefined
        ? previous === undefined
          ? "every data resource is listed below"
          : "no data is lost"
        : "REFUSED",
    ],
  ]);
}

/** The check of a plan as a report: what holds data, how it is protected, and what a change would do to it. */
export function checkSections(reported: CheckedPlan, comparison: Comparison): Section[] {
  const { resources } = reported;
  const { previous, refused } = comparison;
  const data = dataOf(reported);
  const gone = (previous?.dataResources ?? []).filter(
    (before) => !data.some(({ resource }) => resource.name === before.name),
  );
  const row = (resource: DataResource, change: string, protection: string) => [
    resource.name,
    resource.kind,
    resource.sizeGb === undefined
      ? resource.place
      : `${resource.place}, ${resource.sizeGb} ${sizeUnit(resource)} ${resource.type ?? ""}`,
    protection,
    change,
  ];
  return [
    verdict(reported, comparison),
    ...(refused === undefined
      ? []
      : [
          {
            id: "refused",
            title: "Refused",
            columns: [{ title: "what" }, { title: "why" }],
            rows: refused.problems.map(({ path, message }) => [path, message]),
          },
        ]),
    {
      id: "resources",
      title: "Data resources",
      summary: String(data.length),
      columns: [{ title: "name" }, { title: "kind" }, { title: "where" }, { title: "protection" }, { title: "change" }],
      rows: [
        ...data.map(({ resource, instance }) =>
          row(resource, changeOf(resource, previous), protectionOf(resource, instance, resources)),
        ),
        ...gone.map((resource) => row(resource, "REMOVED", "")),
      ],
    },
    ...atRest(reported),
  ];
}
