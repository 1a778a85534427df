import type { Boundary, BoundaryFacts, DeclaredEdge } from "./facts";
import { labelText } from "./label-text";

/** Stands for a value that is known only when the resource has been made. */
export const unknownValue = Symbol("unknown until it is deployed");
/** Stands for a value that is a secret, which no rule sees. */
export const secretValue = Symbol("a secret");

/** A resource as the rules see it. */
export interface GraphResource {
  /** What tells it from every other: its URN. */
  readonly urn: string;
  /** Type without the repeated class: `aws:rds/instance` for `aws:rds/instance:Instance`. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  /** URN of its parent. */
  readonly parent?: string;
  /** Inputs; {@link unknownValue} and {@link secretValue} stand for what cannot be seen. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs of the resources whose outputs an input is made from, by the input's name. */
  readonly refers: Readonly<Record<string, readonly string[]>>;
  /** Whether the engine refuses to delete it. */
  readonly protected: boolean;
  /** Whether it stays in the cloud when it leaves the program. */
  readonly retained: boolean;
}

/** Other names of the same: of the bucket and what belongs to it, while it was new. */
const renamed = /^(aws:s3\/bucket\w*)V2:(Bucket\w*)V2$/;

/** The type of a resource in short: `aws:rds/instance:Instance` is `aws:rds/instance`. */
export function shortType(given: string): string {
  const token = given.replace(renamed, "$1:$2");
  const [packageName = "", module = "", name = ""] = token.split(":");
  const last = module.split("/").at(-1) ?? "";
  return last.toLowerCase() === name.toLowerCase() ? `${packageName}:${module}` : `${packageName}:${module}/${name}`;
}

/** The value at a path such as `settings.ipConfiguration.ipv4Enabled` or `rules.0.action`; lists are gone into by index. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const part of path.split(".")) {
    if (current === unknownValue || current === secretValue) return current;
    if (current === null || typeof current !== "object") return undefined;
    current = (current as Readonly<Record<string, unknown>>)[part];
  }
  return current;
}

/** An edge with what is known of who states it. */
export interface StatedEdge {
  readonly edge: DeclaredEdge;
  readonly by: BoundaryFacts;
}

/** Everything that is deployed by one program, and what it knows of others. */
export class Graph {
  private readonly byUrn: ReadonlyMap<string, GraphResource>;
  private readonly inherited = new Map<string, BoundaryFacts>();
  /** Every edge that a component states. */
  readonly edges: readonly DeclaredEdge[];
  /** The same, with what is known of who states each. */
  readonly stated: readonly StatedEdge[];

  constructor(
    /** Every resource, components too. */
    readonly resources: readonly GraphResource[],
    /** What other stacks state about themselves in their manifests. */
    readonly neighbours: readonly Boundary[] = [],
  ) {
    this.byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    this.stated = [
      ...resources.flatMap((resource) =>
        (boundaryOf(resource)?.edges ?? []).map((edge) => ({ edge, by: this.factsOf(resource) })),
      ),
      ...neighbours.flatMap(({ facts, edges = [] }) => edges.map((edge) => ({ edge, by: facts }))),
    ];
    this.edges = this.stated.map(({ edge }) => edge);
  }

  /** The resource of this URN. */
  find(urn: string): GraphResource | undefined {
    return this.byUrn.get(urn);
  }

  /** Resources of any of these types. */
  ofType(...types: readonly string[]): GraphResource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /** What the components a resource belongs to state of it, the nearest last; by name before by type. */
  private statedAbove(parent: GraphResource, of: Pick<GraphResource, "type" | "name">): BoundaryFacts {
    const above = parent.parent === undefined ? undefined : this.find(parent.parent);
    const children = boundaryOf(parent)?.children ?? {};
    return {
      ...(above === undefined ? {} : this.statedAbove(above, of)),
      ...children[of.type],
      ...children[of.name],
    };
  }

  /** What components state of a resource, the nearest and what is said of the very resource before the rest. */
  statedOf(resource: GraphResource): BoundaryFacts {
    const parent = resource.parent === undefined ? undefined : this.find(resource.parent);
    return {
      ...(parent === undefined ? {} : this.factsOf(parent)),
      ...(parent === undefined ? {} : this.statedAbove(parent, resource)),
      ...boundaryOf(resource)?.facts,
    };
  }

  /** What is known about a resource: its own tags before what components state. Classes of its tags add to stated ones. */
  factsOf(resource: GraphResource): BoundaryFacts {
    const known = this.inherited.get(resource.urn);
    if (known !== undefined) return known;
    const parent = resource.parent === undefined ? undefined : this.find(resource.parent);
    const above = parent === undefined ? {} : this.statedAbove(parent, resource);
    const stated = this.statedOf(resource);
    const tags = tagged(resource);
    // A tag has not every character of what it was made from.
    const told = Object.entries(tags).filter(([fact, tag]) => labelOf(stated, fact) !== tag);
    const facts = {
      ...stated,
      ...(Object.fromEntries(told) as BoundaryFacts),
      // One tag may hold the worst class only; neither may hide what the other says.
      ...(tags.dataClasses === undefined || above.dataClasses === undefined
        ? {}
        : { dataClasses: [...new Set([...above.dataClasses, ...tags.dataClasses])] }),
    };
    this.inherited.set(resource.urn, facts);
    return facts;
  }

  /** Resources an input is made from, through whatever the program computes in between. */
  referred(resource: GraphResource, input: string): GraphResource[] {
    return (resource.refers[input] ?? []).flatMap((urn) => this.find(urn) ?? []);
  }

  /** Edges of one kind. */
  edgesOf<Kind extends DeclaredEdge["kind"]>(kind: Kind): Extract<DeclaredEdge, { readonly kind: Kind }>[] {
    return this.edges.filter((edge): edge is Extract<DeclaredEdge, { readonly kind: Kind }> => edge.kind === kind);
  }
}

/** What a component states about itself; undefined for everything else. */
export function boundaryOf({ inputs }: GraphResource): Boundary | undefined {
  const { boundary } = inputs;
  return boundary === null || typeof boundary !== "object" ? undefined : (boundary as Boundary);
}

/** Tags and labels in which the library writes facts onto the resources themselves, so that an audit of the cloud finds them. */
export const factTags = {
  zone: "sourcegraph-zone",
  owner: "sourcegraph-owner",
  dataClasses: "sourcegraph-data-class",
  cell: "sourcegraph-cell",
  tenant: "sourcegraph-tenant",
} as const satisfies Partial<Record<keyof BoundaryFacts, string>>;

/** Inputs that tags and labels are given by, whatever the type. */
export const tagInputs = ["tags", "labels", "userLabels", "settings.userLabels", "resourceLabels", "metadata.labels"];

/** A fact as a tag tells it; undefined for what is no text. */
function labelOf(facts: BoundaryFacts, fact: string): string | undefined {
  const value = (facts as Readonly<Record<string, unknown>>)[fact];
  return typeof value === "string" ? labelText(value) : undefined;
}

/** Facts that a resource's own tags or labels tell. */
export function tagged({ inputs }: GraphResource): BoundaryFacts {
  const facts: Record<string, unknown> = {};
  for (const input of tagInputs)
    for (const [fact, tag] of Object.entries(factTags)) {
      const tags = valueAt(inputs, input);
      if (tags === null || typeof tags !== "object") continue;
      const value = (tags as Readonly<Record<string, unknown>>)[tag];
      if (typeof value === "string") facts[fact] = fact === "dataClasses" ? value.split("_") : value;
    }
  return facts;
}
