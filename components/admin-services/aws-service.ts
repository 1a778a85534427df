import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as ecs from "@pulumi/aws/ecs";
import type * as iam from "@pulumi/aws/iam";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminService, PlannedAdminStore } from "../core/planning/admin/admin-plan";
import { declareAdminAlarms, type AwsWatched } from "./aws-alarms";
import type { AwsAdminBalancer } from "./aws-balancer";
import { awsServiceBoundary } from "./aws-boundary";
import { declareChecks, type AwsCheckStore } from "./aws-checks";
import { declareAdminAnalytics, declareAdminStream, declareAdminTopic, type AwsAdminBucket } from "./aws-events";
import { declareExecutionRole, declareTaskRole, permitRole } from "./aws-identity";
import { declareAdminKey } from "./aws-keys";
import { declareListener } from "./aws-listener";
import { balancerOf } from "./aws-names";
import { adminStoreTags, adminTags, keyNamed, type AwsAdminGround, type AwsAdminScope } from "./aws-scope";
import { declareAdminSecrets, type AwsAdminSecret } from "./aws-secrets";
import { declareAdminCache, declareAdminDatabase, type AwsAdminStore } from "./aws-stores";
import { declareTask, type AwsAdminStores } from "./aws-task";

/** What a service on AWS is made from. */
export interface AwsAdminServiceArgs {
  /** What is the same for all services; `keys` holds those of the stack. */
  readonly scope: Omit<AwsAdminScope, "parent">;
  /** The service, as planned. */
  readonly service: PlannedAdminService;
  /** Where it stands. */
  readonly ground: AwsAdminGround;
  /** Values of the config's secrets, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What is there beside a service when it starts. */
export interface AwsAdminSurroundings {
  /** Name of the cluster. */
  readonly cluster: ecs.Cluster;
  /** Stores of all services, by `service/store`. */
  readonly stores: AwsAdminStores;
  /** Load balancers, by name. */
  readonly balancers: ReadonlyMap<string, AwsAdminBalancer>;
  /** Where checks keep what they found. */
  readonly checks: AwsCheckStore;
}

/**
 * One support service on AWS: keys, stores, secrets and log of its own, one role that it runs as and one that starts it, its
 * ways in, its checks and alarms. It is declared in two steps, since services are told of each other's stores: what it keeps
 * first, then {@link run}.
 */
export class AdminService extends pulumi.ComponentResource {
  /** Its stores, by name. */
  readonly stores: Readonly<Record<string, AwsAdminStore>>;
  /** Role that it runs as. */
  readonly role: iam.Role;
  private readonly scope: AwsAdminScope;
  private readonly group: ec2.SecurityGroup;
  private readonly secrets: readonly AwsAdminSecret[];
  private readonly log: cloudwatch.LogGroup;

  /**
   * @param args the service, and what it stands on
   * @param opts options of the component
   */
  constructor(
    private readonly args: AwsAdminServiceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { service } = args;
    super(
      "sourcegraph:admin-services:AdminService",
      service.resource,
      { boundary: awsServiceBoundary(args.scope.plan, service) },
      opts,
    );
    const bare = { ...args.scope, parent: this };
    const { plan } = bare;
    this.role = declareTaskRole(bare, service.identity, service.name);
    const keys = plan.keys
      .filter((key) => key.service === service.name)
      .map((key) => [key.name, declareAdminKey(bare, key, this.role.name)] as const);
    this.scope = { ...bare, keys: new Map([...args.scope.keys, ...keys]) };
    this.group = this.declareGroup();
    this.stores = this.declareStores();
    this.secrets = declareAdminSecrets(this.scope, service, {
      given: args.secrets,
      addresses: Object.fromEntries(
        Object.entries(this.stores).flatMap(([store, { address }]) =>
          address === undefined ? [] : [[store, address]],
        ),
      ),
    });
    const logName = `${service.resource}-log`;
    this.log = new cloudwatch.LogGroup(
      logName,
      {
        retentionInDays: plan.logs.retentionDays,
        kmsKeyId: keyNamed(this.scope, plan.logs.key).arn,
        tags: adminStoreTags(this.scope, logName, service.name, ["operational"]),
      },
      { parent: this },
    );
  }

  /** Lets out what the firewall behind it allows by name, and what AWS' own services take inside the network. */
  private declareGroup(): ec2.SecurityGroup {
    const { service, ground } = this.args;
    const { resource, name } = service;
    const tags = adminTags(this.scope, resource, name);
    const group = new ec2.SecurityGroup(
      resource,
      { vpcId: ground.vpcId, description: `Service ${name}`, tags },
      { parent: this },
    );
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443, tags };
    new vpc.SecurityGroupEgressRule(
      `${resource}-to-hosts`,
      { securityGroupId: group.id, cidrIpv4: "0.0.0.0/0", ...https },
      { parent: this },
    );
    return group;
  }

  private declareStores(): Record<string, AwsAdminStore> {
    const { service, ground } = this.args;
    const { scope } = this;
    const inNetwork = { vpcId: ground.vpcId, dataSubnetIds: ground.dataSubnetIds, client: this.group };
    const buckets = new Map(
      service.stores.flatMap((store): [string, AwsAdminBucket][] =>
        store.kind === "analytics" ? [[store.name, declareAdminAnalytics(scope, store)]] : [],
      ),
    );
    const made = (store: PlannedAdminStore): AwsAdminStore => {
      switch (store.kind) {
        case "relational": {
          const secretKey = keyNamed(scope, service.secretKey).arn;
          return declareAdminDatabase(scope, store, { ground: inNetwork, secretKey });
        }
        case "cache":
          return declareAdminCache(scope, store, inNetwork);
        case "analytics":
        case "stream":
          return this.eventsOf(store, buckets);
      }
    };
    return Object.fromEntries(service.stores.map((store) => [store.name, made(store)]));
  }

