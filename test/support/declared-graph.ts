import * as pulumi from "@pulumi/pulumi";
import { Graph, type GraphResource } from "../../components/core/rules/graph";
import { graphResource } from "../../components/core/rules/registration";

/** What the engine is asked to register. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getPropertydependenciesMap(): {
    forEach(see: (dependencies: { getUrnsList(): string[] }, input: string) => void): void;
  };
}

type Answer = (error: unknown, response?: { getUrn(): string }) => void;

function seen(request: Registration, urn: string): GraphResource {
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

/**
 * The graph of what components would declare, as in a preview: what only the cloud knows stays unknown. For components that
 * no stack declares yet, or not as the test wants them.
 *
 * @param calls answers of provider functions, by token; of others nothing is known
 */
export async function declaredGraph(
  build: () => void,
  calls: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): Promise<Graph> {
  const found: GraphResource[] = [];
  const isUnknown = (value: unknown) => (value as { __pulumiUnknown?: boolean } | null)?.__pulumiUnknown === true;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ inputs }) => ({
        id: undefined as unknown as string,
        state: Object.fromEntries(
          Object.entries(inputs as Record<string, unknown>).filter(([, value]) => !isUnknown(value)),
        ),
      }),
      call: ({ token, inputs }) => ({
        ...(inputs as Record<string, unknown>),
        ...(calls[token] ?? { unknown: pulumi.runtime.unknownValue }),
      }),
    },
    "project",
    "stack",
    true,
    "organization",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: (request: Registration, answer: Answer) => unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) =>
    register(request, (error, response) => {
      if (response !== undefined && request.getType() !== "pulumi:pulumi:Stack")
        found.push(seen(request, response.getUrn()));
      answer(error, response);
    });
  // The SDK takes a stack of every promise, which is most of the time that this needs.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  try {
    build();
    await pulumi.runtime.disconnect();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return new Graph(found);
}
