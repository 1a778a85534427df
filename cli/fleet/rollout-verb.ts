import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, RefusedError } from "../../components/core/errors";
import type { RolloutEvent } from "../../components/core/planning/fleet/journal";
import type { KnownState } from "../../components/core/planning/fleet/known-state";
import { targetsOf, type NotifyTarget } from "../../components/core/planning/fleet/notify";
import { planRollout, type RolloutPlan } from "../../components/core/planning/fleet/rollout-plan";
import { passedOver } from "../../components/core/planning/fleet/rollout-status";
import { rolloutLive } from "../../components/core/rendering/fleet/rollout-live";
import { rolloutSections } from "../../components/core/rendering/fleet/rollout-report";
import { passedText } from "../../components/core/rendering/fleet/status-report";
import { findPulumi } from "../engine/pulumi-command";
import { exitCodes, ExitWith, PlainError } from "../failure";
import { liveNotes } from "../live-block";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText } from "../verb";
import { checkAccounts } from "./accounts";
import { EngineDriver, type ErrorPercents } from "./engine-driver";
import { openFleet, type OpenFleet } from "./folder";
import { Notifier, toldBefore } from "./notifier";
import { askHealth } from "./health";
import { interruptedLine, onInterrupt } from "./interrupt";
import { openLocked } from "./locked";
import { RolloutFiles } from "./rollout-files";
import { runRollout, type RolloutEnd } from "./run-rollout";
import { readStates } from "./states";

/** Options all verbs of a fleet have. */
export interface FleetOptions {
  readonly fleet?: string;
  readonly select?: string;
  readonly json?: boolean;
}

/** Options of planning a rollout. */
export interface PlanOptions extends FleetOptions {
  readonly to: string;
  readonly parallel?: number;
  readonly acknowledge?: readonly string[];
  /** Whether all chosen ones are to run the release, which are never deployed, too. */
  readonly deploys?: boolean;
}

/** Options of running one. */
export interface RunOptions extends FleetOptions {
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly metrics?: string;
}

