import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { declareKey, permitKey, serviceAgent } from "../cloud/gcp-key";
import { dataLabels, type GkeScope } from "./gcp-scope";

/** The keys of a cluster, one for all where it is made here, and what must be there before something is encrypted with them. */
export interface GkeKeys {
  /** Full name of the key of the cluster's secrets. */
  readonly secrets: pulumi.Output<string>;
  /** That of the nodes' disks. */
  readonly disks: pulumi.Output<string>;
  /** That of the backups. */
  readonly backups: pulumi.Output<string>;
  /** GKE may use the key: needed by the cluster, for its secrets. */
  readonly forCluster: readonly pulumi.Resource[];
  /** Compute Engine may use the key: needed by the nodes' disks. */
  readonly forDisks: readonly pulumi.Resource[];
  /** Backup for GKE may use the key: needed by backups. */
  readonly forBackups: readonly pulumi.Resource[];
}

/** The one key that is made where not every use has a key that exists. */
function declareOwnKey(scope: GkeScope): pulumi.Output<string> {
  const { names, parent, project, specification, transform } = scope;
  return declareKey(parent, {
    names,
    project,
    region: specification.region,
    labels: dataLabels(scope, "secret"),
    transform: transform.key,
  }).id;
}

/**
 * The keys of the secrets in the cluster's database, of the nodes' disks and of the backups: those given, else one for all,
 * rotated every 90 days and used by Google's services only. Key, ring and the services' permissions are kept like data: without them neither secrets nor
 * backups can be read.
 *
 * A key of the customer's stands in for all where there is one: the customer permits Google's services, and nothing is written there.
 */
export function declareClusterKeys(scope: GkeScope): GkeKeys {
  const { names, parent, project, given, specification } = scope;
  if (specification.customerKey !== undefined) {
    const key = pulumi.output(specification.customerKey);
    return { secrets: key, disks: key, backups: key, forCluster: [], forDisks: [], forBackups: [] };
  }
  let own: pulumi.Output<string> | undefined;
  const keyFor = (use: "secret" | "disk" | "backup"): pulumi.Output<string> => {
    const named = given[use];
    return named === undefined ? (own ??= declareOwnKey(scope)) : pulumi.output(named);
  };
  const [secrets, disks, backups] = [keyFor("secret"), keyFor("disk"), keyFor("backup")];
  const { number } = organizations.getProjectOutput({ projectId: project }, { parent });
  const permit = (service: string, domain: string, key: pulumi.Output<string>, dependsOn: pulumi.Resource[] = []) =>
    permitKey(parent, names.keyUser(service), { key, member: serviceAgent(number, domain), dependsOn });
  // These agents are made when somebody asks for them; Compute Engine's is there.
  const agent = (service: string, api: string) =>
    new projects.ServiceIdentity(names.agent(service), { project, service: api }, { parent });
  return {
    secrets,
    disks,
    backups,
    forCluster: [permit("cluster", "container-engine-robot", secrets, [agent("cluster", "container.googleapis.com")])],
    forDisks: [permit("disks", "compute-system", disks)],
    forBackups: [permit("backups", "gcp-sa-gkebackup", backups, [agent("backups", "gkebackup.googleapis.com")])],
  };
}

/** Arguments of `DataKey`. */
export interface DataKeyArgs extends Bounded {
  /** Project of the key. A change is refused by its protection. */
  readonly project: string;
  /** Region of what it encrypts. A change is refused by its protection. */
  readonly region: string;
  /** Labels of the key. Default none. In place. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * A key for what stands beside a cluster that is not made here: databases, Redis and buckets. Rotated every 90 days, protected,
 * and kept when the instance goes.
 *
 * Cost: about six US cents a month for each version.
 *
 * @example
 * new DataKey("sourcegraph", { project: "example", region: "us-central1" });
 */
export class DataKey extends pulumi.ComponentResource {
  /** Full name of the key. */
  readonly key: pulumi.Output<string>;

  /**
   * @param name stem of the names of ring and key
   * @param args where, and labels
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: DataKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:gcp:DataKey", name, { boundary: args.boundary }, opts);
    const { project, region, labels = {} } = args;
    this.key = declareKey(this, {
      names: { keyRing: `${name}-keys`, key: `${name}-key` },
      project,
      region,
      labels: dataLabels({ labels }, "secret"),
    }).id;
    this.registerOutputs({ key: this.key });
  }
}
