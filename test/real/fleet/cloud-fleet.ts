import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import type { InstanceConfig } from "../../../components/core/planning/fleet/schema";
import { builtProject } from "../../support/built";
import { Engine, takeLastWhole, type Cloud, type Fault } from "../../support/engine";
import type { Ran } from "./stand-in-fleet";

/** A resource in the state of a stack, as far as tests look at it. */
export interface Kept {
  readonly urn: string;
  readonly type: string;
  readonly protect?: boolean;
}

/** A fleet whose instances are this library's own program on the real engine, with stand-ins for the clouds. */
export class CloudFleet {
  private constructor(
    private readonly engine: Engine,
    private readonly bin: string,
  ) {}

  /** Makes the folder, the backend and the cloud, with nothing deployed. */
  static async make(bin: string, instances: readonly InstanceConfig[]): Promise<CloudFleet> {
    const engine = await Engine.start({ bin, project: builtProject(), stack: "of-nobody" });
    const fleet = new CloudFleet(engine, bin);
    mkdirSync(join(fleet.folder, "instances"), { recursive: true });
    const settings = { name: "in-environments", backend: `file://${join(engine.folder, "state")}` };
    const waves = [{ name: "all", members: [{ select: "true" }], soakHours: 0 }];
    writeFileSync(join(fleet.folder, "fleet.yaml"), stringify({ ...settings, waves, gate: { healthyMinutes: 0 } }));
    for (const each of instances) writeFileSync(fleet.fileOf(each.slug), stringify(each));
    return fleet;
  }

  /** Removes everything. */
  stop(): void {
    this.engine.stop();
  }

  /** Folder of the fleet. */
  get folder(): string {
    return join(this.engine.folder, "fleet");
  }

  /** What exists in the cloud, and what was done to it. */
  get cloud(): Cloud {
    return this.engine.cloud();
  }

  /** File of an instance, by its slug. */
  fileOf(slug: string): string {
    return join(this.folder, "instances", `${slug}.yaml`);
  }

  /** What the file of an instance says. */
  said(slug: string): InstanceConfig {
    return parse(readFileSync(this.fileOf(slug), "utf8")) as InstanceConfig;
  }

  /** Text of the state of an instance; empty where its stack is gone. */
  state(id: string): string {
    const file = join(this.engine.folder, "state/.pulumi/stacks/sourcegraph", `${id}.json`);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Resources in the state of an instance. */
  resources(id: string): Kept[] {
    const text = this.state(id);
    if (text === "") return [];
    return (JSON.parse(text) as { checkpoint: { latest: { resources?: Kept[] } } }).checkpoint.latest.resources ?? [];
  }

  /** Everything in the cloud that the program of one instance has made. */
  made(id: string): string[] {
    return Object.entries(this.cloud.objects)
      .filter(([, { urn }]) => urn?.includes(`:${id}::`) === true)
      .map(([key, object]) => `${key} ${JSON.stringify(object)}`)
      .sort();
  }

  /** Runs the command as its user does. */
  sgbox(...args: readonly string[]): Promise<Ran> {
    return this.begin(args, []).ran;
  }

  /** Runs the command until the cloud is asked to delete something of a type, and kills it and its engine in the midst of that. */
  async killed(type: string, ...args: readonly string[]): Promise<Ran> {
    this.engine.editCloud((cloud) => (cloud.faults = {}));
    const { ran, kill } = this.begin(args, [{ op: "delete", type, delayMs: 120_000 }]);
    let isOver = false;
    void ran.then(() => (isOver = true));
    while (!isOver && Object.keys(this.cloud.faults).length === 0) await sleep(50);
    if (!isOver) kill();
    const ended = await ran;
    const states = join(this.engine.folder, "state/.pulumi/stacks/sourcegraph");
    for (const file of readdirSync(states)) if (file.endsWith(".json")) takeLastWhole(join(states, file));
    return ended;
  }

  private begin(args: readonly string[], faults: readonly Fault[]): { readonly ran: Promise<Ran>; kill: () => void } {
    const child = spawn(process.execPath, [join(builtProject(), "dist/cli/main.js"), ...args], {
      cwd: this.folder,
      detached: true, // a process group of its own, to be ended whole
      env: {
        ...process.env,
        PATH: `${this.bin}:${process.env.PATH ?? ""}`,
        PULUMI_HOME: join(this.engine.folder, "home"),
        PULUMI_CONFIG_PASSPHRASE: "stand-in",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        // Writing the state after every step takes longer than all else; only who is killed needs it.
        ...(faults.length > 0 ? {} : { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" }),
        SGBOX_HOME: join(this.engine.folder, "sgbox"),
        SGBOX_STANDIN_CLOUD: join(this.engine.folder, "cloud.json"),
        SGBOX_STANDIN_FAULTS: JSON.stringify(faults),
      },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    return {
      ran: new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr }))),
      kill: () => process.kill(-(child.pid ?? 0), "SIGKILL"),
    };
  }
}
