import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Sum } from "../../components/core/planning/fleet/journal";
import type { NotifyTarget } from "../../components/core/planning/fleet/notify";
import { notificationOf, notifyRequest, type Notification } from "../../components/core/rendering/fleet/notification";
import type { RolloutFiles } from "./rollout-files";

/** How patient notifying is, milliseconds where nothing else is said. */
export interface NotifyTiming {
  /** How long a receiver may take to answer. */
  readonly answer: number;
  /** How often one notification is tried before the receiver is left alone for a while. */
  readonly tries: number;
  /** Pause after the first try; each further one is twice as long. */
  readonly pause: number;
  /** How long a receiver that did not take one is left alone, unless something happens. */
  readonly rest: number;
  /** How long the end of a command waits for receivers. */
  readonly end: number;
}

const usualTiming: NotifyTiming = { answer: 10_000, tries: 5, pause: 1_000, rest: 60_000, end: 15_000 };
/** Longest pause a receiver can ask for, milliseconds. */
const longestPause = 60_000;
/** Answers that say the notification itself is not wanted: trying again is no use. */
const refusing: ReadonlySet<number> = new Set([400, 413, 422]);

/** What became of a try. */
type Outcome =
  { readonly is: "taken" } | { readonly is: "refused" | "failed"; readonly why: string; readonly pause?: number };

/** What is known of a failure to send; never the address, which may be a secret. */
function failureOf(error: unknown, limit: number): string {
  if (error instanceof Error && error.name === "TimeoutError") return `did not answer within ${limit / 1000} s`;
  const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? `could not be reached (${code})` : "could not be reached";
}

/** File that says how much of a rollout a receiver was told. */
function cursorOf({ name }: NotifyTarget, { folder }: RolloutFiles): string {
  return path.join(folder, "notified", `${name}.json`);
}

/** Receivers that were told something of a rollout already. */
export function toldBefore(targets: readonly NotifyTarget[], files: RolloutFiles): NotifyTarget[] {
  return targets.filter((target) => existsSync(cursorOf(target, files)));
}

/** Tells one receiver of a rollout, in order, each transition at least once: how far it is is kept on the disk. */
class Receiver {
  private next: number;
  private readonly sum: Sum;
  private readonly file: string;
  private readonly ended = new AbortController();
  private isClosing = false;
  private wakeUp: () => void = () => undefined;
  private isSilent = false;
  readonly done: Promise<void>;

  constructor(
    private readonly target: NotifyTarget,
    private readonly files: RolloutFiles,
    private readonly note: (line: string) => void,
    private readonly timing: NotifyTiming,
  ) {
    this.file = cursorOf(target, files);
    this.next = this.read();
    this.sum = new Sum(files.plan);
    for (const event of files.events.slice(0, this.next)) this.sum.take(event);
    this.done = this.run().catch((error: unknown) => {
      this.note(`notify ${target.name}: nothing more is told: ${(error as Error).message}`);
    });
  }

  private read(): number {
    try {
      return (JSON.parse(readFileSync(this.file, "utf8")) as { readonly next: number }).next;
    } catch {
      return 0;
    }
  }

