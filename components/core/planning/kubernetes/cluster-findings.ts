import type { Problem } from "../../errors";
import { capacityFindings } from "./cluster-capacity";
import type { ClusterFacts } from "./cluster-facts";
import { found, listed, type ClusterFinding, type ClusterQuestion } from "./cluster-finding";
import { instanceFindings } from "./cluster-instance";
import { clusterVersions } from "./cluster-versions";
import type { KubernetesPlan } from "./kubernetes-plan";

const marked = (classes: readonly { readonly name: string; readonly isDefault: boolean }[]): string =>
  listed(classes.map(({ name, isDefault }) => (isDefault ? `${name} (default)` : name)));

function versionFinding({ version }: ClusterFacts): ClusterFinding {
  const [oldest = "", newest = ""] = [clusterVersions[0], clusterVersions.at(-1)];
  const what = `its version is ${oldest} or newer`;
  const minor = (text: string) => Number(/^v?1\.(\d+)/.exec(text)?.[1]);
  if ("known" in version && minor(version.known) > minor(newest))
    return { what, problems: [], unproven: `it runs ${version.known}, and ${newest} is the newest known here` };
  return found(what, version, (running) =>
    minor(running) >= minor(oldest)
      ? []
      : [
          {
            path: "cluster.existing",
            message: `runs Kubernetes ${running}, and the oldest that is supported is ${oldest}; upgrade the cluster first`,
          },
        ],
  );
}

function ingressFinding(
  { ingressClasses }: ClusterFacts,
  { className }: { readonly className?: string },
): ClusterFinding {
  const path = "kubernetes.ingress.className";
  return found(
    className === undefined ? "it has a default ingress class" : `it has ingress class ${className}`,
    ingressClasses,
    (classes) => {
      const has = `the cluster has: ${marked(classes)}`;
      const defaults = classes.filter(({ isDefault }) => isDefault).length;
      if (className === undefined && defaults === 0)
        return [
          { path, message: `is missing, and no class is the default one; ${has}; name one, or install a controller` },
        ];
      if (className === undefined && defaults > 1)
        return [{ path, message: `is missing, and ${defaults} classes are the default one; ${has}; name one` }];
      if (className === undefined || classes.some(({ name }) => name === className)) return [];
      return [
        { path, message: `is "${className}", which does not exist; ${has}; name one, or install its controller` },
      ];
    },
  );
}

/** Classes that the claims name, and the one that is made. */
function storageFindings(
  { storageClasses }: ClusterFacts,
  { workloads, storageClass }: KubernetesPlan,
): ClusterFinding[] {
  const path = "kubernetes.storageClass.name";
  const wanted = new Set(workloads.flatMap(({ claims }) => claims).map((claim) => claim.storageClass));
  return [...wanted].map((name) => {
    if (name === undefined)
      return found("it has a default storage class", storageClasses, (classes) =>
        classes.some(({ isDefault }) => isDefault)
          ? []
          : [
              {
                path,
                message: `is missing, and no class is the default one; the cluster has: ${marked(classes)}; name one, or have one made by 'kubernetes.storageClass.create'`,
              },
            ],
      );
    if (name === storageClass?.name)
      return found(`storage class ${name} can be made`, storageClasses, (classes) =>
        classes
          .filter((each) => each.name === name && each.provisioner !== storageClass.provisioner)
          .map(({ provisioner }) => ({
            path,
            message: `is "${name}", which exists with provisioner ${provisioner} and not ${storageClass.provisioner}, and a class never changes; choose another name, or take it as it is by 'kubernetes.storageClass.create' false`,
          })),
      );
    return found(`it has storage class ${name}`, storageClasses, (classes) =>
      classes.some((each) => each.name === name)
        ? []
        : [
            {
              path,
              message: `is "${name}", which does not exist; the cluster has: ${marked(classes)}; name one, or have it made by 'kubernetes.storageClass.create'`,
            },
          ],
    );
  });
}

function snapshotFindings({ snapshotClasses }: ClusterFacts, { snapshotClass }: KubernetesPlan): ClusterFinding[] {
  if (snapshotClass === undefined) return [];
  return [
    found(`it has volume snapshot class ${snapshotClass}`, snapshotClasses, (names) =>
      names.includes(snapshotClass)
        ? []
        : [
            {
              path: "kubernetes.snapshotClass",
              message: `is "${snapshotClass}", which does not exist; the cluster has: ${listed(names)}; name one, or leave it out`,
            },
          ],
    ),
  ];
}

