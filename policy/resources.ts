import { Secret } from "@pulumi/policy";
import { Graph, secretValue, shortType, unknownValue, type GraphResource } from "../components/core/rules/graph";
import { unknownMarks } from "../components/core/rules/registration";
import type { PackSettings } from "./settings";

/** A resource as the policy SDK shows it before it is made. */
export interface ShownResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: object;
  readonly opts: { readonly protect: boolean; readonly parent?: string };
}

/** A resource at the end, when its parent and what it is made from are known, but of its inputs only what came out. */
export interface ShownAtEnd {
  readonly urn: string;
  readonly parent?: { readonly urn: string };
  readonly propertyDependencies: Readonly<Record<string, readonly { readonly urn: string }[]>>;
}

/**
 * A value without the guards that the SDK puts around it, which end a policy at the first unknown: each property that is
 * unknown or secret has a mark of its own instead.
 */
function plain(value: unknown): unknown {
  if (unknownMarks.includes(value)) return unknownValue;
  if (value instanceof Secret) return secretValue;
  if (value === null || typeof value !== "object") return value;
  const parts = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, { enumerable }]) => enumerable);
  if (Array.isArray(value)) return parts.map(([, part]) => plain(part.value));
  return Object.fromEntries(parts.map(([key, part]) => [key, plain(part.value)]));
}

const stackType = "pulumi:pulumi:Stack";

/** What the pack has been shown of the resources of one run of the engine. */
export class SeenResources {
  private readonly inputs = new Map<string, GraphResource>();
  private settings: PackSettings = {};

  /** What everything in the stack is that does not state it itself, and what other stacks state. */
  configure(settings: PackSettings): void {
    this.settings = settings;
  }

  /** Keeps what a resource is to be made with: the one time that its secrets can be told from other values. */
  keep(shown: ShownResource): void {
    this.inputs.set(shown.urn, this.resource(shown));
  }

  /** What was kept of a resource. */
  find(urn: string): GraphResource | undefined {
    return this.inputs.get(urn);
  }

  /** What a resource belongs to, outermost first. */
  above({ parent }: GraphResource): GraphResource[] {
    const found = parent === undefined ? undefined : this.inputs.get(parent);
    return found === undefined ? [] : [...this.above(found), found];
  }

  /** The whole stack: what each resource was to be made with, what it is made from, and what other stacks state. */
  graph(shown: readonly ShownAtEnd[]): Graph {
    return new Graph(
      shown.flatMap(({ urn, propertyDependencies, parent }) => {
        const kept = this.inputs.get(urn);
        if (kept === undefined) return [];
        const refers = Object.fromEntries(
          Object.entries(propertyDependencies).map(([input, made]) => [input, made.map((each) => each.urn)]),
        );
        return [{ ...kept, refers, ...(parent === undefined ? {} : { parent: parent.urn }) }];
      }),
      this.settings.neighbours,
    );
  }

  private resource({ urn, type, name, props, opts }: ShownResource): GraphResource {
    const { parent } = opts;
    const { stage, zone } = this.settings;
    const facts = {
      ...(stage === undefined ? {} : { stage, stackStage: stage }),
      ...(zone === undefined ? {} : { zone }),
    };
    const stated = type === stackType && Object.keys(facts).length > 0 ? { boundary: { facts } } : {};
    return {
      urn,
      type: shortType(type),
      name,
      ...(parent === undefined ? {} : { parent }),
      inputs: { ...(plain(props) as Record<string, unknown>), ...stated },
      refers: {},
      protected: opts.protect,
      retained: false,
    };
  }
}
