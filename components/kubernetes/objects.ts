import * as admission from "@pulumi/kubernetes/admissionregistration/v1";
import * as customResource from "@pulumi/kubernetes/apiextensions/customResource";
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as scheduling from "@pulumi/kubernetes/scheduling/v1";
import * as storage from "@pulumi/kubernetes/storage/v1";
import type * as pulumi from "@pulumi/pulumi";

type ResourceClass = new (name: string, args: never, opts?: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** The typed class of each kind; asked for one by one, since the SDK loads each when it is named. */
const classes: Readonly<Record<string, () => ResourceClass>> = {
  "v1 ConfigMap": () => core.ConfigMap,
  "v1 Namespace": () => core.Namespace,
  "v1 PersistentVolumeClaim": () => core.PersistentVolumeClaim,
  "v1 ResourceQuota": () => core.ResourceQuota,
  "v1 Secret": () => core.Secret,
  "v1 Service": () => core.Service,
  "v1 ServiceAccount": () => core.ServiceAccount,
  "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy": () => admission.ValidatingAdmissionPolicy,
  "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding": () => admission.ValidatingAdmissionPolicyBinding,
  "apps/v1 DaemonSet": () => apps.DaemonSet,
  "apps/v1 Deployment": () => apps.Deployment,
  "apps/v1 StatefulSet": () => apps.StatefulSet,
  "autoscaling/v2 HorizontalPodAutoscaler": () => autoscaling.HorizontalPodAutoscaler,
  "batch/v1 Job": () => batch.Job,
  "networking.k8s.io/v1 Ingress": () => networking.Ingress,
  "networking.k8s.io/v1 NetworkPolicy": () => networking.NetworkPolicy,
  "policy/v1 PodDisruptionBudget": () => policy.PodDisruptionBudget,
  "rbac.authorization.k8s.io/v1 ClusterRole": () => rbac.ClusterRole,
  "rbac.authorization.k8s.io/v1 ClusterRoleBinding": () => rbac.ClusterRoleBinding,
  "rbac.authorization.k8s.io/v1 Role": () => rbac.Role,
  "rbac.authorization.k8s.io/v1 RoleBinding": () => rbac.RoleBinding,
  "scheduling.k8s.io/v1 PriorityClass": () => scheduling.PriorityClass,
  "storage.k8s.io/v1 StorageClass": () => storage.StorageClass,
};

/** An object as it is declared: as it was rendered, with what is known only now. */
export interface DeclaredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** One resource for one object: of its typed class, or a custom resource for kinds that Kubernetes itself does not have. */
export function declareObject(
  name: string,
  object: DeclaredObject,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const find = classes[`${object.apiVersion} ${object.kind}`] ?? (() => customResource.CustomResource);
  const Class = find();
  return new Class(name, object as never, opts);
}
