import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../core/errors";
import { vmBoundary } from "../core/planning/boundary/vm";
import type { Manifest } from "../core/planning/manifest";
import { verificationKey } from "../core/rendering/pointer";
import type { MachinePlace } from "../core/planning/vm/machine-place";
import { needsDatabaseSubnets } from "../core/planning/managed/amazon";
import { judging, refuseOwn } from "../boundary";
import { labelled } from "../fact-labels";
import { ManagedServices } from "../managed-services/aws";
import { Network, secondZoneOf } from "../network/aws";
import { transformed, type Connect } from "./args";
import { declareAlarms, declareTopic } from "./aws-alarms";
import type { AwsExistingNetwork, AwsSourcegraphVmArgs } from "./aws-args";
import { declareBackup, declareSnapshotBefore } from "./aws-backup";
import { declareBackupBucket } from "./aws-backup-bucket";
import { declareBundle, declareBundleStore } from "./aws-bundle";
import { declareLoadBalancer, declareRecord } from "./aws-edge";
import { declareFirewall, type AwsFirewall, type AwsPlace } from "./aws-firewall";
import { declareIdentity } from "./aws-identity";
import { declareDataVolume, declareMachine, userData, type AwsMachine } from "./aws-machine";
import { awsNames } from "./aws-names";
import { askStatus } from "./aws-outside-check";
import { tagsOf, type AwsScope } from "./aws-scope";
import { declareSecrets } from "./aws-secrets";
import { declarePointerKey } from "./pointer-key";
import { dataOptions } from "../cloud/data-options";
import { decide, type Decision } from "./decision";
import { declareOutsideCheck } from "./outside-check";

/** Config for a network whose ids come from resources: ids that stand for them, since nothing that is decided depends on them. */
function networkKey(existing: AwsExistingNetwork) {
  const id = (kind: "vpc" | "subnet", index: number) => `${kind}-${String(index).padStart(8, "0")}`;
  return {
    existing: {
      vpcId: id("vpc", 0),
      subnetId: id("subnet", 0),
      loadBalancerSubnetIds: existing.loadBalancerSubnetIds?.map((_, index) => id("subnet", index + 1)),
      databaseSubnetIds: existing.databaseSubnetIds?.map((_, index) => id("subnet", index + 101)),
      instanceConnect: existing.instanceConnect,
    },
  };
}

/** Decides everything, and refuses everything that can be refused, before the component is registered. */
function decideOnAws(name: string, args: AwsSourcegraphVmArgs): Decision {
  const { existingNetwork, secondZone: _secondZone, transform: _transform, ...shared } = args;
  if (existingNetwork !== undefined && shared.network !== undefined)
    throw new InputError([
      {
        path: "existingNetwork",
        message:
          "and 'network' exclude each other; keep 'existingNetwork' for ids of resources, 'network' for plain ones",
      },
    ]);
  const decision = decide(
    "aws",
    name,
    existingNetwork === undefined ? shared : { ...shared, network: networkKey(existingNetwork) },
  );
  // The longest names AWS gives out, so that user data too large is refused here and not while resources are made.
  userData(decision.specification, "b".repeat(63), `vol-${"0".repeat(17)}`, verificationKey(""));
  return decision;
}

/**
 * Sourcegraph on one EC2 machine by Docker Compose: network, machine with a data volume of its own, key, secrets, bundle,
 * daily snapshots and alarms, and on request load balancer, certificate and DNS record.
 *
 * Nothing is open but ports 80 and 443 to the allowed blocks; a shell is reached through an Instance Connect endpoint. The
 * data volume, the key and the passwords are protected, and stay in the account when they leave the program.
 *
 * A new release takes a snapshot of the data volume, puts the new bundle beside the old one and moves the pointer; the
 * machine follows it by itself.
 *
 * Cost: `planVm(...).price`; machine and disk are nearly all of it.
 *
 * @example
 * new SourcegraphVm("sourcegraph", {
 *   region: "us-east-1",
 *   release: "7.5.4453",
 *   size: "S",
 *   access: { allowedCidrs: ["10.0.0.0/8"] },
 * });
 */
export class SourcegraphVm extends pulumi.ComponentResource {
  /** Address of the instance, as a person types it. */
  readonly url: pulumi.Output<string>;
  /** Release that the machine is pointed to. */
  readonly release: pulumi.Output<string>;
  /** How to get onto the machine; needs a key of `access.sshKeys`, the AWS command line and an Instance Connect endpoint. */
  readonly connect: pulumi.Output<Connect>;
  /** What the next update compares itself with. Known once the pointer is in place, so never ahead of the deployment. */
  readonly manifest: pulumi.Output<Manifest>;
  /** Where the domain has to lead: the machine's fixed address, or the load balancer's name. */
  readonly address: pulumi.Output<string>;
  /** Id of the machine. Another one after a replacement. */
  readonly instanceId: pulumi.Output<string>;
  /** Id of the data volume. */
  readonly dataVolumeId: pulumi.Output<string>;
  /** Public addresses it calls out from, for lists of who may; empty in a network that exists, and without a way out. */
  readonly egressAddresses: pulumi.Output<string[]>;
  /** Where the machine is, with its disk and its two buckets, by ids of the cloud. */
  readonly machine: pulumi.Output<MachinePlace>;
  /** Secret: what signs orders to the machine, such as the restore of a backup. It stays what it is for the machine's life. */
  readonly orderSecret: pulumi.Output<string>;
  /** How the customer takes back the key that everything is under; absent under a key made here. */
  readonly revocation: string | undefined;

