import { databaseWorkloads } from "../../product/kubernetes/workloads/databases";
import type { KubernetesSpecification, Specification, VmSpecification } from "../config/specified";
import { databaseService, databaseServices } from "../database-environment";

/** Something that is kept of an instance, and the commands about it. Words in capitals are the reader's to put in. */
export interface BackupNote {
  /** What is kept, and for how long. */
  readonly what: string;
  /** Lists what there is, with ids; absent where it is kept where whoever made it put it. */
  readonly list?: string;
  /** Makes one now; absent where only the clock does. */
  readonly make?: string;
  /** Brings one back. */
  readonly restore: string;
}

const day = (count: number): string => `${count} ${count === 1 ? "day" : "days"}`;

/** Where the cloud's command lines look. */
function placeOf({ cloud, gcp, region }: Specification): string {
  return cloud === "gcp" ? `--project ${gcp?.project ?? "PROJECT"}` : `--region ${region}`;
}

/** Servers of PostgreSQL that the cloud runs, and so backs up. */
function ofServers(specification: Specification): BackupNote[] {
  const { cloud, databases, managed, name } = specification;
  const served = databaseServices.filter(([database]) => databases[database] === "managed");
  if (served.length === 0 || (cloud !== "aws" && cloud !== "gcp")) return [];
  const place = placeOf(specification);
  const servers = served.map(([, service]) => `${name}-${service}`).join(", ");
  const what = `managed databases ${servers}: any minute of ${day(managed.databases.backupDays)}`;
  return cloud === "aws"
    ? [
        {
          what,
          list: `aws rds describe-db-snapshots ${place} --query "DBSnapshots[?starts_with(DBInstanceIdentifier, '${name}-')]"`,
          make: `aws rds create-db-snapshot ${place} --db-instance-identifier SERVER --db-snapshot-identifier SERVER-last`,
          restore: `aws rds restore-db-instance-to-point-in-time ${place} --source-db-instance-identifier SERVER --target-db-instance-identifier SERVER-restored --restore-time TIME`,
        },
      ]
    : [
        {
          what,
          list: `gcloud sql backups list ${place} --instance=-`,
          make: `gcloud sql backups create ${place} --instance=SERVER`,
          restore: `gcloud sql instances clone SERVER SERVER-restored ${place} --point-in-time=TIME`,
        },
      ];
}

function ofMachine({ backup, name }: VmSpecification, stack: string): BackupNote[] {
  const restore = `sgbox restore --stack ${stack} --from ID`;
  const list = `sgbox backup list --stack ${stack}`;
  return [
    {
      what: `dumps of the databases on ${name}: ${day(backup.keepDays)}`,
      list,
      make: `sgbox backup --stack ${stack}`,
      restore,
    },
    { what: `daily snapshots of the data disk of ${name}: ${day(backup.keepDays)}`, list, restore },
  ];
}

/** Dumps of the databases that run as pods; whoever makes them chooses where they go. */
function ofPods({ databases, kubernetes, name }: KubernetesSpecification): BackupNote[] {
  return databaseServices.flatMap(([database]): BackupNote[] => {
    if (databases[database] !== "bundled") return [];
    const service = databaseService(database);
    const container =
      databaseWorkloads.find((workload) => workload.service === service)?.containers[0]?.name ?? service;
    const login = database === "codeInsights" ? "postgres" : "sg";
    const inside = `--container ${container} statefulset/${service} --`;
    const at = `kubectl --namespace ${kubernetes.namespace} exec`;
    return [
      {
        what: `a dump of the database ${service}, made by hand`,
        make: `${at} ${inside} pg_dump --username ${login} --format custom ${login} > ${name}-${service}.dump`,
        restore: `${at} --stdin ${inside} pg_restore --username ${login} --dbname ${login} --clean --if-exists --exit-on-error < ${name}-${service}.dump`,
      },
    ];
  });
}

/** What the cluster that was made with the instance keeps of its claims. */
function ofClaims(specification: KubernetesSpecification): BackupNote[] {
  const { backup, cloud, cluster, kubernetes } = specification;
  if (cluster.existing !== undefined || cloud === "existing") return [];
  const place = placeOf(specification);
  if (cloud === "gcp") {
    const at = `gcloud container backup-restore`;
    const where = `${place} --location ${specification.region}`;
    return [
      {
        what: `daily backups of the namespace ${kubernetes.namespace} with its volumes: ${day(backup.keepDays)}; deleted with the cluster`,
        list: `${at} backups list ${where} --backup-plan PLAN`,
        make: `${at} backups create ID ${where} --backup-plan PLAN --wait-for-completion`,
        restore: `${at} restores create ID ${where} --restore-plan PLAN --backup BACKUP`,
      },
    ];
  }
  const claims = `Name=tag:kubernetes.io/created-for/pvc/namespace,Values=${kubernetes.namespace}`;
  return [
    {
      what: `daily snapshots of the volumes of claims in ${kubernetes.namespace}: ${day(backup.keepDays)}`,
      list: `aws ec2 describe-snapshots ${place} --owner-ids self --filters ${claims}`,
      make: `aws ec2 create-snapshot ${place} --volume-id VOLUME`,
      restore: `aws ec2 create-volume ${place} --snapshot-id ID --availability-zone ZONE`,
    },
  ];
}

/**
 * What is kept of an instance, with the commands that list, make and restore it. None holds a secret.
 *
 * @param stack name of its stack, or its stack file
 */
export function backupNotes(specification: Specification, stack: string): BackupNote[] {
  if (specification.shape === "vm") return [...ofMachine(specification, stack), ...ofServers(specification)];
  return [...ofPods(specification), ...ofServers(specification), ...ofClaims(specification)];
}

/**
 * The commands that back up by hand the databases of an instance on Kubernetes, in a way that outlives its cluster.
 */
export function backupByHand(specification: Specification): string[] {
  if (specification.shape !== "kubernetes") return [];
  return [...ofPods(specification), ...ofServers(specification)].flatMap(({ make = [] }) => make);
}
