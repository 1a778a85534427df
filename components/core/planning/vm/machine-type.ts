import data from "../../product/data/prices.json";
import { machineFor, type Machine } from "./machine";
import type { SizeName } from "../sizing/usage";

interface Shape {
  readonly vcpu: number;
  readonly memoryGiB: number;
}

const shapes = data.shapes as unknown as Readonly<Record<"aws" | "gcp", Readonly<Record<string, Shape>>>>;

/** GiB of memory per vCPU, by the letter of an AWS family and by the middle word of a Google type. */
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, t: 4, r: 8, highcpu: 2, standard: 4, highmem: 8 };

/** Why no machine type of this name can be used; undefined when one can. */
export function machineTypeProblem(type: string, cloud: "aws" | "gcp"): string | undefined {
  const example = cloud === "aws" ? "m6a.4xlarge" : "n2-standard-16";
  // AWS writes the processor after the generation: a, i or g for AMD, Intel or Arm.
  const arm = cloud === "aws" ? /^([a-z]+\d+[a-z]*g[a-z]*|a1)\./ : /^(t2a|c4a|n4a)-/;
  if (arm.test(type)) return `must not be of an Arm family, because the images are for x86-64, got "${type}"`;
  if (machineOfType(type, cloud) === undefined)
    return `must be a machine type of ${cloud} whose name tells its vCPUs, such as ${example}, got "${type}"`;
  return undefined;
}

/** vCPUs and memory of a machine type, from the list or else from its name; undefined when the name does not tell. */
export function machineOfType(type: string, cloud: "aws" | "gcp"): Machine | undefined {
  const shape = Object.hasOwn(shapes[cloud], type) ? shapes[cloud][type] : undefined;
  if (shape !== undefined) return { type, vcpu: shape.vcpu, memoryGib: shape.memoryGiB };
  const [, family = "", count = ""] =
    (cloud === "aws"
      ? /^([cmrt])\d+[a-z-]*\.(large|\d*xlarge)$/.exec(type)
      : /^[a-z]\d+[a-z]?-(highcpu|standard|highmem)-(\d+)$/.exec(type)) ?? [];
  const perCpu = memoryPerCpu[family];
  if (perCpu === undefined) return undefined;
  const vcpu = cloud === "gcp" ? Number(count) : count === "large" ? 2 : 4 * Number(count.replace("xlarge", "") || "1");
  return { type, vcpu, memoryGib: vcpu * perCpu };
}

/** The machine of a size, or the one that is named in its place. */
export function chosenMachine(size: SizeName, cloud: "aws" | "gcp", type: string | undefined): Machine {
  const computed = machineFor(size, cloud);
  return type === undefined ? computed : (machineOfType(type, cloud) ?? { ...computed, type });
}