  /**
   * @param name stem of all names; 2 to 24 lower-case letters, digits and dashes
   * @param args the config's keys, the secrets' values and what only a program can give
   * @param opts options of the component; the AWS provider given here is used for every child, and must be of `region`
   * @throws InputError, RefusedError with every problem, before anything is registered
   */
  constructor(name: string, args: AwsSourcegraphVmArgs, opts?: pulumi.ComponentResourceOptions) {
    const decision = decideOnAws(name, args);
    const boundary = vmBoundary(decision.plan, decision.specification);
    const token = "sourcegraph:aws:SourcegraphVm";
    const inputs = refuseOwn(token, name, { boundary }, decision.specification.boundaries);
    super(token, name, inputs, judging(decision.specification.boundaries, labelled(boundary, opts)));
    const { plan, specification, lastHop } = decision;
    const scope: AwsScope = {
      parent: this,
      names: awsNames(name),
      plan,
      specification,
      transform: args.transform ?? {},
    };
    const { machine, dataDisk } = plan;
    if (machine === undefined || dataDisk === undefined)
      throw new Error("a plan for AWS has a machine and a data disk");

    const { customerKey } = specification;
    const key = customerKey === undefined ? this.key(scope) : { arn: customerKey, keyId: keyIdOf(customerKey) };
    const place = this.place(scope, args);
    const firewall = declareFirewall(scope, place);
    const dataVolume = declareDataVolume(scope, dataDisk, { arn: key.arn, id: key.keyId });
    const snapshot = lastHop === undefined ? [] : [declareSnapshotBefore(scope, dataVolume, lastHop)];
    const told = declareTopic(scope);
    const managed = this.managed(scope, { place, firewall, keyArn: key.arn, told });
    const secrets = declareSecrets(scope, key.arn, { ...args.secrets, ...managed?.values }, snapshot);
    const store = declareBundleStore(scope, key.arn);
    const backups = declareBackupBucket(scope, key.arn);
    const identity = declareIdentity(scope, {
      keyArn: key.arn,
      bucketArn: store.bucket.arn,
      secrets: secrets.readable,
      managed: [...backups.statements, ...(managed?.clientPolicyStatements ?? [])],
    });
    const pointerKey = declarePointerKey(scope.names.pointerKey, this);
    const made = declareMachine(scope, {
      machine,
      place,
      firewall,
      identity,
      keyArn: key.arn,
      bucket: store.bucket,
      pointerKey,
      dataVolume,
      replacedFor: decision.replacedFor,
    });
    const backup = declareBackup(scope, dataVolume, key.keyId);
    // The machine before the pointer: an update that changes both must not stop the machine in the middle of an upgrade.
    const before = [made.attachment, ...snapshot];
    const pointer = declareBundle(scope, store, decision, pointerKey, secrets.addresses, backups.store, before);
    const balancer =
      firewall.loadBalancer === undefined
        ? undefined
        : declareLoadBalancer(scope, {
            place,
            group: firewall.loadBalancer,
            instance: made.instance,
            domain: specification.domain ?? "",
          });
    declareRecord(scope, balancer ?? made.address);
    declareAlarms(scope, made, backup, told);

    this.address = balancer?.dnsName ?? made.address?.publicIp ?? made.instance.privateIp;
    this.egressAddresses = pulumi.all(egressOfMachine(made, place, plan.exposure.closed !== undefined));
    this.url =
      plan.exposure.domain === undefined
        ? pulumi.interpolate`http://${this.address}`
        : pulumi.output(plan.exposure.url);
    this.instanceId = made.instance.id;
    this.dataVolumeId = dataVolume.id;
    this.machine = pulumi.output({
      cloud: "aws" as const,
      region: plan.region,
      zone: plan.zone,
      machine: made.instance.id,
      dataDisk: dataVolume.id,
      bundleBucket: store.bucket.bucket,
      backupBucket: backups.bucket.bucket,
    });
    this.orderSecret = pointerKey.secret;
    this.revocation = plan.revocation;
    this.connect = made.instance.id.apply((id) => connectTo(plan.region, id));
    declareOutsideCheck({
      parent: this,
      name: scope.names.outsideCheck,
      planned: decision.outsideCheck,
      release: plan.release,
      digest: decision.digest,
      url: this.url,
      address: this.address,
      machineId: made.instance.id,
      pointer,
      bucket: store.bucket.bucket,
      ask: askStatus,
    });
    this.release = pointer.id.apply(() => plan.release);
    this.manifest = pointer.id.apply(() => decision.manifest);
    this.registerOutputs({
      url: this.url,
      release: this.release,
      connect: this.connect,
      manifest: this.manifest,
      address: this.address,
      instanceId: this.instanceId,
      dataVolumeId: this.dataVolumeId,
      egressAddresses: this.egressAddresses,
      machine: this.machine,
      orderSecret: this.orderSecret,
      ...(plan.revocation !== undefined && { revocation: plan.revocation }),
    });
  }

