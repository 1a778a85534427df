import { RefusedError } from "./core/errors";
import { judgeAlone } from "./core/rules/alone";
import { problemOf, type RuleException } from "./core/rules/engine";
import type { Boundary } from "./core/rules/facts";
import { graphResource } from "./core/rules/registration";
import { rules } from "./core/rules/rules";

/** What a component can be told about its place. */
export interface Bounded {
  /** What it states to the rules of the boundaries; default what its parent states. In place: no resource reads it. */
  readonly boundary?: Boundary;
}

/** How strict a component is about what it states itself. */
export interface Strictness {
  /** Whether it refuses what breaks a rule; default true. */
  readonly enforce?: boolean;
  /** Rules that may be broken; their last day is held by whoever knows what day it is. Default none. */
  readonly exceptions?: readonly RuleException[];
}

/**
 * The inputs of a component, once no rule speaks against them by themselves: for the call of `super`, so that nothing is
 * registered where one does. What takes more than the component to see is judged by `sgbox check` and the policy pack.
 *
 * @param type its type token
 * @throws RefusedError in the words of every other door
 */
export function refuseOwn<Inputs extends Bounded>(
  type: string,
  name: string,
  inputs: Inputs,
  { enforce = true, exceptions = [] }: Strictness = {},
): Inputs {
  if (!enforce || inputs.boundary === undefined) return inputs;
  const resource = graphResource({
    urn: `urn:pulumi:::::${type}::${name}`,
    type,
    name,
    inputs: { boundary: inputs.boundary },
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
  });
  const found = judgeAlone(resource, [], rules, exceptions, "");
  if (found.length > 0) throw new RefusedError(found.map(problemOf), "refused by the rules of the boundaries");
  return inputs;
}
