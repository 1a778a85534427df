import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { InputError, RefusedError } from "../../components/core/errors";
import { requireVm, type Specification } from "../../components/core/planning/config/specification";
import { parseBackup, type Kept } from "../../components/core/planning/vm/backups";
import type { OrderState } from "../../components/core/planning/vm/orders";
import { planVm } from "../../components/core/planning/vm/plan";
import { renderBundle } from "../../components/core/rendering/bundle-files";
import type { StackPlace } from "../engine/place";
import { PlainError } from "../failure";
import type { Terminal } from "../terminal";
import { writeFiles } from "../write-files";
import type { Clock } from "./clock";
import type { Wanted } from "./carry-out";

/** Programs of the machine that also work on the containers of a host. */
const programs = ["backup.sh", "restore.sh", "restore-disk.sh", "databases.sh", "drill.sh", "databases.json"];

/** The containers of a stack with `cloud: local`, on a Docker Engine that is reached from here. */
export class LocalMachine {
  /** Folder of backups and of what the programs remember. */
  readonly root: string;

  constructor(
    { folder, stack }: StackPlace,
    private readonly specification: Specification,
    private readonly terminal: Terminal,
    private readonly clock: Clock,
  ) {
    this.root = path.join(folder, `sourcegraph-${stack}`);
  }

  kept(): Promise<Kept> {
    const folder = path.join(this.root, "backups");
    const files = existsSync(folder) ? readdirSync(folder).map((id) => path.join(folder, id, "backup.json")) : [];
    const texts = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
    return Promise.resolve({ backups: texts.flatMap((text) => parseBackup(text) ?? []), snapshots: [] });
  }

  /** Copies a backup to where another stack on a Docker Engine keeps its own. */
  copyBackup(id: string, to: LocalMachine): void {
    const there = path.join(to.root, "backups", id);
    mkdirSync(path.dirname(there), { recursive: true, mode: 0o700 });
    cpSync(path.join(this.root, "backups", id), there, { recursive: true });
  }

  /** Runs one of the programs on the host; its lines are progress. */
  async carryOut({ kind, backup }: Wanted): Promise<OrderState> {
    await requirePrograms(this.terminal);
    const folder = path.join(this.root, "programs");
    const { files } = renderBundle(planVm(requireVm(this.specification)), this.specification);
    writeFiles(
      folder,
      files.filter((file) => programs.includes(file.path)),
      this.terminal,
    );
    const at = new Date(this.clock.now()).toISOString().replace(/\.\d+/, "");
    const id = at.replace(/[-:]/g, "");
    const args = {
      backup: ["backup.sh", "--id", id],
      restore: ["restore.sh", "--backup", backup ?? ""],
      drill: ["drill.sh"],
      "go-on": ["restore.sh", "--resume"],
    }[kind];
    const lines = await this.run(folder, args);
    const message = lines.at(-1)?.replace(/^sourcegraph: /, "") ?? "";
    const made = kind === "backup" ? id : backup;
    return { id, kind, result: "done", message, at, ...(made !== undefined && { backup: made }) };
  }

  private run(folder: string, [program = "", ...args]: readonly string[]): Promise<string[]> {
    const { host } = this.specification.local;
    const env = {
      ...this.terminal.env,
      ...(host === undefined ? {} : { DOCKER_HOST: host }),
      SOURCEGRAPH_ROOT: this.root,
      SOURCEGRAPH_CONTAINERS: `${this.specification.name}-`,
    };
    return new Promise((resolve, reject) => {
      const child = spawn("bash", [path.join(folder, program), ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
      const [said, lines]: [string[], string[]] = [[], []];
      const take = (to: string[]) => (line: string) => {
        to.push(line);
        this.terminal.note(line.replace(/^sourcegraph: /, ""));
      };
      eachLine(child.stdout, take(lines));
      eachLine(child.stderr, take(said));
      child.once("error", reject);
      child.once("close", (code) => {
        const why = (said.at(-1) ?? lines.at(-1) ?? "it said nothing").replace(
          /^sourcegraph: (failed: |refused: )?/,
          "",
        );
        if (code === 0) resolve(lines);
        else if (code === 3) reject(new RefusedError([{ path: "", message: why }], "refused"));
        else reject(new PlainError(`${program} failed: ${why}`));
      });
    });
  }
}

/** Calls for every line of a stream. */
function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    parts.filter((line) => line !== "").forEach(take);
  });
  stream.on("end", () => {
    if (rest !== "") take(rest);
  });
}

const execute = promisify(execFile);

/** Refuses a host on which the programs cannot run. */
async function requirePrograms({ env }: Terminal): Promise<void> {
  const needed = ["bash", "docker", "flock", "gzip", "jq"];
  const check = needed.map((program) => `command -v ${program} > /dev/null || echo ${program}`).join("; ");
  const missing = await execute("sh", ["-c", check], { env: { ...env } }).then(
    ({ stdout }) => stdout.split("\n").filter((name) => name !== ""),
    () => ["sh"],
  );
  if (missing.length > 0)
    throw new InputError(
      missing.map((program) => ({
        path: program,
        message: "is not on the PATH, and the databases are dumped and restored by it; install it",
      })),
      "a program is missing",
    );
}
