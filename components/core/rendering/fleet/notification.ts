import { createHmac } from "node:crypto";
import type { RolloutEvent, RolloutProgress } from "../../planning/fleet/journal";
import type { NotifyTarget } from "../../planning/fleet/notify";
import type { RolloutPlan } from "../../planning/fleet/rollout-plan";

/** What a receiver is told of one transition, in the form of Standard Webhooks. */
export interface Notification {
  /** What happened, such as `rollout.wave-begun`. */
  readonly type: string;
  /** When, ISO 8601. */
  readonly timestamp: string;
  readonly data: {
    /** Name of the fleet. */
    readonly fleet: string;
    /** Release that is rolled out. */
    readonly to: string;
    /** SHA-256 of the rollout's plan, lower-case hex. */
    readonly digest: string;
    /** The same in a sentence. */
    readonly text: string;
    /** The wave it is about. */
    readonly wave?: string;
    /** The instance it is about. */
    readonly instance?: { readonly id: string; readonly slug: string };
    /** How many instances are how far. */
    readonly instances: Readonly<Record<string, number>>;
  };
}

/** Longest account of a failure that is told, characters. */
const longest = 500;

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** What happened in a few words; undefined for what nobody is told. */
function told(event: RolloutEvent, { to, waves }: RolloutPlan, who: (id: string) => string): string | undefined {
  const size = (wave: string): number => waves.find(({ name }) => name === wave)?.members.length ?? 0;
  switch (event.event) {
    case "begun":
      return `rollout of ${to} begun by ${event.by}`;
    case "wave-waits":
      return `wave ${event.wave} waits for a person`;
    case "wave-allowed":
      return `wave ${event.wave} was let begin by ${event.by}`;
    case "wave-begun":
      return `wave ${event.wave} begins with ${size(event.wave)} instances`;
    case "wave-done":
      return `wave ${event.wave} is over`;
    case "member-failed":
      return `${who(event.id)} failed at ${event.step}: ${cut(event.message)}`;
    case "member-locked":
      return `${who(event.id)} is in other hands: ${cut(event.message)}`;
    case "member-back":
      return `${who(event.id)} went back to the release before`;
    case "stopped":
      return `rollout of ${to} stopped: ${cut(event.reason)}`;
    case "resumed":
      return `rollout of ${to} goes on, by ${event.by}`;
    case "finished":
      return `rollout of ${to} is finished`;
    case "abandoned":
      return `rollout of ${to} was given up by ${event.by}`;
    default:
      return undefined;
  }
}

/**
 * What is told of an event; undefined for what nobody is told.
 *
 * @param progress how far the rollout is after it
 */
export function notificationOf(
  plan: RolloutPlan,
  event: RolloutEvent,
  progress: RolloutProgress,
): Notification | undefined {
  const memberOf = (id: string) => plan.waves.flatMap(({ members }) => members).find((member) => member.id === id);
  const what = told(event, plan, (id) => `${memberOf(id)?.slug ?? "an instance"} (${id})`);
  if (what === undefined) return undefined;
  const member = "id" in event ? memberOf(event.id) : undefined;
  const instances: Record<string, number> = {};
  for (const { state } of Object.values(progress.members)) instances[state] = (instances[state] ?? 0) + 1;
  const counts = Object.entries(instances).map(([state, count]) => `${count} ${state}`);
  return {
    type: `rollout.${event.event}`,
    timestamp: event.at,
    data: {
      fleet: plan.fleet,
      to: plan.to,
      digest: plan.digest,
      text: `${plan.fleet}: ${what} (${counts.join(", ")})`,
      ...("wave" in event ? { wave: event.wave } : {}),
      ...(member === undefined ? {} : { instance: { id: member.id, slug: member.slug } }),
      instances,
    },
  };
}

/** What is sent to a receiver. */
export interface NotifyRequest {
  /** Headers, the signature among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body, JSON. */
  readonly body: string;
}

/**
 * What is sent to a receiver. A webhook is signed as Standard Webhooks has it: HMAC-SHA256 over id, time and body.
 *
 * @param id the same for each try
 * @param seconds time of this try, seconds since 1970
 */
export function notifyRequest(
  { kind, key }: NotifyTarget,
  notification: Notification,
  id: string,
  seconds: number,
): NotifyRequest {
  const type = { "content-type": "application/json" };
  if (kind === "slack") {
    const text = notification.data.text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    return { headers: type, body: JSON.stringify({ text }) };
  }
  const body = JSON.stringify(notification);
  const signature = createHmac("sha256", key ?? "")
    .update(`${id}.${seconds}.${body}`)
    .digest("base64");
  return {
    headers: {
      ...type,
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": `v1,${signature}`,
    },
    body,
  };
}
