import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { EksCluster } from "../cluster/aws";
import type { EksExistingNetwork } from "../cluster/aws-args";
import { EksObjects } from "../cluster/eks-objects";
import { egressSubnets } from "../core/planning/kubernetes/cluster-network";
import type { Manifest } from "../core/planning/manifest";
import type { PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";
import { SourcegraphKubernetes } from "../kubernetes/sourcegraph-kubernetes";
import { ManagedServices } from "../managed-services/aws";
import { ClusterNetwork } from "../network/aws-cluster";
import type { CellArgs, CellKeys, CellLogins } from "./args";
import { declareCellBackups } from "./aws-backups";
import { declareCellKeys } from "./aws-cell-keys";
import { declareEndpoints } from "./aws-endpoints";
import { declareIdentities } from "./aws-identities";
import {
  declareOriginCertificate,
  declareOriginGroup,
  declareOriginRecord,
  declareOriginWall,
  type NamesPlace,
} from "./aws-origin";
import { awsCellScope, type AwsCellScope } from "./aws-scope";
import { capacityOf, type CellCapacity } from "./capacity";
import { decideCell, migratorAccountOf, type CellDecision } from "./decision";
import { declareOriginSecrets, shownSecret } from "./origin-secrets";
import { DatabaseLogins, declarePasswords, valuesOfProduct, type CellValues } from "./set-up";

/** Arguments of `Cell` on AWS. */
export interface AwsCellArgs extends CellArgs {
  /** Provider of the account that names are kept in; default the program's. In place. */
  readonly namesProvider?: pulumi.ProviderResource;
  /** Zone of Route 53 that the origin's name is written into; default none: it is written by somebody else. */
  readonly namesZone?: pulumi.Input<string>;
}

/**
 * A cell of the multi-tenant backend on AWS: a whole deployment in an account of its own, which shares nothing with any other.
 *
 * Its provider takes the role of the account, and refuses any other account. It has a network that lets out by name only, keys
 * for each use, a cluster, databases, caches and a bucket, a role for each service with rights, logins of the databases that
 * own nothing, backups that end with the term of a tenant who leaves, and alarms of fullness. Only the edge calls it, which shows
 * a secret of this cell.
 *
 * Stores and keys are protected, and stay in the account when the cell leaves the program.
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
  /** Id of the way from CloudFront into the network, shared with the edge's account; undefined where the origin is on the internet. */
  readonly vpcOriginId: pulumi.Output<string> | undefined;
  /** Room of the cell, for whoever places tenants. */
  readonly capacity: CellCapacity;
  /** What the next update of the cell compares itself with; known once every workload is ready. */
  readonly manifest: pulumi.Output<Manifest>;
  /** What to do after this update; empty for nothing. */
  readonly next: pulumi.Output<string>;
  /** ARNs of its keys, by use. */
  readonly keys: CellKeys;
  /** Name of its cluster. */
  readonly clusterName: pulumi.Output<string>;
  /** Provider of its account. */
  readonly provider: pulumi.ProviderResource;
  /** Logins of its databases, beside which those of isolated tenants are made. */
  readonly logins: CellLogins;

  /**
   * @param name name of the cell in the plan, stem of all names
   * @param args the plan, and values of secrets
   * @param opts options of the component
   * @throws InputError, RefusedError with every problem, before anything is registered
   */
  constructor(name: string, args: AwsCellArgs, opts?: pulumi.ComponentResourceOptions) {
    const decision = decideCell("aws", name, args.plan);
    super("sourcegraph:multi-tenant-backend:Cell", name, { boundary: args.boundary ?? decision.boundary }, opts);
    const { cell, plan } = decision;
    this.provider = providerOf(this, cell);
    const scope = awsCellScope({ parent: this, plan, cell, provider: this.provider, tags: args.tags ?? {} });
    this.keys = declareCellKeys(scope);
    const { network, endpoints } = this.network(scope);
    // Nodes join by what is reached without leaving the network.
    const reached = endpoints.map(({ id }) => id);
    const privateSubnets = Object.fromEntries(
      Object.entries(network.privateSubnets).map(([zone, id]) => [zone, afterAll(id, reached)]),
    );
    const cluster = this.cluster(scope, decision, { vpcId: network.vpcId, privateSubnets }, args);
    const objects = new EksObjects(
      name,
      {
        clusterName: cluster.clusterName,
        region: cell.region,
        vpcId: cluster.vpcId,
        kubeconfig: cluster.kubeconfig,
        cluster: cluster.plan,
        ingressClass: cell.plan.ingress?.makesClass === undefined,
      },
      scope.child,
    );
    const services = this.services(scope, decision, cluster, network.databaseSubnetIds);
    const copies = args.environment?.backupCopies?.[name];
    declareCellBackups(scope, { keyArn: this.keys.backup, ...(copies === undefined ? {} : { copies }) });
    const identities = declareIdentities(scope, {
      clusterName: cluster.clusterName,
      keys: this.keys,
      uploads: services.clientPolicyStatements,
    });
    const passwords = declarePasswords(this, cell);
    const logins = new DatabaseLogins(
      name,
      {
        cell,
        kubeconfig: cluster.kubeconfig,
        clusterName: cluster.clusterName,
        managed: services.values,
        passwords,
        reach: [cell.cidr],
        boundary: decision.setUpBoundary,
      },
      { parent: this },
    );
    this.logins = logins;
    const names = args.namesZone === undefined ? undefined : namesOf(args, args.namesZone);
    const certificate = names === undefined ? [] : [declareOriginCertificate(scope, names)];
    const { vpcOrigin } = cell.ingress;
    const callers =
      vpcOrigin === undefined
        ? []
        : [declareOriginGroup(scope, vpcOrigin, { vpcId: cluster.vpcId, nodes: cluster.securityGroupId })];
    const sourcegraph = this.deploy(decision, args, {
      // Pods get identities and logins only where both are there, and what the load balancer uses cannot be deleted.
      kubeconfig: afterAll(cluster.kubeconfig, [
        objects.ingressClassName,
        ...identities,
        logins.ready,
        ...certificate,
        ...callers,
      ]),
      values: services.values,
      passwords,
    });
    const secrets = args.originSecrets ?? declareOriginSecrets(this, cell);
    const way = declareOriginWall(scope, secrets, sourcegraph.ingressAddress);
    this.originSecret = shownSecret(secrets, way.accepts);
    this.vpcOriginId = way.vpcOriginId;
    declareFullness(scope, cluster.topicArn);
    if (args.environment?.logs !== undefined) declareLogs(scope, cluster.clusterName, args.environment.logs);
    this.origin =
      names === undefined
        ? pulumi.output(cell.ingress.origin)
        : declareOriginRecord(scope, names, sourcegraph.ingressAddress);
    this.capacity = capacityOf(cell);
    this.manifest = sourcegraph.manifest;
    this.next = sourcegraph.next;
    this.clusterName = cluster.clusterName;
    this.registerOutputs({
      origin: this.origin,
      originSecret: this.originSecret,
      vpcOriginId: this.vpcOriginId,
      capacity: this.capacity,
      manifest: this.manifest,
      next: this.next,
      clusterName: this.clusterName,
    });
  }

  /** The network, which lets out by name only, and reaches AWS without leaving. */
  private network(scope: AwsCellScope): {
    readonly network: ClusterNetwork;
    readonly endpoints: readonly pulumi.CustomResource[];
  } {
    const { cell, child, tags } = scope;
    const planned = cell.plan.cluster?.network;
    if (planned === undefined) throw new Error("a cell has a network of its own");
    const { Name: _name, ...own } = tags(cell.name);
    const network = new ClusterNetwork(
      cell.name,
      {
        cidr: planned.cidr,
        region: cell.region,
        subnets: planned.subnets,
        firewall: {
          subnets: egressSubnets(planned.cidr, planned.subnets),
          allowedDomains: [...new Set(cell.egress.map(({ host }) => host))],
          logs: { keyArn: this.keys.log, retentionDays: cell.backups.logDays },
          deletionProtection: cell.specification.deletionProtection,
        },
        tags: own,
      },
      child,
    );
    const subnetIds = Object.values(network.privateSubnets);
    return { network, endpoints: declareEndpoints(scope, { vpcId: network.vpcId, subnetIds }) };
  }

  private cluster(
    { cell, child }: AwsCellScope,
    { clusterBoundary }: CellDecision,
    existingNetwork: EksExistingNetwork,
    { previous }: AwsCellArgs,
  ): EksCluster {
    const { role } = cell.account;
    return new EksCluster(
      cell.name,
      {
        release: cell.release,
        specification: cell.specification,
        existingNetwork,
        keys: { secret: this.keys.secret, disk: this.keys.disk, log: this.keys.log },
        transform: { logGroup: { retentionInDays: cell.backups.logDays } },
        ...(role === undefined ? {} : { kubeconfigRole: role }),
        ...(previous === undefined ? {} : { previous }),
        boundary: clusterBoundary,
      },
      child,
    );
  }

  private services(
    { cell, child, tags }: AwsCellScope,
    decision: CellDecision,
    cluster: EksCluster,
    subnetIds: pulumi.Output<string[]>,
  ): ManagedServices {
    const { deletionProtection, backup, cluster: planned } = cell.specification;
    const { Name: _name, ...own } = tags(cell.name);
    return new ManagedServices(
      cell.name,
      {
        services: cell.plan.managed,
        region: cell.region,
        vpcId: cluster.vpcId,
        subnetIds,
        clients: { nodes: cluster.securityGroupId },
        keyArn: this.keys.db,
        keys: this.keys,
        deletionProtection,
        backupHourUtc: backup.hourUtc,
        maintenance: planned.maintenance,
        topicArns: cluster.topicArn === undefined ? [] : [cluster.topicArn],
        tags: { "sourcegraph:name": cell.name, ...own },
        boundary: decision.managedBoundary,
      },
      child,
    );
  }

  private deploy(
    { cell, productBoundary }: CellDecision,
    { secrets, previous }: AwsCellArgs,
    o: { readonly kubeconfig: pulumi.Output<string>; readonly values: CellValues; readonly passwords: CellValues },
  ): SourcegraphKubernetes {
    return new SourcegraphKubernetes(
      cell.name,
      {
        release: cell.release,
        cloud: "aws",
        specification: cell.specification,
        secrets: { ...secrets, ...o.passwords },
        kubeconfig: o.kubeconfig,
        managedValues: valuesOfProduct(cell, o.values, o.passwords),
        migratorAccount: migratorAccountOf(cell),
        storageClassParameters: { encrypted: "true", kmsKeyId: this.keys.disk },
        ...(previous === undefined ? {} : { previous }),
        boundary: productBoundary,
      },
      { parent: this },
    );
  }
}

