import { z } from "zod";
import { parseBackup, snapshotOf, type Backup, type DiskSnapshot } from "../../components/core/planning/vm/backups";
import type { MachinePlace } from "../../components/core/planning/vm/machine-place";
import { backupPrefix } from "../../components/core/rendering/bundle";
import { CloudError, jsonOf, type CloudProgram } from "./cloud-program";
import { orderKey, statusKey, type AttachedCopy, type MachineStore } from "./machine-store";
import type { Clock } from "./clock";
import { PlainError } from "../failure";

type AwsPlace = Extract<MachinePlace, { cloud: "aws" }>;

/** Tag of a volume made for a restore; its value is the snapshot. */
const restoreTag = "sourcegraph:restore-of";

/** Name by which the copy is attached; the data disk is `/dev/sdf`. */
const attachedAs = "/dev/sdg";

const snapshotsSchema = z.object({
  Snapshots: z.array(
    z.object({
      SnapshotId: z.string(),
      StartTime: z.string(),
      State: z.string().optional(),
      VolumeSize: z.number(),
      Description: z.string().optional(),
      Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
    }),
  ),
});

const volumesSchema = z.object({
  Volumes: z.array(
    z.object({
      VolumeId: z.string(),
      State: z.string(),
      Attachments: z.array(z.object({ InstanceId: z.string().optional(), State: z.string().optional() })).optional(),
    }),
  ),
});

/** How long a volume may take to get into a state, minutes. */
const volumeMinutes = 15;

/** A machine on AWS, by `aws`. */
export class AwsMachineStore implements MachineStore {
  constructor(
    private readonly place: AwsPlace,
    private readonly run: CloudProgram,
    private readonly clock: Clock,
  ) {}

  private async asked<Value>(schema: z.ZodType<Value>, args: readonly string[]): Promise<Value> {
    const text = await this.run([...args, "--region", this.place.region, "--output", "json"]);
    return schema.parse(jsonOf(text === "" ? "null" : text, args.slice(0, 2).join(" ")));
  }

  private async read(bucket: string, key: string): Promise<string | undefined> {
    try {
      return await this.run(["s3", "cp", `s3://${bucket}/${key}`, "-", "--region", this.place.region]);
    } catch (error) {
      if (error instanceof CloudError && /\(404\)|NoSuchKey/.test(error.said)) return undefined;
      throw error;
    }
  }

  status(): Promise<string | undefined> {
    return this.read(this.place.bundleBucket, statusKey);
  }

  order(): Promise<string | undefined> {
    return this.read(this.place.bundleBucket, orderKey);
  }

  async putOrder(text: string): Promise<void> {
    const to = `s3://${this.place.bundleBucket}/${orderKey}`;
    await this.run(["s3", "cp", "-", to, "--content-type", "application/json", "--region", this.place.region], text);
  }

  async kept(): Promise<{ backups: Backup[]; snapshots: DiskSnapshot[] }> {
    const [backups, snapshots] = [await this.backups(), await this.snapshots()];
    return { backups, snapshots };
  }

  private async backups(): Promise<Backup[]> {
    const { backupBucket: bucket } = this.place;
    const list = ["s3api", "list-objects-v2", "--bucket", bucket, "--prefix", `${backupPrefix}/`];
    const query = ["--query", "Contents[?ends_with(Key, '/backup.json')].Key"];
    const keys = await this.asked(z.array(z.string()).nullable(), [...list, ...query]);
    const texts = await inTurn(keys ?? [], (key) => this.read(bucket, key));
    return texts.flatMap((text) => parseBackup(text ?? "") ?? []);
  }

  private async snapshots(): Promise<DiskSnapshot[]> {
    const filter = `Name=volume-id,Values=${this.place.dataDisk}`;
    const { Snapshots } = await this.asked(snapshotsSchema, [
      ...["ec2", "describe-snapshots", "--owner-ids", "self", "--filters", filter],
    ]);
    return Snapshots.filter(({ State }) => State === undefined || State === "completed").map((each) => {
      const isDaily = (each.Tags ?? []).some(({ Key }) => Key.startsWith("aws:dlm:"));
      const at = new Date(each.StartTime).toISOString();
      return snapshotOf({ id: each.SnapshotId, at, diskGb: each.VolumeSize }, each.Description ?? "", isDaily);
    });
  }

