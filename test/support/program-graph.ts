import * as pulumi from "@pulumi/pulumi";
import { Graph, type GraphResource } from "../../components/core/rules/graph";
import { graphResource } from "../../components/core/rules/registration";

/** What the engine is asked to register, as far as it is of interest here. */
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

/** What clouds answer in a preview. */
const answers: Readonly<Record<string, (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
  // Whose number it is can be seen.
  "gcp:organizations/getProject:getProject": ({ projectId }) => ({ number: `number-of-${String(projectId)}` }),
  "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": ({ project }) => ({
    emailAddress: `service-${String(project)}@gs-project-accounts.iam.gserviceaccount.com`,
  }),
};

/** The graph of what a program would declare, as in a preview: what only the cloud knows is unknown. */
export async function graphBy(build: () => void): Promise<Graph> {
  const resources: GraphResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ inputs }) => ({
        id: undefined as unknown as string,
        state: Object.fromEntries(
          Object.entries(inputs as Record<string, unknown>).filter(
            ([, value]) => (value as { __pulumiUnknown?: boolean } | null)?.__pulumiUnknown !== true,
          ),
        ),
      }),
      call: ({ token, inputs }) => ({
        ...(inputs as Record<string, unknown>),
        ...(answers[token]?.(inputs as Record<string, unknown>) ?? { unknown: pulumi.runtime.unknownValue }),
      }),
    },
    "sourcegraph",
    "plan",
    true,
    "organization",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: (request: Registration, answer: Answer) => unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) =>
    register(request, (error, response) => {
      const propertyDependencies: Record<string, readonly string[]> = {};
      request.getPropertydependenciesMap().forEach((dependencies, input) => {
        propertyDependencies[input] = dependencies.getUrnsList();
      });
      const parent = request.getParent();
      if (response !== undefined && request.getType() !== "pulumi:pulumi:Stack")
        resources.push(
          graphResource({
            urn: response.getUrn(),
            type: request.getType(),
            name: request.getName(),
            ...(parent !== "" && { parent }),
            inputs: request.getObject()?.toJavaScript() ?? {},
            propertyDependencies,
            protect: request.getProtect(),
            retainOnDelete: request.getRetainondelete(),
          }),
        );
      answer(error, response);
    });
  let failure: unknown;
  try {
    build();
  } catch (error) {
    failure = error;
  }
  await pulumi.runtime.disconnect();
  if (failure !== undefined) throw failure as Error;
  return new Graph(resources);
}
