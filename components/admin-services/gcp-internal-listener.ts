import * as certificatemanager from "@pulumi/gcp/certificatemanager";
import type * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { PlannedAdminListener } from "../core/planning/admin/admin-plan";
import { adminListenerBoundary } from "../core/planning/admin/boundary";
import type { GcpAdminNetwork, GcpAdminScope } from "./gcp-scope";

const scheme = "INTERNAL_MANAGED";

/** What no path serves gets 404, without anything behind it being asked. */
const refuses = { faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } } };

/** What all internal listeners of a stack have in common. */
export interface GcpInternalEdge {
  /** Backend of nobody. */
  readonly refused: compute.RegionBackendService;
  readonly sslPolicy: compute.RegionSslPolicy;
  /** Subnetwork that load balancers of the network send from. */
  readonly proxies: compute.Subnetwork;
}

/** Declares what internal listeners have in common; undefined where no service has one. */
export function declareInternalEdge(
  { parent, plan, project, region }: GcpAdminScope,
  { network }: GcpAdminNetwork,
): GcpInternalEdge | undefined {
  const needed = plan.services.some(({ listeners }) => listeners.some(({ plane }) => plane === "internal"));
  const subnet = plan.network.subnets.find(({ kind }) => kind === "proxy");
  if (!needed || subnet === undefined) return undefined;
  const { name } = plan;
  const child = { parent };
  return {
    refused: new compute.RegionBackendService(
      `${name}-refused-inside`,
      { project, region, protocol: "HTTPS", loadBalancingScheme: scheme, description: "nobody" },
      child,
    ),
    sslPolicy: new compute.RegionSslPolicy(
      `${name}-inside`,
      { project, region, profile: "MODERN", minTlsVersion: "TLS_1_2" },
      child,
    ),
    proxies: new compute.Subnetwork(
      `${name}-${subnet.name}`,
      {
        project,
        region,
        network: network.selfLink,
        ipCidrRange: subnet.cidr,
        purpose: "REGIONAL_MANAGED_PROXY",
        role: "ACTIVE",
      },
      child,
    ),
  };
}

/** Arguments of {@link AdminInternalListener}. */
export interface AdminInternalListenerArgs extends Bounded {
  readonly scope: GcpAdminScope;
  readonly network: GcpAdminNetwork;
  readonly edge: GcpInternalEdge;
  /** The way in, as planned. */
  readonly listener: PlannedAdminListener;
  /** The service of Cloud Run behind it. */
  readonly run: cloudrunv2.Service;
}

/**
 * A way in for services of the stack only: a load balancer with an address of the network, a name that nobody outside knows,
 * and a certificate that Google gives for a record of the public zone.
 */
export class AdminInternalListener extends pulumi.ComponentResource {
  /** @param args the way in, and what is behind it */
  constructor(args: AdminInternalListenerArgs, opts: pulumi.ComponentResourceOptions) {
    const { scope, network, edge, listener } = args;
    const { boundary = adminListenerBoundary(listener) } = args;
    const { resource, host } = listener;
    super("sourcegraph:admin-services:AdminInternalListener", resource, { boundary }, opts);
    const { project, region, labels } = scope;
    const child = { parent: this };
    const proxy = new compute.RegionTargetHttpsProxy(
      resource,
      {
        project,
        region,
        urlMap: this.declareUrlMap(args).selfLink,
        certificateManagerCertificates: [this.declareCertificate(args).id],
        sslPolicy: edge.sslPolicy.selfLink,
      },
      child,
    );
    const address = new compute.Address(
      resource,
      { project, region, addressType: "INTERNAL", subnetwork: network.subnetwork.id, labels },
      child,
    );
    new compute.ForwardingRule(
      resource,
      {
        project,
        region,
        ipAddress: address.address,
        ipProtocol: "TCP",
        portRange: "443",
        target: proxy.selfLink,
        loadBalancingScheme: scheme,
        network: network.network.selfLink,
        subnetwork: network.subnetwork.selfLink,
        allowGlobalAccess: false,
        labels,
      },
      { parent: this, dependsOn: [edge.proxies] },
    );
    const zone = new dns.ManagedZone(
      resource,
      {
        project,
        dnsName: `${host}.`,
        visibility: "private",
        description: "the name inside the network",
        privateVisibilityConfig: { networks: [{ networkUrl: network.network.id }] },
      },
      child,
    );
    new dns.RecordSet(
      resource,
      { project, managedZone: zone.name, name: `${host}.`, type: "A", ttl: 300, rrdatas: [address.address] },
      child,
    );
    this.registerOutputs({ host });
  }

  private declareUrlMap({ scope, edge, listener, run }: AdminInternalListenerArgs): compute.RegionUrlMap {
    const { project, region } = scope;
    const { resource, host, paths } = listener;
    const child = { parent: this };
    const group = new compute.RegionNetworkEndpointGroup(
      resource,
      { project, region, networkEndpointType: "SERVERLESS", cloudRun: { service: run.name } },
      child,
    );
    const backend = new compute.RegionBackendService(
      resource,
      {
        project,
        region,
        protocol: "HTTPS",
        loadBalancingScheme: scheme,
        backends: [{ group: group.selfLink, balancingMode: "UTILIZATION", capacityScaler: 1 }],
        logConfig: { enable: true, sampleRate: 1 },
      },
      child,
    );
    return new compute.RegionUrlMap(
      resource,
      {
        project,
        region,
        defaultService: edge.refused.selfLink,
        defaultRouteAction: refuses,
        hostRules: [{ hosts: [host], pathMatcher: "declared" }],
        pathMatchers: [
          {
            name: "declared",
            defaultService: edge.refused.selfLink,
            defaultRouteAction: refuses,
            pathRules: [{ paths: [...paths], service: backend.selfLink }],
          },
        ],
      },
      child,
    );
  }

  /** A certificate of the region, given for a record that says whose the name is. */
  private declareCertificate({ scope, listener }: AdminInternalListenerArgs): certificatemanager.Certificate {
    const { project, region, plan, labels } = scope;
    const { resource, host } = listener;
    const child = { parent: this };
    const authorization = new certificatemanager.DnsAuthorization(
      resource,
      { project, location: region, domain: host, type: "PER_PROJECT_RECORD", labels },
      child,
    );
    if (plan.dnsZone !== undefined) {
      const record = authorization.dnsResourceRecords.apply(([first]) => first);
      new dns.RecordSet(
        `${resource}-authorization`,
        {
          project,
          managedZone: plan.dnsZone,
          name: record.apply((found) => found?.name ?? ""),
          type: record.apply((found) => found?.type ?? ""),
          ttl: 300,
          rrdatas: [record.apply((found) => found?.data ?? "")],
        },
        child,
      );
    }
    return new certificatemanager.Certificate(
      resource,
      { project, location: region, managed: { domains: [host], dnsAuthorizations: [authorization.id] }, labels },
      child,
    );
  }
}
