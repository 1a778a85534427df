import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { Terminal } from "../terminal";

/** Folder of everything the command keeps for a person: `SGBOX_HOME`, else `.sgbox` in the home folder. */
export function homeFolder({ env }: Terminal): string {
  const given = env["SGBOX_HOME"] ?? "";
  return given === "" ? path.join(env["HOME"] ?? homedir(), ".sgbox") : path.resolve(given);
}

/** Address of the backend of a person who has set none: a folder below the home folder. */
export function stateBackend(terminal: Terminal): string {
  return pathToFileURL(path.join(homeFolder(terminal), "state")).href;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** Makes the passphrase that encrypts the secrets in the state, once. */
function passphraseFile(terminal: Terminal): string {
  const file = path.join(homeFolder(terminal), "passphrase");
  if (!existsSync(file)) {
    writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    terminal.note(
      `made a passphrase for the secrets in the state: ${file}. Keep a copy: without it the state cannot be read`,
    );
  }
  return file;
}

/**
 * Environment of the engine: where its state is and how its secrets are encrypted, as the user has set it; otherwise files
 * below the home folder.
 */
export function engineEnvironment(terminal: Terminal): Record<string, string> {
  const { env } = terminal;
  const home = homeFolder(terminal);
  const backend = env["PULUMI_BACKEND_URL"];
  const state = path.join(home, "state");
  const isService = backend?.startsWith("http") === true;
  const hasPassphrase = env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || isSet(env["PULUMI_CONFIG_PASSPHRASE_FILE"]);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(!isSet(backend) && { PULUMI_BACKEND_URL: stateBackend(terminal) }),
    ...(!isService && !hasPassphrase && { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(terminal) }),
  };
}
