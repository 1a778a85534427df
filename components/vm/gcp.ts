import type * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../core/errors";
import { vmBoundary } from "../core/planning/boundary/vm";
import type { Manifest } from "../core/planning/manifest";
import type { MachinePlace } from "../core/planning/vm/machine-place";
import { verificationKey } from "../core/rendering/pointer";
import { judging, refuseOwn } from "../boundary";
import { labelled } from "../fact-labels";
import { ManagedServices } from "../managed-services/gcp";
import { Network } from "../network/gcp";
import type { GcpPrivateServices } from "../network/gcp-private-services";
import { transformed, type Connect } from "./args";
import { decide, type Decision } from "./decision";
import { declareAlarms, declareChannels } from "./gcp-alarms";
import { declareBackupBucket } from "./gcp-backup-bucket";
import type { GcpSourcegraphVmArgs } from "./gcp-args";
import { declareBundle, declareBundleStore } from "./gcp-bundle";
import { declareDataDisk } from "./gcp-disk";
import { declareIdentity } from "./gcp-identity";
import { declareKeys, type GcpKeys } from "./gcp-keys";
import { declareLoadBalancer } from "./gcp-load-balancer";
import {
  adminUser,
  declareAddress,
  declareAdmins,
  declareFirewall,
  declareMachine,
  ipv4Blocks,
  startupScript,
  type GcpPlace,
} from "./gcp-machine";
import { askStatus } from "./gcp-outside-check";
import { gcpScopeOf, type GcpScope } from "./gcp-scope";
import { declareSecrets } from "./gcp-secrets";
import { declareOutsideCheck } from "./outside-check";
import { declarePointerKey } from "./pointer-key";

/**
 * Sourcegraph on one machine of Google Compute Engine: network, firewall, account, key, secrets, machine, protected data
 * disk with daily snapshots, the bundle it converges to, and, as the config says, load balancer, DNS record and alarms.
 *
 * A new `release` takes a snapshot of the data disk, writes a new bundle and changes the pointer to it; the machine does
 * the rest. Nothing else changes.
 *
 * The project's APIs have to be on; to switch them on needs a right over the whole project that this component does not
 * ask for, and switching them off with one instance would harm others:
 * `gcloud services enable compute.googleapis.com cloudkms.googleapis.com secretmanager.googleapis.com
 * storage.googleapis.com iam.googleapis.com iap.googleapis.com dns.googleapis.com logging.googleapis.com
 * monitoring.googleapis.com cloudresourcemanager.googleapis.com serviceusage.googleapis.com`, and for databases, Redis and
 * their private addresses also `sqladmin.googleapis.com redis.googleapis.com servicenetworking.googleapis.com`
 *
 * Data disk, generated passwords, key, and what lets Google's services use the key are protected, and kept when the
 * instance goes. Google Cloud never deletes a key ring or a key, nor frees its name; names of new ones differ, so an
 * instance can be made again.
 *
 * @example
 * new SourcegraphVm("sourcegraph", {
 *   region: "us-central1",
 *   release: "7.5.4453",
 *   size: "S",
 *   domain: "sourcegraph.example.com",
 *   access: { allowedCidrs: ["203.0.113.0/24"] },
 *   gcp: { project: "example" },
 * });
 */
