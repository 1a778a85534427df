import type { KubernetesSpecification } from "../config/specified";

/** Name of the Ingress and of what stands beside it: the vendor's. */
export const ingressName = "sourcegraph-frontend";

/** Streams of searches and answers stay open this long, seconds; the load balancers' own defaults cut them off. */
export const ingressTimeoutSeconds = 600;

/** Health check, time-out, certificate and filters of GKE's load balancer. */
export interface PlannedGceIngress {
  /** Longest answer, seconds. */
  readonly timeoutSeconds: number;
  /** Path that is asked. */
  readonly healthPath: string;
  /** Port of the pods that is asked. */
  readonly healthPort: number;
  /** Name of the managed certificate that is made; absent with one of another kind. */
  readonly managedCertificate?: string;
  /** Whether plain HTTP is answered by a redirect. */
  readonly redirectToHttps: boolean;
  /** Name of the global address the stack makes; absent where the cloud is not ours, and inside a network. */
  readonly staticAddress?: string;
  /** Name of the Cloud Armor policy the stack makes, which lets `access.allowedCidrs` in only. */
  readonly securityPolicy?: string;
  /** Name of the SSL policy the stack makes, which asks for TLS 1.2. */
  readonly sslPolicy?: string;
}

/** The Ingress in front of the frontends, and what its controller needs beside it. */
export interface PlannedIngress {
  /** Name of the object. */
  readonly name: typeof ingressName;
  /** Class; absent where an annotation names it, as GKE wants it. */
  readonly className?: string;
  /** Annotations of the object. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Host name, and that of its certificate; absent: any. */
  readonly host?: string;
  /** It takes calls for any host; the host name is that of its certificate alone. */
  readonly anyHost?: true;
  /** TLS Secret; absent where the cloud's load balancer has the certificate. */
  readonly tlsSecret?: string;
  /** AWS: the stack has a certificate issued, which the controller finds by the host name. */
  readonly findsCertificate?: true;
  /** EKS Auto Mode: the class has to be made, too, because no controller brings it. */
  readonly makesClass?: {
    /** Name of the class. */
    readonly name: string;
    /** Who reaches its load balancers. */
    readonly scheme: "internal" | "internet-facing";
  };
  /** Annotations of the Service behind it. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  /** GKE: health check and time-out of the backend, and redirect to HTTPS, as custom objects. */
  readonly gce?: PlannedGceIngress;
  /** What the class leaves to whoever runs its controller. */
  readonly notices: readonly string[];
}

/** What a kind of controller is told. */
export type IngressParts = Omit<PlannedIngress, "name" | "host" | "anyHost" | "tlsSecret">;

/** Whether an ingress class is one whose load balancer is the cloud's, with a controller on every cluster that is made here. */
export function isOfCloud(className: string): boolean {
  return className === "alb" || className === "gce" || className === "gce-internal";
}

/** Whether users reach the Ingress by HTTPS. */
export function isSecured({ tls, kubernetes: { ingress } }: KubernetesSpecification): boolean {
  return tls.mode !== "none" || ingress.issuer !== undefined || ingress.tlsSecret !== undefined;
}
