import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { StackNotFoundError, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { parseDocument } from "yaml";
import {
  dropsData,
  type DeletionRequest,
  type DeletionStepName,
  type DeployedStack,
} from "../../components/core/planning/fleet/deletion";
import { guardsLifted } from "../../components/core/planning/fleet/deletion-journal";
import {
  environmentOf,
  guardsBack,
  heldOf,
  holdEnvironment,
  isReal,
  liftedGuards,
  liftGuards,
  thingOf,
  workloadOf,
  type StateResource,
} from "../../components/core/planning/fleet/deletion-state";
import type { EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import { datedCopies, outlivingCopies } from "../../components/core/planning/fleet/retention";
import { parseManifest } from "../../components/core/planning/manifest";
import { parseMachinePlace } from "../../components/core/planning/vm/machine-place";
import { follow } from "../engine/stack";
import { exportState, importState, type StackAsked } from "../engine/stack-state";
import { processClock } from "../machine/clock";
import { cloudProgram, type CloudProgram } from "../machine/cloud-program";
import { machineOf } from "../machine/deployed";
import type { Terminal } from "../terminal";
import { deleteBackups, deleteEndpointGroups } from "./cluster-remains";
import { goneFolder, type DeletionFiles } from "./deletion-files";
import type { OpenFleet } from "./folder";
import { fleetEnvironment, instanceFileOf, openInstanceStack, workFolder, writeStackFiles } from "./instance-stack";
import { mendStack } from "./mend-stack";
import type { DeletionDriver, StepEnd } from "./run-deletion";

/** What the engine works with. */
export interface EngineWorld {
  readonly terminal: Terminal;
  readonly pulumi: PulumiCommand;
}

const stackType = "pulumi:pulumi:Stack";

/** Types of the machines that take orders. */
const machineTypes = ["aws:ec2/instance:Instance", "gcp:compute/instance:Instance"];

/** Takes the steps of a deletion by Pulumi's engine, and by the cloud's own command line where the engine knows nothing of it. */
export class DeletionEngine implements DeletionDriver {
  private constructor(
    private readonly open: OpenFleet,
    private readonly instance: FleetInstance,
    private readonly request: DeletionRequest,
    private readonly files: DeletionFiles,
    private readonly world: EngineWorld,
    private readonly stack: Stack | undefined,
    private readonly gcloud: CloudProgram,
  ) {}

  /** Opens the stack of an instance; one that is not there has nothing to delete but its file. */
  static async open(
    open: OpenFleet,
    instance: FleetInstance,
    request: DeletionRequest,
    files: DeletionFiles,
    world: EngineWorld,
  ): Promise<DeletionEngine> {
    let stack: Stack | undefined;
    try {
      stack = await openInstanceStack(open, instance, world);
    } catch (error) {
      if (!(error instanceof StackNotFoundError)) throw error;
    }
    return new DeletionEngine(open, instance, request, files, world, stack, cloudProgram("gcloud", world.terminal));
  }

  private get asked(): StackAsked {
    const { id } = this.instance;
    const { pulumi, terminal } = this.world;
    return { pulumi, id, folder: workFolder(this.open, id), environment: fleetEnvironment(this.open, terminal) };
  }

  /** A terminal whose notes go to the log of the deletion. */
  private get logging(): Terminal {
    const { log } = this.files;
    mkdirSync(path.dirname(log), { recursive: true });
    return { ...this.world.terminal, note: (line) => appendFileSync(log, `${new Date().toISOString()} ${line}\n`) };
  }

  private async resources(): Promise<readonly StateResource[]> {
    if (this.stack === undefined) return [];
    return (await exportState(this.asked)).deployment.resources ?? [];
  }

  /** What the stack says is deployed. */
  async deployed(): Promise<DeployedStack> {
    const resources = guardsBack(await this.resources(), guardsLifted(this.files.events));
    const outputs = resources.find(({ type }) => type === stackType)?.outputs;
    // Outputs of a stack stay as they were while its resources go.
    const place = parseMachinePlace(outputs?.["machine"]);
    const isThere = resources.some(({ type }) => machineTypes.includes(type));
    return {
      resources,
      hasMachine: place !== undefined && isThere,
      data: parseManifest(outputs?.["manifest"])?.dataResources.map(({ name }) => name) ?? [],
    };
  }

  async prepare(earlier: EarlierTry): Promise<void> {
    if (this.stack === undefined) return;
    if (earlier !== "none") await mendStack(this.stack, this.asked, this.logging, earlier);
    await this.putGuardsBack();
  }

  async step(name: DeletionStepName): Promise<StepEnd> {
    try {
      return await this.take(name);
    } catch (error) {
      // Where this fails, too, the next run does it.
      await this.putGuardsBack().catch((reason: unknown) => this.logging.note(String(reason)));
      throw error;
    }
  }

  private async take(name: DeletionStepName): Promise<StepEnd> {
    switch (name) {
      case "final-backup":
        return this.backup();
      case "protection-off":
        return this.unprotect();
      case "workload-away":
        return this.stopWorkload();
      case "copies-away":
        return deleteBackups(await this.resources(), this.gcloud);
      case "endpoint-groups-away":
        return deleteEndpointGroups(await this.resources(), this.gcloud);
      case "resources-away":
        return this.destroyUnprotected();
      case "data-away":
        return this.destroyLifted((resources) => new Set(heldOf(resources).map(({ urn }) => urn)));
      case "environment-away":
        return this.destroyLifted(environmentOf);
      case "stack-away":
        return this.removeStack();
      case "file-away":
        return this.moveFile();
    }
  }

  private get present(): Stack {
    if (this.stack === undefined) throw new Error("its stack is not there");
    return this.stack;
  }

  private async backup(): Promise<StepEnd> {
    const outputs = await this.present.outputs();
    const manifest = parseManifest(outputs["manifest"]?.value);
    const machine = parseMachinePlace(outputs["machine"]?.value);
    const orderSecret: unknown = outputs["orderSecret"]?.value;
    if (manifest === undefined || machine === undefined)
      throw new Error("its stack does not tell where its machine is");
    const { id, specification } = this.instance;
    const folder = workFolder(this.open, id);
    const place = { stack: id, folder, file: path.join(folder, `Pulumi.${id}.yaml`), isTryOut: false };
    const deployed = {
      place,
      specification,
      manifest,
      machine,
      ...(typeof orderSecret === "string" && { orderSecret }),
    };
    const state = await machineOf(deployed, this.logging, processClock).carryOut({ kind: "backup" });
    return { said: `backup ${state.backup ?? ""} was made: ${state.message}` };
  }

  /** An update with the same config but for the protection, so that the cloud lets go of what it guards. */
  private async unprotect(): Promise<StepEnd> {
    const given = instanceFileOf(this.open, this.instance);
    const { config: own, ...rest } = given;
    // Past its last day an instance is updated no more, and this update is part of its end.
    const ending = (lives: object) => ("expires" in lives ? { expires: this.logging.today } : {});
    const config = { ...own, deletionProtection: false, ...ending(own) };
    const last = { ...rest, ...ending(rest), config };
    writeStackFiles(this.open, this.instance, last, workFolder(this.open, this.instance.id));
    const { progress } = await follow("done", this.logging, ({ take }) =>
      this.present.up({ onEvent: take, color: "never" }),
    );
    return { said: progress.summary };
  }

  private async stopWorkload(): Promise<StepEnd> {
    const target = workloadOf(await this.resources());
    if (target.length === 0) return { said: "nothing was there any more" };
    const { progress } = await follow("done", this.logging, ({ take }) =>
      this.present.destroy({ onEvent: take, color: "never", target, targetDependents: true }),
    );
    return { said: progress.summary };
  }

  private async destroyUnprotected(): Promise<StepEnd> {
    await this.edit(holdEnvironment);
    if (dropsData(this.instance, this.request)) await this.lift(({ protect }) => protect !== true);
    const before = (await this.resources()).filter(isReal);
    const { progress } = await follow("done", this.logging, ({ take }) =>
      this.present.destroy({ onEvent: take, color: "never", excludeProtected: true }),
    );
    const still = new Set((await this.resources()).map(({ urn }) => urn));
    const away = before.filter(({ urn }) => !still.has(urn));
    return {
      said: progress.summary,
      left: away.filter(({ retainOnDelete }) => retainOnDelete === true).map(thingOf),
      copies: outlivingCopies(away.filter(({ retainOnDelete }) => retainOnDelete !== true)),
    };
  }

  /** Changes the resources of the state. */
  private async edit(change: (resources: readonly StateResource[]) => readonly StateResource[]): Promise<void> {
    const state = await exportState(this.asked);
    const { resources: before = [] } = state.deployment;
    const resources = change(before);
    if (JSON.stringify(resources) === JSON.stringify(before)) return;
    await importState(this.asked, { ...state, deployment: { ...state.deployment, resources } });
  }

  /** Lifts the guards of some resources in the state; the journal has them first. */
  private async lift(which: (resource: StateResource) => boolean): Promise<void> {
    await this.edit((resources) => {
      const lifted = liftedGuards(resources, which);
      if (lifted.length > 0) this.files.write({ at: new Date().toISOString(), event: "lifted", guards: lifted });
      return liftGuards(resources, which);
    });
  }

  /** Puts the guards back that the last run lifted, where what they held is still there. */
  private async putGuardsBack(): Promise<void> {
    const lifted = guardsLifted(this.files.events);
    if (lifted.length > 0 && this.stack !== undefined) await this.edit((resources) => guardsBack(resources, lifted));
  }

  /** Deletes protected resources for good. */
  private async destroyLifted(which: (resources: readonly StateResource[]) => ReadonlySet<string>): Promise<StepEnd> {
    await this.edit(holdEnvironment);
    const meant = which(await this.resources());
    await this.lift(({ urn }) => meant.has(urn));
    const away = (await this.resources()).filter((each) => isReal(each) && each.protect !== true);
    const { progress } = await follow("done", this.logging, ({ take }) =>
      this.present.destroy({ onEvent: take, color: "never", excludeProtected: true }),
    );
    return { said: progress.summary, copies: outlivingCopies(away) };
  }

  private async removeStack(): Promise<StepEnd> {
    const { stack } = this;
    if (stack === undefined) return { said: "it was gone already" };
    const resources = await this.resources();
    const left = resources.filter(isReal);
    const environment = environmentOf(resources);
    const foreign = left.filter(({ urn }) => !environment.has(urn));
    if (foreign.length > 0)
      throw new Error(`${foreign.map((each) => thingOf(each).name).join(", ")} are still in its stack`);
    try {
      await stack.workspace.removeStack(this.instance.id, { force: true });
    } catch (error) {
      if (!(error instanceof StackNotFoundError)) throw error;
    }
    return { said: "its stack is out of the backend", left: left.map(thingOf) };
  }

  /** Moves the file, with what is left, which copies last how long, and what was done. It is never in neither place. */
  private async moveFile(): Promise<StepEnd> {
    const { folder } = this.open;
    const { id, file } = this.instance;
    const from = path.join(folder, file);
    const to = path.join(folder, goneFolder, `${id}.yaml`);
    if (existsSync(from)) {
      const document = parseDocument(readFileSync(from, "utf8"));
      document.set("state", "gone");
      document.set("gone", this.evidence());
      mkdirSync(path.dirname(to), { recursive: true });
      writeFileSync(`${to}.new`, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
      renameSync(`${to}.new`, to);
      rmSync(from);
    }
    rmSync(workFolder(this.open, id), { recursive: true, force: true });
    return Promise.resolve({ said: `its file is ${path.relative(folder, to)}` });
  }

  /** What the file of an instance that is gone tells of its end. */
  private evidence(): object {
    const done = this.files.events.flatMap((event) => (event.event === "step-done" ? [event] : []));
    const begun = this.files.events.flatMap((event) => (event.event === "begun" ? [event] : []));
    return {
      at: new Date().toISOString(),
      by: [...new Set(begun.map(({ by }) => by))].join(", "),
      steps: done.map(({ at, step, said }) => ({ step, at, said })),
      left: done.flatMap(({ left = [] }) => left),
      copies: done.flatMap(({ at, copies = [] }) => datedCopies(copies, at.slice(0, 10))),
    };
  }
}
