import * as artifactregistry from "@pulumi/gcp/artifactregistry";
import * as dns from "@pulumi/gcp/dns";
import * as kms from "@pulumi/gcp/kms";
import * as gcp from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { GkeCluster } from "../cluster/gcp";
import { WorkloadIdentity } from "../cluster/gcp-identity";
import { IngressEdge } from "../cluster/gcp-ingress";
import { planPrivateServices } from "../core/planning/managed/google";
import type { Manifest } from "../core/planning/manifest";
import type { PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";
import { SourcegraphKubernetes } from "../kubernetes/sourcegraph-kubernetes";
import { ManagedServices } from "../managed-services/gcp";
import { armorRules } from "../vm/gcp-load-balancer";
import { ClusterNetwork } from "../network/gcp-cluster";
import { Egress } from "../network/gcp-egress";
import type { CellArgs, CellKeys, CellLogins } from "./args";
import { capacityOf, type CellCapacity } from "./capacity";
import { decideCell, migratorAccountOf, type CellDecision } from "./decision";
import { declareCellKeys } from "./gcp-cell-keys";
import { admitImages, declareFullness } from "./gcp-guards";
import { declareCellLogs, type GcpLogTarget } from "./gcp-logs";
import { gcpCellScope, type GcpCellScope } from "./gcp-scope";
import { originArmorRules } from "./gcp-origin";
import { declareOriginSecrets, shownSecret, type OriginSecrets } from "./origin-secrets";
import { DatabaseLogins, declarePasswords, valuesOfProduct, type CellValues } from "./set-up";

/** Arguments of `Cell` on Google Cloud. */
export interface GcpCellArgs extends Omit<CellArgs, "environment"> {
  /** Where records go that nobody of the cell can read or delete; default nowhere but the cell. In place. */
  readonly logs?: GcpLogTarget;
  /** Repository of images that the nodes read, in another project; default none: their registry is elsewhere. In place. */
  readonly images?: GcpImages;
  /** Provider of the project that names are kept in; default the program's. In place. */
  readonly namesProvider?: pulumi.ProviderResource;
  /** Project that names are kept in; default that of the provider. */
  readonly namesProject?: string;
  /** Zone of Cloud DNS that the origin's name is written into; default none: it is written by somebody else. */
  readonly namesZone?: pulumi.Input<string>;
}

/** A repository of images of another project. */
export interface GcpImages {
  /** Project it is in. */
  readonly project: string;
  /** Region it is in. */
  readonly location: string;
  /** Its id. */
  readonly repository: string;
  /** Provider of that project; default the program's. */
  readonly provider?: pulumi.ProviderResource;
  /** What has to be there first. */
  readonly after: readonly pulumi.Resource[];
}

/** What a cell's parts stand on. */
interface Ground {
  readonly network: ClusterNetwork;
  readonly egress: Egress;
  /** Block of Google's own services. */
  readonly servicesCidr: string;
}

/**
 * A cell of the multi-tenant backend on Google Cloud: a whole deployment in a project of its own, which shares nothing with any
 * other.
 *
 * Its provider acts as the project's own account. It has a network that lets out by name only, keys for each use, a cluster,
 * databases, Redis and a bucket, identities without keys, logins of the databases that own nothing, backups that end with
 * the term of a tenant who leaves, and alarms of fullness.
 *
 * Stores and keys are protected, and stay in the project when the cell leaves the program.
 *
 * Cost: `plan.price.cells[name]`.
 *
 * @example
 * new Cell("cell-1", { plan, secrets: { cell1Client: config.requireSecret("cell1Client") } });
 */
export class Cell extends pulumi.ComponentResource {
  /** Host of the origin, which the edge calls. */
  readonly origin: pulumi.Output<string>;
  /** Secret: what the edge has to show there, known once it is accepted. */
  readonly originSecret: pulumi.Output<string>;
  /** Room of the cell, for whoever places tenants. */
  readonly capacity: CellCapacity;
  /** What the next update of the cell compares itself with; known once every workload is ready. */
  readonly manifest: pulumi.Output<Manifest>;
  /** What to do after this update; empty for nothing. */
  readonly next: pulumi.Output<string>;
  /** Full names of its keys, by use. */
  readonly keys: CellKeys;
  /** Name of its cluster. */
  readonly clusterName: pulumi.Output<string>;
  /** Addresses that its connections come from, for code hosts. */
  readonly egressAddresses: pulumi.Output<string[]>;
  /** Provider of its project. */
  readonly provider: pulumi.ProviderResource;
  /** Logins of its databases, beside which those of isolated tenants are made. */
  readonly logins: CellLogins;

  /**
   * @param name name of the cell in the plan, stem of all names
   * @param args the plan, and values of secrets
   * @param opts options of the component
   * @throws InputError, RefusedError with every problem, before anything is registered
   */
  constructor(name: string, args: GcpCellArgs, opts?: pulumi.ComponentResourceOptions) {
    const decision = decideCell("gcp", name, args.plan);
    super("sourcegraph:multi-tenant-backend:Cell", name, { boundary: args.boundary ?? decision.boundary }, opts);
    const { cell, plan } = decision;
    this.provider = providerOf(this, cell);
    const scope = gcpCellScope({ parent: this, plan, cell, provider: this.provider, labels: args.tags ?? {} });
    this.keys = declareCellKeys(scope);
    declareCellLogs(scope, this.keys.log, args.logs);
    admitImages(scope);
    const ground = this.ground(scope);
    const cluster = this.cluster(scope, decision, ground, args);
    if (args.images !== undefined) this.readImages(cell, cluster, args.images);
    const pods = this.identities(scope);
    const services = this.services(scope, decision, ground, cluster, pods);
    const passwords = declarePasswords(this, cell);
    const logins = new DatabaseLogins(
      name,
      {
        cell,
        kubeconfig: cluster.kubeconfig,
        clusterName: cluster.clusterName,
        managed: services.values,
        passwords,
        reach: [ground.servicesCidr],
        boundary: decision.setUpBoundary,
      },
      { parent: this },
    );
    this.logins = logins;
    const accepted = args.originSecrets ?? declareOriginSecrets(this, cell);
    const edge = this.edge(scope, accepted);
    const first: pulumi.Output<unknown>[] = [logins.ready, pods.rights, ...(edge === undefined ? [] : [edge.address])];
    const sourcegraph = this.deploy(decision, args, {
      kubeconfig: pulumi.all([cluster.kubeconfig, pulumi.all(first)]).apply(([known]) => known),
      values: services.values,
      passwords,
    });
    this.originSecret = shownSecret(accepted, edge?.address ?? "");
    declareFullness(scope, cluster.channels);
    this.origin = declareOrigin(scope, args, edge?.address ?? sourcegraph.ingressAddress);
    this.capacity = capacityOf(cell);
    this.manifest = sourcegraph.manifest;
    this.next = sourcegraph.next;
    this.clusterName = cluster.clusterName;
    this.egressAddresses = ground.network.egressAddresses;
    this.registerOutputs({
      origin: this.origin,
      originSecret: this.originSecret,
      capacity: this.capacity,
      manifest: this.manifest,
      next: this.next,
      clusterName: this.clusterName,
      egressAddresses: this.egressAddresses,
    });
  }

  /** The network, which lets out by name only, and reaches Google without leaving. */
  private ground({ cell, child, project, labels }: GcpCellScope): Ground {
    const planned = cell.plan.cluster;
    const [subnet] = planned?.network?.subnets ?? [];
    const { podCidr, serviceCidr, network: block } = planned ?? {};
    if (subnet === undefined || block === undefined || podCidr === undefined || serviceCidr === undefined)
      throw new Error("a cell has a network of its own");
    const servicesCidr = planPrivateServices(block.cidr);
    const network = new ClusterNetwork(
      cell.name,
      {
        nodeCidr: subnet.cidr,
        podCidr,
        serviceCidr,
        region: cell.region,
        project,
        privateServicesCidr: servicesCidr,
        labels: labels(),
        // What is allowed by name is asked before the rule that refuses everything.
        transform: { vpc: { networkFirewallPolicyEnforcementOrder: "BEFORE_CLASSIC_FIREWALL" } },
      },
      child,
    );
    const egress = new Egress(
      cell.name,
      {
        project,
        network: network.selfLink,
        allowedDomains: [...new Set(cell.egress.map(({ host }) => host))],
        internalCidrs: [block.cidr, podCidr, serviceCidr],
        labels: labels(),
      },
      child,
    );
    return { network, egress, servicesCidr };
  }

  private cluster(
    { cell, child }: GcpCellScope,
    { clusterBoundary }: CellDecision,
    { network, egress }: Ground,
    { previous }: GcpCellArgs,
  ): GkeCluster {
    const subnetwork = pulumi
      .all([network.subnetwork, network.wayOut.urn, pulumi.all(egress.ways.map(({ urn }) => urn))])
      .apply(([known]) => known);
    return new GkeCluster(
      cell.name,
      {
        release: cell.release,
        specification: cell.specification,
        existingNetwork: {
          network: network.selfLink,
          // Nodes start when there is a way out, and what is refused is refused.
          subnetwork,
          podRange: network.podRange,
          serviceRange: network.serviceRange,
        },
        keys: { secret: this.keys.secret, disk: this.keys.disk, backup: this.keys.backup },
        transform: {
          cluster: (of) => ({ ...of, binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" } }),
        },
        ...(previous === undefined ? {} : { previous }),
        boundary: clusterBoundary,
      },
      child,
    );
  }

  /** Lets the nodes read images, and no more. */
  private readImages({ name }: PlannedCell, cluster: GkeCluster, images: GcpImages): void {
    const { project, location, repository, provider, after } = images;
    new artifactregistry.RepositoryIamMember(
      `${name}-images`,
      { project, location, repository, role: "roles/artifactregistry.reader", member: cluster.nodeMember },
      { parent: this, dependsOn: [...after], ...(provider === undefined ? {} : { provider }) },
    );
  }

  /** Members of IAM of the services with rights, and their rights on the key of columns. */
  private identities({ cell, child, project }: GcpCellScope): WorkloadIdentity {
    const withRights = cell.identities.filter(
      ({ serviceAccount, bucket, keys }) => serviceAccount !== undefined && (bucket !== "none" || keys.length > 0),
    );
    const pods = new WorkloadIdentity(
      `${cell.name}-pods`,
      {
        project,
        namespace: cell.plan.namespace.name,
        serviceAccounts: withRights.flatMap(({ serviceAccount }) => serviceAccount ?? []),
      },
      child,
    );
    for (const { name, serviceAccount = "", keys } of withRights)
      for (const { use, may } of keys) {
        const member = pods.members[serviceAccount];
        if (member === undefined) continue;
        new kms.CryptoKeyIAMMember(
          `${name}-${use}`,
          {
            cryptoKeyId: this.keys[use],
            role: may === "use" ? "roles/cloudkms.cryptoKeyEncrypterDecrypter" : "roles/cloudkms.admin",
            member,
          },
          child,
        );
      }
    return pods;
  }

  private services(
    { cell, child, project, labels }: GcpCellScope,
    { managedBoundary }: CellDecision,
    { network }: Ground,
    cluster: GkeCluster,
    pods: WorkloadIdentity,
  ): ManagedServices {
    const { deletionProtection, backup, cluster: planned } = cell.specification;
    const users = cell.identities.filter(({ bucket }) => bucket === "read-write");
    return new ManagedServices(
      cell.name,
      {
        services: cell.plan.managed,
        project,
        region: cell.region,
        network: network.selfLink,
        ...(network.privateServices === undefined ? {} : { privateServices: network.privateServices }),
        key: this.keys.db,
        keys: this.keys,
        bucketUsers: Object.fromEntries(
          users.flatMap(({ serviceAccount = "" }) => {
            const member = pods.members[serviceAccount];
            return member === undefined ? [] : [[serviceAccount, member]];
          }),
        ),
        deletionProtection,
        backupHourUtc: backup.hourUtc,
        maintenance: planned.maintenance,
        channels: cluster.channels,
        labels: labels(),
        boundary: managedBoundary,
      },
      child,
    );
  }

  /** What the Ingress of GKE names: it lets in the blocks of the edge, and of them who shows a secret. */
  private edge({ cell, child, project, labels }: GcpCellScope, accepted: OriginSecrets): IngressEdge | undefined {
    const { staticAddress, ...policies } = cell.plan.ingress?.gce ?? {};
    if (staticAddress === undefined) return undefined;
    const { allowedCidrs } = cell.plan.exposure;
    return new IngressEdge(
      cell.name,
      {
        project,
        names: { staticAddress, ...policies },
        allowedCidrs,
        labels: labels(),
        transform: {
          securityPolicy: (of) => ({
            ...of,
            rules: [...originArmorRules(cell.ingress.header, accepted), ...armorRules(allowedCidrs)],
          }),
        },
      },
      child,
    );
  }

  private deploy(
    { cell, productBoundary }: CellDecision,
    { secrets, previous }: GcpCellArgs,
    o: { readonly kubeconfig: pulumi.Output<string>; readonly values: CellValues; readonly passwords: CellValues },
  ): SourcegraphKubernetes {
    return new SourcegraphKubernetes(
      cell.name,
      {
        release: cell.release,
        cloud: "gcp",
        specification: cell.specification,
        secrets: { ...secrets, ...o.passwords },
        kubeconfig: o.kubeconfig,
        managedValues: valuesOfProduct(cell, o.values, o.passwords),
        migratorAccount: migratorAccountOf(cell),
        storageClassParameters: { "disk-encryption-kms-key": this.keys.disk },
        ...(previous === undefined ? {} : { previous }),
        boundary: productBoundary,
      },
      { parent: this },
    );
  }
}

/** The provider of a cell's project: it acts as the project's own account. */
function providerOf(parent: pulumi.Resource, { name, account, region }: PlannedCell): gcp.Provider {
  return new gcp.Provider(
    name,
    {
      project: account.id,
      region,
      ...(account.role === undefined ? {} : { impersonateServiceAccount: account.role }),
    },
    { parent },
  );
}

/** The name of the origin, written where names are kept. */
function declareOrigin(
  { cell, parent }: GcpCellScope,
  { namesZone, namesProvider, namesProject }: GcpCellArgs,
  address: pulumi.Output<string>,
): pulumi.Output<string> {
  if (namesZone === undefined) return pulumi.output(cell.ingress.origin);
  return new dns.RecordSet(
    `${cell.name}-origin`,
    {
      ...(namesProject === undefined ? {} : { project: namesProject }),
      managedZone: namesZone,
      name: `${cell.ingress.origin}.`,
      type: "A",
      ttl: 300,
      rrdatas: [address],
    },
    // A name has one record at a time.
    { parent, deleteBeforeReplace: true, ...(namesProvider === undefined ? {} : { provider: namesProvider }) },
  ).name.apply((name) => name.replace(/\.$/, ""));
}
