import { appendFileSync } from "node:fs";
import * as path from "node:path";
import type { PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import type { EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import { judge } from "../../components/core/planning/fleet/gate";
import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import { changeMessage } from "../../components/core/planning/fleet/last-change";
import { outOfRollouts } from "../../components/core/planning/fleet/life";
import type { MemberKind, RolloutMember, RolloutPlan } from "../../components/core/planning/fleet/rollout-plan";
import { parseManifest } from "../../components/core/planning/manifest";
import { runUp } from "../engine/run-up";
import { follow } from "../engine/stack";
import type { Terminal } from "../terminal";
import { goneInstance } from "./deletion-files";
import type { OpenFleet } from "./folder";
import { editInstanceFile } from "./instance-file";
import { openInstanceStack } from "./instance-stack";
import type { InstanceDriver, MemberStep } from "./run-rollout";

/** Share of failed requests of instances by id, percent, as a file of metrics has it. */
export type ErrorPercents = Readonly<Record<string, { readonly errorPercent: number }>>;

/** What the driver uses of the world. */
export interface DriverWorld {
  readonly terminal: Terminal;
  readonly pulumi: PulumiCommand;
  /** Who makes the changes. */
  readonly by: string;
  /** File that what an instance's updates say is kept in. */
  readonly logOf: (id: string) => string;
  /** Whether an address answers as healthy. */
  readonly isHealthy: (url: string) => Promise<boolean>;
  /** Reads the metrics that are given; undefined where none are. */
  readonly metrics: () => ErrorPercents | undefined;
  readonly now: () => Date;
  /** The day it is, e.g. `2026-11-22`. */
  readonly today: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Upgrades instances by Pulumi's engine: one stack each, whose config is written from the instance's file. */
export class EngineDriver implements InstanceDriver {
  private readonly instances: ReadonlyMap<string, FleetInstance>;
  private readonly stacks = new Map<string, Stack>();

  constructor(
    private readonly open: OpenFleet,
    private readonly world: DriverWorld,
  ) {
    this.instances = new Map(open.fleet.instances.map((instance) => [instance.id, instance]));
  }

  /** What became of an instance since the plan: a file of another checkout may have changed, and a trial's last day be past. */
  passesOver({ id }: RolloutMember): string | undefined {
    const instance = this.instances.get(id);
    if (instance !== undefined) return outOfRollouts(instance, this.world.today);
    return goneInstance(this.open.folder, id) === undefined ? undefined : "it is deleted";
  }

  async step(member: RolloutMember, step: MemberStep, plan: RolloutPlan, earlier: EarlierTry): Promise<void> {
    const instance = this.instances.get(member.id);
    if (instance === undefined) throw new Error(`its file is gone from ${this.open.folder}`);
    const to = member.to ?? plan.to;
    const as = { release: to, acknowledge: plan.acknowledge, create: member.kind === "first" };
    const stack = this.stacks.get(member.id) ?? (await openInstanceStack(this.open, instance, this.world, as));
    this.stacks.set(member.id, stack);
    switch (step) {
      case "check":
        if (earlier !== "none") await this.mend(instance, stack, earlier);
        return this.check(instance, stack);
      case "update":
        return this.update(instance, stack, member.kind, to);
      case "verify":
        return this.verify(instance, stack, to);
    }
  }

  /** A terminal whose notes go to the instance's log. */
  private logging({ id }: FleetInstance): Terminal {
    const log = this.world.logOf(id);
    return {
      ...this.world.terminal,
      note: (line) => appendFileSync(log, `${this.world.now().toISOString()} ${line}\n`),
    };
  }

  /** What an earlier update of ours left: operations nobody knows the end of, and a lock where it was killed. */
  private async mend(instance: FleetInstance, stack: Stack, earlier: EarlierTry): Promise<void> {
    const terminal = this.logging(instance);
    if (earlier === "killed") await stack.cancel().catch(() => undefined);
    const { deployment } = (await stack.exportStack()) as {
      readonly deployment: { readonly pending_operations?: readonly unknown[] };
    };
    const { pending_operations: pending = [] } = deployment;
    if (pending.length > 0) {
      terminal.note(`${pending.length} operations were interrupted; the state is compared with what is there`);
      await follow("done", terminal, ({ take }) =>
        stack.refresh({ onEvent: take, color: "never", clearPendingCreates: true }),
      );
    }
  }

  /** What the update would do; a refusal of the program is an error. */
  private async check(instance: FleetInstance, stack: Stack): Promise<void> {
    const terminal = this.logging(instance);
    const { progress } = await follow("planned", terminal, ({ take }) =>
      stack.preview({ onEvent: take, color: "never" }),
    );
    terminal.note(progress.summary);
  }

  private async update(instance: FleetInstance, stack: Stack, kind: MemberKind, to: string): Promise<void> {
    const terminal = this.logging(instance);
    const { folder } = this.open;
    const file = path.join(folder, instance.file);
    editInstanceFile(file, (document) => document.set("release", to));
    const place = { stack: instance.id, folder, file, isTryOut: false };
    const what = kind === "rollback" ? `rollback to ${to}` : `rollout of ${to}`;
    await runUp({ stack, place }, true, terminal, changeMessage(what, this.world.by));
  }

  /** Watches an instance until the gate says that it is through, or sick. */
  private async verify({ id }: FleetInstance, stack: Stack, to: string): Promise<void> {
    const outputs = await stack.outputs();
    const release = parseManifest(outputs["manifest"]?.value)?.release;
    const address: unknown = outputs["url"]?.value;
    const url = typeof address === "string" ? address : undefined;
    const { gate } = this.open.fleet.settings;
    const begun = this.world.now().getTime();
    let healthySince: number | undefined;
    for (;;) {
      const isHealthy = url !== undefined && gate.healthyMinutes > 0 && (await this.world.isHealthy(url));
      const now = this.world.now().getTime();
      healthySince = isHealthy ? (healthySince ?? now) : undefined;
      const errorPercent = this.world.metrics()?.[id]?.errorPercent;
      const judgement = judge(gate, to, {
        ...(release === undefined ? {} : { release }),
        ...(url === undefined ? {} : { url }),
        isHealthy,
        healthyFor: now - (healthySince ?? now),
        watchedFor: now - begun,
        ...(errorPercent === undefined ? {} : { errorPercent }),
      });
      if (judgement.verdict === "passed") return;
      if (judgement.verdict === "failed") throw new Error(judgement.reason);
      await this.world.sleep(judgement.milliseconds);
    }
  }
}
