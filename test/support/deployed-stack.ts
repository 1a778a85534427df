import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { parse } from "yaml";
import { engineEnvironment } from "../../cli/engine/home";
import type { Terminal } from "../../cli/terminal";

/** An output that the engine is to keep as a secret. */
export const secretOutput = (text: string) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(text),
});

/** Stacks that have exported outputs, as the real engine keeps them; nothing of them was ever made. */
export class DeployedStacks {
  readonly folder = mkdtempSync(join(tmpdir(), "sgbox-stacks-"));
  private readonly env: Readonly<Record<string, string | undefined>>;

  constructor(more: Readonly<Record<string, string>> = {}) {
    this.env = { ...process.env, ...more, SGBOX_HOME: join(this.folder, "home") };
    writeFileSync(join(this.folder, "Pulumi.yaml"), "name: sourcegraph\nruntime: nodejs\n");
  }

  /** A terminal in the folder of the stacks; what is written to it is kept. */
  terminal(more: Partial<Terminal> = {}): Terminal {
    return {
      out: () => undefined,
      note: () => undefined,
      colors: pc.createColors(false),
      env: this.env,
      today: "2026-11-22",
      folder: this.folder,
      ...more,
    };
  }

  /**
   * Writes the file of a stack, and gives it the outputs, of which the engine encrypts those marked as secrets; each step of
   * the engine takes a second.
   */
  deploy(stack: string, config: Readonly<Record<string, unknown>>, outputs: Readonly<Record<string, unknown>>): void {
    const entries = Object.entries(config).map(([key, value]) => [`sourcegraph:${key}`, value]);
    const stackFile = join(this.folder, `Pulumi.${stack}.yaml`);
    writeFileSync(
      stackFile,
      `# How ${stack} is deployed.\n${JSON.stringify({ config: Object.fromEntries(entries) as unknown }, null, 2)}\n`,
    );
    const env = { ...this.env, ...engineEnvironment(this.terminal()) };
    const pulumi = (...args: string[]) => execFileSync("pulumi", args, { cwd: this.folder, env, stdio: "pipe" });
    pulumi("stack", "init", stack, "--non-interactive");
    const { encryptionsalt: salt } = parse(readFileSync(stackFile, "utf8")) as { encryptionsalt: string };
    const state = {
      version: 3,
      deployment: {
        manifest: { time: "2026-11-22T05:00:00Z", magic: "", version: "" },
        secrets_providers: { type: "passphrase", state: { salt } },
        resources: [
          {
            urn: `urn:pulumi:${stack}::sourcegraph::pulumi:pulumi:Stack::sourcegraph-${stack}`,
            custom: false,
            type: "pulumi:pulumi:Stack",
            outputs,
          },
        ],
      },
    };
    const file = join(this.folder, `${stack}.state.json`);
    writeFileSync(file, JSON.stringify(state));
    pulumi("stack", "import", "--stack", stack, "--file", file, "--non-interactive");
  }

  delete(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
