import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { clusterMetadata, metadata } from "./labels";
import type { KubernetesObject } from "./object";

// What a cluster's admins make: a quota, and policies that refuse what the namespace may not have.

const group = "admissionregistration.k8s.io";

/** What is looked at when it is made or changed. */
interface Looked {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
}

/** A policy with its binding. It refuses, also while it cannot be asked. */
function policyObjects(
  plan: KubernetesPlan,
  own: string,
  looked: Looked,
  validations: readonly { readonly expression: string; readonly message: string }[],
  bound: object,
): KubernetesObject[] {
  const name = `${plan.namespace.name}-${own}`;
  const about = clusterMetadata(plan, { name, component: "restrictions" });
  const rules = [{ ...looked, apiVersions: ["*"], operations: ["CREATE", "UPDATE"] }];
  return [
    {
      apiVersion: `${group}/v1`,
      kind: "ValidatingAdmissionPolicy",
      metadata: about,
      spec: { failurePolicy: "Fail", matchConstraints: { resourceRules: rules }, validations },
    },
    {
      apiVersion: `${group}/v1`,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: about,
      spec: { policyName: name, validationActions: ["Deny"], ...bound },
    },
  ];
}

const readOnly = (list: string): string =>
  `${list}.all(c, has(c.securityContext) && has(c.securityContext.readOnlyRootFilesystem) && c.securityContext.readOnlyRootFilesystem)`;

function rootPolicy(plan: KubernetesPlan): KubernetesObject[] {
  const { name } = plan.namespace;
  const message = `containers of namespace ${name} must not write to their root: set readOnlyRootFilesystem`;
  return policyObjects(
    plan,
    "read-only-roots",
    { apiGroups: [""], resources: ["pods"] },
    [
      { expression: readOnly("object.spec.containers"), message },
      {
        expression: `!has(object.spec.initContainers) || ${readOnly("object.spec.initContainers")}`,
        message,
      },
    ],
    { matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } } },
  );
}

function rolePolicy(plan: KubernetesPlan): KubernetesObject[] {
  const { name } = plan.namespace;
  const isOfNamespace = `(has(s.namespace) && s.namespace == "${name}") || s.name == "system:serviceaccounts:${name}"`;
  return policyObjects(
    plan,
    "no-cluster-roles",
    { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterrolebindings"] },
    [
      {
        expression: `!has(object.subjects) || !object.subjects.exists(s, ${isOfNamespace})`,
        message: `accounts of namespace ${name} must not have cluster roles`,
      },
    ],
    {},
  );
}

/** Objects that restrict the namespace as the customer's admins do. */
export function restrictionObjects(plan: KubernetesPlan): KubernetesObject[] {
  const { restrictions } = plan;
  if (restrictions === undefined) return [];
  const { quota, readOnlyRoots, deniesClusterRoles } = restrictions;
  return [
    ...(quota === undefined
      ? []
      : [
          {
            apiVersion: "v1",
            kind: "ResourceQuota",
            metadata: metadata(plan, { name: "restrictions", component: "restrictions" }),
            spec: { hard: quota },
          },
        ]),
    ...(readOnlyRoots ? rootPolicy(plan) : []),
    ...(deniesClusterRoles ? rolePolicy(plan) : []),
  ];
}
