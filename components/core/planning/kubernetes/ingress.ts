import { InputError, type Problem } from "../../errors";
import type { KubernetesSpecification } from "../config/specified";
import type { KubernetesContext } from "./context";
import { gcePlan } from "./ingress-gce";
import { ingressName, ingressTimeoutSeconds, isSecured, type IngressParts, type PlannedIngress } from "./ingress-parts";
import { certificateSecret } from "./secret-names";

export type * from "./ingress-parts";

/** Largest upload of a code graph index, as the vendor's chart has it. */
const largestUpload = "150m";

function albParts(specification: KubernetesSpecification): IngressParts {
  const { tls, access, tags, cluster, kubernetes } = specification;
  const prefix = "alb.ingress.kubernetes.io/";
  const secured = isSecured(specification);
  const scheme = kubernetes.ingress.internal ? "internal" : "internet-facing";
  const values: Record<string, string> = {
    scheme,
    "target-type": "ip",
    "healthcheck-path": "/healthz",
    "listen-ports": JSON.stringify([{ HTTP: 80 }, ...(secured ? [{ HTTPS: 443 }] : [])]),
    "load-balancer-attributes": [
      `idle_timeout.timeout_seconds=${ingressTimeoutSeconds}`,
      "routing.http.drop_invalid_header_fields.enabled=true",
    ].join(),
  };
  if (secured) {
    values["ssl-redirect"] = "443";
    values["ssl-policy"] = "ELBSecurityPolicy-TLS13-1-2-2021-06";
  }
  if (tls.certificateArn !== undefined) values["certificate-arn"] = tls.certificateArn;
  if (access.allowedCidrs.length > 0) values["inbound-cidrs"] = access.allowedCidrs.join();
  if (Object.keys(tags).length > 0)
    values["tags"] = Object.entries(tags)
      .map(([key, value]) => `${key}=${value}`)
      .join();
  const issued = tls.mode === "load-balancer" && tls.certificateArn === undefined && specification.cloud === "aws";
  const className = kubernetes.ingress.className ?? "alb";
  return {
    className,
    annotations: Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value])),
    serviceAnnotations: {},
    ...(issued && { findsCertificate: true as const }),
    ...(cluster.autoMode && kubernetes.profile !== "restricted" && { makesClass: { name: className, scheme } }),
    notices: [],
  };
}

function nginxParts({ access, kubernetes }: KubernetesSpecification): IngressParts {
  const prefix = "nginx.ingress.kubernetes.io/";
  const seconds = String(ingressTimeoutSeconds);
  const values: Record<string, string> = {
    "proxy-body-size": largestUpload,
    "proxy-read-timeout": seconds,
    "proxy-send-timeout": seconds,
    "proxy-buffering": "off",
  };
  if (access.allowedCidrs.length > 0) values["whitelist-source-range"] = access.allowedCidrs.join();
  const { className, internal } = kubernetes.ingress;
  return {
    className,
    annotations: Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value])),
    serviceAnnotations: {},
    notices: internal
      ? [
          `'kubernetes.ingress.internal': whether class ${className} is reached from inside only is up to its controller`,
        ]
      : [],
  };
}

function openshiftParts({ access, kubernetes }: KubernetesSpecification): IngressParts {
  const prefix = "haproxy.router.openshift.io/";
  return {
    className: kubernetes.ingress.className,
    annotations: {
      [`${prefix}timeout`]: `${ingressTimeoutSeconds}s`,
      ...(access.allowedCidrs.length > 0 && { [`${prefix}ip_whitelist`]: access.allowedCidrs.join(" ") }),
    },
    serviceAnnotations: {},
    notices: [],
  };
}

function otherParts({ access, kubernetes }: KubernetesSpecification): IngressParts {
  const { className = "", controllerNamespace } = kubernetes.ingress;
  return {
    className: kubernetes.ingress.className,
    annotations: {},
    serviceAnnotations: {},
    notices: [
      `ingress class ${className} is not known here: by 'kubernetes.ingress.annotations' have it keep streams open for ${ingressTimeoutSeconds} s, take uploads of ${largestUpload}, and buffer no answers`,
      ...(access.allowedCidrs.length > 0
        ? [`ingress class ${className} is not told of 'access.allowedCidrs': restrict it by its own annotations`]
        : []),
      ...(kubernetes.networkPolicies
        ? [
            `network policies let users in from the pods of namespace ${controllerNamespace} only: where the controller of ingress class ${className} runs elsewhere, name its namespace in 'kubernetes.ingress.controllerNamespace'`,
          ]
        : []),
    ],
  };
}

