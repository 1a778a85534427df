import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import YAML from "yaml";
import { readEvents, type Diagnostic, type Step } from "./engine-events";
import { type Cloud, emptyCloud } from "./cloud";
import { repository } from "./toolchain";

export type { Cloud, CloudObject, LogEntry } from "./cloud";
export type { Diagnostic, Step } from "./engine-events";

/** A value of a stack's configuration. */
export type ConfigValue =
  string | number | boolean | null | readonly ConfigValue[] | { readonly [key: string]: ConfigValue };

/** A fault for the stand-in providers; the header of stand-ins/faults.cjs says what each field does. */
export interface Fault {
  readonly op?: "create" | "update" | "delete" | "read" | "invoke";
  readonly provider?: string;
  readonly type?: string;
  readonly name?: string;
  readonly urn?: string;
  readonly skip?: number;
  readonly times?: number;
  readonly error?: string;
  readonly delayMs?: number;
  readonly when?: "before" | "after";
  readonly kill?: "provider" | "engine";
  readonly signal?: "SIGKILL" | "SIGINT" | "SIGTERM";
}

/** How to set up an engine. */
export interface EngineOptions {
  /** The folder with the real tools, from {@link requireToolchain}. */
  readonly bin: string;
  /** The text of a CommonJS program to run. Give this or `project`. */
  readonly program?: string;
  /** The folder of an existing project. It is mirrored by links, so that nothing is written into it. */
  readonly project?: string;
  /** The stack's name. Default "test". */
  readonly stack?: string;
  /** Plain configuration, by full key: `{ "aws:region": "us-west-2" }`. Secrets: {@link Engine.configSet}. */
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** More of the environment for the engine, the program and the providers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders with more stand-ins (`pulumi-resource-<name>`), beside test/support/stand-ins. */
  readonly standIns?: readonly string[];
  /** The bound on each command. Default 120 s; then the engine is killed and the call rejects. */
  readonly timeoutMs?: number;
}

/** Options of one operation. */
export interface RunOptions {
  readonly faults?: readonly Fault[];
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments for the command line. */
  readonly args?: readonly string[];
}

/** What an operation did. */
export interface RunResult {
  /** The exit code; null when the engine was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Every step on a custom or component resource in the order of the engine, without the stack and its providers. */
  readonly steps: readonly Step[];
  /** The steps that change something, as text: `["update aws:ebs/volume:Volume data"]`. */
  readonly changes: readonly string[];
  /** Errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

const STAND_INS = path.join(__dirname, "stand-ins");
const IN_PACKAGE_NAME = /^pulumi-resource-(\w+)$/;

/** Whether a text is all of a state. */
function isWhole(text: string): boolean {
  try {
    return JSON.parse(text) !== null;
  } catch {
    return false;
  }
}

/**
 * The engine writes its state in place: a kill in the midst of that leaves half of it, and beside it the last whole one,
 * which is what a person would take (`docs/repair.md`).
 */
export function takeLastWhole(file: string): void {
  if (!fs.existsSync(`${file}.bak`)) return;
  if (!fs.existsSync(file) || !isWhole(fs.readFileSync(file, "utf8"))) fs.copyFileSync(`${file}.bak`, file);
}

/**
 * The real Pulumi engine with the stand-in providers, in a temporary folder of its own: state, plugins and cloud.
 *
 * @example
 * ```ts
 * let engine: Engine;
 * before(async function () {
 *   engine = await Engine.start({ bin: requireToolchain(this), project: repository, config: { "aws:region": "us-west-2" } });
 *   await engine.configSet("sourcegraph:token", "s3cret", { secret: true });
 * });
 * after(() => engine.stop());
 * it("changes nothing on a second preview", async () => {
 *   assert.equal((await engine.up()).code, 0);
 *   assert.deepEqual((await engine.preview()).changes, []);
 *   assert.equal(engine.cloud().all("aws:ebs/volume:Volume").length, 1);
 * });
 * ```
 *
 * `KEEP=1` keeps the temporary folders and prints where they are.
 */
export class Engine {
  /** The temporary folder of this engine. */
  public readonly folder: string;
  /** The project as the engine sees it. */
  public readonly project: string;
  public readonly stack: string;
  private runs = 0;