function priorityFindings(
  { priorityClasses }: ClusterFacts,
  { workloads, priorityClass }: KubernetesPlan,
): ClusterFinding[] {
  const path = "kubernetes.priorityClass";
  const wanted = new Set(workloads.flatMap((workload) => workload.priorityClass ?? []));
  return [...wanted].map((name) => {
    if (name === priorityClass?.name)
      return found(`priority class ${name} can be made`, priorityClasses, (classes) =>
        classes
          .filter((each) => each.name === name && each.value !== priorityClass.value)
          .map(({ value }) => ({
            path: `${path}.value`,
            message: `is ${priorityClass.value}, but "${name}" exists with ${value}, and a class never changes; choose another name, or take it as it is by '${path}.create' false`,
          })),
      );
    return found(`it has priority class ${name}`, priorityClasses, (classes) =>
      classes.some((each) => each.name === name)
        ? []
        : [
            {
              path: `${path}.name`,
              message: `is "${name}", which does not exist; the cluster has: ${listed(classes.map((each) => each.name))}; name one, or have it made by '${path}.create'`,
            },
          ],
    );
  });
}

function issuerFindings({ issuer }: ClusterFacts, { ingress }: KubernetesPlan): ClusterFinding[] {
  const named = issuerOf(ingress?.annotations ?? {});
  if (named === undefined) return [];
  return [
    found(`it has ${named.kind} ${named.name} of cert-manager`, issuer, (there) =>
      there
        ? []
        : [
            {
              path: "kubernetes.ingress.issuer",
              message: `is ${named.kind} "${named.name}", which does not exist; install cert-manager and make it, or name one that is there`,
            },
          ],
    ),
  ];
}

/** The issuer of certificates that an Ingress names; undefined without one. */
export function issuerOf(
  annotations: Readonly<Record<string, string>>,
): { readonly kind: "Issuer" | "ClusterIssuer"; readonly name: string } | undefined {
  const [own, ofCluster] = [annotations["cert-manager.io/issuer"], annotations["cert-manager.io/cluster-issuer"]];
  if (own !== undefined) return { kind: "Issuer", name: own };
  return ofCluster === undefined ? undefined : { kind: "ClusterIssuer", name: ofCluster };
}

function kindFindings({ kinds: known, rights }: ClusterFacts, { kinds, plan }: ClusterQuestion): ClusterFinding[] {
  const advice =
    plan.profile === "restricted"
      ? ""
      : ", or set 'kubernetes.profile' restricted, which makes nothing of the whole cluster";
  return [
    found("it knows every kind of object that is made", known, (names) => {
      const missing = kinds.map(({ resource }) => resource).filter((resource) => !names.includes(resource));
      if (missing.length === 0) return [];
      return [
        {
          path: "cluster.existing",
          message: `does not know ${listed(missing)}; install what brings them, or leave out what needs them`,
        },
      ];
    }),
    found("it lets you make and change them", rights, (asked) => {
      const refused = asked.filter(({ allowed }) => !allowed);
      if (refused.length === 0) return [];
      const resources = [...new Set(refused.map(({ resource }) => resource))].map((resource) => {
        const verbs = refused.filter((right) => right.resource === resource).map(({ verb }) => verb);
        return `${resource} (${verbs.join(", ")})`;
      });
      const namespaced = kinds.filter((kind) => kind.namespaced).map(({ resource }) => resource);
      const ofCluster = refused.some(({ resource }) => !namespaced.includes(resource));
      return [
        {
          path: "cluster.existing",
          message: `does not let you make ${resources.join(", ")}; have its admins grant that${ofCluster ? advice : ""}`,
        },
      ];
    }),
  ];
}

/**
 * What the cluster says to a plan. Pure: facts in, findings out.
 *
 * @returns every question, also those that are answered well, in the order they are shown
 */
export function clusterFindings(facts: ClusterFacts, question: ClusterQuestion): ClusterFinding[] {
  const { plan } = question;
  return [
    versionFinding(facts),
    ...kindFindings(facts, question),
    ...instanceFindings(facts, question),
    ...(plan.ingress === undefined ? [] : [ingressFinding(facts, plan.ingress)]),
    ...issuerFindings(facts, plan),
    ...storageFindings(facts, plan),
    ...snapshotFindings(facts, plan),
    ...priorityFindings(facts, plan),
    ...capacityFindings(facts, plan),
    ...(plan.networkPolicies.length === 0
      ? []
      : [{ what: "its network enforces network policies", problems: [], unproven: "no cluster tells" }]),
  ];
}

/** Everything a cluster has against a plan. */
export function clusterProblems(facts: ClusterFacts, question: ClusterQuestion): Problem[] {
  return clusterFindings(facts, question).flatMap(({ problems }) => problems);
}
