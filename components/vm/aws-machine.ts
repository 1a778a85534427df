import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as ec2transitgateway from "@pulumi/aws/ec2transitgateway";
import type * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { DataDisk } from "../core/planning/vm/machine";
import type { PlannedMachine } from "../core/planning/vm/plan";
import type { Specification } from "../core/planning/config/specification";
import { renderBootstrap } from "../core/rendering/bootstrap";
import { transformed } from "./args";
import { backupTag } from "./aws-daily-snapshots";
import type { AwsFirewall, AwsPlace } from "./aws-firewall";
import type { AwsIdentity } from "./aws-identity";
import { tagsOf, type AwsScope } from "./aws-scope";
import type { PointerKey } from "./pointer-key";
import { dataOptions } from "../cloud/data-options";

/** Id of the image: the one that is given, or that of the name. */
function imageIdOf({ image }: PlannedMachine, parent: pulumi.Resource): pulumi.Input<string> {
  if (image.id !== undefined) return image.id;
  const found = ec2.getAmiOutput(
    {
      owners: [image.owner],
      filters: [{ name: "name", values: [image.name] }],
      // Debian marks images as deprecated after a while; this one stays as good as its pin.
      includeDeprecated: true,
    },
    { parent },
  );
  return found.id;
}

/** The machine with its disk and address. */
export interface AwsMachine {
  readonly instance: ec2.Instance;
  readonly dataVolume: ebs.Volume;
  /** Brings the two together. */
  readonly attachment: ec2.VolumeAttachment;
  /** Its fixed address, where no load balancer is in front. */
  readonly address?: ec2.Eip;
}

/**
 * The machine's user data. None of it depends on release, size or settings, so that none of these restarts the machine by
 * way of it; a change of it by a new version of the library stops and starts the machine once.
 */
export function userData(specification: Specification, bucket: string, volumeId: string, pointerKey: string): string {
  const { name, region, access, machine, proxy } = specification;
  return renderBootstrap({
    cloud: "aws",
    name,
    source: { kind: "s3", bucket, region },
    pointerKey,
    // How a volume shows up on every machine type of today, whatever device name it was attached as.
    dataDevice: `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`,
    adminSshKeys: access.sshKeys,
    ...(proxy?.http === undefined && proxy?.https === undefined ? {} : { httpProxy: proxy }),
    ...(machine.packageMirror === undefined ? {} : { packageMirror: machine.packageMirror }),
  }).text;
}

/**
 * Declares the data volume: a resource of its own, protected, kept, encrypted, and tagged so that the daily snapshots find it.
 * Size, type and speed follow the plan in place.
 */
export function declareDataVolume(
  scope: AwsScope,
  disk: DataDisk,
  key: { readonly arn: pulumi.Input<string>; readonly id: pulumi.Input<string> },
): ebs.Volume {
  const { parent, names, transform, plan } = scope;
  const name = names.dataVolume;
  const planned = {
    type: disk.type,
    iops: disk.iops,
    throughput: disk.throughputMbps,
    tags: tagsOf(scope, name, {
      "sourcegraph:data-class": "customer",
      "sourcegraph:zone": plan.zone,
      [backupTag]: key.id,
    }),
  };
  const guarded = {
    availabilityZone: plan.zone,
    size: disk.sizeGb,
    encrypted: true,
    kmsKeyId: key.arn,
    finalSnapshot: true,
    snapshotId: undefined,
  };
  // What keeps the data comes after the user's changes.
  return new ebs.Volume(name, { ...transformed(planned, transform.dataVolume), ...guarded }, dataOptions(parent));
}

/**
 * Declares the machine and attaches its data volume and its address.
 *
 * Its image is pinned by exact name in the plan, so no later image replaces it behind one's back; a new pin, which is a
 * release of this library or another `machine.image`, does, and the root disk with it. The old machine goes before the new one comes, because the volume
 * can be at one of them only. `deletionProtection` guards against everybody but this program (`forceDestroy` lets the program
 * lift it): otherwise no new image could ever arrive. With `upgrade: replace` each release brings a new machine, too.
 */
export function declareMachine(
  scope: AwsScope,
  o: {
    readonly machine: PlannedMachine;
    readonly place: AwsPlace;
    readonly firewall: AwsFirewall;
    readonly identity: AwsIdentity;
    readonly keyArn: pulumi.Input<string>;
    readonly bucket: s3.Bucket;
    readonly pointerKey: PointerKey;
    readonly dataVolume: ebs.Volume;
    /** The release the machine is replaced for; see the decision. */
    readonly replacedFor: string;
  },
): AwsMachine {
  const { parent, names, transform, plan, specification } = scope;
  const { machine, place, firewall, identity, dataVolume } = o;
  const instance = new ec2.Instance(
    names.machine,
    transformed(
      {
        ami: imageIdOf(machine, parent),
        instanceType: machine.type,
        subnetId: place.subnetId,
        vpcSecurityGroupIds: [firewall.machine.id],
        // For the way out also behind a load balancer; always, so that adding one does not replace the machine.
        associatePublicIpAddress: place.network === undefined || plan.exposure.closed !== undefined ? undefined : true,
        iamInstanceProfile: identity.profile.name,
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          // One hop more than the machine itself: containers use its identity for S3.
          httpPutResponseHopLimit: 2,
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: machine.rootDiskGb,
          encrypted: true,
          kmsKeyId: o.keyArn,
          deleteOnTermination: true,
          tags: tagsOf(scope, `${names.machine}-root`),
        },
        userData: pulumi
          .all([o.bucket.bucket, dataVolume.id, o.pointerKey.verification])
          .apply(([bucket, volumeId, pointerKey]) => userData(specification, bucket, volumeId, pointerKey)),
        userDataReplaceOnChange: false,
        disableApiTermination: specification.deletionProtection,
        forceDestroy: true,
        tags: tagsOf(scope, names.machine, { "sourcegraph:zone": plan.zone }),
      },
      transform.instance,
    ),
    {
      parent,
      deleteBeforeReplace: true,
      replacementTrigger: o.replacedFor,
      dependsOn: [identity.policy, ...(place.network === undefined ? [] : [place.network])],
    },
  );
  // Its module is that of another service by mistake of the provider's; it is about machines.
  if (plan.power !== undefined)
    new ec2transitgateway.InstanceState(names.machine, { instanceId: instance.id, state: plan.power }, { parent });
  const attachment = new ec2.VolumeAttachment(
    names.dataVolume,
    { deviceName: "/dev/sdf", instanceId: instance.id, volumeId: dataVolume.id, stopInstanceBeforeDetaching: true },
    { parent, deleteBeforeReplace: true },
  );
  if (plan.exposure.loadBalancer || plan.exposure.closed !== undefined) return { instance, dataVolume, attachment };
  const address = new ec2.Eip(
    names.address,
    transformed({ domain: "vpc", tags: tagsOf(scope, names.address) }, transform.address),
    { parent, dependsOn: place.network === undefined ? [] : [place.network] },
  );
  new ec2.EipAssociation(names.address, { allocationId: address.id, instanceId: instance.id }, { parent });
  return { instance, dataVolume, attachment, address };
}
