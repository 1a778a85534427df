import * as pulumi from "@pulumi/pulumi";
import type { StackFile } from "./stack-file";
import type { DeclaredResource } from "../components/core/planning/declared-resource";
import { declareStack } from "../stacks/declare";

/** What the engine is asked to register, as far as it is of interest here. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getProtect(): boolean;
  getRetainondelete(): boolean;
}

interface Monitor {
  registerResource: (request: Registration, callback: unknown) => unknown;
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
 * Runs the very stack program without an engine and lists what it would declare. Values of secrets stand in as texts; no
 * cloud is asked, no credentials are needed. Once per process.
 *
 * @throws InputError, RefusedError as the program does
 */
export async function declaredResources({
  config,
  files,
}: Pick<StackFile, "config" | "files">): Promise<DeclaredResource[]> {
  const declared: DeclaredResource[] = [];
  await pulumi.runtime.setMocks(
    {
      // As in a preview: what only the cloud knows stays unknown, and nothing is computed from it.
      newResource: ({ inputs }) => ({
        id: undefined as unknown as string,
        state: known(inputs as Record<string, unknown>),
      }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "sourcegraph",
    "plan",
    true,
    "organization",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    if (request.getType() !== "pulumi:pulumi:Stack") {
      const parent = parentOf(request.getParent());
      declared.push({
        type: request.getType(),
        name: request.getName(),
        custom: request.getCustom(),
        ...(parent !== undefined && { parent }),
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
      });
    }
    return register(request, callback);
  };
  const names = Object.keys((config["secrets"] as Record<string, unknown> | undefined) ?? {});
  declareStack({ config, secrets: Object.fromEntries(names.map((name) => [name, pulumi.secret("")])), files });
  await pulumi.runtime.disconnect();
  return declared;
}
