import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { metadata } from "./labels";
import type { KubernetesObject } from "./object";

/** GKE's own objects about the load balancer: of the backend, of what users see, and of the certificate. */
export function gceObjects(plan: KubernetesPlan): KubernetesObject[] {
  const { name, host, gce } = plan.ingress ?? {};
  if (gce === undefined || name === undefined) return [];
  const { timeoutSeconds, healthPath, healthPort, managedCertificate, redirectToHttps, securityPolicy, sslPolicy } =
    gce;
  const about = metadata(plan, { name, component: "frontend" });
  const objects: KubernetesObject[] = [
    {
      apiVersion: "cloud.google.com/v1",
      kind: "BackendConfig",
      metadata: about,
      spec: {
        timeoutSec: timeoutSeconds,
        healthCheck: { type: "HTTP", requestPath: healthPath, port: healthPort, checkIntervalSec: 5 },
        ...(securityPolicy !== undefined && { securityPolicy: { name: securityPolicy } }),
      },
    },
  ];
  if (redirectToHttps || sslPolicy !== undefined)
    objects.push({
      apiVersion: "networking.gke.io/v1beta1",
      kind: "FrontendConfig",
      metadata: about,
      spec: {
        ...(redirectToHttps && { redirectToHttps: { enabled: true } }),
        ...(sslPolicy !== undefined && { sslPolicy }),
      },
    });
  if (managedCertificate !== undefined && host !== undefined)
    objects.push({
      apiVersion: "networking.gke.io/v1",
      kind: "ManagedCertificate",
      metadata: metadata(plan, { name: managedCertificate, component: "frontend" }),
      spec: { domains: [host] },
    });
  return objects;
}
