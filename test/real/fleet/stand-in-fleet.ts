import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import type { InstanceConfig } from "../../../components/core/planning/fleet/schema";
import { builtProject } from "../../support/built";
import { instanceFile } from "../../support/fleet";

/** What the command printed, and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One line of a rollout's journal, as far as tests look at it. */
export interface JournalLine {
  readonly event: string;
  readonly id?: string;
  readonly step?: string;
}

function listening(code: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((_request, response) => response.writeHead(code).end()).listen(0, "127.0.0.1", () =>
      resolve(server),
    );
  });
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A fleet of stand-in instances in a folder of its own, with a backend that is a folder, and the command as its user runs it. */
export class StandInFleet {
  private constructor(
    readonly folder: string,
    readonly environment: NodeJS.ProcessEnv,
    private readonly servers: readonly Server[],
  ) {}

  /** Makes the folder; `volumes`: each instance has one besides, in a folder that stands in for a cloud. */
  static async make(bin: string, settings: object, volumes: boolean): Promise<StandInFleet> {
    const folder = mkdtempSync(join(tmpdir(), "sgbox-fleet-"));
    for (const part of ["instances", "faults", "states", "cloud"]) mkdirSync(join(folder, part));
    const servers = [await listening(200), await listening(503)] as const;
    const backend = pathToFileURL(join(folder, "states")).href;
    const program = join(__dirname, "stand-in.program.cjs");
    writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "stand-ins", backend, program, ...settings }));
    const environment = {
      ...process.env,
      PATH: `${bin}:${process.env.PATH ?? ""}`,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: "stand-in",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      SGBOX_HOME: join(folder, "sgbox"),
      STAND_IN_FAULTS: join(folder, "faults"),
      STAND_IN_STATES: join(folder, "states/.pulumi/stacks/sourcegraph"),
      STAND_IN_WELL: addressOf(servers[0]),
      STAND_IN_SICK: addressOf(servers[1]),
      ...(volumes ? { STAND_IN_CLOUD: join(folder, "cloud") } : {}),
      NODE_PATH: join(__dirname, "../../../node_modules"),
    };
    return new StandInFleet(folder, environment, servers);
  }

  /** Removes everything. */
  stop(): void {
    for (const server of this.servers) server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes the file of an instance. */
  write(number: number, more: Partial<InstanceConfig>): void {
    writeFileSync(join(this.folder, "instances", `${number}.yaml`), stringify(instanceFile(number, more)));
  }

  /** Text of a file below the folder. */
  text(...parts: readonly string[]): string {
    return readFileSync(join(this.folder, ...parts), "utf8");
  }

  /** Text of an instance's state. */
  state(id: string): string {
    return this.text("states/.pulumi/stacks/sourcegraph", `${id}.json`);
  }

  /** Makes an instance fail. */
  fault(id: string, kind: string): void {
    writeFileSync(join(this.folder, "faults", id), kind);
  }

  /** Journal of the newest rollout. */
  journal(): JournalLine[] {
    const newest = this.text(".fleet/rollouts/newest").trim();
    const lines = this.text(".fleet/rollouts", newest, "journal.jsonl").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as JournalLine);
  }

  /** Runs the command as its user does; `until` kills it without mercy at a line that says so. */
  sgbox(args: readonly string[], until?: RegExp): Promise<Ran> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [join(builtProject(), "dist/cli/main.js"), ...args], {
        cwd: this.folder,
        env: this.environment,
        detached: true,
      });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
      child.stderr.on("data", (data: Buffer) => {
        stderr += data.toString();
        if (until?.test(stderr) === true && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      });
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
  }
}
