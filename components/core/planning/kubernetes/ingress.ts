/** The Ingress in front of the frontends, and what its controller needs beside it. */
export interface PlannedIngress {
  /** Name of the object. */
  readonly name: "sourcegraph-frontend";
  readonly className?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Host name; absent: any. */
  readonly host?: string;
  /** TLS Secret; absent where the cloud's load balancer has the certificate. */
  readonly tlsSecret?: string;
  /** Annotations of the Service behind it. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  /** GKE: health check and time-out of the backend, and redirect to HTTPS, as custom objects. */
  readonly gce?: {
    readonly timeoutSeconds: number;
    readonly healthPath: string;
    readonly healthPort: number;
    /** Name of the managed certificate that is made; absent with one of another kind. */
    readonly managedCertificate?: string;
    readonly redirectToHttps: boolean;
  };
}
