import { createHash } from "node:crypto";
import { z } from "zod";
import { parseBackup, snapshotOf, type Backup, type DiskSnapshot } from "../../components/core/planning/vm/backups";
import type { MachinePlace } from "../../components/core/planning/vm/machine-place";
import { backupPrefix } from "../../components/core/rendering/bundle";
import { CloudError, jsonOf, type CloudProgram } from "./cloud-program";
import { orderKey, statusKey, type AttachedCopy, type MachineStore } from "./machine-store";

type GcpPlace = Extract<MachinePlace, { cloud: "gcp" }>;

/** Name by which the copy shows up on the machine. */
const deviceName = "sourcegraph-restore";

const snapshotsSchema = z.array(
  z.object({
    name: z.string(),
    creationTimestamp: z.string(),
    status: z.string().optional(),
    diskSizeGb: z.coerce.number(),
    description: z.string().optional(),
    autoCreated: z.boolean().optional(),
    sourceDisk: z.string(),
  }),
);

const disksSchema = z.array(
  z.object({
    name: z.string(),
    type: z.string().optional(),
    users: z.array(z.string()).optional(),
    diskEncryptionKey: z.object({ kmsKeyName: z.string().optional() }).optional(),
  }),
);

/** Last part of a URL of a resource. */
function lastPart(url: string): string {
  return url.split("/").at(-1) ?? url;
}

/** Name of the disk made from a snapshot: the same at each try. */
function copyName({ id }: DiskSnapshot): string {
  return `sourcegraph-restore-${createHash("sha256").update(id).digest("hex").slice(0, 8)}`;
}

/** A machine on Google Cloud, by `gcloud`. */
export class GcpMachineStore implements MachineStore {
  private readonly inProject: readonly string[];
  private readonly inZone: readonly string[];

  constructor(
    private readonly place: GcpPlace,
    private readonly run: CloudProgram,
  ) {
    this.inProject = [`--project=${place.project}`, "--quiet"];
    this.inZone = [`--zone=${place.zone}`, ...this.inProject];
  }

  private async read(url: string): Promise<string | undefined> {
    try {
      return await this.run(["storage", "cat", url, ...this.inProject]);
    } catch (error) {
      if (error instanceof CloudError && /matched no objects|not found|404/i.test(error.said)) return undefined;
      throw error;
    }
  }

  status(): Promise<string | undefined> {
    return this.read(`gs://${this.place.bundleBucket}/${statusKey}`);
  }

  order(): Promise<string | undefined> {
    return this.read(`gs://${this.place.bundleBucket}/${orderKey}`);
  }

  async putOrder(text: string): Promise<void> {
    const to = `gs://${this.place.bundleBucket}/${orderKey}`;
    // The machine asks each minute, and must not be answered from a cache.
    const how = ["--content-type=application/json", "--cache-control=no-store"];
    await this.run(["storage", "cp", "-", to, ...how, ...this.inProject], text);
  }

  async kept(): Promise<{ backups: Backup[]; snapshots: DiskSnapshot[] }> {
    const [backups, snapshots] = [await this.backups(), await this.snapshots()];
    return { backups, snapshots };
  }

  private async backups(): Promise<Backup[]> {
    const all = `gs://${this.place.backupBucket}/${backupPrefix}/*/backup.json`;
    let listed: string;
    try {
      listed = await this.run(["storage", "ls", all, ...this.inProject]);
    } catch (error) {
      if (error instanceof CloudError && /matched no objects/i.test(error.said)) return [];
      throw error;
    }
    const backups: Backup[] = [];
    for (const url of listed.split("\n").filter((line) => line.startsWith("gs://"))) {
      const backup = parseBackup((await this.read(url)) ?? "");
      if (backup !== undefined) backups.push(backup);
    }
    return backups;
  }

  private async snapshots(): Promise<DiskSnapshot[]> {
    const { dataDisk, zone } = this.place;
    const text = await this.run(["compute", "snapshots", "list", "--format=json", ...this.inProject]);
    const found = snapshotsSchema.parse(jsonOf(text, "gcloud compute snapshots list"));
    return found
      .filter(
        ({ sourceDisk, status = "READY" }) =>
          sourceDisk.endsWith(`/zones/${zone}/disks/${dataDisk}`) && status === "READY",
      )
      .map(({ name, creationTimestamp, diskSizeGb, description = "", autoCreated = false }) =>
        snapshotOf(
          { id: name, at: new Date(creationTimestamp).toISOString(), diskGb: diskSizeGb },
          description,
          autoCreated,
        ),
      );
  }

  async copyBackup(id: string, to: MachinePlace): Promise<void> {
    if (to.cloud !== "gcp") throw new Error("a backup on Google Cloud is copied to Google Cloud only");
    const from = `gs://${this.place.backupBucket}/${backupPrefix}/${id}`;
    const there = `gs://${to.backupBucket}/${backupPrefix}/${id}`;
    await this.run(["storage", "cp", `${from}/*.sql.gz*`, `${there}/`, ...this.inProject]);
    // Whoever finds this finds the rest.
    await this.run(["storage", "cp", `${from}/backup.json`, `${there}/backup.json`, ...this.inProject]);
  }

  private async disks(...names: readonly string[]) {
    const filter = `--filter=name=(${names.join(" ")})`;
    const text = await this.run([
      ...["compute", "disks", "list", filter, `--zones=${this.place.zone}`, "--format=json"],
      ...this.inProject,
    ]);
    return disksSchema.parse(jsonOf(text, "gcloud compute disks list"));
  }

  async attachCopy(snapshot: DiskSnapshot): Promise<AttachedCopy> {
    const { dataDisk, machine } = this.place;
    const name = copyName(snapshot);
    const disks = await this.disks(dataDisk, name);
    const copy = disks.find((disk) => disk.name === name);
    if (copy === undefined) {
      const { type, diskEncryptionKey } = disks.find((disk) => disk.name === dataDisk) ?? {};
      // Disks tell the version of their key; new ones take the key.
      const key = diskEncryptionKey?.kmsKeyName?.replace(/\/cryptoKeyVersions\/\d+$/, "");
      await this.run([
        ...["compute", "disks", "create", name, `--source-snapshot=${snapshot.id}`],
        ...(type === undefined ? [] : [`--type=${lastPart(type)}`]),
        ...(key === undefined ? [] : [`--kms-key=${key}`]),
        ...this.inZone,
      ]);
    }
    if (copy?.users === undefined || copy.users.length === 0) {
      const how = [`--disk=${name}`, `--device-name=${deviceName}`, "--mode=rw"];
      await this.run(["compute", "instances", "attach-disk", machine, ...how, ...this.inZone]);
    }
    return { id: name, device: `/dev/disk/by-id/google-${deviceName}` };
  }

  async removeCopy(snapshot: DiskSnapshot): Promise<void> {
    const name = copyName(snapshot);
    const [copy] = await this.disks(name);
    if (copy === undefined) return;
    if ((copy.users ?? []).length > 0)
      await this.run(["compute", "instances", "detach-disk", this.place.machine, `--disk=${name}`, ...this.inZone]);
    await this.run(["compute", "disks", "delete", name, ...this.inZone]);
  }
}
