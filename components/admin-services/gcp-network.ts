import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import type * as inputs from "@pulumi/gcp/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { AdminPlan } from "../core/planning/admin/admin-plan";
import { planPrivateServices } from "../core/planning/managed/google";
import { declarePrivateServices } from "../network/gcp-private-services";
import { hostsReached } from "./gcp-boundary";
import type { GcpAdminNetwork, GcpAdminScope } from "./gcp-scope";

/** Addresses at which Google's APIs are reached from inside a network only. */
const privateApis = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"];
const privateApisBlock = "199.36.153.8/30";

/** Domains whose names lead to these addresses inside the network. */
const apiDomains = { apis: "googleapis.com.", registry: "pkg.dev." } as const;

/** Ports of the stores: PostgreSQL, the same by Google's connector, and Redis with TLS. */
const storePorts = ["5432", "3307", "6378"];

/** Block of databases and caches; undefined where the stack has none. */
function servicesBlock({ network, services }: AdminPlan): string | undefined {
  const kept = services.flatMap(({ stores }) => stores);
  if (!kept.some(({ kind }) => kind === "relational" || kind === "cache")) return undefined;
  return network.subnets.find(({ kind }) => kind === "data")?.cidr ?? planPrivateServices(network.cidr);
}

/**
 * Declares the network of a stack: a subnetwork with flow logs, Google's APIs at private addresses, private services access
 * where there are stores, address translation from a lasting address, and a firewall that lets out to named hosts and
 * nowhere else.
 */
export function declareNetwork(scope: GcpAdminScope): GcpAdminNetwork {
  const { parent, plan, project, region, labels } = scope;
  const { name } = plan;
  const child = { parent };
  const subnet = plan.network.subnets.find(({ kind }) => kind === "private");
  if (subnet === undefined) throw new Error("the plan of a stack on gcp has a private subnet");
  const network = new compute.Network(name, { project, autoCreateSubnetworks: false, routingMode: "REGIONAL" }, child);
  const subnetwork = new compute.Subnetwork(
    `${name}-${subnet.name}`,
    {
      project,
      region,
      network: network.selfLink,
      ipCidrRange: subnet.cidr,
      privateIpGoogleAccess: true,
      stackType: "IPV4_ONLY",
      logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
    },
    child,
  );
  const cidr = servicesBlock(plan);
  const privateServices =
    cidr === undefined
      ? undefined
      : declarePrivateServices({ name: `${name}-services`, network, cidr, project, labels, parent });
  const wayOut = [
    declareTranslation(scope, network, subnetwork),
    ...declareApiNames(scope, network),
    ...declareFirewall(scope, network, subnet.cidr, cidr),
  ];
  return { network, subnetwork, privateServices, wayOut };
}

function declareTranslation(
  { parent, plan: { name }, project, region, labels }: GcpAdminScope,
  network: compute.Network,
  subnetwork: compute.Subnetwork,
): pulumi.Resource {
  const child = { parent };
  const router = new compute.Router(`${name}-router`, { project, region, network: network.selfLink }, child);
  const address = new compute.Address(`${name}-nat`, { project, region, addressType: "EXTERNAL", labels }, child);
  return new compute.RouterNat(
    `${name}-nat`,
    {
      project,
      region,
      router: router.name,
      natIpAllocateOption: "MANUAL_ONLY",
      natIps: [address.selfLink],
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetworks: [{ name: subnetwork.selfLink, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
      // Instances of Cloud Run come and go, and each streams from few hosts.
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      minPortsPerVm: 64,
      maxPortsPerVm: 4096,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    child,
  );
}

/** Names of Google's APIs lead to their private addresses, so that nothing has to be let out to the public ones. */
function declareApiNames({ parent, plan: { name }, project }: GcpAdminScope, network: compute.Network) {
  const child = { parent };
  return Object.entries(apiDomains).flatMap(([what, domain]): pulumi.Resource[] => {
    const zone = new dns.ManagedZone(
      `${name}-${what}`,
      {
        project,
        dnsName: domain,
        visibility: "private",
        description: "addresses of Google's services inside the network",
        privateVisibilityConfig: { networks: [{ networkUrl: network.id }] },
      },
      child,
    );
    const record = (suffix: string, host: string) =>
      new dns.RecordSet(
        `${name}-${what}${suffix}`,
        { project, managedZone: zone.name, name: host, type: "A", ttl: 300, rrdatas: privateApis },
        child,
      );
    return [record("", domain), record("-all", `*.${domain}`)];
  });
}

/** Lets out to the planned hosts, to Google's APIs and to the stores; everything else is refused, and the refusal logged. */
function declareFirewall(
  { parent, plan, project }: GcpAdminScope,
  network: compute.Network,
  servicesCidr: string,
  storesBlock: string | undefined,
): pulumi.Resource[] {
  const { name } = plan;
  const hosts = [...new Set(plan.services.flatMap((service) => hostsReached(plan, service)))].sort();
  const policy = new compute.NetworkFirewallPolicy(
    name,
    { project, description: "where the services may send to" },
    { parent },
  );
  type Match = Omit<inputs.compute.NetworkFirewallPolicyRuleMatch, "layer4Configs">;
  const rule = (what: string, priority: number, match: Match, ports?: readonly string[]): pulumi.Resource =>
    new compute.NetworkFirewallPolicyRule(
      `${name}-to-${what}`,
      {
        project,
        firewallPolicy: policy.name,
        priority,
        direction: "EGRESS",
        action: ports === undefined ? "deny" : "allow",
        enableLogging: ports === undefined,
        match: {
          ...match,
          layer4Configs: [ports === undefined ? { ipProtocol: "all" } : { ipProtocol: "tcp", ports: [...ports] }],
        },
      },
      { parent },
    );
  const rules = [
    ...(hosts.length === 0 ? [] : [rule("hosts", 1000, { destFqdns: hosts }, ["443"])]),
    rule("apis", 1100, { destIpRanges: [privateApisBlock] }, ["443"]),
    // Ways in from inside have addresses of the subnetwork.
    rule("services", 1150, { destIpRanges: [servicesCidr] }, ["443"]),
    ...(storesBlock === undefined ? [] : [rule("stores", 1200, { destIpRanges: [storesBlock] }, storePorts)]),
    rule("anywhere", 65_000, { destIpRanges: ["0.0.0.0/0"] }),
  ];
  // Rules first: the network never has half a policy.
  const association = new compute.NetworkFirewallPolicyAssociation(
    name,
    { project, firewallPolicy: policy.name, attachmentTarget: network.id },
    { parent, dependsOn: rules },
  );
  return [...rules, association];
}
