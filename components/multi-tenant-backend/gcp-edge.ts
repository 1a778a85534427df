import * as certificatemanager from "@pulumi/gcp/certificatemanager";
import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { InputError } from "../core/errors";
import { edgeBoundary } from "../core/planning/multi-tenant/boundary";
import type { MultiTenantPlan, PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";
import { tenantHeader } from "../core/product/multi-tenant/tenancy";
import type { EdgeRecord } from "./edge-records";
import { edgeArmorRules } from "./gcp-origin";
import { environmentTags } from "./tags";

/** What the edge has to know of a cell. */
export interface GcpEdgeCell {
  /** Secret: what is shown at the origin of the cell. In place. */
  readonly originSecret: pulumi.Input<string>;
}

/** Arguments of `Edge` on Google Cloud. */
export interface GcpEdgeArgs extends Bounded {
  /** Everything that is decided, by `planMultiTenantBackend`. */
  readonly plan: MultiTenantPlan;
  /** Zone of Cloud DNS of the tenants' names, in the project of the edge. */
  readonly namesZone: pulumi.Input<string>;
  /** The cells, by name. In place. */
  readonly cells: Readonly<Record<string, GcpEdgeCell>>;
  /** Labels of what takes labels. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What all ways in have in common. */
interface Shared {
  /** Backend of each cell, by its name. */
  readonly backends: Readonly<Record<string, compute.BackendService>>;
  /** Backend of nobody, for names that no route leads anywhere. */
  readonly refused: compute.BackendService;
  /** Certificates by name, as a proxy is told of them. */
  readonly certificateMap: pulumi.Output<string>;
  readonly sslPolicy: compute.SSLPolicy;
  /** Sends HTTP to HTTPS. */
  readonly redirect: compute.TargetHttpProxy;
}

const scheme = "EXTERNAL_MANAGED";

/** Seconds an answer may take: searches stream for minutes. */
const timeoutSec = 600;

/** What no route leads anywhere gets 404, without a cell being asked. */
const refuses = { faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } } };

/**
 * Who takes calls from outside on Google Cloud: a global load balancer with a certificate for every direct child of the domain,
 * a web firewall with a limit of calls, and the hosts of tenants that are resources, each led to its cell. Every other name gets
 * 404. A cell is called at its origin on the internet, with the host that was asked for and the header by which it knows the edge.
 *
 * A pooled tenant is no resource, and no URL map can be written by two: each cell of many has a way in of its own besides, and
 * whoever places a tenant writes the record of its name, which leads to the address of that way in.
 *
 * Cost: about 18 USD a month for the first five rules of forwarding and 7 for each further one, the policy, and traffic.
 *
 * @example
 * new Edge("mt", { plan, namesZone, cells: { "cell-1": cell } });
 */
export class Edge extends pulumi.ComponentResource {
  /** Address that names of tenants lead to. */
  readonly address: pulumi.Output<string>;
  /** Address of the way in of each cell of many, by its name, to which the record of a pooled tenant has to lead. */
  readonly entries: Readonly<Record<string, pulumi.Output<string>>>;
  /** Records of host names outside the domain, which somebody else has to write. */
  readonly records: pulumi.Output<EdgeRecord[]>;
  private readonly project: string;
  private readonly labels: Record<string, string>;

