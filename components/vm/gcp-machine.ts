import * as compute from "@pulumi/gcp/compute";
import * as iap from "@pulumi/gcp/iap";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { renderBootstrap } from "../core/rendering/bootstrap";
import { transformed } from "./args";
import type { GcpKeys } from "./gcp-keys";
import type { GcpScope } from "./gcp-scope";
import type { PointerKey } from "./pointer-key";

/** Where the machine's network and subnetwork are: names or self links. */
export interface GcpPlace {
  readonly network: pulumi.Input<string>;
  readonly subnetwork: pulumi.Input<string>;
}

/** Device name of the data disk within the machine; Google's guest environment makes a link of it. */
const deviceName = "sourcegraph-data";

/** Metadata entry whose text Google's guest environment runs at every boot. */
const startup = "startup-script";

/** User of the keys in `access.sshKeys`, as on Debian's images for AWS. */
export const adminUser = "admin";

/** Block that connections through Identity-Aware Proxy come from. */
const tunnelRange = "35.235.240.0/20";

/** Blocks that Google's load balancers and their health checks come from. */
const balancerRanges = ["130.211.0.0/22", "35.191.0.0/16"];

/**
 * The startup script of the machine.
 *
 * @throws InputError when something in the config cannot be put into it
 */
export function startupScript(scope: Omit<GcpScope, "parent">, bucket: string, pointerKey: string): string {
  const { name, project, specification } = scope;
  const { machine, proxy } = specification;
  return renderBootstrap({
    cloud: "gcp",
    name,
    source: { kind: "gcs", bucket, project },
    pointerKey,
    dataDevice: `/dev/disk/by-id/google-${deviceName}`,
    ...(proxy?.http === undefined && proxy?.https === undefined ? {} : { httpProxy: proxy }),
    ...(machine.packageMirror === undefined ? {} : { packageMirror: machine.packageMirror }),
  }).text;
}

/** The machine's own lasting address, where no load balancer is in front. */
export function declareAddress(scope: GcpScope): compute.Address | undefined {
  const { names, parent, project, region, labels, plan, transform } = scope;
  if (plan.exposure.loadBalancer || plan.exposure.closed !== undefined) return undefined;
  return new compute.Address(
    names.address,
    transformed<compute.AddressArgs>({ project, region, addressType: "EXTERNAL", labels }, transform.address),
    { parent },
  );
}

/**
 * The machine. Its data disk is named in it, not attached by a resource of its own: here, unlike on AWS, naming a disk
 * neither makes nor deletes it, the disk is there when the machine boots, and when the machine is replaced it is shut
 * down first and its file systems are in order. A separate attachment would be taken from the running machine.
 *
 * The root disk and everything else is disposable. A change of machine type or account stops and starts the machine; of
 * image or zone replaces it, and with `upgrade: replace` each release does, which `deletionProtection` forbids until it is
 * set to false and deployed.
 */
export function declareMachine(o: {
  readonly scope: GcpScope;
  readonly place: GcpPlace;
  readonly account: serviceaccount.Account;
  readonly keys: GcpKeys;
  readonly bucket: pulumi.Output<string>;
  readonly pointerKey: PointerKey;
  readonly disk: compute.Disk;
  readonly address: compute.Address | undefined;
}): compute.Instance {
  const { scope, place, account, address } = o;
  const { names, parent, project, zone, labels, machine, dataDisk, specification, transform } = scope;
  const keys = specification.access.sshKeys;
  const script = pulumi
    .all([o.bucket, o.pointerKey.verification])
    .apply(([bucket, pointerKey]) => startupScript(scope, bucket, pointerKey));
  const metadata: Record<string, pulumi.Input<string>> = {
    // In `metadata` a change is made in place and runs at the next boot; `metadataStartupScript` would replace the machine.
    [startup]: script,
    "block-project-ssh-keys": "true",
    "serial-port-enable": "false",
    // Either the keys of the config, or whoever Google's OS Login lets in.
    "enable-oslogin": keys.length === 0 ? "TRUE" : "FALSE",
    ...(keys.length === 0 ? {} : { "ssh-keys": keys.map((key) => `${adminUser}:${key}`).join("\n") }),
  };
  const planned: compute.InstanceArgs = {
    project,
    zone,
    machineType: machine.type,
    bootDisk: {
      autoDelete: true,
      kmsKeySelfLink: o.keys.key,
      initializeParams: {
        image: `projects/${machine.image.owner}/global/images/${machine.image.name}`,
        size: machine.rootDiskGb,
        // Machines that take Hyperdisk data disks do not all boot from others.
        type: dataDisk.type.startsWith("hyperdisk") ? dataDisk.type : "pd-balanced",
        labels,
      },
    },
    networkInterfaces: [
      {
        subnetwork: place.subnetwork,
        accessConfigs: address === undefined ? [] : [{ natIp: address.address, networkTier: "PREMIUM" }],
      },
    ],
    serviceAccount: { email: account.email, scopes: ["cloud-platform"] },
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    metadata,
    deletionProtection: specification.deletionProtection,
    ...(scope.plan.power !== undefined && { desiredStatus: scope.plan.power === "stopped" ? "TERMINATED" : "RUNNING" }),
    allowStoppingForUpdate: true,
    labels,
  };
  const given = transformed<compute.InstanceArgs>(planned, transform.machine);
  const kept: Partial<compute.InstanceArgs> = {
    attachedDisks: [{ source: o.disk.selfLink, deviceName, mode: "READ_WRITE" }],
    metadata:
      given.metadata === metadata
        ? metadata
        : pulumi
            .all([metadata, given.metadata])
            .apply(([ours, more]) => ({ ...ours, ...more, [startup]: ours[startup] ?? "" })),
  };
  return new compute.Instance(
    names.machine,
    { ...given, ...kept },
    // The disk can be in one machine only, so the old one goes first.
    {
      parent,
      deleteBeforeReplace: true,
      replacementTrigger: scope.replacedFor,
      dependsOn: [...o.keys.forCompute],
    },
  );
}

