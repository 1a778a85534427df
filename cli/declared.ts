import * as pulumi from "@pulumi/pulumi";
import type { StackFile } from "./stack-file";
import type { DeclaredResource } from "../components/core/planning/declared-resource";
import { Graph, type GraphResource } from "../components/core/rules/graph";
import { graphResource } from "../components/core/rules/registration";
import { declareStack } from "../stacks/declare";

/** What the engine is asked to register, as far as it is of interest here. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getPropertydependenciesMap(): {
    forEach(see: (dependencies: { getUrnsList(): string[] }, input: string) => void): void;
  };
}

type Answer = (error: unknown, response?: { getUrn(): string }) => void;

interface Monitor {
  registerResource: (request: Registration, answer: Answer) => unknown;
}

type Inputs = Readonly<Record<string, unknown>>;

/**
 * What clouds answer: values in a known form, in which the project stands for its number, so that projects differ; names of
 * values of which nothing is known. Of other answers nothing is known at all.
 */
const answers: Readonly<Record<string, (inputs: Inputs) => Inputs>> = {
  "gcp:organizations/getProject:getProject": ({ projectId }) => ({ number: `number-of-${String(projectId)}` }),
  "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": ({ project }) => ({
    emailAddress: `service-number-of-${String(project)}@gs-project-accounts.iam.gserviceaccount.com`,
  }),
  "aws:eks/getAddonVersion:getAddonVersion": () => ({ version: pulumi.runtime.unknownValue }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: pulumi.runtime.unknownValue }),
  "aws:lb/getHostedZoneId:getHostedZoneId": () => ({ id: pulumi.runtime.unknownValue }),
};

/** What a program would declare. */
export interface Declared {
  /** Every resource, in the order of the program. */
  readonly resources: readonly DeclaredResource[];
  /** The same with inputs and what they are made from, as rules judge it. */
  readonly graph: Graph;
}

/** What rules see of a registration. */
function judged(request: Registration, urn: string): GraphResource {
  const propertyDependencies: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((dependencies, input) => {
    propertyDependencies[input] = dependencies.getUrnsList();
  });
  const parent = request.getParent();
  return graphResource({
    urn,
    type: request.getType(),
    name: request.getName(),
    ...(parent !== "" && { parent }),
    inputs: request.getObject()?.toJavaScript() ?? {},
    propertyDependencies,
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
  });
}

/** Inputs that are known. */
function known(inputs: Inputs): Record<string, unknown> {
  const isUnknown = (value: unknown) => (value as { __pulumiUnknown?: boolean } | null)?.__pulumiUnknown === true;
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isUnknown(value)));
}

/** Type and name in a URN; absent for the stack, to which everything belongs in the end. */
function parentOf(urn: string): DeclaredResource["parent"] {
  const [, , types = "", ...name] = urn.split("::");
  const type = types.split("$").at(-1) ?? "";
  return urn === "" || type === "pulumi:pulumi:Stack" ? undefined : { type, name: name.join("::") };
}

/**
 * Runs a program without an engine and tells what it would declare, as in a preview: what only the cloud knows stays unknown,
 * and nothing is computed from it. No cloud is asked, no credentials are needed. One at a time.
 *
 * @throws what the program throws
 */
export async function declaredIn(program: () => void): Promise<Declared> {
  const resources: DeclaredResource[] = [];
  const graph: GraphResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ inputs }) => ({ id: undefined as unknown as string, state: known(inputs as Inputs) }),
      call: ({ token, inputs }) => ({
        ...(inputs as Inputs),
        ...(answers[token]?.(inputs as Inputs) ?? { unknown: pulumi.runtime.unknownValue }),
      }),
    },
    "sourcegraph",
    "plan",
    true,
    "organization",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) => {
    if (request.getType() === "pulumi:pulumi:Stack") return register(request, answer);
    const parent = parentOf(request.getParent());
    resources.push({
      type: request.getType(),
      name: request.getName(),
      custom: request.getCustom(),
      ...(parent !== undefined && { parent }),
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
    });
    return register(request, (error, response) => {
      if (response !== undefined) graph.push(judged(request, response.getUrn()));
      answer(error, response);
    });
  };
  try {
    program();
  } finally {
    // What was registered before a refusal is waited for too, so that nothing of it meets the next program.
    await pulumi.runtime.disconnect();
  }
  return { resources, graph: new Graph(graph) };
}

/** The config without the refusals of components, which end at the first one: the graph is judged as a whole. */
function untold(config: StackFile["config"]): StackFile["config"] {
  const { boundaries } = config;
  return boundaries === undefined ? config : { ...config, boundaries: { ...(boundaries as object), enforce: false } };
}

/**
 * What the very stack program would declare. Values of secrets stand in as texts.
 *
 * @throws InputError, RefusedError as the program does
 */
export function declaredBy({ config, files }: Pick<StackFile, "config" | "files">): Promise<Declared> {
  const names = Object.keys((config["secrets"] as Inputs | undefined) ?? {});
  const secrets = Object.fromEntries(names.map((name) => [name, pulumi.secret("")]));
  return declaredIn(() => {
    declareStack({ config: untold(config), secrets, files });
  });
}