  /**
   * @param name stem of the children's names
   * @param args the plan and the cells
   * @param opts options of the component; the provider given here is of the edge's project
   * @throws InputError for a plan of another edge
   */
  constructor(name: string, args: GcpEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan } = args;
    const { edge, names } = plan.environment;
    if (edge.kind !== "global-load-balancer")
      throw new InputError([
        { path: "plan.environment.edge.kind", message: `is ${edge.kind}; this component is of global-load-balancer` },
      ]);
    super("sourcegraph:multi-tenant-backend:Edge", name, { boundary: args.boundary ?? edgeBoundary(plan) }, opts);
    this.project = edge.account.id;
    this.labels = environmentTags(plan, args.tags ?? {});
    const own = `${name}-edge`;
    const foreign: pulumi.Output<EdgeRecord>[] = [];
    const shared = this.shared(own, args, foreign);
    const hosts = plan.cells
      .map((cell) => ({
        cell: cell.name,
        hosts: edge.published.filter((route) => route.cell === cell.name).map(({ hostname }) => hostname),
      }))
      .filter((each) => each.hosts.length > 0);
    this.address = this.entry(own, edge.routes, hosts, shared);
    this.entries = Object.fromEntries(
      edge.entries.map((entry) => [
        entry.cell,
        this.entry(entry.name, entry.name, [{ cell: entry.cell, hosts: [names.wildcard] }], shared),
      ]),
    );
    for (const host of [names.wildcard, ...names.customNames])
      this.record(args, `${own}-${host.replace("*", "wildcard")}`, {
        name: `${host}.`,
        type: "A",
        rrdatas: [this.address],
      });
    const leads = names.foreignNames.map(({ hostname }) =>
      this.address.apply((value): EdgeRecord => ({
        hostname,
        purpose: "leads",
        name: `${hostname}.`,
        type: "A",
        value,
      })),
    );
    this.records = pulumi.all([...foreign, ...leads]);
    this.registerOutputs({ address: this.address, entries: this.entries, records: this.records });
  }

  private shared(own: string, args: GcpEdgeArgs, foreign: pulumi.Output<EdgeRecord>[]): Shared {
    const { project } = this;
    const child = { parent: this };
    const redirect = new compute.URLMap(
      `${own}-redirect`,
      { project, defaultUrlRedirect: { httpsRedirect: true, stripQuery: false } },
      child,
    );
    return {
      backends: this.backends(own, args),
      refused: new compute.BackendService(
        `${own}-refused`,
        { project, protocol: "HTTPS", loadBalancingScheme: scheme, description: "nobody: names without a route" },
        child,
      ),
      certificateMap: this.certificates(own, args, foreign),
      sslPolicy: new compute.SSLPolicy(own, { project, profile: "MODERN", minTlsVersion: "TLS_1_2" }, child),
      redirect: new compute.TargetHttpProxy(`${own}-redirect`, { project, urlMap: redirect.selfLink }, child),
    };
  }

  /** Where each cell is called: by its name on the internet, over TLS, with the header that only the edge sends. */
  private backends(own: string, { plan, cells }: GcpEdgeArgs): Readonly<Record<string, compute.BackendService>> {
    const { project } = this;
    const { edge } = plan.environment;
    const child = { parent: this };
    const policy = new compute.SecurityPolicy(
      own,
      { project, type: "CLOUD_ARMOR", description: "calls of tenants", rules: edgeArmorRules(edge) },
      child,
    );
    return Object.fromEntries(
      plan.cells.map(({ name, ingress }: PlannedCell) => {
        const cell = `${own}-${name}-origin`;
        const group = new compute.GlobalNetworkEndpointGroup(
          cell,
          { project, networkEndpointType: "INTERNET_FQDN_PORT", defaultPort: 443 },
          child,
        );
        const endpoint = new compute.GlobalNetworkEndpoint(
          cell,
          { project, globalNetworkEndpointGroup: group.name, fqdn: ingress.origin, port: 443 },
          child,
        );
        const backend = new compute.BackendService(
          cell,
          {
            project,
            protocol: "HTTPS",
            loadBalancingScheme: scheme,
            timeoutSec,
            customRequestHeaders: [
              pulumi.interpolate`${ingress.header}:${pulumi.secret(cells[name]?.originSecret ?? "")}`,
            ],
            backends: [{ group: pulumi.all([group.selfLink, endpoint.id]).apply(([link]) => link) }],
            securityPolicy: policy.selfLink,
            logConfig: { enable: true, sampleRate: 1 },
          },
          child,
        );
        return [name, backend];
      }),
    );
  }

  /** A certificate of the wildcard and the names below the domain, and one for each name outside it, by which a name is found. */
  private certificates(own: string, args: GcpEdgeArgs, foreign: pulumi.Output<EdgeRecord>[]): pulumi.Output<string> {
    const { project, labels } = this;
    const { domain, wildcard, customNames, foreignNames } = args.plan.environment.names;
    const child = { parent: this };
    const map = new certificatemanager.CertificateMap(own, { project, labels }, child);
    const entry = (hostname: string, of: string, proves: string): pulumi.Output<string> => {
      // A wildcard is proven by the name it is below.
      const authorization = new certificatemanager.DnsAuthorization(of, { project, domain: proves, labels }, child);
      const told = authorization.dnsResourceRecords.apply(([record]) => ({
        name: record?.name ?? "",
        type: record?.type ?? "",
        value: record?.data ?? "",
      }));
      if (foreignNames.some((each) => each.hostname === hostname))
        foreign.push(told.apply((record): EdgeRecord => ({ hostname, purpose: "proves", ...record })));
      else
        this.record(args, `${of}-proof`, {
          name: told.name,
          type: told.type,
          rrdatas: [told.value],
        });
      const certificate = new certificatemanager.Certificate(
        of,
        { project, managed: { domains: [hostname], dnsAuthorizations: [authorization.id] }, labels },
        child,
      );
      return new certificatemanager.CertificateMapEntry(
        of,
        { project, map: map.name, hostname, certificates: [certificate.id], labels },
        child,
      ).id;
    };
    const entries = [
      entry(wildcard, own, domain),
      ...[...customNames, ...foreignNames.map(({ hostname }) => hostname)].map((hostname) =>
        entry(hostname, `${own}-${hostname}`, hostname),
      ),
    ];
    // The proxy finds a certificate by its entry.
    return pulumi.all([map.id, pulumi.all(entries)]).apply(([id]) => `//certificatemanager.googleapis.com/${id}`);
  }

  /** A way in: an address whose hosts are led to cells, and every other is refused. */
  private entry(
    name: string,
    routes: string,
    hosts: readonly { readonly cell: string; readonly hosts: readonly string[] }[],
    { backends, refused, certificateMap, sslPolicy, redirect }: Shared,
  ): pulumi.Output<string> {
    const { project, labels } = this;
    const child = { parent: this };
    const urlMap = new compute.URLMap(
      routes,
      {
        project,
        defaultService: refused.selfLink,
        defaultRouteAction: refuses,
        hostRules: hosts.map((rule) => ({ hosts: [...rule.hosts], pathMatcher: rule.cell })),
        // A tenant that a caller names by header is not believed.
        headerAction: { requestHeadersToRemoves: [tenantHeader] },
        pathMatchers: hosts.map(({ cell }) => ({
          name: cell,
          defaultService: (backends[cell] ?? refused).selfLink,
        })),
      },
      child,
    );
    const proxy = new compute.TargetHttpsProxy(
      name,
      { project, urlMap: urlMap.selfLink, certificateMap, sslPolicy: sslPolicy.selfLink },
      child,
    );
    // Kept for good: names of tenants lead to it.
    const { address } = new compute.GlobalAddress(name, { project, addressType: "EXTERNAL", labels }, child);
    const rule = (of: string, port: string, target: pulumi.Output<string>) =>
      new compute.GlobalForwardingRule(
        of,
        {
          project,
          ipAddress: address,
          ipProtocol: "TCP",
          portRange: port,
          target,
          loadBalancingScheme: scheme,
          labels,
        },
        child,
      ).id;
    const rules = [rule(name, "443", proxy.selfLink), rule(`${name}-redirect`, "80", redirect.selfLink)];
    return pulumi.all([address, pulumi.all(rules)]).apply(([known]) => known);
  }

  private record(
    { namesZone }: GcpEdgeArgs,
    name: string,
    record: Pick<dns.RecordSetArgs, "name" | "type" | "rrdatas">,
  ): void {
    new dns.RecordSet(
      name,
      { project: this.project, managedZone: namesZone, ttl: 300, ...record },
      // A name has one record at a time.
      { parent: this, deleteBeforeReplace: true },
    );
  }
}
