import * as pulumi from "@pulumi/pulumi";
import { monolithBoundary, standInBoundaries } from "../core/planning/boundary/monolith";
import type { Specification } from "../core/planning/config/specified";

/** Arguments of `DevMonolith`. */
export interface DevMonolithArgs {
  /** The instance that everything is in one place with: of zone `dev-monolith`, which only development may be of. */
  readonly specification: Specification;
}

/** Stands in for a support service: nothing runs, but the rules see who would call it, and with what. */
class SupportStandIn extends pulumi.ComponentResource {
  constructor(name: string, args: object, opts: pulumi.ComponentResourceOptions) {
    super("sourcegraph:monolith:SupportStandIn", name, args, opts);
    this.registerOutputs({});
  }
}

/**
 * The support services of a monolith as stand-ins: what is developed against them is judged by the connections and rights
 * that production has, and merging deployments merges no contract. Development alone, with made-up data.
 *
 * Cost: none.
 *
 * @example
 * new DevMonolith("sourcegraph", { specification });
 */
export class DevMonolith extends pulumi.ComponentResource {
  /** Names of the support services that are stood in for. */
  readonly standIns: readonly string[];

  /**
   * @param name stem of the stand-ins' names
   * @param args the instance
   * @param opts options of the component
   */
  constructor(name: string, args: DevMonolithArgs, opts?: pulumi.ComponentResourceOptions) {
    const { specification } = args;
    super("sourcegraph:monolith:DevMonolith", name, { boundary: monolithBoundary(specification) }, opts);
    const boundaries = standInBoundaries(specification);
    for (const [service, boundary] of Object.entries(boundaries))
      new SupportStandIn(`${name}-${service}`, { boundary }, { parent: this });
    this.standIns = Object.keys(boundaries);
    this.registerOutputs({ standIns: this.standIns });
  }
}
