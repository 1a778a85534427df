import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { EngineEvent, PulumiCommand } from "@pulumi/pulumi/automation";
import { changeSetOf, type ChangeSet, type EngineStep } from "../../components/core/planning/fleet/change-set";
import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import type { KnownState } from "../../components/core/planning/fleet/known-state";
import type { Looked } from "../../components/core/rendering/fleet/change-report";
import { follow } from "../engine/stack";
import { exitCodes, ExitWith, failureOf } from "../failure";
import type { Terminal } from "../terminal";
import type { OpenFleet } from "./folder";
import { openInstanceStack } from "./instance-stack";
import { inParallel } from "./parallel";

/** What looks at instances use of the world. */
export interface LookWorld {
  readonly terminal: Terminal;
  readonly pulumi: PulumiCommand;
  /** What the backend knows of each instance. */
  readonly states: Readonly<Record<string, KnownState>>;
  /** Instances looked at a time. */
  readonly parallel: number;
}

/** A look at one instance, and with what exit code it would have ended alone. */
export interface LookResult extends Looked {
  /** Exit code; 0 where it went well. */
  readonly code: number;
}

/** A terminal nothing is told to, for what runs beside others. */
function silent(terminal: Terminal): Terminal {
  return { ...terminal, note: () => undefined };
}

const codes = {
  usage: exitCodes.input,
  input: exitCodes.input,
  refused: exitCodes.refused,
  unexpected: exitCodes.unexpected,
};

async function lookAtAll(
  instances: readonly FleetInstance[],
  to: string | undefined,
  { terminal, states, parallel }: LookWorld,
  look: (instance: FleetInstance) => Promise<ChangeSet>,
): Promise<LookResult[]> {
  return inParallel(instances, parallel, async (instance): Promise<LookResult> => {
    const { id, slug } = instance;
    const from = states[id]?.release;
    const named = { id, slug, ...(from === undefined ? {} : { from }), to: to ?? instance.release };
    try {
      const changes = await look(instance);
      terminal.note(
        `${slug} (${id}): ${changes.changes.length === 0 ? "no change" : `${changes.changes.length} changes`}`,
      );
      return { ...named, changes, code: exitCodes.done };
    } catch (error) {
      const { kind, message } = failureOf(error);
      terminal.note(`${slug} (${id}): ${message}`);
      return { ...named, error: message, code: codes[kind] };
    }
  });
}

/** A folder for the time of a look, so that nothing is written where a rollout works. */
async function inScratch<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), "sgbox-look-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Asks the engine what an update of each instance would change. Nothing is changed: an instance that is not there is planned in
 * a backend of its own, which is thrown away.
 */
export async function previewAll(
  open: OpenFleet,
  instances: readonly FleetInstance[],
  { to, acknowledge = [] }: { readonly to?: string; readonly acknowledge?: readonly string[] },
  world: LookWorld,
): Promise<LookResult[]> {
  return inScratch(async (scratch) => {
    const backend = path.join(scratch, "states");
    mkdirSync(backend);
    return lookAtAll(instances, to, world, async (instance) => {
      const { id } = instance;
      const isThere = world.states[id]?.updatedAt !== undefined;
      const stack = await openInstanceStack(open, instance, world, {
        ...(to === undefined ? {} : { release: to }),
        acknowledge,
        work: path.join(scratch, id),
        ...(isThere ? {} : { create: true, backend: pathToFileURL(backend).href }),
      });
      const steps: EngineStep[] = [];
      await follow("planned", silent(world.terminal), ({ take }) =>
        stack.preview({
          color: "never",
          onEvent: (event: EngineEvent) => {
            take(event);
            if (event.resourcePreEvent !== undefined) steps.push(event.resourcePreEvent.metadata);
          },
        }),
      );
      return changeSetOf(steps);
    });
  });
}

/** Asks the clouds how what is there differs from the states. Neither is changed. */
export async function driftOfAll(
  open: OpenFleet,
  instances: readonly FleetInstance[],
  world: LookWorld,
): Promise<LookResult[]> {
  return inScratch((scratch) =>
    lookAtAll(instances, undefined, world, async (instance) => {
      const stack = await openInstanceStack(open, instance, world, { work: path.join(scratch, instance.id) });
      const steps: EngineStep[] = [];
      await follow("planned", silent(world.terminal), ({ take }) =>
        stack.previewRefresh({
          color: "never",
          onEvent: (event: EngineEvent) => {
            take(event);
            // Before it is read nobody knows how a resource is; afterwards the step says what became of it.
            if (event.resOutputsEvent !== undefined) steps.push(event.resOutputsEvent.metadata);
          },
        }),
      );
      return changeSetOf(steps);
    }),
  );
}

/** Ends a verb as the worst of its looks would have ended: what nobody expected, then a refusal, then wrong input. */
export function endAs(looked: readonly LookResult[]): void {
  for (const code of [exitCodes.unexpected, exitCodes.refused, exitCodes.input])
    if (looked.some((each) => each.code === code)) throw new ExitWith(code);
}