export class SourcegraphVm extends pulumi.ComponentResource {
  /** Address of the instance. */
  readonly url: pulumi.Output<string>;
  /** Release that the machine is pointed to. */
  readonly release: pulumi.Output<string>;
  /** How to get onto the machine. */
  readonly connect: pulumi.Output<Connect>;
  /** What the next update compares itself with. Known once the pointer is in place, so never ahead of the deployment. */
  readonly manifest: pulumi.Output<Manifest>;
  /** IP address the instance answers at; where there is no `dnsZone`, the record of the domain has to lead to it. */
  readonly address: pulumi.Output<string>;
  /** Name of the machine in its zone. */
  readonly instanceName: pulumi.Output<string>;
  /** Name of the data disk in its zone. */
  readonly dataDiskName: pulumi.Output<string>;
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
   * @param args the config's keys, the secrets' values, and changes to single children
   * @param opts options of the component; a provider given here is used for every child
   * @throws InputError, RefusedError before anything is registered, the component included
   */
  constructor(name: string, args: GcpSourcegraphVmArgs, opts?: pulumi.ComponentResourceOptions) {
    const { transform = {}, existingNetwork, ...common } = args;
    const decision = decide("gcp", name, existingNetwork === undefined ? common : withoutNetwork(common));
    const known = gcpScopeOf(decision, transform);
    checkReach(decision);
    // What cannot be put into the startup script is refused here; bucket names are not longer than this one.
    startupScript(known, "b".repeat(63), verificationKey(""));

    const boundary = vmBoundary(decision.plan, decision.specification);
    const token = "sourcegraph:gcp:SourcegraphVm";
    const inputs = refuseOwn(token, name, { boundary }, decision.specification.boundaries);
    super(token, name, inputs, judging(decision.specification.boundaries, labelled(boundary, opts)));
    const scope: GcpScope = { ...known, parent: this };
    const { plan, specification } = scope;
    const place: GcpVmPlace = existingNetwork ?? declareNetwork(scope);
    const keys = declareKeys(scope);
    const account = declareIdentity(scope);
    const { disk, snapshot } = declareDataDisk(scope, keys);
    const taken = snapshot === undefined ? [] : [snapshot];
    const channels = declareChannels(scope);
    const services = declareServices(scope, { place, keys, account, channels });
    const secrets = declareSecrets(scope, keys, account, { ...args.secrets, ...services?.values }, taken);
    const bucket = declareBundleStore(scope, keys, account);
    const backups = declareBackupBucket(scope, keys, account);
    const ownAddress = declareAddress(scope);
    declareFirewall(scope, place, account);
    const pointerKey = declarePointerKey(scope.names.pointerKey, this);
    const machine = declareMachine({
      scope,
      place,
      account,
      keys,
      bucket: bucket.name,
      pointerKey,
      disk,
      address: ownAddress,
    });
    declareAdmins(scope, machine, account);
    // The machine before the pointer: an update that changes both must not stop the machine in the middle of an upgrade.
    const pointer = declareBundle(scope, bucket, pointerKey, secrets, backups.store, [machine, ...taken]);
    const address =
      ownAddress?.address ??
      (plan.exposure.closed === undefined ? declareLoadBalancer(scope, machine) : addressWithin(machine));
    declareRecord(scope, address);
    declareAlarms(scope, machine, disk, specification.domain ?? address, channels);

    this.url =
      plan.exposure.domain === undefined ? pulumi.interpolate`http://${address}` : pulumi.output(plan.exposure.url);
    this.release = pointer.id.apply(() => plan.release);
    this.connect = connectOf(scope, machine.name);
    this.manifest = pointer.id.apply(() => decision.manifest);
    this.address = address;
    declareOutsideCheck({
      parent: this,
      name: scope.names.outsideCheck,
      planned: decision.outsideCheck,
      release: plan.release,
      digest: decision.digest,
      url: this.url,
      address,
      machineId: machine.instanceId,
      pointer,
      bucket: bucket.name,
      ask: askStatus,
    });
    const out = plan.exposure.closed === undefined ? [ownAddress?.address ?? place.egressAddress] : [];
    this.egressAddresses = pulumi.all(out.filter((each) => each !== undefined));
    this.instanceName = machine.name;
    this.dataDiskName = disk.name;
    this.machine = pulumi.output({
      cloud: "gcp" as const,
      project: scope.project,
      region: scope.region,
      zone: scope.zone,
      machine: machine.name,
      dataDisk: disk.name,
      bundleBucket: bucket.name,
      backupBucket: backups.bucket.name,
    });
    this.orderSecret = pointerKey.secret;
    this.revocation = plan.revocation;
    this.registerOutputs({
      url: this.url,
      release: this.release,
      connect: this.connect,
      manifest: this.manifest,
      address: this.address,
      instanceName: this.instanceName,
      dataDiskName: this.dataDiskName,
      egressAddresses: this.egressAddresses,
      machine: this.machine,
      orderSecret: this.orderSecret,
      ...(plan.revocation !== undefined && { revocation: plan.revocation }),
    });
  }
}

/** Address of a machine in its network. */
function addressWithin(machine: compute.Instance): pulumi.Output<string> {
  return machine.networkInterfaces.apply(([first]) => first?.networkIp ?? "");
}

/** The config of an instance whose network comes from the program: planning need not know which. */
function withoutNetwork(common: Omit<GcpSourcegraphVmArgs, "transform" | "existingNetwork">): typeof common {
  if (common.network !== undefined)
    throw new InputError([
      {
        path: "existingNetwork",
        message:
          "and 'network' exclude each other; keep 'existingNetwork' for values of resources, 'network' for plain ones",
      },
    ]);
  return { ...common, network: { existing: { network: "existingNetwork", subnetId: "existingNetwork" } } };
}