  private constructor(private readonly options: EngineOptions) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "sgbox-engine-"));
    this.project = path.join(this.folder, "project");
    this.stack = options.stack ?? "test";
    fs.mkdirSync(path.join(this.folder, "state"));
    fs.mkdirSync(this.project);
  }

  /** Sets everything up and creates the stack. */
  public static async start(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    try {
      if (options.project !== undefined) mirror(options.project, engine.project);
      else engine.writeProgram(options.program ?? "");
      linkPlugins(path.join(engine.folder, "home", "plugins"), [STAND_INS, ...(options.standIns ?? [])]);
      await engine.stackInit();
      engine.writeConfig(options.config ?? {});
      return engine;
    } catch (error) {
      engine.stop();
      throw error;
    }
  }

  /** Removes all temporary folders. */
  public stop(): void {
    if (process.env.KEEP === "1") console.log(`      kept: ${this.folder}`);
    else fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Replaces the program of an engine that was started with `program`. */
  public writeProgram(text: string): void {
    const header = { name: "demo", runtime: { name: "nodejs", options: { typescript: false } } };
    fs.writeFileSync(path.join(this.project, "Pulumi.yaml"), YAML.stringify(header));
    fs.writeFileSync(
      path.join(this.project, "package.json"),
      '{ "name": "demo", "version": "0.0.0", "main": "index.js" }\n',
    );
    fs.writeFileSync(path.join(this.project, "index.js"), text);
    const modules = path.join(this.project, "node_modules");
    if (!fs.existsSync(modules)) fs.symlinkSync(path.join(repository, "node_modules"), modules);
  }

  /** Creates the stack with secrets encrypted by a passphrase. {@link Engine.start} has done it for the first one. */
  public async stackInit(): Promise<void> {
    await this.must(["stack", "init", this.stack]);
  }

  /** Sets plain configuration values, beside what is there; `undefined` removes one. */
  public writeConfig(values: Readonly<Record<string, ConfigValue | undefined>>): void {
    const file = this.configFile();
    const content = (fs.existsSync(file) ? YAML.parse(fs.readFileSync(file, "utf8")) : {}) as {
      config?: Record<string, unknown>;
    };
    const config = { ...content.config, ...values };
    // In quotes, since the engine reads a bare day as a moment.
    const text = YAML.stringify(JSON.parse(JSON.stringify({ ...content, config })), { version: "1.1" });
    fs.writeFileSync(file, text);
  }

  /** Sets one value by `pulumi config set`, which encrypts a secret. */
  public async configSet(key: string, value: string, flags: { secret?: boolean; path?: boolean } = {}): Promise<void> {
    const extra = [
      ...(flags.secret === true ? ["--secret"] : ["--plaintext"]),
      ...(flags.path === true ? ["--path"] : []),
    ];
    await this.must(["config", "set", ...extra, key, "--stack", this.stack], value);
  }

  /** The stack's configuration file. */
  public configFile(): string {
    return path.join(this.project, `Pulumi.${this.stack}.yaml`);
  }

  public preview(options: RunOptions = {}): Promise<RunResult> {
    return this.operate(["preview"], options);
  }

  public up(options: RunOptions = {}): Promise<RunResult> {
    return this.operate(["up", "--yes", "--skip-preview"], options);
  }

  public destroy(options: RunOptions = {}): Promise<RunResult> {
    return this.operate(["destroy", "--yes", "--skip-preview"], options);
  }

  public refresh(options: RunOptions = {}): Promise<RunResult> {
    return this.operate(["refresh", "--yes", "--skip-preview"], options);
  }

  /** Adopts an existing object of the cloud, as `pulumi import` does. */
  public importResource(type: string, name: string, id: string, options: RunOptions = {}): Promise<RunResult> {
    return this.operate(["import", type, name, id, "--yes", "--skip-preview", "--generate-code=false"], options);
  }

  /** Releases the lock that a killed engine has left on the stack, and sees to its state. */
  public async cancel(): Promise<void> {
    takeLastWhole(this.stateFile());
    await this.must(["cancel", "--yes", "--stack", this.stack]);
  }

  /** Lifts the protection in the state, as somebody does who wants to be rid of it: of everything, or of the URNs that are chosen. */
  public async unprotect(chosen?: (urn: string) => boolean): Promise<void> {
    const of = chosen === undefined ? ["--all"] : this.protectedUrns().filter(chosen);
    await this.must(["state", "unprotect", ...of, "--yes", "--stack", this.stack]);
  }

  private protectedUrns(): string[] {
    const state = JSON.parse(this.exportState()) as {
      checkpoint: { latest: { resources: { urn: string; protect?: boolean }[] } };
    };
    return state.checkpoint.latest.resources.flatMap(({ urn, protect }) => (protect === true ? [urn] : []));
  }

  /** The text of the state file, exactly as it is on disk; "" before the first operation. */
  public exportState(): string {
    const file = this.stateFile();
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  }

  /** The state file. */
  public stateFile(): string {
    const stacks = path.join(this.folder, "state", ".pulumi", "stacks");
    const [project = ""] = fs.readdirSync(stacks);
    return path.join(stacks, project, `${this.stack}.json`);
  }

  /** The outputs of the stack, secrets in plain text. */
  public async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.must(["stack", "output", "--json", "--show-secrets", "--stack", this.stack]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** What exists in the stand-in cloud, and all that was done to it. */
  public cloud(): Cloud {
    const file = this.cloudFile();
    return emptyCloud(fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as object) : {});
  }

  /** Changes the stand-in cloud behind the engine's back: drift, seeds, lookups. */
  public editCloud(edit: (cloud: Cloud) => void): void {
    const cloud = this.cloud();
    edit(cloud);
    fs.writeFileSync(this.cloudFile(), JSON.stringify(cloud, null, 1));
  }

  private cloudFile(): string {
    return path.join(this.folder, "cloud.json");
  }

  private async operate(args: readonly string[], options: RunOptions): Promise<RunResult> {
    const events = path.join(this.folder, `events-${++this.runs}.json`);
    if (options.faults) this.editCloud((cloud) => (cloud.faults = {}));
    const all = [...args, "--stack", this.stack, "--event-log", events, ...(options.args ?? [])];
    const done = await this.run(all, {
      // Writing the state after every step takes longer than all else; only who is killed needs it.
      ...(options.faults ? {} : { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" }),
      ...options.env,
      SGBOX_STANDIN_FAULTS: JSON.stringify(options.faults ?? []),
    });
    return { ...done, ...readEvents(events) };
  }

  private async must(args: readonly string[], input?: string): Promise<{ stdout: string }> {
    const done = await this.run(args, {}, input);
    if (done.code !== 0) throw new Error(`pulumi ${args.join(" ")} failed: ${done.stdout}${done.stderr}`);
    return done;
  }

  private run(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    input = "",
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { bin, timeoutMs = 120_000 } = this.options;
    const clean = Object.entries(process.env).filter(
      ([k]) => !/^(PULUMI_|AWS_|GOOGLE_|CLOUDSDK_|SGBOX_STANDIN_)/.test(k),
    );
    return new Promise((resolve, reject) => {
      const child = spawn(path.join(bin, "pulumi"), [...args, "--non-interactive", "--color", "never"], {
        cwd: this.project,
        detached: true, // a process group of its own, to be ended whole
        env: {
          ...Object.fromEntries(clean),
          PATH: `${bin}:${process.env.PATH ?? ""}`,
          PULUMI_BACKEND_URL: `file://${path.join(this.folder, "state")}`,
          PULUMI_HOME: path.join(this.folder, "home"),
          PULUMI_CONFIG_PASSPHRASE: "stand-in",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
          PULUMI_DEBUG_COMMANDS: "1", // for --event-log
          SGBOX_STANDIN_CLOUD: this.cloudFile(),
          ...this.options.env,
          ...env,
        },
      });
      const out = { stdout: "", stderr: "" };
      child.stdout.setEncoding("utf8").on("data", (text: string) => (out.stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (out.stderr += text));
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        reject(new Error(`pulumi ${args[0] ?? ""} took more than ${timeoutMs / 1000} s: ${out.stdout}${out.stderr}`));
      }, timeoutMs);
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve({ code, ...out });
      });
      child.stdin.on("error", () => undefined).end(input);
    });
  }
}