function partsOf(specification: KubernetesSpecification): IngressParts {
  const { className = "" } = specification.kubernetes.ingress;
  if (className === "alb") return albParts(specification);
  if (className === "gce" || className === "gce-internal") return gcePlan(specification, isSecured(specification));
  if (className.includes("nginx")) return nginxParts(specification);
  if (className === "openshift-default") return openshiftParts(specification);
  return otherParts(specification);
}

/** Certificates that contradict each other, and what the class cannot serve. */
function certificateProblems({ cloud, dnsZone, tls, kubernetes: { ingress } }: KubernetesSpecification): Problem[] {
  const { className = "", issuer, tlsSecret, internal } = ingress;
  const problems: Problem[] = [];
  const google = className === "gce" || className === "gce-internal";
  const ofCloud = cloud === "aws" ? className === "alb" : google;
  if (cloud !== "existing" && !ofCloud && dnsZone !== undefined)
    problems.push({
      path: "dnsZone",
      message: `cannot be written into for ingress class ${className}, because the record leads to a load balancer of class ${cloud === "aws" ? "alb" : "gce"}; remove it and write the record yourself`,
    });
  if (className === "alb" && tls.mode === "certificate")
    problems.push({
      path: "tls.mode",
      message:
        "certificate cannot be served by ingress class alb, which takes certificates from Certificate Manager only; use load-balancer with 'tls.certificateArn' or 'dnsZone', or another 'kubernetes.ingress.className'",
    });
  for (const [key, given] of [
    ["issuer", issuer],
    ["tlsSecret", tlsSecret],
  ] as const) {
    if (given === undefined) continue;
    if (className === "alb")
      problems.push({
        path: `kubernetes.ingress.${key}`,
        message:
          "cannot be served by ingress class alb, which takes certificates from Certificate Manager only; use 'tls.mode' load-balancer, or another 'kubernetes.ingress.className'",
      });
    else if (tls.mode === "certificate")
      problems.push({
        path: `kubernetes.ingress.${key}`,
        message: "and 'tls.mode' certificate exclude each other; keep one of them",
      });
  }
  if (tls.mode === "load-balancer" && className !== "alb" && !google && issuer === undefined && tlsSecret === undefined)
    problems.push({
      path: "tls.mode",
      message: `load-balancer has no meaning for ingress class ${className}, where no load balancer of the cloud ends TLS; name an issuer in 'kubernetes.ingress.issuer', or use certificate or none`,
    });
  if (tls.mode === "load-balancer" && google && issuer === undefined && tlsSecret === undefined)
    if (internal || className === "gce-internal")
      problems.push({
        path: "tls.mode",
        message:
          "load-balancer needs a load balancer that the internet reaches, because Google proves the domain there; with 'kubernetes.ingress.internal' use certificate, or 'kubernetes.ingress.issuer'",
      });
  return problems;
}

/** Annotations and Secret of a certificate that the class reads from the namespace. */
function certificateOf({ tls, kubernetes: { ingress } }: KubernetesSpecification): {
  readonly annotations: Readonly<Record<string, string>>;
  readonly tlsSecret?: string;
} {
  const { issuer, tlsSecret } = ingress;
  if (issuer !== undefined) {
    const annotation = issuer.kind === "Issuer" ? "cert-manager.io/issuer" : "cert-manager.io/cluster-issuer";
    return { annotations: { [annotation]: issuer.name }, tlsSecret: tlsSecret ?? certificateSecret };
  }
  if (tls.mode === "certificate") return { annotations: {}, tlsSecret: certificateSecret };
  return { annotations: {}, ...(tlsSecret !== undefined && { tlsSecret }) };
}

/**
 * The Ingress in front of the frontends; undefined without one.
 *
 * @throws InputError for a certificate that the class cannot serve
 */
export function planIngress({ specification }: KubernetesContext): PlannedIngress | undefined {
  const { kubernetes, domain, dnsZone, cloud } = specification;
  if (!kubernetes.ingress.enabled) return undefined;
  const problems = certificateProblems(specification);
  if (problems.length > 0) throw new InputError(problems);
  const { annotations, ...parts } = partsOf(specification);
  const certificate = certificateOf(specification);
  // On the clouds the stack writes the record itself.
  const record: Readonly<Record<string, string>> =
    cloud === "existing" && dnsZone !== undefined && domain !== undefined
      ? { "external-dns.alpha.kubernetes.io/hostname": domain }
      : {};
  return {
    name: ingressName,
    ...parts,
    annotations: { ...annotations, ...certificate.annotations, ...record, ...kubernetes.ingress.annotations },
    ...(domain !== undefined && { host: domain }),
    ...(kubernetes.ingress.anyHost === true && { anyHost: true as const }),
    ...(certificate.tlsSecret !== undefined && { tlsSecret: certificate.tlsSecret }),
  };
}
