import * as pulumi from "@pulumi/pulumi";
import { labelInputOf, withFacts } from "./core/rules/fact-labels";
import type { Boundary } from "./core/rules/facts";

type Properties = Readonly<Record<string, unknown>>;

/** Changes what is at a path, once it is known where it is not yet. */
function changed(value: unknown, path: readonly string[], change: (labels: Properties) => Properties): unknown {
  if (pulumi.Output.isInstance<unknown>(value)) return value.apply((known) => changed(known, path, change));
  if (value instanceof Promise) return value.then((known: unknown) => changed(known, path, change));
  const found = (value ?? {}) as Properties;
  const [first, ...rest] = path;
  return first === undefined ? change(found) : { ...found, [first]: changed(found[first], rest, change) };
}

/**
 * Options of a component that states a boundary: every store that belongs to it gets the facts as tags or labels, so that an
 * audit of the cloud finds them.
 */
export function labelled(
  boundary: Boundary | undefined,
  options: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
  if (boundary === undefined) return options;
  const label: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
    const input = labelInputOf(type);
    if (input === undefined) return undefined;
    const [first = "", ...rest] = input.split(".");
    const change = (labels: Properties) => withFacts(boundary, { type, name }, labels);
    const before = props as Properties;
    return { props: { ...before, [first]: changed(before[first], rest, change) }, opts };
  };
  return { ...options, transformations: [...(options.transformations ?? []), label] };
}