  async copyBackup(id: string, to: MachinePlace): Promise<void> {
    if (to.cloud !== "aws") throw new Error("a backup on AWS is copied to AWS only");
    const from = `s3://${this.place.backupBucket}/${backupPrefix}/${id}`;
    const there = `s3://${to.backupBucket}/${backupPrefix}/${id}`;
    const regions = ["--source-region", this.place.region, "--region", to.region, "--only-show-errors"];
    await this.run(["s3", "cp", `${from}/`, `${there}/`, "--recursive", "--exclude", "backup.json", ...regions]);
    // Whoever finds this finds the rest.
    await this.run(["s3", "cp", `${from}/backup.json`, `${there}/backup.json`, ...regions]);
  }

  private async copies(snapshot: DiskSnapshot) {
    const ours = [`Name=tag:${restoreTag},Values=${snapshot.id}`, `Name=availability-zone,Values=${this.place.zone}`];
    const { Volumes } = await this.asked(volumesSchema, ["ec2", "describe-volumes", "--filters", ...ours]);
    return Volumes.filter(({ State }) => State !== "deleting" && State !== "deleted" && State !== "error").map(
      ({ VolumeId, State, Attachments = [] }) => ({
        id: VolumeId,
        state: State,
        at: Attachments.flatMap(({ InstanceId }) => InstanceId ?? []),
      }),
    );
  }

  private async reached(snapshot: DiskSnapshot, id: string, state: "available" | "in-use"): Promise<void> {
    const end = this.clock.now() + volumeMinutes * 60_000;
    for (;;) {
      const volume = (await this.copies(snapshot)).find((each) => each.id === id);
      if (volume?.state === state) return;
      if (this.clock.now() >= end)
        throw new PlainError(
          `volume ${id} is ${volume?.state ?? "gone"} after ${volumeMinutes} minutes, and not ${state}`,
        );
      await this.clock.pause(5);
    }
  }

  private async made(snapshot: DiskSnapshot): Promise<string> {
    const tags = [
      { Key: restoreTag, Value: snapshot.id },
      { Key: "Name", Value: `${this.place.dataDisk}-restore` },
    ];
    const { VolumeId } = await this.asked(z.object({ VolumeId: z.string() }), [
      ...["ec2", "create-volume", "--snapshot-id", snapshot.id, "--availability-zone", this.place.zone],
      ...["--volume-type", "gp3", "--tag-specifications"],
      JSON.stringify([{ ResourceType: "volume", Tags: tags }]),
    ]);
    return VolumeId;
  }

  async attachCopy(snapshot: DiskSnapshot): Promise<AttachedCopy> {
    const { machine, region } = this.place;
    const there = (await this.copies(snapshot))[0];
    const id = there?.id ?? (await this.made(snapshot));
    if (there?.at.includes(machine) !== true) {
      await this.reached(snapshot, id, "available");
      const where = ["--volume-id", id, "--instance-id", machine, "--device", attachedAs];
      await this.run(["ec2", "attach-volume", ...where, "--region", region]);
    }
    await this.reached(snapshot, id, "in-use");
    return { id, device: `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${id.replace("-", "")}` };
  }

  async removeCopy(snapshot: DiskSnapshot): Promise<void> {
    const { region } = this.place;
    for (const { id, at } of await this.copies(snapshot)) {
      for (const instance of at)
        await this.run(["ec2", "detach-volume", "--volume-id", id, "--instance-id", instance, "--region", region]);
      await this.reached(snapshot, id, "available");
      await this.run(["ec2", "delete-volume", "--volume-id", id, "--region", region]);
    }
  }
}

/** One after another: a person's machine need not run many programs at once. */
async function inTurn<From, To>(from: readonly From[], make: (each: From) => Promise<To>): Promise<To[]> {
  const made: To[] = [];
  for (const each of from) made.push(await make(each));
  return made;
}
