import * as pulumi from "@pulumi/pulumi";
import { RefusedError } from "./core/errors";
import { judgeAlone } from "./core/rules/alone";
import { problemOf, type Finding, type RuleException } from "./core/rules/engine";
import type { Boundary } from "./core/rules/facts";
import type { GraphResource } from "./core/rules/graph";
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
    urn: urnOf(type, name),
    type,
    name,
    inputs: { boundary: inputs.boundary },
    propertyDependencies: {},
    protect: false,
    retainOnDelete: false,
  });
  refuseFound(judgeAlone(resource, [], rules, exceptions, ""));
  return inputs;
}

/** What stands for the URN of a resource that is about to be registered. */
function urnOf(type: string, name: string): string {
  return `urn:pulumi:::::${type}::${name}`;
}

function refuseFound(found: readonly Finding[]): void {
  if (found.length > 0) throw new RefusedError(found.map(problemOf), "refused by the rules of the boundaries");
}

/** A resource that is judged before it is registered. */
interface Asked {
  readonly urn: string;
  readonly resource: Promise<GraphResource>;
  readonly parent: Asked | undefined;
}

const askedFor = new WeakMap<pulumi.Resource, Asked>();

/** What a resource belongs to, outermost first. */
async function above({ parent }: Asked): Promise<GraphResource[]> {
  return parent === undefined ? [] : [...(await above(parent)), await parent.resource];
}

/** Whether a resource is protected by what it belongs to, which is no part of the public type. */
function protects(parent: pulumi.Resource | undefined): boolean {
  return (parent as { readonly __protect?: boolean } | undefined)?.__protect === true;
}

/** What rules see of a resource once its inputs are known, as they go over the wire. */
function ask({ type, name, props, opts }: pulumi.ResourceTransformationArgs, parent: Asked | undefined): Asked {
  const urn = urnOf(type, name);
  const seen = async (): Promise<GraphResource> =>
    graphResource({
      urn,
      type,
      name,
      ...(parent === undefined ? {} : { parent: parent.urn }),
      inputs: await pulumi.runtime.serializeProperties(name, props),
      propertyDependencies: {},
      protect: opts.protect ?? protects(opts.parent),
      retainOnDelete: opts.retainOnDelete === true,
    });
  return { urn, resource: seen(), parent };
}

/** Lets each resource wait until no rule speaks against it. What is read and not made is not judged. */
export function judgement(exceptions: readonly RuleException[]): pulumi.ResourceTransformation {
  return (args) => {
    const { resource, props, opts } = args;
    if (opts.urn !== undefined || (opts as pulumi.CustomResourceOptions).id !== undefined) return undefined;
    const asked = ask(args, opts.parent === undefined ? undefined : askedFor.get(opts.parent));
    askedFor.set(resource, asked);
    const judged = async (): Promise<unknown> => {
      refuseFound(judgeAlone(await asked.resource, await above(asked), rules, exceptions, ""));
      return opts.dependsOn;
    };
    return { props, opts: { ...opts, dependsOn: judged() as pulumi.ResourceOptions["dependsOn"] } };
  };
}

/**
 * Options of a component under which it and everything that belongs to it, whoever wrote it, is registered only where no rule
 * speaks against it by itself. What takes the whole program to see is judged by `sgbox check` and the policy pack. Attach it
 * last: it sees what other transformations have made of the inputs.
 *
 * A resource that breaks a rule fails the program with a `RefusedError` in the words of every other door.
 */
export function judging(
  { enforce = true, exceptions = [] }: Strictness,
  options: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
  if (!enforce) return options;
  return { ...options, transformations: [...(options.transformations ?? []), judgement(exceptions)] };
}
