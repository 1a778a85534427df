// Measures plan and status of fleets of 10, 100 and 1,000 instances in one process each, on a backend that is a folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Table from "cli-table3";
import { stringify } from "yaml";
import { measureProgram } from "./processes";

/** Sizes of fleets that are measured. */
const counts = [10, 100, 1000] as const;

/** A verb over a fleet. */
export interface FleetRow {
  readonly verb: "plan" | "status";
  readonly instances: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak memory, MB. */
  readonly megabytes: number;
  /** Processor time each instance adds to that of the smaller fleet, ms; absent for the smallest. */
  readonly addedMs?: number;
}

const types = ["internal", "trial", "production", "production"] as const;
const running = ["7.3.2527", "7.4.0", "7.4.0", "7.5.4453"] as const;

const largest = { largestRepositoryGb: 5, largestIndexGb: 1 };
const sizes = ["XS", "S", "M", "L"] as const;

/** An instance of one of the sizes a fleet has; every fifth is sized by a usage that no other has. */
function instance(number: number): { readonly id: string; readonly release: string; readonly file: object } {
  const id = `src-${number.toString(16).padStart(8, "0")}`;
  const release = running[number % running.length] ?? "7.4.0";
  const isAws = number % 2 === 0;
  const file = {
    id,
    slug: `customer-${number}`,
    type: types[number % types.length],
    release,
    labels: { tier: number % 3 === 0 ? "gold" : "plain" },
    ...(number % types.length === 1
      ? { expires: new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10) }
      : {}),
    config: {
      ...(number % 3 === 0 ? { shape: "kubernetes" } : {}),
      ...(isAws
        ? { cloud: "aws", region: "eu-central-1" }
        : { cloud: "gcp", region: "europe-west1", gcp: { project: `fleet-${number}` } }),
      ...(number % 5 === 0
        ? { usage: { users: 100 + number, repositories: 1000 + number, totalSizeGb: 100, ...largest } }
        : { size: sizes[number % sizes.length] }),
      access: { allowedCidrs: ["10.0.0.0/8"] },
    },
  };
  return { id, release, file };
}

/** The state of a stack of some dozens of resources, as the engine writes it. */
function state(id: string, release: string): string {
  const manifest = {
    schema: 1,
    name: id,
    shape: "vm",
    cloud: "aws",
    region: "eu-central-1",
    zone: "eu-central-1a",
    release,
    size: "XS",
    planDigest: "",
    services: {},
    dataResources: [],
  };
  const resources = [
    { urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs: { manifest } },
    ...Array.from({ length: 60 }, (_, index) => ({
      urn: `urn:pulumi:${id}::sourcegraph::aws:ec2/thing:Thing::${id}-${index}`,
      type: "aws:ec2/thing:Thing",
      inputs: { name: `${id}-${index}`, tags: { name: id, text: "x".repeat(200) } },
      outputs: {
        name: `${id}-${index}`,
        arn: `arn:aws:ec2:eu-central-1:000000000000:thing/${index}`,
        text: "x".repeat(400),
      },
    })),
  ];
  return JSON.stringify({
    version: 3,
    checkpoint: { latest: { manifest: { time: "2026-11-20T10:00:00Z" }, resources } },
  });
}

/** Makes a fleet with its backend, and gives its folder. */
function fleet(root: string, count: number): string {
  const folder = join(root, String(count));
  const [stacks, history] = ["stacks", "history"].map((part) => join(folder, "states/.pulumi", part, "sourcegraph"));
  for (const part of [join(folder, "instances"), stacks ?? "", history ?? ""]) mkdirSync(part, { recursive: true });
  const backend = pathToFileURL(join(folder, "states")).href;
  writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "bench", backend, waves: "quarterly" }));
  for (let number = 0; number < count; number++) {
    const { id, release, file } = instance(number);
    writeFileSync(join(folder, "instances", `${id}.yaml`), stringify(file));
    writeFileSync(join(stacks ?? "", `${id}.json`), state(id, release));
    mkdirSync(join(history ?? "", id));
    const update = {
      kind: "update",
      startTime: 1_790_000_000,
      environment: {},
      result: "succeeded",
      endTime: 1_790_000_100,
    };
    writeFileSync(join(history ?? "", id, `${id}-1790000000000000000.history.json`), JSON.stringify(update));
  }
  return folder;
}

/** Measures the verbs over fleets that grow. */
export function measureFleets(root: string, command: readonly string[] = ["dist/cli/main.js"]): FleetRow[] {
  const folder = mkdtempSync(join(tmpdir(), "sgbox-fleets-"));
  const verbs = {
    plan: ["fleet", "plan", "--to", "7.5.4453", "--acknowledge", "backup-first", "oob-complete"],
    status: ["fleet", "status"],
  };
  try {
    const folders = counts.map((count) => ({ count, folder: fleet(folder, count) }));
    return (["plan", "status"] as const).flatMap((verb) => {
      let before: FleetRow | undefined;
      return folders.map(({ count, folder: its }): FleetRow => {
        const args = [...command, ...verbs[verb], "--fleet", its, "--json"];
        const { seconds, cpuSeconds, megabytes } = measureProgram(root, args, 3);
        const added =
          before === undefined ? undefined : (1000 * (cpuSeconds - before.cpuSeconds)) / (count - before.instances);
        const row = { verb, instances: count, seconds, cpuSeconds, megabytes };
        before = row;
        return added === undefined ? row : { ...row, addedMs: added };
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows as a table: growth is linear where what an instance adds stays what it was. */
export function fleetTable(rows: readonly FleetRow[]): string {
  const table = new Table({
    head: ["fleet", "instances", "measured", "processor time", "peak memory", "each more adds"],
    style: { head: [], border: [] },
  });
  for (const { verb, instances, seconds, cpuSeconds, megabytes, addedMs } of rows)
    table.push([
      verb,
      instances.toLocaleString("en-US"),
      `${seconds.toFixed(2)} s`,
      `${cpuSeconds.toFixed(2)} s`,
      `${megabytes.toFixed(0)} MB`,
      addedMs === undefined ? "" : `${addedMs.toFixed(2)} ms`,
    ]);
  return table.toString();
}