function checkReach({ specification }: Decision): void {
  const { allowedCidrs } = specification.access;
  if (ipv4Blocks(allowedCidrs).length === 0)
    throw new InputError([
      {
        path: "access.allowedCidrs",
        message: `holds no IPv4 block, got ${JSON.stringify(allowedCidrs)}; on gcp the instance has only an IPv4 address, so list the IPv4 blocks that may reach it`,
      },
    ]);
}

/** The machine's place, with how Google's own services are reached from it where that is made here. */
interface GcpVmPlace extends GcpPlace {
  readonly privateServices?: GcpPrivateServices;
  /** Address of the translation; absent where none is made here. */
  readonly egressAddress?: pulumi.Output<string>;
}

function declareNetwork(scope: GcpScope): GcpVmPlace {
  const { names, parent, project, region, labels, plan, specification, transform } = scope;
  if ("existing" in specification.network) {
    const { network = "", subnetId = "" } = specification.network.existing;
    return { network, subnetwork: subnetId };
  }
  const made = new Network(
    names.network,
    // A machine with an address of its own goes out by that.
    {
      cidr: specification.network.cidr,
      region,
      project,
      labels,
      nat: plan.exposure.loadBalancer,
      closed: plan.network?.closed === true,
      ...(plan.network?.servicesCidr !== undefined && { privateServicesCidr: plan.network.servicesCidr }),
      transform: transform.network,
    },
    { parent },
  );
  const { selfLink: network, subnetworkId: subnetwork, privateServices, egressAddress } = made;
  return {
    network,
    subnetwork,
    ...(privateServices !== undefined && { privateServices }),
    ...(egressAddress !== undefined && { egressAddress }),
  };
}

/** Google's own services in place of bundled ones. What is made of them is known before the pointer tells the machine. */
function declareServices(
  scope: GcpScope,
  o: {
    readonly place: GcpVmPlace;
    readonly keys: GcpKeys;
    readonly account: serviceaccount.Account;
    readonly channels: readonly pulumi.Output<string>[];
  },
): ManagedServices | undefined {
  const { plan, specification, names, parent, project, region, zone, labels, transform } = scope;
  if (plan.managed === undefined) return undefined;
  const { network, privateServices } = o.place;
  return new ManagedServices(
    names.managed,
    {
      services: plan.managed,
      project,
      region,
      zone,
      network,
      ...(privateServices !== undefined && { privateServices }),
      key: o.keys.key,
      permitted: specification.customerKey !== undefined,
      ...(o.keys.forStorage[0] !== undefined && { keyForStorage: o.keys.forStorage[0] }),
      bucketUsers: { machine: o.account.member },
      deletionProtection: specification.deletionProtection,
      backupHourUtc: plan.backup.hourUtc,
      channels: o.channels,
      labels,
      transform: transform.managedServices,
    },
    { parent },
  );
}

function declareRecord(scope: GcpScope, address: pulumi.Output<string>): void {
  const { names, parent, project, specification, transform } = scope;
  const { domain, dnsZone } = specification;
  if (domain === undefined || dnsZone === undefined) return;
  new dns.RecordSet(
    names.record,
    transformed<dns.RecordSetArgs>(
      { project, managedZone: dnsZone, name: `${domain}.`, type: "A", ttl: 300, rrdatas: [address] },
      transform.record,
    ),
    // Two records of one name cannot be side by side.
    { parent, deleteBeforeReplace: true },
  );
}

function connectOf(scope: GcpScope, machine: pulumi.Output<string>): pulumi.Output<Connect> {
  const { project, zone, specification } = scope;
  // With keys from the config gcloud must not put one of its own into the machine's metadata.
  const keyed = specification.access.sshKeys.length > 0;
  return machine.apply((name) => {
    const shell = `gcloud compute ssh ${keyed ? `${adminUser}@` : ""}${name} --project ${project} --zone ${zone} --tunnel-through-iap${keyed ? " --plain" : ""}`;
    const command = `sudo journalctl --follow --unit "sourcegraph*"`;
    return { shell, logs: keyed ? `${shell} -- '${command}'` : `${shell} --command '${command}'` };
  });
}
