import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import {
  isFailing,
  judgeMachine,
  type MachineSeen,
  type MachineTarget,
  type StatusAnswer,
} from "../core/planning/vm/machine-status";
import type { PlannedOutsideCheck } from "../core/planning/vm/outside-check";

/** What the check is told. */
export interface OutsideCheckInputs {
  /** Address of the instance. */
  readonly url: string;
  /** Where its name has to lead: an address, or the name of a load balancer. */
  readonly address: string;
  /** Whether the address is asked. */
  readonly asksAddress: boolean;
  /** Release that it has to report. */
  readonly release: string;
  /** SHA-256 of the bundle that the machine has to come to. */
  readonly digest: string;
  /** Id of the machine: another one is checked again. */
  readonly machineId: string;
  /** How long it may take where nothing is known of the machine, minutes. */
  readonly timeoutMinutes: number;
  /** What the machine says of itself; absent in a preview, which asks nobody. */
  readonly machine?: MachineSeen;
}

/** What is known before the check is declared. */
export interface OutsideCheckArgs extends Pick<OutsideCheckInputs, "release" | "digest"> {
  readonly parent: pulumi.Resource;
  readonly name: string;
  /** Absent where nothing is checked. */
  readonly planned: PlannedOutsideCheck | undefined;
  readonly url: pulumi.Input<string>;
  readonly address: pulumi.Input<string>;
  readonly machineId: pulumi.Input<string>;
  /** What tells the machine; it is asked after that. */
  readonly pointer: pulumi.CustomResource;
  /** Where the machine writes its status. */
  readonly bucket: pulumi.Input<string>;
  /** Asks for the machine's status. */
  readonly ask: (parent: pulumi.Resource, bucket: string) => Promise<StatusAnswer>;
}

/** Seconds between two questions. */
const pauseSeconds = 5;

/**
 * What the engine's provider of dynamic resources runs. It names the module rather than holding its code: to serialize code the
 * SDK loads a compiler, at every start of the program. What is read from a state that another machine wrote needs no module.
 */
const provider = `exports.handler = () => {
  try {
    return require(${JSON.stringify(path.join(__dirname, "outside-check-provider"))}).provider;
  } catch (error) {
    const fail = () => { throw error; };
    return { create: fail, update: fail };
  }
};
`;

/** An update is done when this is made: the machine says that it is ready, and the address reports the release. */
class OutsideCheck extends pulumi.CustomResource {
  /** What was seen. */
  declare readonly seen: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/sourcegraph:OutsideCheck",
      name,
      { ...inputs, seen: undefined, __provider: provider },
      opts,
    );
  }
}

const minutesSince = (start: number | undefined) => (start === undefined ? 0 : (Date.now() - start) / 60_000);

/** Asks until nothing more is to be expected of the machine; says what is waited for whenever that changes. */
async function awaitMachine(
  ask: () => Promise<StatusAnswer>,
  target: MachineTarget,
  tell: (told: string) => Promise<void>,
): Promise<MachineSeen> {
  const start = Date.now();
  let failing: number | undefined;
  let last = "";
  for (;;) {
    const answer = await ask();
    if (isFailing(answer, target)) failing ??= Date.now();
    const verdict = judgeMachine(answer, target, minutesSince(start), minutesSince(failing));
    if (verdict.kind === "seen") return verdict.machine;
    if (verdict.told !== last) await tell(verdict.told);
    last = verdict.told;
    await sleep(pauseSeconds * 1000);
  }
}

/**
 * Declares the check. The machine is waited for here, with the credentials of the cloud's own provider, and so that the program
 * can be interrupted at any time; the resource then asks the address, and fails the update where something is not well.
 */
export function declareOutsideCheck(args: OutsideCheckArgs): void {
  const { parent, name, planned, release, digest, ask, url, address, machineId } = args;
  if (planned === undefined) return;
  const { timeoutMinutes, asksAddress } = planned;
  const tell = (told: string) => pulumi.log.info(`waiting: ${told}`, parent);
  const machine = pulumi
    .all([args.bucket, args.pointer.id])
    .apply(([bucket]) =>
      pulumi.runtime.isDryRun()
        ? undefined
        : awaitMachine(() => ask(parent, bucket), { release, digest, timeoutMinutes }, tell),
    );
  new OutsideCheck(
    name,
    { url, address, asksAddress, release, digest, machineId, timeoutMinutes, machine },
    { parent },
  );
}

/** Why something could not be asked for, in one line. */
export function whyOf(error: unknown): string {
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return first;
}
