import * as pulumi from "@pulumi/pulumi";
import type { Declare, StackArgs, StackOutputs } from "../../stacks/program";

type Properties = Record<string, unknown>;

/** What a run of a stack's program left. */
export interface Seen {
  readonly outputs: StackOutputs | undefined;
  readonly error: unknown;
  /** `type name` of everything registered, in order. */
  readonly registered: readonly string[];
  /** Inputs by `type name`. */
  readonly inputs: Readonly<Record<string, Properties>>;
}

/** A resource as a mock is asked for it. */
export interface Asked {
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
}

/** What stands in for the cloud. */
export interface Answers {
  /** Id and outputs of a resource; the inputs are added. */
  readonly outputs: (asked: Asked) => Properties;
  readonly calls: (asked: { readonly token: string; readonly inputs: Properties }) => Properties | undefined;
  /** Outputs of the stack that another is read from. */
  readonly otherStack: Properties;
}

/** Runs a stack's program under mocks. An error inside an Output, which would leave its resource waiting for ever, is thrown. */
export async function runStack(
  declare: Declare,
  args: StackArgs,
  { outputs: answer, calls, otherStack }: Answers,
): Promise<Seen> {
  const registered: string[] = [];
  const inputs: Record<string, Properties> = {};
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }) => {
        const asked: Asked = { type, name, inputs: given as Properties };
        if (type !== "pulumi:pulumi:Stack") registered.push(`${type} ${name}`);
        inputs[`${type} ${name}`] = asked.inputs;
        if (type === "pulumi:pulumi:StackReference") return { id: name, state: { outputs: otherStack } };
        const { id = `${name}-id`, ...state } = answer(asked);
        return { id: id as string, state: { ...asked.inputs, ...state } };
      },
      call: ({ token, inputs: given }) => calls({ token, inputs: given as Properties }) ?? {},
    },
    "project",
    "stack",
    false,
    "organization",
  );
  let outputs: StackOutputs | undefined;
  let error: unknown;
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  process.prependListener("unhandledRejection", fail);
  try {
    outputs = declare("sourcegraph", args);
  } catch (thrown) {
    error = thrown;
  }
  await Promise.race([pulumi.runtime.disconnect(), failed]).finally(() => process.off("unhandledRejection", fail));
  return { outputs, error, registered, inputs };
}
