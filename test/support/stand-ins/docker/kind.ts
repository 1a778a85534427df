import type { DockerApi } from "./api";

/** What the engine writes in place of a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties of a resource, as the engine hands them over. */
export type Properties = Readonly<Record<string, unknown>>;

/** The object exists, but did not become what it should be: it is recorded, and the next update tries again. */
export class Unfinished extends Error {
  public constructor(
    public readonly id: string,
    public readonly outputs: Properties,
    message: string,
  ) {
    super(message);
  }
}

/** One resource type of the provider. */
export interface Kind {
  /** Inputs that are sets in the real provider: their order means nothing. */
  readonly sets: readonly string[];
  /** All inputs that are understood. Others are refused, so that no test passes for want of them. */
  readonly inputs: readonly string[];
  /** Inputs that change in place; any other one replaces the object. */
  readonly inPlace: readonly string[];
  /** Outputs the engine decides on: unknown in a preview unless given as inputs. */
  readonly computed: readonly string[];
  /** Whether the real provider makes up a name where none is given. */
  readonly autoName: boolean;
  create(api: DockerApi, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  update(api: DockerApi, id: string, inputs: Properties, state: Properties): Promise<Properties>;
  /** `undefined` when the object is gone. */
  read(
    api: DockerApi,
    id: string,
    inputs: Properties,
    state: Properties,
  ): Promise<{ inputs: Properties; outputs: Properties } | undefined>;
  delete(api: DockerApi, id: string, state: Properties): Promise<void>;
}

/** `[{label, value}]` as a map. */
export function labelMap(labels: unknown): Record<string, string> | undefined {
  const list = labels as { label: string; value: string }[] | undefined;
  return list && Object.fromEntries(list.map(({ label, value }) => [label, value]));
}

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