/** A value that is known only when others are. */
function afterAll(value: pulumi.Output<string>, others: readonly pulumi.Output<unknown>[]): pulumi.Output<string> {
  return pulumi.all([value, pulumi.all([...others])]).apply(([known]) => known);
}

function namesOf({ namesProvider }: AwsCellArgs, zone: pulumi.Input<string>): NamesPlace {
  return { zone, ...(namesProvider === undefined ? {} : { provider: namesProvider }) };
}

/** The provider of a cell's account: it takes the role there, and touches nothing where it finds itself elsewhere. */
function providerOf(parent: pulumi.Resource, { name, account, region }: PlannedCell): aws.Provider {
  return new aws.Provider(
    name,
    {
      region: region as aws.ProviderArgs["region"],
      allowedAccountIds: [account.id],
      ...(account.role === undefined ? {} : { assumeRoles: [{ roleArn: account.role, sessionName: name }] }),
    },
    { parent },
  );
}

/** Alarms of fullness, by what the cell's agent measures. */
function declareFullness(scope: AwsCellScope, topicArn: pulumi.Output<string> | undefined): void {
  const { cell, child, tags } = scope;
  const told = topicArn === undefined ? [] : [topicArn];
  for (const { name, percent, metric, metricNamespace, description } of cell.alarms)
    new cloudwatch.MetricAlarm(
      name,
      {
        namespace: metricNamespace,
        metricName: metric,
        dimensions: { Cell: cell.name },
        statistic: "Maximum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: percent,
        period: 300,
        evaluationPeriods: 3,
        // Without a word from the agent nobody knows.
        treatMissingData: "breaching",
        alarmDescription: description,
        alarmActions: told,
        okActions: told,
        tags: tags(name),
      },
      child,
    );
}

/** What the control plane writes goes on to another account, where nobody of the cell can read or delete it. */
function declareLogs(
  { cell, child }: AwsCellScope,
  clusterName: pulumi.Output<string>,
  destinationArn: pulumi.Input<string>,
): void {
  new cloudwatch.LogSubscriptionFilter(
    `${cell.name}-logs`,
    { logGroup: clusterName.apply((of) => `/aws/eks/${of}/cluster`), filterPattern: "", destinationArn },
    child,
  );
}