/** A plan, and what the backend knew when it was made. */
async function planned(
  { fleet }: OpenFleet,
  options: PlanOptions,
  terminal: Terminal,
): Promise<{ readonly plan: RolloutPlan; readonly states: Readonly<Record<string, KnownState>> }> {
  const { to, select, parallel, acknowledge, deploys } = options;
  const states = await readStates(fleet, terminal);
  const plan = planRollout(fleet, states, {
    to,
    today: terminal.today,
    ...(select === undefined ? {} : { select }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(acknowledge === undefined ? {} : { acknowledge }),
    ...(deploys === undefined ? {} : { deploys }),
  });
  return { plan, states };
}

/** Plans a rollout from what the folder says and the backend knows. */
export async function planOf(open: OpenFleet, options: PlanOptions, terminal: Terminal): Promise<RolloutPlan> {
  return (await planned(open, options, terminal)).plan;
}

/**
 * Plans a rollout that is about to begin: nothing before it is unfinished, and the accounts it would make can be had.
 *
 * @throws RefusedError otherwise
 */
export async function planToBegin(
  open: OpenFleet,
  before: RolloutFiles | undefined,
  options: PlanOptions,
  terminal: Terminal,
): Promise<RolloutPlan> {
  refuseUnfinished(before);
  const { plan, states } = await planned(open, options, terminal);
  const members = new Set(plan.waves.flatMap((wave) => wave.members.map(({ id }) => id)));
  const touched = open.fleet.instances.filter(({ id }) => members.has(id));
  await checkAccounts(touched, states, terminal);
  return plan;
}

const now = (): Date => new Date();

/** How long an instance may take to say how it is, milliseconds. */
const answerWithin = 10_000;

const isHealthy = async (url: string): Promise<boolean> => (await askHealth(url, answerWithin)) === "healthy";

/** The metrics of a file, read anew each time it is asked for. */
function metricsOf(file: string | undefined, terminal: Terminal): () => ErrorPercents | undefined {
  if (file === undefined) return () => undefined;
  const whole = path.resolve(terminal.folder, file);
  const read = (): ErrorPercents => {
    try {
      return JSON.parse(readFileSync(whole, "utf8")) as ErrorPercents;
    } catch {
      throw new InputError(
        [{ path: "metrics", message: `is "${file}", which is no readable JSON; give {"ID": {"errorPercent": 0.2}}` }],
        "the metrics cannot be read",
      );
    }
  };
  read();
  return read;
}

function toldLine(plan: RolloutPlan, event: RolloutEvent): string | undefined {
  const names = new Map(plan.waves.flatMap(({ members }) => members.map(({ id, slug }) => [id, slug] as const)));
  const who = "id" in event ? `${names.get(event.id) ?? ""} (${event.id})` : "";
  switch (event.event) {
    case "wave-begun":
      return `wave ${event.wave} begins`;
    case "wave-done":
      return `wave ${event.wave} is done`;
    case "step-begun":
      return `${who}: ${event.step}`;
    case "member-done":
      return `${who}: done`;
    case "member-back":
      return `${who}: back`;
    case "member-locked":
      return `${who}: ${event.step}: ${event.message}`;
    case "member-passed":
      return `${who}: passed over: ${event.reason}`;
    case "member-failed":
      return `${who}: ${event.step} failed: ${event.message}`;
    default:
      return undefined;
  }
}

const pauseFile = "pause";

/** Works at a rollout until it ends or has to wait. */
async function work(
  open: OpenFleet,
  files: RolloutFiles,
  options: RunOptions,
  targets: readonly NotifyTarget[],
  terminal: Terminal,
): Promise<RolloutEnd> {
  // Nothing is drawn while a person may be asked for the engine.
  let isAtWork = false;
  const { note, close } = liveNotes(terminal, (room) =>
    isAtWork ? rolloutLive(files.plan, files.progress, now(), room) : [],
  );
  const notifier = new Notifier(targets, files, note);
  let interrupt: ReturnType<typeof onInterrupt> | undefined;
  try {
    const pulumi = await findPulumi(terminal, options.yes === true);
    isAtWork = true;
    interrupt = onInterrupt(() => {
      isAtWork = false;
      note(interruptedLine(files.plan, files.progress));
    });
    const { signal } = interrupt;
    const driver = new EngineDriver(open, {
      terminal: { ...terminal, note },
      pulumi,
      by: userInfo().username,
      logOf: (id) => files.logOf(id),
      isHealthy,
      metrics: metricsOf(options.metrics, terminal),
      now,
      today: terminal.today,
      sleep: async (milliseconds) => sleep(milliseconds, undefined, { signal }),
    });
    const end = await runRollout(files, {
      driver,
      now,
      interrupted: signal,
      sleep: async (milliseconds) =>
        sleep(Math.min(milliseconds, 60_000), undefined, { signal }).catch(() => undefined),
      told: (event) => {
        const line = toldLine(files.plan, event);
        if (line !== undefined) note(line);
        notifier.wake();
      },
      waits: options.wait === true,
      isPaused: () => existsSync(path.join(files.folder, pauseFile)),
    });
    if (end.state === "interrupted") throw new ExitWith(exitCodes.interrupted);
    return end;
  } finally {
    await notifier.close();
    interrupt?.stop();
    close();
  }
}

function report(files: RolloutFiles, end: RolloutEnd, options: FleetOptions, terminal: Terminal): void {
  const { members } = files.progress;
  const counts: Record<string, number> = {};
  for (const { state } of Object.values(members)) counts[state] = (counts[state] ?? 0) + 1;
  const over = passedOver(files.plan, files.progress);
  if (options.json === true)
    printJson(terminal, { to: files.plan.to, digest: files.plan.digest, ...end, counts, passedOver: over });
  else {
    const { passed: _passed, ...others } = counts;
    const told = [
      ...Object.entries(others).map(([state, count]) => `${count} ${state}`),
      ...(over.length === 0 ? [] : [passedText(over)]),
    ];
    const until = end.until === undefined ? "" : ` at ${end.until.slice(0, 16).replace("T", " ")} UTC`;
    printText(
      terminal,
      `${files.plan.to}: ${end.state}${end.why === undefined ? "" : `: ${end.why}${until}`}; ${told.join(", ")}`,
    );
    if (end.state === "waiting")
      terminal.note(
        end.until === undefined ? "sgbox fleet resume --allow lets the wave begin" : "sgbox fleet resume goes on",
      );
    if (end.state === "stopped")
      terminal.note(`logs are in ${path.join(files.folder, "logs")}; sgbox fleet resume tries again`);
  }
  if (end.state === "stopped") throw new ExitWith(exitCodes.unexpected);
}

function isOver({ progress: { state } }: RolloutFiles): boolean {
  return state === "finished" || state === "abandoned";
}

/** What is not over has to be ended before anything else begins. */
export function refuseUnfinished(files: RolloutFiles | undefined): void {
  if (files === undefined || isOver(files)) return;
  throw new RefusedError(
    [
      {
        path: "to",
        message: `cannot begin while the rollout of ${files.plan.to} is not over; 'sgbox fleet resume' goes on with it, 'sgbox fleet resume --abandon' gives it up`,
      },
    ],
    "refused, because another rollout is not over",
  );
}

/** What a new rollout is. */
export interface Beginning {
  /** Plans it; told the rollout before, where there is one. */
  readonly plan: (open: OpenFleet, before: RolloutFiles | undefined) => Promise<RolloutPlan>;
  /** Command that shows the plan. */
  readonly shownBy: string;
  /** What a person is asked. */
  readonly question: (plan: RolloutPlan) => string;
}

/** Begins what was planned, after asking; a rollout before it that is not over is given up. */
export async function begin(options: RunOptions, terminal: Terminal, beginning: Beginning): Promise<void> {
  // Who is past the last day is passed over by the plan, and keeps nobody from the others.
  const { open, unlock } = openLocked(options.fleet, terminal, { expired: false });
  try {
    const targets = targetsOf(open.fleet.settings.notify, terminal.env);
    const before = RolloutFiles.newest(open.folder);
    const plan = await beginning.plan(open, before);
    if (options.yes !== true) {
      if (terminal.confirm === undefined)
        throw new InputError(
          [
            {
              path: "yes",
              message: `is missing, and nobody can be asked; ${beginning.shownBy} shows what would be done, --yes does it`,
            },
          ],
          "nothing was done",
        );
      terminal.note(sectionsText(rolloutSections(plan), terminal));
      if (!(await terminal.confirm(beginning.question(plan)))) throw new PlainError("nothing was done");
    }
    const at = now().toISOString();
    const by = userInfo().username;
    if (before !== undefined && !isOver(before)) before.write({ at, event: "abandoned", by });
    // What the rollout before could not tell comes first; it is a moment where receivers are well.
    if (before !== undefined) await new Notifier(toldBefore(targets, before), before, terminal.note).close();
    const files = RolloutFiles.begin(open.folder, plan, at, by);
    terminal.note(`digest ${plan.digest}`);
    report(files, await work(open, files, options, targets, terminal), options, terminal);
  } finally {
    unlock();
  }
}

/** Begins a rollout. */
export async function rollout(options: PlanOptions & RunOptions, terminal: Terminal): Promise<void> {
  await begin(options, terminal, {
    plan: (open, before) => planToBegin(open, before, options, terminal),
    shownBy: "sgbox fleet plan",
    question: (plan) => `Roll ${plan.to} out to ${plan.fleet}?`,
  });
}

export function newestOf(folder: string): RolloutFiles {
  const files = RolloutFiles.newest(folder);
  if (files !== undefined) return files;
  throw new InputError(
    [{ path: "fleet", message: "never had a rollout; sgbox fleet rollout --to RELEASE begins one" }],
    "there is nothing to go on with",
  );
}

/** Options of going on with a rollout. */
export interface ResumeOptions extends RunOptions {
  /** Whether a wave that waits for a person may begin; without it, it goes on waiting. */
  readonly allow?: boolean;
  /** Whether it is given up instead. */
  readonly abandon?: boolean;
}

/** Goes on with the newest rollout, or gives it up. */
export async function resume(options: ResumeOptions, terminal: Terminal): Promise<void> {
  const { open, unlock } = openLocked(options.fleet, terminal, { expired: false });
  try {
    const targets = targetsOf(open.fleet.settings.notify, terminal.env);
    const files = newestOf(open.folder);
    const at = now().toISOString();
    const by = userInfo().username;
    rmSync(path.join(files.folder, pauseFile), { force: true });
    const { state, waves } = files.progress;
    if (options.abandon === true && state !== "finished") files.write({ at, event: "abandoned", by });
    else if (state === "stopped") files.write({ at, event: "resumed", by });
    const waiting = files.plan.waves.find(({ name }) => waves[name]?.state === "waiting");
    if (waiting !== undefined && options.allow === true)
      files.write({ at, event: "wave-allowed", wave: waiting.name, by });
    report(files, await work(open, files, options, targets, terminal), options, terminal);
  } finally {
    unlock();
  }
}

/** Has the rollout that is at work stop when the instances it works at are through. */
export function pause(options: FleetOptions, terminal: Terminal): void {
  const { folder } = openFleet(options.fleet, terminal, { expired: false });
  const files = newestOf(folder);
  if (isOver(files)) refusePause(files);
  writeFileSync(path.join(files.folder, pauseFile), `${userInfo().username}\n`);
  printText(
    terminal,
    `the rollout of ${files.plan.to} stops when the instances it works at are through; sgbox fleet resume goes on`,
  );
}

function refusePause(files: RolloutFiles): never {
  throw new RefusedError(
    [
      {
        path: "fleet",
        message: `has no rollout that could pause: the one of ${files.plan.to} is ${files.progress.state}`,
      },
    ],
    "refused, because nothing is at work",
  );
}
