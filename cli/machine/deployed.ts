import { InputError } from "../../components/core/errors";
import type { StackSpecification } from "../../components/core/planning/config/parse-stack";
import { requireVm, type Specification } from "../../components/core/planning/config/specification";
import { parseManifest, type Manifest } from "../../components/core/planning/manifest";
import type { Kept } from "../../components/core/planning/vm/backups";
import { parseMachinePlace, type MachinePlace } from "../../components/core/planning/vm/machine-place";
import type { OrderState } from "../../components/core/planning/vm/orders";
import type { StackPlace } from "../engine/place";
import { openStack, plainOutputs, specificationOf, type EngineOptions } from "../engine/stack";
import type { Terminal } from "../terminal";
import { AwsMachineStore } from "./aws";
import { carryOut, type Wanted } from "./carry-out";
import type { Clock } from "./clock";
import { cloudProgram } from "./cloud-program";
import { GcpMachineStore } from "./gcp";
import { LocalMachine } from "./local";
import type { MachineStore } from "./machine-store";

/** An instance that is deployed. */
export interface DeployedInstance {
  readonly place: StackPlace;
  readonly specification: StackSpecification;
  readonly manifest: Manifest;
  /** Where its machine is; absent where it has none in a cloud. */
  readonly machine?: MachinePlace;
  /** What signs orders to its machine; absent where that takes them without a signature. */
  readonly orderSecret?: string;
}

/** A machine, or the containers of a host, that something can be wanted of. */
export type Machine =
  | {
      readonly kind: "cloud";
      readonly place: MachinePlace;
      readonly store: MachineStore;
      readonly kept: () => Promise<Kept>;
      readonly carryOut: (wanted: Wanted) => Promise<OrderState>;
    }
  | {
      readonly kind: "local";
      readonly local: LocalMachine;
      readonly kept: () => Promise<Kept>;
      readonly carryOut: (wanted: Wanted) => Promise<OrderState>;
    };

/**
 * What a stack has exported about itself.
 * @throws InputError when nothing is deployed
 */
export async function deployedInstance(options: EngineOptions, terminal: Terminal): Promise<DeployedInstance> {
  const { stack, place } = await openStack(options, "refuse", terminal);
  const all = await stack.outputs();
  const outputs = plainOutputs(all);
  const specification = specificationOf(place, terminal);
  const manifest = isInstance(specification) ? parseManifest(outputs["manifest"]) : undefined;
  if (manifest === undefined)
    throw new InputError(
      [
        {
          path: "stack",
          message: `is "${place.stack}", of which no instance is deployed; sgbox up --stack ${place.stack} deploys it`,
        },
      ],
      "there is no instance",
    );
  const machine = parseMachinePlace(outputs["machine"]);
  const orderSecret: unknown = all["orderSecret"]?.value;
  return {
    place,
    specification,
    manifest,
    ...(machine !== undefined && { machine }),
    ...(typeof orderSecret === "string" && { orderSecret }),
  };
}

/** Whether a stack is of an instance. */
export function isInstance(specification: StackSpecification): specification is Specification {
  return specification.shape === "vm" || specification.shape === "kubernetes";
}

/** The store of a machine in a cloud. */
export function storeOf(place: MachinePlace, terminal: Terminal, clock: Clock): MachineStore {
  switch (place.cloud) {
    case "aws":
      return new AwsMachineStore(place, cloudProgram("aws", terminal), clock);
    case "gcp":
      return new GcpMachineStore(place, cloudProgram("gcloud", terminal));
  }
}

/**
 * The machine of an instance.
 * @throws InputError when it has none
 */
export function machineOf(
  { place, specification, manifest, machine, orderSecret }: DeployedInstance,
  terminal: Terminal,
  clock: Clock,
): Machine {
  if (!isInstance(specification) || specification.shape !== "vm")
    throw new InputError(
      [
        {
          path: "shape",
          message: `is ${manifest.shape}, and there is no machine to order something of; docs/kubernetes.md says how its volumes and databases are backed up`,
        },
      ],
      "there is no machine",
    );
  if (specification.cloud === "local") {
    // The containers are those of the release that is deployed, whatever the file says by now.
    const deployed = { ...requireVm(specification), release: manifest.release };
    const local = new LocalMachine(place, deployed, terminal, clock);
    return { kind: "local", local, kept: () => local.kept(), carryOut: (wanted) => local.carryOut(wanted) };
  }
  if (machine === undefined)
    throw new InputError(
      [
        {
          path: "stack",
          message: `is "${place.stack}", which was deployed by a library that did not tell where its machine is; run sgbox up --stack ${place.stack} once`,
        },
      ],
      "the machine cannot be found",
    );
  const store = storeOf(machine, terminal, clock);
  return {
    kind: "cloud",
    place: machine,
    store,
    kept: () => store.kept(),
    carryOut: (wanted) => {
      const ordered = { store, ...(orderSecret !== undefined && { secret: orderSecret }) };
      return carryOut(ordered, wanted, terminal, clock);
    },
  };
}
