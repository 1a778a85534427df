import type { KubernetesSpecification } from "../config/specified";
import { ingressName, ingressTimeoutSeconds, type IngressParts, type PlannedGceIngress } from "./ingress-parts";

// GKE's Ingress is told by annotations where its custom objects are, and by those what its load balancer does.

function cloudParts(
  { name, cloud, access }: KubernetesSpecification,
  external: boolean,
  secured: boolean,
): Pick<PlannedGceIngress, "staticAddress" | "securityPolicy" | "sslPolicy"> {
  if (cloud !== "gcp" || !external) return {};
  const made = `${name}-ingress`;
  return {
    staticAddress: made,
    ...(!access.allowedCidrs.includes("0.0.0.0/0") && { securityPolicy: made }),
    ...(secured && { sslPolicy: made }),
  };
}

/** What GKE's controller is told. */
export function gcePlan(specification: KubernetesSpecification, secured: boolean): IngressParts {
  const { tls, access, kubernetes } = specification;
  const { internal, className, issuer, tlsSecret } = kubernetes.ingress;
  const external = !internal && className !== "gce-internal";
  const managed = tls.mode === "load-balancer" && issuer === undefined && tlsSecret === undefined;
  const gce: PlannedGceIngress = {
    timeoutSeconds: ingressTimeoutSeconds,
    healthPath: "/ready",
    healthPort: 6060,
    ...(managed && { managedCertificate: ingressName }),
    redirectToHttps: secured && external,
    ...cloudParts(specification, external, secured),
  };
  const filtered = access.allowedCidrs.length === 0 || access.allowedCidrs.includes("0.0.0.0/0");
  return {
    annotations: {
      // GKE reads the class from the annotation only.
      "kubernetes.io/ingress.class": external ? "gce" : "gce-internal",
      ...(gce.staticAddress !== undefined && { "kubernetes.io/ingress.global-static-ip-name": gce.staticAddress }),
      ...(managed && { "networking.gke.io/managed-certificates": ingressName }),
      ...((gce.redirectToHttps || gce.sslPolicy !== undefined) && {
        "networking.gke.io/v1beta1.FrontendConfig": ingressName,
      }),
      ...(secured && !external && { "kubernetes.io/ingress.allow-http": "false" }),
    },
    serviceAnnotations: {
      "cloud.google.com/neg": JSON.stringify({ ingress: true }),
      "cloud.google.com/backend-config": JSON.stringify({ default: ingressName }),
    },
    gce,
    notices:
      filtered || gce.securityPolicy !== undefined
        ? []
        : [
            "'access.allowedCidrs' is not enforced by this load balancer: restrict it by firewall rules of the network, or by a Cloud Armor policy",
          ],
  };
}