  private eventsOf(
    store: Extract<PlannedAdminStore, { readonly kind: "analytics" | "stream" }>,
    buckets: ReadonlyMap<string, AwsAdminBucket>,
  ): AwsAdminStore {
    const { scope } = this;
    const { ground } = this.args;
    const bucket = buckets.get(store.kind === "analytics" ? store.name : (store.into?.store ?? ""));
    if (bucket !== undefined && store.kind === "analytics") return bucket;
    if (store.kind === "analytics") throw new Error(`${store.resource} was not made`);
    if (bucket === undefined || store.into === undefined) return declareAdminTopic(scope, store);
    const name = `${store.resource}-filter`;
    const group = new ec2.SecurityGroup(
      name,
      {
        vpcId: ground.vpcId,
        description: "Lets nothing in and nothing out",
        tags: adminTags(scope, name, store.owner),
      },
      { parent: this },
    );
    return declareAdminStream(scope, store, {
      into: bucket,
      table: store.into.table,
      ground: { subnetIds: ground.privateSubnetIds, group },
    });
  }

  /** Starts it: its rights, its task, its ways in, its checks and alarms. */
  run(around: AwsAdminSurroundings): void {
    const { scope, group, log, secrets, role } = this;
    const { service, ground } = this.args;
    const reads = service.reads.flatMap(
      ({ service: owner, store }) => around.stores.get(`${owner}/${store}`)?.readerStatements ?? [],
    );
    const rights = permitRole(scope, service.identity, role, [
      ...Object.values(this.stores).flatMap(({ statements }) => statements),
      ...reads,
    ]);
    const execution = declareExecutionRole(scope, service, { secrets, log });
    const task = declareTask(scope, service, {
      role,
      execution: execution.role,
      secrets,
      stores: around.stores,
      log,
    });
    this.callOthers(around);
    const ways = service.listeners.flatMap((listener) => {
      const balancer = around.balancers.get(balancerOf(scope.plan.name, listener));
      if (balancer === undefined) return [];
      const { vpcId, privateBlocks } = ground;
      const way = declareListener(scope, service, listener, {
        vpcId,
        privateBlocks,
        group,
        balancer,
        secrets: this.args.secrets,
      });
      return [{ ...way, balancer }];
    });
    const targets = ways.flatMap((way) => way.targets.map((target) => ({ target, balancer: way.balancer })));
    const running = this.declareRunning(around.cluster, task, targets, [
      ...rights,
      ...execution.rights,
      ...ground.ways,
      ...ways.flatMap(({ rules }) => rules),
    ]);
    const checks = declareChecks(scope, service, {
      store: around.checks,
      secrets,
      subnetIds: ground.privateSubnetIds,
      group,
      after: [running],
    });
    declareAdminAlarms(scope, service, { cluster: around.cluster.name, checks, targets });
    this.registerOutputs({ role: role.arn });
  }

  /** Lets it reach the services of the stack that it calls, through the load balancer of the zone itself. */
  private callOthers({ balancers }: AwsAdminSurroundings): void {
    const { service } = this.args;
    const balancer = balancers.get(balancerOf(this.scope.plan.name, { plane: "internal", origin: "direct" }));
    if (balancer === undefined || service.connectsTo.length === 0) return;
    const name = `${service.resource}-to-services`;
    const https = {
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      tags: adminTags(this.scope, name, service.name),
    };
    const parent = { parent: this };
    const [caller, callee] = [this.group.id, balancer.group.id];
    new vpc.SecurityGroupEgressRule(
      name,
      { securityGroupId: caller, referencedSecurityGroupId: callee, ...https },
      parent,
    );
    new vpc.SecurityGroupIngressRule(
      name,
      { securityGroupId: callee, referencedSecurityGroupId: caller, ...https },
      parent,
    );
  }

  /** As many tasks as the load asks for, none with a public address; a deployment that does not come up is taken back. */
  private declareRunning(
    cluster: ecs.Cluster,
    task: ecs.TaskDefinition,
    targets: AwsWatched["targets"],
    after: readonly pulumi.Resource[],
  ): ecs.Service {
    const { service, ground } = this.args;
    const { resource, container, instances, name } = service;
    const tags = adminTags(this.scope, resource, name);
    const running = new ecs.Service(
      resource,
      {
        name: resource,
        cluster: cluster.arn,
        taskDefinition: task.arn,
        launchType: "FARGATE",
        platformVersion: "LATEST",
        desiredCount: instances.minimum,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        enableExecuteCommand: false,
        ...(targets.length === 0 ? {} : { healthCheckGracePeriodSeconds: 120 }),
        networkConfiguration: {
          assignPublicIp: false,
          subnets: [...ground.privateSubnetIds],
          securityGroups: [this.group.id],
        },
        loadBalancers: targets.map(({ target }) => ({
          targetGroupArn: target.arn,
          containerName: name,
          containerPort: container.port,
        })),
        propagateTags: "SERVICE",
        tags,
      },
      // How many run is the load's to say.
      { parent: this, dependsOn: [...after], ignoreChanges: ["desiredCount"] },
    );
    const target = new appautoscaling.Target(
      resource,
      {
        serviceNamespace: "ecs",
        scalableDimension: "ecs:service:DesiredCount",
        resourceId: pulumi.interpolate`service/${cluster.name}/${running.name}`,
        minCapacity: instances.minimum,
        maxCapacity: instances.maximum,
        tags,
      },
      { parent: this },
    );
    new appautoscaling.Policy(
      resource,
      {
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
          targetValue: 60,
        },
      },
      { parent: this },
    );
    return running;
  }
}
