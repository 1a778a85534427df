import { secretValue, shortType, unknownValue, type GraphResource } from "./graph";

/** A resource as the engine is asked to register it. */
export interface Registration {
  readonly urn: string;
  /** Type token. */
  readonly type: string;
  readonly name: string;
  /** URN of its parent; absent for none. */
  readonly parent?: string;
  /** Inputs as they go over the wire, where unknown values and secrets have marks. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs that an input depends on, by the input's name. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** Texts that stand for unknown values in the protocol of the engine. */
export const unknownMarks: readonly unknown[] = [
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];
/** The key and the values that mark objects of the protocol's own. */
const markKey = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const outputMark = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

function seen(value: unknown): unknown {
  if (unknownMarks.includes(value)) return unknownValue;
  if (Array.isArray(value)) return value.map(seen);
  if (value === null || typeof value !== "object") return value;
  const object = value as Readonly<Record<string, unknown>>;
  if (object[markKey] === secretMark) return secretValue;
  if (object[markKey] === outputMark && object["secret"] === true) return secretValue;
  if (object[markKey] === outputMark) return "value" in object ? seen(object["value"]) : unknownValue;
  return Object.fromEntries(Object.entries(object).map(([key, part]) => [key, seen(part)]));
}

/** What the rules see of a registration. */
export function graphResource(registration: Registration): GraphResource {
  const { urn, type, name, parent, inputs, propertyDependencies, protect, retainOnDelete } = registration;
  return {
    urn,
    type: shortType(type),
    name,
    ...(parent === undefined ? {} : { parent }),
    inputs: seen(inputs) as GraphResource["inputs"],
    refers: propertyDependencies,
    protected: protect,
    retained: retainOnDelete,
  };
}
