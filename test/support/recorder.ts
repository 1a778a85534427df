import * as pulumi from "@pulumi/pulumi";

// Builds a program under Pulumi's mocks and records what it registers: inputs as they leave the program, and the options
// the mocks do not show. It proves what is declared; it proves no schema default, diff, order or alias resolution.

type Properties = Record<string, unknown>;

/** One registered resource. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Inputs with every Output resolved and secrets unwrapped; `unknownValue` where a dry run does not know. */
  readonly inputs: Properties;
  /** `type name` of the parent; `stack` for none. */
  readonly parent: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  readonly aliases: readonly unknown[];
  readonly additionalSecretOutputs: readonly string[];
  /** Names of the resources it waits for, besides those its inputs come from; sorted. */
  readonly dependsOn: readonly string[];
  /** Inputs that are marked as secrets. */
  readonly secretInputs: readonly string[];
}

/** A call of a provider function. */
export interface RecordedCall {
  readonly token: string;
  readonly inputs: Properties;
}

/** How the cloud answers while recording. */
export interface Answers {
  /** As in a preview: ids and computed outputs stay unknown, and `apply` does not run on them. Default false. */
  readonly dryRun?: boolean;
  /** Computed outputs of a resource, over its inputs, `id` (else `NAME-id`) and `arn` (else `arn:TYPE:NAME`). */
  readonly outputs?: (resource: { type: string; name: string; inputs: Properties }) => Properties;
  /** Answer of a provider function. */
  readonly calls?: (call: RecordedCall) => Properties;
}

/** What a program registered. */
export interface Recording<Result> {
  /** What `build` returned; undefined where it threw. */
  readonly result: Result | undefined;
  /** What `build` threw. */
  readonly error: unknown;
  /** Everything registered, in order, without the stack itself. */
  readonly resources: readonly Recorded[];
  readonly calls: readonly RecordedCall[];
}

/** Stands for a value that is not known in a dry run. */
export const unknownValue = "(unknown)";

type Options = Omit<Recorded, "type" | "name" | "custom" | "inputs">;

const keyOf = (type: string, name: string) => `${type} ${name}`;

/** Type and name are on every resource, though not in its public type. */
function identityOf(resource: pulumi.Resource): { type: string; name: string } {
  const { __pulumiType: type, __name: name } = resource as unknown as { __pulumiType: string; __name: string };
  return { type, name };
}

const secretSignature = "4dabf18193072939515e22adb298388d";

const isUnknown = (value: unknown) =>
  typeof value === "object" && value !== null && (value as { __pulumiUnknown?: boolean }).__pulumiUnknown === true;

/** A value as a reader of the test wants it: secrets unwrapped, unknown ones named. */
function plain(value: unknown): unknown {
  if (isUnknown(value)) return unknownValue;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

async function namesOf(value: unknown): Promise<string[]> {
  const resolved: unknown = await resolve(value);
  if (resolved === undefined || resolved === null) return [];
  if (Array.isArray(resolved)) return (await Promise.all(resolved.map(namesOf))).flat();
  return pulumi.Resource.isInstance(resolved) ? [identityOf(resolved).name] : [];
}

/** The value of a promise or Output. */
function resolve(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) return (value as unknown as { promise(): Promise<unknown> }).promise();
  return Promise.resolve(value);
}

async function secretInputsOf(props: Properties): Promise<string[]> {
  const secret = await Promise.all(
    Object.entries(props).map(async ([key, value]) => ((await pulumi.isSecret(pulumi.output(value))) ? [key] : [])),
  );
  return secret.flat();
}

async function optionsOf(props: Properties, opts: pulumi.CustomResourceOptions): Promise<Options> {
  const parent = opts.parent === undefined ? undefined : identityOf(opts.parent);
  return {
    parent: parent === undefined ? "stack" : keyOf(parent.type, parent.name),
    protect: opts.protect === true,
    retainOnDelete: opts.retainOnDelete === true,
    deleteBeforeReplace: opts.deleteBeforeReplace === true,
    ignoreChanges: opts.ignoreChanges ?? [],
    aliases: opts.aliases ?? [],
    additionalSecretOutputs: opts.additionalSecretOutputs ?? [],
    dependsOn: (await namesOf(opts.dependsOn)).sort(),
    secretInputs: await secretInputsOf(props),
  };
}

/**
 * Runs `build` under mocks and waits until everything is registered.
 *
 * @param build makes the components; `opts` must be passed to each of them, for their children's options to be seen
 */
export async function record<Result>(
  build: (opts: pulumi.ComponentResourceOptions) => Result,
  answers: Answers = {},
): Promise<Recording<Result>> {
  const dryRun = answers.dryRun ?? false;
  const registered: Omit<Recorded, keyof Options>[] = [];
  const calls: RecordedCall[] = [];
  const options = new Map<string, Promise<Options>>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        registered.push({ type, name, inputs: plain(inputs) as Properties, custom: custom ?? true });
        const given = Object.entries(inputs as Properties).filter(([, value]) => !isUnknown(value));
        if (dryRun) return { id: undefined as unknown as string, state: Object.fromEntries(given) };
        const { id = `${name}-id`, ...computed } =
          answers.outputs?.({ type, name, inputs: inputs as Properties }) ?? {};
        return { id: id as string, state: { arn: `arn:${type}:${name}`, ...Object.fromEntries(given), ...computed } };
      },
      call: ({ token, inputs }) => {
        const call = { token, inputs: inputs as Properties };
        calls.push(call);
        return { ...call.inputs, ...answers.calls?.(call) };
      },
    },
    "project",
    "stack",
    dryRun,
    "organization",
  );
  const observe: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
    options.set(keyOf(type, name), optionsOf(props, opts));
    return undefined;
  };
  let result: Result | undefined;
  let error: unknown;
  try {
    result = build({ transformations: [observe] });
  } catch (thrown) {
    error = thrown;
  }
  // Only this waits for registrations that hang on Outputs of others.
  await pulumi.runtime.disconnect();
  const resources = await Promise.all(
    registered
      .filter(({ type }) => type !== "pulumi:pulumi:Stack")
      .map(async (resource): Promise<Recorded> => {
        const seen = await options.get(keyOf(resource.type, resource.name));
        if (seen === undefined)
          throw new Error(`options of ${resource.name} were not seen: pass 'opts' to its component`);
        return { ...resource, ...seen };
      }),
  );
  return { result, error, resources, calls };
}

/** The one resource of that type, or of that type and name. */
export function only(resources: readonly Recorded[], type: string, name?: string): Recorded {
  const found = resources.filter((r) => r.type === type && (name === undefined || r.name === name));
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(
      `${found.length} resources of type ${type}${name === undefined ? "" : ` and name ${name}`}; there are: ${resources.map((r) => keyOf(r.type, r.name)).join(", ")}`,
    );
  return first;
}

/** All resources of a type. */
export function allOf(resources: readonly Recorded[], type: string): Recorded[] {
  return resources.filter((resource) => resource.type === type);
}

/** `type name < parent`, sorted: what an update recognises resources by. */
export function identitiesOf(resources: readonly Pick<Recorded, "type" | "name" | "parent">[]): string[] {
  return resources.map(({ type, name, parent }) => `${keyOf(type, name)} < ${parent}`).sort();
}

/** The value of an Output; undefined while it is unknown. */
export async function valueOf<Value>(output: pulumi.Output<Value>): Promise<Value | undefined> {
  const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
  return (await isKnown) ? ((await resolve(output)) as Value) : undefined;
}
