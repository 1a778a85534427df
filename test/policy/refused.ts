import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { judging, type Strictness } from "../../components/boundary";
import { problemInLine, RefusedError } from "../../components/core/errors";
import { secretValue, unknownValue } from "../../components/core/rules/graph";
import type { Given } from "../support/graph";

/** A resource of whatever type. */
export class Made extends pulumi.CustomResource {}

/** What a program registered, and why the rest was refused. */
export interface Refused {
  readonly registered: readonly string[];
  readonly refused: readonly string[];
}

/** Runs a program whose resources wait until they are judged; what waits for something refused is never registered. */
export async function refusedOf(build: () => void): Promise<Refused> {
  const registered: string[] = [];
  const refused: string[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => {
        if (type !== "pulumi:pulumi:Stack") registered.push(name);
        return { id: `${name}-id`, state: inputs as Record<string, unknown> };
      },
      call: () => ({}),
    },
    "project",
    "stack",
    true,
    "organization",
  );
  const failed = (error: unknown): void => {
    assert.ok(error instanceof RefusedError, String(error));
    refused.push(...error.problems.map(problemInLine));
  };
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", failed);
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  try {
    build();
    let done = false;
    const idle = async (): Promise<void> => {
      for (let told = -1; !done && (refused.length === 0 || refused.length > told); await pause(20))
        told = refused.length;
    };
    await Promise.race([pulumi.runtime.disconnect(), idle()]);
    done = true;
    await pause(5);
  } finally {
    process.removeListener("unhandledRejection", failed);
    for (const other of others) process.on("unhandledRejection", other);
    // Promises of what was refused stay open, which the SDK takes for a leak when the process ends.
    const promises = (await import("@pulumi/pulumi/runtime/debuggable.js")) as unknown as {
      leakedPromises: () => unknown;
    };
    promises.leakedPromises();
  }
  return { registered, refused };
}

/** Inputs of a small graph as a program gives them. */
function asGiven(value: unknown): unknown {
  if (value === secretValue) return pulumi.secret("MARKER");
  if (value === unknownValue) return pulumi.output(pulumi.unknown);
  if (Array.isArray(value)) return value.map(asGiven);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asGiven(part)]));
}

/** Declares a small graph; what is at its top judges all that belongs to it. */
export function declare(given: readonly Given[], strictness: Strictness = {}): void {
  const made = new Map<string, pulumi.Resource>();
  for (const { type, name, parent: of, inputs = {}, refers = {}, boundary, protected: protect } of given) {
    const parent = of === undefined ? undefined : made.get(of);
    const place = parent === undefined ? judging(strictness) : { parent };
    const options = { ...place, ...(protect === undefined ? {} : { protect }) };
    const all: pulumi.Inputs = { ...(asGiven(inputs) as pulumi.Inputs), ...(boundary && { boundary }) };
    for (const [input, other] of Object.entries(refers))
      all[input] = made.get(other)?.urn.apply(() => asGiven(inputs[input] ?? other));
    const resource = type.startsWith("sourcegraph:")
      ? new pulumi.ComponentResource(type, name, all, options)
      : new Made(type, name, all, options);
    made.set(name, resource);
  }
}
