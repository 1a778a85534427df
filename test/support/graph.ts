import { nameOf } from "../../components/core/rules/engine";
import type { Boundary } from "../../components/core/rules/facts";
import { Graph, shortType, type GraphResource } from "../../components/core/rules/graph";
import type { Judgement, Rule } from "../../components/core/rules/rule";

/** A resource of a small graph. */
export interface Given {
  /** Type, in short or as a token. */
  readonly type: string;
  readonly name: string;
  /** Name of its parent. */
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** Names of the resources an input is made from. */
  readonly refers?: Readonly<Record<string, string>>;
  /** What a component states. */
  readonly boundary?: Boundary;
  readonly protected?: boolean;
}

const urnOf = ({ type, name }: Given): string => `urn:pulumi:stack::project::${type}::${name}`;

/** A graph from a few lines. */
export function graphOf(given: readonly Given[], neighbours: readonly Boundary[] = []): Graph {
  const urns = new Map(given.map((each) => [each.name, urnOf(each)]));
  const urn = (name: string): string => {
    const found = urns.get(name);
    if (found === undefined) throw new Error(`no resource ${name} in the graph`);
    return found;
  };
  const resources = given.map((each): GraphResource => {
    const { type, name, parent, inputs = {}, refers = {}, boundary } = each;
    return {
      urn: urnOf(each),
      type: type.split(":").length > 2 ? shortType(type) : type,
      name,
      ...(parent === undefined ? {} : { parent: urn(parent) }),
      inputs: boundary === undefined ? inputs : { ...inputs, boundary },
      refers: Object.fromEntries(Object.entries(refers).map(([input, other]) => [input, [urn(other)]])),
      protected: each.protected === true,
      retained: false,
    };
  });
  return new Graph(resources, neighbours);
}

/** What a rule says, as `name verdict because; fix`. */
export function said(rule: Rule, graph: Graph): string[] {
  return rule.judge(graph).map(text);
}

function text({ of, verdict, because, fix }: Judgement): string {
  return `${nameOf(of)} ${verdict}: ${because}${fix === undefined ? "" : `; ${fix}`}`;
}
