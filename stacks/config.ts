import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { InputError } from "../components/core/errors";
import { encrypted } from "../components/core/planning/config/problems";
import { filesNamed, type FileTexts } from "../components/core/planning/config/specification";

/** Namespace of the config keys. */
export const configNamespace = "sourcegraph";

/** A config as it stands in a stack, and the values of its secrets, which stay apart. */
export interface StackConfig {
  /** The config without any secret value; `secrets` holds names only. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Secret values by name. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

function stripNamespace(key: string): string | undefined {
  const prefix = `${configNamespace}:`;
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

/** Values of a stack arrive as text; truth values, lists and sets of keys are JSON. No key at the top is a number. */
function parseValue(text: string): unknown {
  if (!/^(\[|\{|true$|false$)/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Whether the engine decrypted something to give this key; a part of the SDK that its types leave out. */
function isConfigSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}

/**
 * Reads the running stack's config: every key of the namespace, so that unknown ones are found. A key other than `secrets`
 * that is encrypted, or holds something encrypted, is given as `[encrypted]`, which the checks refuse: what is decrypted
 * must not reach the plan, nor a message.
 */
export function readStackConfig(): StackConfig {
  const config: Record<string, unknown> = {};
  const secrets: Record<string, pulumi.Output<string>> = {};
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    const name = stripNamespace(key);
    if (name === undefined) continue;
    const value = parseValue(text);
    if (name === "secrets" && typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [secret, plain] of Object.entries(value)) secrets[secret] = pulumi.secret(String(plain));
      config[name] = Object.fromEntries(Object.keys(value).map((secret) => [secret, ""]));
    } else config[name] = isConfigSecret(key) ? encrypted : value;
  }
  return { config, secrets };
}

/**
 * Reads a stack file without an engine. Encrypted values are not decrypted: only their names count.
 *
 * @param text text of a `Pulumi.<stack>.yaml`
 * @throws InputError when it is not a stack file
 */
export function configFromStackFile(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new InputError(
      [{ path: "", message: `it is not YAML: ${(error as Error).message.split("\n")[0]?.replace(/:$/, "") ?? ""}` }],
      "the stack file cannot be read",
    );
  }
  const entries = (document as { config?: unknown } | null)?.config;
  if (typeof entries !== "object" || entries === null)
    throw new InputError(
      [{ path: "config", message: "is missing; a stack file holds keys such as sourcegraph:release below config" }],
      "the stack file cannot be read",
    );
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]: [string, unknown]) => {
      const name = stripNamespace(key);
      return name === undefined ? [] : [[name, asTheEngineGives(value)]];
    }),
  );
}

/** A value at the top of a stack file: the engine hands scalars over as text. */
function asTheEngineGives(value: unknown): unknown {
  if (typeof value === "string") return parseValue(value);
  return typeof value === "number" ? String(value) : withoutCiphertext(value);
}

/** A value of a stack file with every encrypted text put out of sight. */
export function withoutCiphertext(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (Object.keys(value).length === 1 && "secure" in value) return encrypted;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutCiphertext(inner)]));
}

/** Reads the files a config names; what cannot be read is left out and reported by the checks. */
export function readNamedFiles(config: unknown, folder: string): FileTexts {
  return Object.fromEntries(
    filesNamed(config).flatMap((path) => {
      try {
        return [[path, readFileSync(resolve(folder, path), "utf8")]];
      } catch {
        return [];
      }
    }),
  );
}
