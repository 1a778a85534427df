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

/**
 * What clouds answer: values in a known form, in which the number of the project stands in; names of values of which nothing
 * is known. Of other answers nothing is known at all.
 */
const answers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "gcp:organizations/getProject:getProject": { number: "0" },
  "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
    emailAddress: "service-0@gs-project-accounts.iam.gserviceaccount.com",
  },
  "aws:eks/getAddonVersion:getAddonVersion": { version: pulumi.runtime.unknownValue },
  "aws:lb/getHostedZoneId:getHostedZoneId": { id: pulumi.runtime.unknownValue },
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
function known(inputs: Record<string, unknown>): Record<string, unknown> {
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
 * Runs the very stack program without an engine and tells what it would declare. Values of secrets stand in as texts; no
 * cloud is asked, no credentials are needed. Once per process.
 *
 * @throws InputError, RefusedError as the program does
 */
export async function declaredBy({ config, files }: Pick<StackFile, "config" | "files">): Promise<Declared> {
  const resources: DeclaredResource[] = [];
  const graph: GraphResource[] = [];
  await pulumi.runtime.setMocks(
    {
      // As in a preview: what only the cloud knows stays unknown, and nothing is computed from it.
      newResource: ({ inputs }) => ({
        id: undefined as unknown as string,
        state: known(inputs as Record<string, unknown>),
      }),
      call: ({ token, inputs }) => ({
        ...(inputs as Record<string, unknown>),
        ...(answers[token] ?? { unknown: pulumi.runtime.unknownValue }),
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
    if (request.getType() !== "pulumi:pulumi:Stack") {
      const parent = parentOf(request.getParent());
      resources.push({
        type: request.getType(),
        name: request.getName(),
        custom: request.getCustom(),
        ...(parent !== undefined && { parent }),
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
      });
    }
    return register(request, (error, response) => {
      if (response !== undefined) graph.push(judged(request, response.getUrn()));
      answer(error, response);
    });
  };
  const names = Object.keys((config["secrets"] as Record<string, unknown> | undefined) ?? {});
  declareStack({ config, secrets: Object.fromEntries(names.map((name) => [name, pulumi.secret("")])), files });
  await pulumi.runtime.disconnect();
  return { resources, graph: new Graph(graph) };
}
