import * as compute from "@pulumi/gcp/compute";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import { transformed } from "./args";
import type { GcpScope } from "./gcp-scope";
import { ipv4Blocks } from "./gcp-machine";

/** Seconds a request may take; searches stream for minutes. */
const backendTimeoutSeconds = 3600;

/** Blocks that one rule of Cloud Armor takes. */
const rangesPerRule = 10;

/** The rule that decides when no other does. */
const lastPriority = 2_147_483_647;

const scheme = "EXTERNAL_MANAGED";

/**
 * A global load balancer that ends TLS 1.2 or newer with a certificate by Google and sends HTTP to HTTPS. Google issues
 * the certificate once the domain's record leads to the address, within an hour; until then HTTPS fails.
 *
 * A certificate cannot be changed. With another domain a new one is made first, the load balancer takes it, and the old
 * one goes last; HTTPS fails again until the new one is issued.
 *
 * @returns the address
 */
export function declareLoadBalancer(scope: GcpScope, machine: compute.Instance): pulumi.Output<string> {
  const { names, parent, project, labels, plan } = scope;
  const transform = scope.transform.loadBalancer ?? {};
  const address = new compute.GlobalAddress(
    names.loadBalancer,
    transformed<compute.GlobalAddressArgs>({ project, addressType: "EXTERNAL", labels }, transform.address),
    { parent },
  );
  const urlMap = new compute.URLMap(
    names.loadBalancer,
    transformed<compute.URLMapArgs>(
      { project, defaultService: declareBackend(scope, machine).selfLink },
      transform.urlMap,
    ),
    { parent },
  );
  const certificate = new compute.ManagedSslCertificate(
    names.certificate,
    transformed<compute.ManagedSslCertificateArgs>(
      { project, managed: { domains: [plan.exposure.domain ?? ""] } },
      transform.certificate,
    ),
    { parent },
  );
  const sslPolicy = new compute.SSLPolicy(
    names.loadBalancer,
    transformed<compute.SSLPolicyArgs>({ project, profile: "MODERN", minTlsVersion: "TLS_1_2" }, transform.sslPolicy),
    { parent },
  );
  const httpsProxy = new compute.TargetHttpsProxy(
    names.https,
    transformed<compute.TargetHttpsProxyArgs>(
      { project, urlMap: urlMap.selfLink, sslCertificates: [certificate.selfLink], sslPolicy: sslPolicy.selfLink },
      transform.httpsProxy,
    ),
    { parent },
  );
  const redirect = new compute.URLMap(
    names.http,
    transformed<compute.URLMapArgs>(
      {
        project,
        defaultUrlRedirect: {
          httpsRedirect: true,
          redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
          stripQuery: false,
        },
      },
      transform.redirect,
    ),
    { parent },
  );
  const httpProxy = new compute.TargetHttpProxy(
    names.http,
    transformed<compute.TargetHttpProxyArgs>({ project, urlMap: redirect.selfLink }, transform.httpProxy),
    { parent },
  );
  const rule = (portRange: string, target: pulumi.Output<string>): compute.GlobalForwardingRuleArgs => ({
    project,
    ipAddress: address.address,
    ipProtocol: "TCP",
    portRange,
    target,
    loadBalancingScheme: scheme,
    labels,
  });
  new compute.GlobalForwardingRule(names.https, transformed(rule("443", httpsProxy.selfLink), transform.httpsRule), {
    parent,
  });
  new compute.GlobalForwardingRule(names.http, transformed(rule("80", httpProxy.selfLink), transform.httpRule), {
    parent,
  });
  return address.address;
}

function declareBackend(scope: GcpScope, machine: compute.Instance): compute.BackendService {
  const { names, parent, project, zone } = scope;
  const transform = scope.transform.loadBalancer ?? {};
  const group = new compute.InstanceGroup(
    names.loadBalancer,
    transformed<compute.InstanceGroupArgs>(
      { project, zone, instances: [machine.selfLink], namedPorts: [{ name: "http", port: 80 }] },
      transform.instanceGroup,
    ),
    { parent },
  );
  const healthCheck = new compute.HealthCheck(
    names.loadBalancer,
    transformed<compute.HealthCheckArgs>(
      {
        project,
        checkIntervalSec: 10,
        timeoutSec: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
        httpHealthCheck: { port: 80, requestPath: "/healthz" },
      },
      transform.healthCheck,
    ),
    { parent },
  );
  return new compute.BackendService(
    names.loadBalancer,
    transformed<compute.BackendServiceArgs>(
      {
        project,
        protocol: "HTTP",
        portName: "http",
        loadBalancingScheme: scheme,
        timeoutSec: backendTimeoutSeconds,
        connectionDrainingTimeoutSec: 300,
        backends: [{ group: group.selfLink, balancingMode: "UTILIZATION", capacityScaler: 1 }],
        healthChecks: healthCheck.selfLink,
        securityPolicy: declareSecurityPolicy(scope)?.selfLink,
      },
      transform.backendService,
    ),
    { parent },
  );
}

/** Rules of Cloud Armor that let the IPv4 blocks through and nobody else. */
export function armorRules(allowedCidrs: readonly string[]): inputs.compute.SecurityPolicyRule[] {
  const match = (srcIpRanges: string[]) => ({ versionedExpr: "SRC_IPS_V1", config: { srcIpRanges } });
  const blocks = ipv4Blocks(allowedCidrs);
  const allowed = Array.from({ length: Math.ceil(blocks.length / rangesPerRule) }, (_, index) => ({
    action: "allow",
    priority: 1000 + index,
    description: "the allowed blocks",
    match: match(blocks.slice(index * rangesPerRule, (index + 1) * rangesPerRule)),
  }));
  const denied = { action: "deny(403)", priority: lastPriority, description: "everybody else", match: match(["*"]) };
  return [...allowed, denied];
}

/** Lets the allowed blocks through and nobody else; undefined where everybody may. */
function declareSecurityPolicy(scope: GcpScope): compute.SecurityPolicy | undefined {
  const { names, parent, project, plan } = scope;
  const { allowedCidrs } = plan.exposure;
  if (allowedCidrs.includes("0.0.0.0/0")) return undefined;
  return new compute.SecurityPolicy(
    names.loadBalancer,
    transformed<compute.SecurityPolicyArgs>(
      { project, type: "CLOUD_ARMOR", description: "who may reach Sourcegraph", rules: armorRules(allowedCidrs) },
      scope.transform.loadBalancer?.securityPolicy,
    ),
    { parent },
  );
}