  private write(): void {
    mkdirSync(path.dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.new`, `${JSON.stringify({ next: this.next })}\n`);
    renameSync(`${this.file}.new`, this.file);
  }

  /** Something happened. */
  wake(): void {
    this.wakeUp();
  }

  /** Ends when everything is told, or a notification is not taken; at once when it is told to `abort`. */
  close(): void {
    this.isClosing = true;
    this.wakeUp();
  }

  abort(): void {
    this.ended.abort();
    this.wakeUp();
  }

  /** Notifications that were not taken. */
  get left(): number {
    const sum = new Sum(this.files.plan);
    return this.files.events.filter((event, index) => {
      sum.take(event);
      return index >= this.next && notificationOf(this.files.plan, event, sum.progress) !== undefined;
    }).length;
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => (this.wakeUp = resolve));
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.ended.signal }).catch(() => undefined);
  }

  private async run(): Promise<void> {
    let notification: Notification | undefined;
    for (;;) {
      if (this.ended.signal.aborted) return;
      const event = this.files.events[this.next];
      if (event === undefined) {
        if (this.isClosing) return;
        await this.woken();
        continue;
      }
      if (notification === undefined) {
        this.sum.take(event);
        notification = notificationOf(this.files.plan, event, this.sum.progress);
      }
      if (notification !== undefined && !(await this.tell(notification))) {
        if (this.isClosing) return;
        await Promise.race([this.woken(), this.pause(this.timing.rest)]);
        continue;
      }
      this.next++;
      if (notification !== undefined) this.write();
      notification = undefined;
    }
  }

  /** Tells it once at least; false when it has to be told later. */
  private async tell(notification: Notification): Promise<boolean> {
    const { name } = this.target;
    const { tries, pause } = this.timing;
    const what = notification.type.replace("rollout.", "");
    let why = "";
    for (let tried = 1; tried <= tries && !this.ended.signal.aborted; tried++) {
      const outcome = await this.send(notification);
      if (outcome.is === "taken") {
        if (this.isSilent) this.note(`notify ${name}: takes notifications again`);
        this.isSilent = false;
        return true;
      }
      ({ why } = outcome);
      if (outcome.is === "refused") {
        this.note(`notify ${name}: ${why}; ${what} is not told again`);
        return true;
      }
      if (tried < tries) await this.pause(Math.max(pause * 2 ** (tried - 1), outcome.pause ?? 0));
    }
    if (!this.isSilent) this.note(`notify ${name}: ${why}; ${what} is told later`);
    this.isSilent = true;
    return false;
  }

  private async send(notification: Notification): Promise<Outcome> {
    const { answer } = this.timing;
    // Without a point, which parts what is signed.
    const id = `${path.basename(this.files.folder).replaceAll(".", "_")}-${this.next}`;
    const { headers, body } = notifyRequest(this.target, notification, id, Math.floor(Date.now() / 1000));
    try {
      const response = await fetch(this.target.url, {
        method: "POST",
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.any([AbortSignal.timeout(answer), this.ended.signal]),
      });
      await response.body?.cancel();
      if (response.ok) return { is: "taken" };
      const after = 1000 * Number(response.headers.get("retry-after") ?? 0);
      return {
        is: refusing.has(response.status) ? "refused" : "failed",
        why: `answered ${response.status}`,
        ...(after > 0 ? { pause: Math.min(after, longestPause) } : {}),
      };
    } catch (error) {
      return { is: "failed", why: failureOf(error, answer) };
    }
  }
}

/**
 * Tells receivers what happens to a rollout, beside it: nothing waits for them. What an earlier run could not tell comes
 * first. What a receiver does not take is noted as a line and told by the next run.
 */
export class Notifier {
  private readonly receivers: readonly { readonly name: string; readonly receiver: Receiver }[];

  constructor(
    targets: readonly NotifyTarget[],
    files: RolloutFiles,
    private readonly note: (line: string) => void,
    private readonly timing: NotifyTiming = usualTiming,
  ) {
    this.receivers = targets.map((target) => ({
      name: target.name,
      receiver: new Receiver(target, files, note, timing),
    }));
  }

  /** Something happened. */
  wake(): void {
    for (const { receiver } of this.receivers) receiver.wake();
  }

  /** Waits for the receivers, but not for long, and says what was not taken. */
  async close(): Promise<void> {
    for (const { receiver } of this.receivers) receiver.close();
    const done = new AbortController();
    const all = Promise.all(this.receivers.map(({ receiver }) => receiver.done)).finally(() => done.abort());
    await Promise.race([all, sleep(this.timing.end, undefined, { signal: done.signal }).catch(() => undefined)]);
    for (const { receiver } of this.receivers) receiver.abort();
    await all;
    for (const { name, receiver } of this.receivers)
      if (receiver.left > 0)
        this.note(
          `notify ${name}: ${receiver.left} notifications were not taken; the next rollout or resume sends them`,
        );
  }
}