/** Links everything of a project folder but its stacks' configuration. */
function mirror(from: string, to: string): void {
  for (const name of fs.readdirSync(from)) {
    if (/^Pulumi\..+\.yaml$/.test(name) || name === ".git") continue;
    if (name === "Pulumi.yaml") fs.copyFileSync(path.join(from, name), path.join(to, name));
    else fs.symlinkSync(path.join(from, name), path.join(to, name));
  }
  const modules = path.join(to, "node_modules");
  if (!fs.existsSync(modules)) fs.symlinkSync(path.join(repository, "node_modules"), modules);
}

/** Puts each stand-in where the engine looks for the very version of the SDK. */
function linkPlugins(plugins: string, folders: readonly string[]): void {
  for (const folder of folders) {
    for (const file of fs.readdirSync(folder)) {
      const name = IN_PACKAGE_NAME.exec(file)?.[1];
      if (name === undefined) continue;
      const manifest = path.join(repository, "node_modules", "@pulumi", name, "package.json");
      if (!fs.existsSync(manifest)) continue; // without its SDK no program asks for it
      const { version } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { version: string };
      const home = path.join(plugins, `resource-${name}-v${version}`);
      fs.mkdirSync(home, { recursive: true });
      fs.symlinkSync(path.join(folder, file), path.join(home, file));
    }
  }
}
