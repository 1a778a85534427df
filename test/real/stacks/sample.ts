import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import YAML from "yaml";
import { builtProject } from "../../support/built";
import {
  Engine,
  type CloudObject,
  type ConfigValue,
  type EngineOptions,
  type RunOptions,
  type RunResult,
} from "../../support/engine";
import { repository } from "../../support/toolchain";

/** The release a story begins with, and the one it upgrades to: that of the sample stack files. */
export const older = "7.4.0";
export const release = "7.5.4453";

/** The manual steps between the two. */
export const acknowledgements = ["backup-first", "oob-complete", "same-minor-executors"];

/** A value from the config that must appear in no place but the cloud's secret store. */
export const marker = "MARKER-9b2e-of-a-config-secret";

/** A mail server with a password, which the samples do not have: for a secret from the config. */
const mail = {
  host: "mail.test",
  port: 587,
  from: "sg@mail.test",
  authentication: "PLAIN",
  username: "sg",
  passwordSecret: "smtpPassword",
};

/** The one type of object that may hold values of secrets, and the input it holds them in. */
interface SecretStore {
  readonly type: string;
  readonly field: string;
}

type Verb = "preview" | "up" | "destroy" | "refresh";

/** A stack of a sample file on the real engine with a stand-in cloud. Keeps all that was printed. */
export class SampleStack {
  private printed = "";
  private constructor(readonly engine: Engine) {}

  /** Starts with the sample's config and the older release. `more` holds keys without the namespace. */
  static async start(
    bin: string,
    cloud: "aws" | "gcp",
    more: Readonly<Record<string, ConfigValue | undefined>> = {},
    options: Pick<EngineOptions, "env" | "timeoutMs"> = {},
  ): Promise<SampleStack> {
    const text = fs.readFileSync(path.join(repository, `Pulumi.${cloud}-sample.yaml`), "utf8");
    const { config } = YAML.parse(text) as { config: Record<string, ConfigValue> };
    const engine = await Engine.start({ ...options, bin, project: builtProject(), config });
    const stack = new SampleStack(engine);
    stack.set({ release: older, smtp: mail, ...more });
    await engine.configSet("sourcegraph:secrets.smtpPassword", marker, { secret: true, path: true });
    return stack;
  }

  stop(): void {
    this.engine.stop();
  }

  /** Sets keys of the config, without the namespace; undefined removes one. */
  set(values: Readonly<Record<string, ConfigValue | undefined>>): void {
    this.engine.writeConfig(
      Object.fromEntries(Object.entries(values).map(([key, value]) => [`sourcegraph:${key}`, value])),
    );
  }

  async run(verb: Verb, options: RunOptions = {}): Promise<RunResult> {
    const result = await this.engine[verb](options);
    this.printed += result.stdout + result.stderr;
    return result;
  }

  /** Runs an operation that has to succeed, and returns its changes, sorted: the engine works in parallel. */
  async changes(verb: Verb, options: RunOptions = {}): Promise<string[]> {
    const result = await this.run(verb, options);
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return [...result.changes].sort();
  }

  /** Runs an update that has to be refused by the program, before anything is registered; returns what it says. */
  async refusal(values: Readonly<Record<string, ConfigValue | undefined>>): Promise<string> {
    const file = this.engine.configFile();
    const before = fs.readFileSync(file, "utf8");
    this.set(values);
    const result = await this.run("up");
    fs.writeFileSync(file, before);
    assert.notEqual(result.code, 0, result.stdout);
    // The program reads its own last outputs, and that is all.
    const registered = result.steps.filter(({ type }) => type !== "pulumi:pulumi:StackReference");
    assert.deepEqual(registered, [], "something was registered");
    assert.doesNotMatch(result.stdout + result.stderr, /\n\s+at /, "a stack trace is shown for a user's mistake");
    return result.diagnostics.map(({ message }) => message).join("\n");
  }

  /** The one object of a type in the stand-in cloud. */
  one(type: string): CloudObject {
    const all = this.engine.cloud().all(type);
    assert.equal(all.length, 1, `${all.length} objects of ${type}`);
    return all[0] as CloudObject;
  }

  /** The steps that were done in the stand-in cloud since an operation began, as text. */
  async steps(work: () => Promise<unknown>): Promise<string[]> {
    const start = this.engine.cloud().log.length;
    await work();
    return this.engine
      .cloud()
      .log.slice(start)
      .map(({ op, type, name }) => `${op} ${type} ${name}`);
  }

  /** The types of all that exists in the stand-in cloud, sorted, one for each object. */
  left(): string[] {
    return Object.values(this.engine.cloud().objects)
      .map(({ type }) => type)
      .sort();
  }

  /**
   * Runs the program as another release of the library would be: with a text of its compiled files exchanged. Undone by the
   * function that is returned.
   */
  alter(file: string, from: string | RegExp, to: string): () => void {
    const dist = path.join(this.engine.project, "dist");
    const original = fs.realpathSync(dist);
    fs.unlinkSync(dist);
    fs.cpSync(original, dist, { recursive: true });
    const target = path.join(dist, file);
    const text = fs.readFileSync(target, "utf8");
    const altered = text.replace(from, to);
    assert.notEqual(altered, text, `${file} does not hold ${String(from)}`);
    fs.writeFileSync(target, altered);
    return () => {
      fs.rmSync(dist, { recursive: true });
      fs.symlinkSync(original, dist);
    };
  }

  /** Asserts that secrets are in the secret store alone: in no other object, no output, nothing printed, no file of the engine. */
  async assertSecretsStayIn({ type, field }: SecretStore, count: number): Promise<void> {
    const cloud = this.engine.cloud();
    const values = [...new Set([marker, ...cloud.all(type).map(({ inputs }) => String(inputs[field]))])];
    assert.equal(values.length, count);
    await this.assertHidden(values, [type]);
  }

  /** Asserts that values are in the cloud's objects of these types alone, and in none of the other places. */
  async assertHidden(values: readonly string[], types: readonly string[]): Promise<void> {
    const cloud = this.engine.cloud();
    const elsewhere = Object.values(cloud.objects).filter((object) => !types.includes(object.type));
    const places: Record<string, string> = {
      "what was printed": this.printed,
      "the state file": this.engine.exportState(),
      "the stack file": fs.readFileSync(this.engine.configFile(), "utf8"),
      "the outputs": JSON.stringify(await this.engine.outputs()),
      "the log of the cloud": JSON.stringify(cloud.log),
      ...Object.fromEntries(elsewhere.map((object) => [`${object.type} ${object.id}`, JSON.stringify(object)])),
    };
    // What the engine tells whoever listens, without the notes for its own debugging, which hold everything.
    for (const file of fs.readdirSync(this.engine.folder).filter((name) => name.startsWith("events-"))) {
      const events = fs.readFileSync(path.join(this.engine.folder, file), "utf8").split("\n");
      places[file] = events.filter((event) => !event.includes('"severity":"debug"')).join("\n");
    }
    for (const value of values) {
      assert.ok(value.length > 12, "too short to be looked for");
      for (const [place, text] of Object.entries(places))
        assert.ok(!text.includes(value), `${place} holds a secret in the open`);
    }
  }
}

/** Prints how long a preview takes. Not asserted: the machine of a test is not that of a user. */
export async function timed(stack: SampleStack): Promise<void> {
  const start = Date.now();
  const changes = await stack.changes("preview");
  console.log(`      preview: ${((Date.now() - start) / 1000).toFixed(1)} s, ${changes.length} changes`);
}