/** IPv4 blocks among blocks; machine and load balancer have no other addresses. */
export function ipv4Blocks(cidrs: readonly string[]): string[] {
  return cidrs.filter((cidr) => !cidr.includes(":"));
}

/**
 * What reaches the machine: its web ports from the allowed blocks, or from Google's load balancers alone, and port 22 from
 * Identity-Aware Proxy. The rules hold for the machine's account, which nobody else can put on; a tag anybody could.
 */
export function declareFirewall(scope: GcpScope, place: GcpPlace, account: serviceaccount.Account): void {
  const { names, parent, project, plan, transform } = scope;
  const { exposure } = plan;
  const common = { project, network: place.network, direction: "INGRESS", targetServiceAccounts: [account.email] };
  new compute.Firewall(
    names.web,
    transformed<compute.FirewallArgs>(
      {
        ...common,
        description: exposure.loadBalancer ? "web, from Google's load balancers" : "web, from the allowed blocks",
        sourceRanges: exposure.loadBalancer ? balancerRanges : ipv4Blocks(exposure.allowedCidrs),
        allows: [{ protocol: "tcp", ports: exposure.loadBalancer ? ["80"] : exposure.ports.map(String) }],
      },
      transform.webFirewall,
    ),
    { parent },
  );
  new compute.Firewall(
    names.tunnel,
    transformed<compute.FirewallArgs>(
      {
        ...common,
        description: "SSH, through Identity-Aware Proxy only",
        sourceRanges: [tunnelRange],
        allows: [{ protocol: "tcp", ports: ["22"] }],
        logConfig: { metadata: "INCLUDE_ALL_METADATA" },
      },
      transform.tunnelFirewall,
    ),
    { parent },
  );
  if (exposure.closed !== undefined) declareClosedEgress(scope, place, account, exposure.closed.egress);
}

/** Lets the machine out to these blocks only: what is denied comes after what is allowed. */
function declareClosedEgress(
  scope: GcpScope,
  place: GcpPlace,
  account: serviceaccount.Account,
  blocks: readonly string[],
): void {
  const { names, parent, project } = scope;
  const common = { project, network: place.network, direction: "EGRESS", targetServiceAccounts: [account.email] };
  new compute.Firewall(
    names.outInside,
    {
      ...common,
      description: "out, to private addresses",
      priority: 1000,
      destinationRanges: [...blocks],
      allows: [{ protocol: "all" }],
    },
    { parent },
  );
  new compute.Firewall(
    names.outNowhere,
    {
      ...common,
      description: "out, to nowhere else",
      priority: 2000,
      destinationRanges: ["0.0.0.0/0"],
      denies: [{ protocol: "all" }],
    },
    { parent },
  );
}

/**
 * Who may open a tunnel to port 22 of the machine; where no keys are given, also log in there as administrator, which
 * on Google Cloud includes acting as the machine.
 */
export function declareAdmins(scope: GcpScope, machine: compute.Instance, account: serviceaccount.Account): void {
  const { names, parent, project, zone, specification } = scope;
  const { iapMembers, sshKeys } = specification.access;
  for (const member of iapMembers) {
    new iap.TunnelInstanceIAMMember(
      names.right("tunnel", member),
      {
        project,
        zone,
        instance: machine.name,
        role: "roles/iap.tunnelResourceAccessor",
        member,
        condition: { title: "SSH only", expression: "destination.port == 22" },
      },
      { parent },
    );
    if (sshKeys.length > 0) continue;
    new compute.InstanceIAMMember(
      names.right("login", member),
      { project, zone, instanceName: machine.name, role: "roles/compute.osAdminLogin", member },
      { parent },
    );
    new serviceaccount.IAMMember(
      names.right("act-as", member),
      { serviceAccountId: account.name, role: "roles/iam.serviceAccountUser", member },
      { parent },
    );
  }
}
