import type { Specification } from "../config/specification";
import type { LastHop } from "../manifest";
import { machineHop } from "./machine-hop";
import type { MachineSeen } from "./machine-status";
import type { Plan } from "./plan";

/** What is checked from outside after each change. */
export interface PlannedOutsideCheck {
  /** How long machine and address may take, minutes. */
  readonly timeoutMinutes: number;
  /** Whether the address is asked; one that leads nowhere from outside its network is not. */
  readonly asksAddress: boolean;
}

/** What an address that is asked answers. */
export type AddressAnswer =
  | {
      /** It answers. */
      readonly kind: "answer";
      /** Status of its health. */
      readonly health: number;
      /** What it says its release is; empty where it says none. */
      readonly release: string;
      /** Whether its name leads to another address than the instance's. */
      readonly elsewhere: boolean;
    }
  | {
      /** Its name is not known. */
      readonly kind: "unknown-name";
    }
  | {
      /** There is no connection, or none that can be trusted. */
      readonly kind: "unreachable";
      /** Why. */
      readonly why: string;
      /** Whether its name leads to another address than the instance's. */
      readonly elsewhere: boolean;
    };

/** What the address is to come to. */
export interface AddressTarget {
  /** Address of the instance. */
  readonly url: string;
  /** Release it has to report. */
  readonly release: string;
  /** How long it may take where nothing is known of the machine, minutes. */
  readonly timeoutMinutes: number;
}

/** Whether to ask again, or what the check says in the end. */
export type AddressVerdict =
  | { readonly kind: "wait"; readonly told: string }
  | { readonly kind: "well"; readonly text: string; readonly warning?: string }
  | { readonly kind: "ill"; readonly text: string };

/** First boot: packages, images, databases. */
const bootMinutes = 30;

/** How long the way to a machine that is ready may take to open: health checks of a load balancer, a certificate. */
const openingMinutes = 5;

/** How long a connection is tried for before it is taken to be closed to whoever asks. */
const closedMinutes = 1;

/** What is checked from outside; undefined where the config wants none, or there is no machine to wait for. */
export function outsideCheckOf(
  plan: Plan,
  specification: Specification,
  lastHop: LastHop | undefined,
): PlannedOutsideCheck | undefined {
  const { outsideCheck } = specification;
  if (!outsideCheck.enabled || plan.cloud === "local" || plan.power === "stopped") return undefined;
  const steps = lastHop === undefined ? [] : (machineHop(plan, specification, lastHop)?.steps ?? []);
  const hopMinutes = steps.reduce((sum, { timeoutMinutes }) => sum + timeoutMinutes, 0);
  return {
    timeoutMinutes: outsideCheck.timeoutMinutes ?? bootMinutes + hopMinutes,
    asksAddress: plan.exposure.closed === undefined,
  };
}

function wayOut(url: string): string {
  return `ask ${url}/healthz from where it may be reached ('access.allowedCidrs'), or leave the check out with 'outsideCheck.enabled: false'`;
}

function saidOf(answer: AddressAnswer, { url, release }: AddressTarget): string {
  switch (answer.kind) {
    case "unknown-name":
      return `the name in ${url} is not known yet`;
    case "unreachable":
      return `${url} cannot be reached from here: ${answer.why}`;
    case "answer":
      if (answer.health !== 200) return `${url} answers, but says ${answer.health} of its health`;
      return `${url} is healthy, but reports release ${answer.release === "" ? "none" : answer.release} instead of ${release}`;
  }
}

/** Whether it is the way to the instance that is missing rather than the instance. */
function isAway(answer: AddressAnswer): boolean {
  return answer.kind !== "answer" || answer.elsewhere;
}

/** How long an answer other than the right one is put up with, minutes. */
function limitOf(answer: AddressAnswer, machine: MachineSeen, target: AddressTarget): number {
  if (machine.state === "unknown") return target.timeoutMinutes;
  if (answer.kind === "unknown-name" || answer.kind === "unreachable")
    return answer.kind === "unreachable" && !answer.elsewhere ? closedMinutes : 0;
  return answer.elsewhere ? 0 : openingMinutes;
}

/**
 * Judges what the address answers, and what the machine said of itself before.
 *
 * An address that cannot be reached from where the program runs says nothing about the instance: a machine that says it is
 * ready is believed then, with a warning.
 *
 * @param answer undefined where the address is not asked
 * @param waitedMinutes since the address was asked first
 */
export function judgeAddress(
  answer: AddressAnswer | undefined,
  machine: MachineSeen,
  target: AddressTarget,
  waitedMinutes: number,
): AddressVerdict {
  if (machine.state === "ill") return { kind: "ill", text: machine.text };
  if (answer === undefined)
    return machine.state === "well"
      ? { kind: "well", text: machine.text }
      : {
          kind: "ill",
          text: `${machine.text}; the address is not open to whoever asks from outside, so nothing else tells`,
        };
  if (answer.kind === "answer" && answer.health === 200 && answer.release.includes(target.release))
    return { kind: "well", text: `${target.url} is healthy and reports release ${target.release}` };
  const said = saidOf(answer, target);
  if (waitedMinutes < limitOf(answer, machine, target)) return { kind: "wait", told: said };
  if (machine.state === "well" && isAway(answer)) {
    const elsewhere = answer.kind !== "unknown-name" && answer.elsewhere;
    const lead = elsewhere ? "; its name leads elsewhere" : "";
    return { kind: "well", text: machine.text, warning: `${said}${lead}; ${machine.text}` };
  }
  return { kind: "ill", text: `${said}; ${machine.text}; ${wayOut(target.url)}` };
}