  /** The key of data volume, bucket and secrets. Without it nothing can be read again, so it is kept like the data. */
  private key(scope: AwsScope): kms.Key {
    const { names, transform, plan } = scope;
    const key = new kms.Key(
      names.key,
      transformed(
        {
          description: `Data volume, bundles and secrets of Sourcegraph ${plan.name}`,
          enableKeyRotation: true,
          deletionWindowInDays: 30,
          tags: tagsOf(scope, names.key, { "sourcegraph:data-class": "key" }),
        },
        transform.key,
      ),
      dataOptions(this),
    );
    new kms.Alias(names.key, { targetKeyId: key.keyId }, { parent: this });
    return key;
  }

  /** AWS' own databases, Redis and bucket in place of containers, where the plan has any. */
  private managed(
    { plan, specification, transform }: AwsScope,
    o: {
      readonly place: AwsPlace;
      readonly firewall: AwsFirewall;
      readonly keyArn: pulumi.Input<string>;
      readonly told: readonly pulumi.Input<string>[];
    },
  ): ManagedServices | undefined {
    if (plan.managed === undefined) return undefined;
    return new ManagedServices(
      plan.name,
      {
        services: plan.managed,
        region: plan.region,
        vpcId: o.place.vpcId,
        subnetIds: o.place.databaseSubnetIds,
        clients: { machine: o.firewall.machine.id },
        keyArn: o.keyArn,
        deletionProtection: specification.deletionProtection,
        backupHourUtc: plan.backup.hourUtc,
        topicArns: o.told,
        tags: { "sourcegraph:name": plan.name, ...specification.tags },
        transform: transform.managedServices,
      },
      { parent: this },
    );
  }

  /** The network: made here, or one that exists. */
  private place(scope: AwsScope, args: AwsSourcegraphVmArgs): AwsPlace {
    const { plan, specification, transform } = scope;
    if (args.existingNetwork !== undefined) {
      const { vpcId, subnetId, instanceConnect = false, connectSecurityGroupId } = args.existingNetwork;
      const { loadBalancerSubnetIds = [], databaseSubnetIds = [] } = args.existingNetwork;
      return {
        vpcId,
        subnetId,
        loadBalancerSubnetIds: [...loadBalancerSubnetIds],
        databaseSubnetIds: [...databaseSubnetIds],
        instanceConnect,
        connectSecurityGroupId,
      };
    }
    if ("existing" in specification.network) {
      const { vpcId = "", subnetId = "", instanceConnect } = specification.network.existing;
      const { loadBalancerSubnetIds = [], databaseSubnetIds = [] } = specification.network.existing;
      return {
        vpcId,
        subnetId,
        loadBalancerSubnetIds: [...loadBalancerSubnetIds],
        databaseSubnetIds: [...databaseSubnetIds],
        instanceConnect,
      };
    }
    const network = new Network(
      plan.name,
      {
        cidr: specification.network.cidr,
        region: plan.region,
        zone: plan.zone,
        secondZone: args.secondZone ?? secondZoneOf(plan.zone),
        ...(plan.network?.endpoints !== undefined && { endpoints: plan.network.endpoints }),
        databases: plan.managed !== undefined && needsDatabaseSubnets(plan.managed),
        tags: { "sourcegraph:name": plan.name, ...specification.tags },
        transform,
      },
      { parent: this },
    );
    return {
      vpcId: network.vpcId,
      subnetId: network.machineSubnetId,
      loadBalancerSubnetIds: network.edgeSubnetIds,
      databaseSubnetIds: network.databaseSubnetIds,
      instanceConnect: true,
      network,
    };
  }
}

/** Where a machine calls out from: its lasting address, else the one it gets in a network that was made for it. */
function egressOfMachine(
  { address, instance }: Pick<AwsMachine, "address" | "instance">,
  { network }: AwsPlace,
  closed: boolean,
): pulumi.Output<string>[] {
  if (closed) return [];
  if (address !== undefined) return [address.publicIp];
  return network === undefined ? [] : [instance.publicIp];
}

/** Id of a key, by its ARN. */
function keyIdOf(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}

/** Command lines through an Instance Connect endpoint, with the user's own key: Debian takes no other. */
function connectTo(region: string, instanceId: string): Connect {
  const tunnel = `aws ec2-instance-connect open-tunnel --region ${region} --instance-id %h`;
  const shell = `ssh -o ProxyCommand='${tunnel}' admin@${instanceId}`;
  return { shell, logs: `${shell} sudo journalctl --follow --unit 'sourcegraph*'` };
}
