import type { Problem } from "../../errors";
import type { ClaimFact, ClusterFacts, WorkloadFact } from "./cluster-facts";
import { found, listed, type ClusterFinding, type ClusterQuestion } from "./cluster-finding";
import type { KubernetesPlan } from "./kubernetes-plan";

// What is in the namespace already: another instance, an installation to take over, claims with data.

const levels: readonly string[] = ["privileged", "baseline", "restricted"];

function namespaceFinding(
  { namespace }: ClusterFacts,
  { namespace: planned, profile }: KubernetesPlan,
): ClusterFinding {
  const { name, create, podSecurityLevel } = planned;
  const path = "kubernetes.namespace";
  return found(`namespace ${name} ${create ? "can be made" : "is there"}`, namespace, (there) => {
    if (there?.ending === true)
      return [{ path, message: `is "${name}", which is being deleted; wait until it is gone, or name another` }];
    if (create) return [];
    if (there === undefined)
      return [
        {
          path,
          message: `is "${name}", which does not exist; ${profile === "restricted" ? "have the cluster's admins make it" : "make it, or have it made by 'kubernetes.createNamespace' true"}`,
        },
      ];
    if (levels.indexOf(there.enforces ?? "privileged") <= levels.indexOf(podSecurityLevel)) return [];
    return [
      {
        path,
        message: `is "${name}", which enforces pod security level ${there.enforces}, and the pods need ${podSecurityLevel}; have its label changed, or set 'kubernetes.profile' restricted`,
      },
    ];
  });
}

/** The mark is `ORGANIZATION/PROJECT/STACK/INSTANCE`; the organization is known to the engine alone. */
function ownerFinding({ owner }: ClusterFacts, { plan, stack, project }: ClusterQuestion): ClusterFinding {
  const { name } = plan.namespace;
  return found(`namespace ${name} holds no other instance`, owner, (mark) => {
    if (mark === undefined) return [];
    const [, markedProject, markedStack, instance] = mark.split("/");
    const own =
      instance === plan.name &&
      (stack === undefined || markedStack === stack) &&
      (project === undefined || markedProject === project);
    if (own) return [];
    return [
      {
        path: "kubernetes.namespace",
        message: `is "${name}", which belongs to instance ${mark}; a namespace holds one instance: name another`,
      },
    ];
  });
}

