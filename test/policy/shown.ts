import type {
  Policies,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { Secret } from "@pulumi/policy";
import { secretValue, unknownValue, type Graph, type GraphResource } from "../../components/core/rules/graph";
import type { PackSettings } from "../../policy/settings";

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs as the SDK shows them to what may remediate: texts for unknown values, and secrets in an object of its own. */
function asShown(value: unknown): unknown {
  if (value === unknownValue) return unknownText;
  if (value === secretValue) return new Secret("MARKER");
  if (Array.isArray(value)) return value.map(asShown);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asShown(part)]));
}

/** Ends the policy that reads an unknown value, and opens secrets, as the SDK's guards do. */
function guarded<Value>(value: Value): Value {
  if (value === null || typeof value !== "object") return value;
  return new Proxy(value, {
    get: (target, key) => {
      const part = (target as Record<string | symbol, unknown>)[key];
      if (part === unknownText) throw new Error(`${String(key)} is not known`);
      return guarded(part instanceof Secret ? (part.value as unknown) : part);
    },
  });
}

/** What one policy reported: its name and the words. */
export interface Report {
  readonly policy: string;
  readonly words: string;
  readonly urn?: string;
}

/** Reports of a run, before a resource is made and at the end. */
export interface Reports {
  readonly early: readonly Report[];
  readonly late: readonly Report[];
}

type Policy = ResourceValidationPolicy & StackValidationPolicy;

const rest = {
  isType: () => false,
  asType: () => undefined,
  stackTags: new Map<string, string>(),
  notApplicable: (): never => {
    throw new Error("not applicable");
  },
};

/** The type token, of which the graph keeps a short form. */
const tokenOf = ({ urn }: GraphResource): string => urn.split("::")[2] ?? "";

function optionsOf({ protected: protect, parent }: GraphResource) {
  return {
    protect,
    parent,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
  };
}

/** Shows a graph to policies in the order of the engine: each resource to what may remediate and to the rest, then all. */
export async function shown(policies: Policies, graph: Graph, settings: PackSettings = {}): Promise<Reports> {
  const early: Report[] = [];
  const late: Report[] = [];
  const into =
    (reports: Report[], { name }: Policy) =>
    (words: string, urn?: string): void =>
      void reports.push({ policy: name, words, ...(urn !== undefined && { urn }) });
  const getConfig = <T extends object>(): T => settings as T;
  const all = policies as Policy[];
  for (const resource of graph.resources) {
    const { urn, name } = resource;
    const type = tokenOf(resource);
    const props = guarded(asShown(resource.inputs)) as Record<string, unknown>;
    const args: ResourceValidationArgs = { ...rest, type, props, urn, name, opts: optionsOf(resource), getConfig };
    for (const policy of all) if (policy.enforcementLevel === "remediate") await policy.remediateResource?.(args);
    for (const policy of all)
      for (const validate of [policy.validateResource ?? []].flat()) await validate(args, into(early, policy));
  }
  const made = new Map(
    graph.resources.map((resource): [string, PolicyResource] => {
      const { urn, name } = resource;
      const type = tokenOf(resource);
      // At the end only outputs are shown, in which a component's inputs are not.
      const base = { ...rest, props: {}, urn, type, name, opts: optionsOf(resource), dependencies: [] };
      return [urn, { ...base, propertyDependencies: {} }];
    }),
  );
  const found = (urn: string): PolicyResource[] => [made.get(urn)].flatMap((each) => each ?? []);
  for (const { urn, parent, refers } of graph.resources)
    for (const resource of found(urn)) {
      if (parent !== undefined) resource.parent = found(parent)[0];
      for (const [input, urns] of Object.entries(refers)) resource.propertyDependencies[input] = urns.flatMap(found);
    }
  for (const policy of all)
    await policy.validateStack({ ...rest, resources: [...made.values()], getConfig }, into(late, policy));
  return { early, late };
}
