import * as certificatemanager from "@pulumi/gcp/certificatemanager";
import type * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { adminListenerBoundary } from "../core/planning/admin/boundary";
import type { PlannedAdminListener } from "../core/planning/admin/admin-plan";
import { declareArmor } from "./gcp-armor";
import type { GcpAdminScope } from "./gcp-scope";

/** What all listeners of a stack have in common. */
export interface GcpAdminEdge {
  /** Backend of nobody, for what no path serves. */
  readonly refused: compute.BackendService;
  /** Versions and ciphers of TLS. */
  readonly sslPolicy: compute.SSLPolicy;
  /** What only the edge sends; undefined where there is no edge. */
  readonly edgeSecret: pulumi.Output<string> | undefined;
}

/** A DNS record that says to Google whose a name is. */
export interface GcpAuthorization {
  /** Name of the record. */
  readonly name: string;
  /** Its type. */
  readonly type: string;
  /** What it says. */
  readonly data: string;
}

const scheme = "EXTERNAL_MANAGED";

/** Declares what all listeners of a stack have in common. */
export function declareEdge(
  { parent, plan: { name }, project }: GcpAdminScope,
  edgeSecret: pulumi.Output<string> | undefined,
): GcpAdminEdge {
  const refused = new compute.BackendService(
    `${name}-refused`,
    { project, protocol: "HTTPS", loadBalancingScheme: scheme, description: "nobody: what no path serves ends here" },
    { parent },
  );
  const sslPolicy = new compute.SSLPolicy(name, { project, profile: "MODERN", minTlsVersion: "TLS_1_2" }, { parent });
  return { refused, sslPolicy, edgeSecret };
}

/** Everything that no path serves gets 404, without anything behind it being asked. */
const refuses = { faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } } };

/** Arguments of {@link AdminListener}. */
export interface AdminListenerArgs extends Bounded {
  readonly scope: GcpAdminScope;
  readonly edge: GcpAdminEdge;
  /** The way in, as planned. */
  readonly listener: PlannedAdminListener;
  /** The service of Cloud Run behind it, made below the listener where it is of this plane alone. */
  readonly run: (parent: pulumi.Resource) => cloudrunv2.Service;
}

/**
 * One way in: a load balancer with an address, a certificate and a host name of its own, that serves the declared paths over
 * HTTPS and nothing else. There is no port 80.
 */
export class AdminListener extends pulumi.ComponentResource {
  /** The service of Cloud Run behind it. */
  readonly run: cloudrunv2.Service;
  /** Address that the name leads to. */
  readonly address: pulumi.Output<string>;
  /** Record by which Google gives the certificate; undefined where it needs none. */
  authorization: pulumi.Output<GcpAuthorization> | undefined;

  /** @param args the way in, and what is behind it */
  constructor(args: AdminListenerArgs, opts: pulumi.ComponentResourceOptions) {
    const { scope, edge, listener } = args;
    const { boundary = adminListenerBoundary(listener) } = args;
    const { resource, host } = listener;
    super("sourcegraph:admin-services:AdminListener", resource, { boundary }, opts);
    const { project, plan, labels } = scope;
    const child = { parent: this };
    this.run = args.run(this);
    const backend = this.declareBackend(args);
    const urlMap = new compute.URLMap(
      resource,
      {
        project,
        defaultService: edge.refused.selfLink,
        defaultRouteAction: refuses,
        hostRules: [{ hosts: [host], pathMatcher: "declared" }],
        pathMatchers: [
          {
            name: "declared",
            defaultService: edge.refused.selfLink,
            defaultRouteAction: refuses,
            pathRules: [{ paths: [...listener.paths], service: backend.selfLink }],
          },
        ],
      },
      child,
    );
    const proxy = new compute.TargetHttpsProxy(
      resource,
      {
        project,
        urlMap: urlMap.selfLink,
        ...this.declareCertificate(args),
        sslPolicy: edge.sslPolicy.selfLink,
      },
      child,
    );
    // Kept for good by whoever has told others of it.
    const address = new compute.GlobalAddress(resource, { project, addressType: "EXTERNAL", labels }, child);
    new compute.GlobalForwardingRule(
      resource,
      {
        project,
        ipAddress: address.address,
        ipProtocol: "TCP",
        portRange: "443",
        target: proxy.selfLink,
        loadBalancingScheme: scheme,
        labels,
      },
      child,
    );
    // The edge leads to the address itself, and its own record is not here.
    if (plan.dnsZone !== undefined && listener.origin === "direct")
      new dns.RecordSet(
        resource,
        { project, managedZone: plan.dnsZone, name: `${host}.`, type: "A", ttl: 300, rrdatas: [address.address] },
        child,
      );
    this.address = address.address;
    this.registerOutputs({ address: this.address });
  }

  /**
   * A certificate by Google. Where the name leads to the edge and not here, Google gives it for a record that says whose the
   * name is, and that somebody has to write where the edge has its names.
   */
  private declareCertificate({ scope, listener }: AdminListenerArgs): {
    readonly sslCertificates?: pulumi.Output<string>[];
    readonly certificateMap?: pulumi.Output<string>;
  } {
    const { project, labels } = scope;
    const { resource, host, origin } = listener;
    const child = { parent: this };
    if (origin === "direct") {
      const managed = new compute.ManagedSslCertificate(resource, { project, managed: { domains: [host] } }, child);
      return { sslCertificates: [managed.selfLink] };
    }
    const authorization = new certificatemanager.DnsAuthorization(resource, { project, domain: host, labels }, child);
    const certificate = new certificatemanager.Certificate(
      resource,
      { project, managed: { domains: [host], dnsAuthorizations: [authorization.id] }, labels },
      child,
    );
    const map = new certificatemanager.CertificateMap(resource, { project, labels }, child);
    const entry = new certificatemanager.CertificateMapEntry(
      resource,
      { project, map: map.name, hostname: host, certificates: [certificate.id], labels },
      child,
    );
    this.authorization = authorization.dnsResourceRecords.apply((records) => {
      const [{ name = "", type = "", data = "" } = {}] = records;
      return { name, type, data };
    });
    // The proxy finds the certificate by the entry.
    return {
      certificateMap: pulumi.all([map.id, entry.id]).apply(([id]) => `//certificatemanager.googleapis.com/${id}`),
    };
  }

  private declareBackend({ scope, edge, listener }: AdminListenerArgs): compute.BackendService {
    const { project, region } = scope;
    const { resource } = listener;
    const child = { parent: this };
    const group = new compute.RegionNetworkEndpointGroup(
      resource,
      { project, region, networkEndpointType: "SERVERLESS", cloudRun: { service: this.run.name } },
      child,
    );
    const policy = listener.webFirewall ? declareArmor(scope, this, listener, edge.edgeSecret) : undefined;
    return new compute.BackendService(
      resource,
      {
        project,
        // Cloud Run has no port, no check and no time-out of its own here; it has them itself.
        protocol: "HTTPS",
        loadBalancingScheme: scheme,
        backends: [{ group: group.selfLink }],
        ...(policy === undefined ? {} : { securityPolicy: policy.selfLink }),
        logConfig: { enable: true, sampleRate: 1 },
      },
      child,
    );
  }
}