function bindingFinding({ bindings }: ClusterFacts, { namespace }: KubernetesPlan): ClusterFinding {
  return found("no other instance has its cluster role bindings", bindings, (there) =>
    there.flatMap(({ name, namespaces }): Problem[] => {
      const others = namespaces.filter((each) => each !== namespace.name);
      if (others.length === 0) return [];
      return [
        {
          path: "kubernetes.profile",
          message: `makes cluster role binding "${name}", which belongs to namespace ${listed(others)} and would be taken from it; set it to restricted, which makes none`,
        },
      ];
    }),
  );
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

const instanceLabel = "app.kubernetes.io/instance";

/** Objects that are there under the planned names can be taken over when their pods are selected in the same way. */
function takeoverFinding({ workloads }: ClusterFacts, plan: KubernetesPlan): ClusterFinding {
  return found("what is there can be taken over", workloads, (there) => {
    const pairs = plan.workloads.flatMap((planned) => {
      const live = there.find(({ kind, name }) => kind === planned.kind && name === planned.name);
      return live === undefined ? [] : [{ planned, live }];
    });
    const other = pairs.find(({ planned, live }) => !sameLabels(planned.selector, live.selector));
    if (other !== undefined) return [selectorProblem(other.live, plan)];
    const notHelms = plan.via === "helm" ? pairs.find(({ live }) => live.helmRelease !== plan.helmRelease) : undefined;
    if (notHelms === undefined) return [];
    const { name, helmRelease } = notHelms.live;
    return [
      {
        path: "kubernetes.via",
        message: `is helm, but ${name} ${helmRelease === undefined ? "was not laid down by Helm" : `belongs to Helm release ${helmRelease}`}, and Helm takes over nothing that does not name release ${plan.helmRelease}; first update with 'kubernetes.via' native and 'kubernetes.handOver' true`,
      },
    ];
  });
}

function selectorProblem({ kind, name, selector }: WorkloadFact, { helmRelease }: KubernetesPlan): Problem {
  const release = selector[instanceLabel];
  const path = "kubernetes.helmRelease";
  if (release !== undefined && release !== helmRelease)
    return {
      path,
      message: `is "${helmRelease}", but the pods of ${kind} ${name} are selected as those of release ${release}, which never changes; set it to ${release} to take the instance over, or name another 'kubernetes.namespace'`,
    };
  return {
    path: "kubernetes.namespace",
    message: `holds ${kind} ${name}, whose pods are selected by ${listed(Object.entries(selector).map((pair) => pair.join("=")))}, which never changes; name another namespace, or delete the ${kind} and keep its claims`,
  };
}

/** What becomes of a claim that is there: it may grow where its class lets it, and nothing else. */
function claimProblems(
  live: ClaimFact,
  planned: { readonly sizeGib: number; readonly storageClass?: string },
  expandable: (storageClass: string | undefined) => boolean | undefined,
): Problem[] {
  const { name, sizeGib, storageClass } = live;
  if (planned.storageClass !== undefined && storageClass !== undefined && planned.storageClass !== storageClass)
    return [
      {
        path: "kubernetes.storageClass.name",
        message: `is "${planned.storageClass}", but claim ${name} has class ${storageClass}, which never changes; keep ${storageClass}, or move the data by backup and restore`,
      },
    ];
  if (planned.sizeGib < sizeGib)
    return [
      {
        path: "size",
        message: `gives claim ${name} ${planned.sizeGib} GiB, which has ${sizeGib} and cannot shrink; keep at least ${sizeGib} by 'overrides'`,
      },
    ];
  if (planned.sizeGib === sizeGib || expandable(storageClass) !== false) return [];
  return [
    {
      path: "kubernetes.storageClass",
      message: `${storageClass} does not let its volumes grow, and claim ${name} would go from ${sizeGib} to ${planned.sizeGib} GiB; have the cluster's admins set allowVolumeExpansion, or keep the size`,
    },
  ];
}

function claimsFinding({ claims, storageClasses }: ClusterFacts, { workloads }: KubernetesPlan): ClusterFinding {
  const what = "claims that are there stay as they are, or grow";
  const expandable = (name: string | undefined): boolean | undefined =>
    "known" in storageClasses ? storageClasses.known.find((each) => each.name === name)?.expandable : undefined;
  const planned = workloads.flatMap((workload) => workload.claims);
  const finding = found(what, claims, (there) =>
    planned.flatMap((claim) =>
      there
        .filter(({ name }) => claim.objects.includes(name))
        .flatMap((live) => claimProblems(live, claim, expandable)),
    ),
  );
  const grows =
    "known" in claims &&
    planned.some((claim) =>
      claims.known.some(({ name, sizeGib }) => claim.objects.includes(name) && sizeGib < claim.sizeGib),
    );
  if (grows && "unproven" in storageClasses && finding.problems.length === 0)
    return { ...finding, unproven: storageClasses.unproven };
  return finding;
}

/** What the namespace holds, and what is the cluster's but belongs to an instance. */
export function instanceFindings(facts: ClusterFacts, question: ClusterQuestion): ClusterFinding[] {
  const { plan } = question;
  return [
    namespaceFinding(facts, plan),
    ownerFinding(facts, question),
    takeoverFinding(facts, plan),
    claimsFinding(facts, plan),
    ...(question.kinds.some(({ resource }) => resource.startsWith("clusterrolebindings."))
      ? [bindingFinding(facts, plan)]
      : []),
  ];
}
