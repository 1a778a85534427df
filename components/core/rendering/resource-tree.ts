import type { DeclaredResource } from "../planning/declared-resource";
import type { Section } from "./section";

interface Node {
  readonly resource: DeclaredResource;
  readonly children: readonly Node[];
}

function isChildOf(resource: DeclaredResource, parent: DeclaredResource): boolean {
  return resource.parent?.name === parent.name && resource.parent.type === parent.type;
}

/** Resources as trees, in the order they are declared. */
function asTrees(resources: readonly DeclaredResource[]): Node[] {
  const below = (resource: DeclaredResource): Node => ({
    resource,
    children: resources.filter((each) => isChildOf(each, resource)).map(below),
  });
  return resources.filter((each) => !resources.some((parent) => isChildOf(each, parent))).map(below);
}

function protection({ protect, retainOnDelete }: DeclaredResource): string {
  if (protect && retainOnDelete) return "protected, kept";
  return protect ? "protected" : retainOnDelete ? "kept" : "";
}

function partsOf(type: string): { readonly area: string; readonly name: string } {
  const [provider = "", module = "", name = ""] = type.split(":");
  const [area = ""] = module.split("/");
  return { area: area === "index" || area === "" ? provider : `${provider} ${area}`, name };
}

/** Type without the parts everybody knows: `aws:ebs/volume:Volume` is `aws ebs Volume`. */
function typeText(type: string): string {
  const { area, name } = partsOf(type);
  return `${area} ${name}`;
}

type Row = readonly [name: string, type: string, protection: string];

function rowOf({ resource }: Node, depth: number, more = 0): Row {
  return [
    `${"  ".repeat(depth)}${resource.name}${more === 0 ? "" : ` and ${more} more`}`,
    typeText(resource.type),
    protection(resource),
  ];
}

function everyRow(nodes: readonly Node[], depth = 0): Row[] {
  return nodes.flatMap((node) => [rowOf(node, depth), ...everyRow(node.children, depth + 1)]);
}

/** Groups in the order of their first member. */
function grouped<Value>(values: readonly Value[], keyOf: (value: Value) => string): Value[][] {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/** Components, what is kept, and how many there are of the rest. */
function shortRows(nodes: readonly Node[], depth = 0): Row[] {
  const kept = nodes.filter(({ resource, children }) => children.length === 0 && protection(resource) !== "");
  const rest = nodes.filter(
    ({ resource, children }) => children.length === 0 && resource.custom && protection(resource) === "",
  );
  const keptRows = grouped(kept, ({ resource }) => `${resource.type} ${protection(resource)}`).flatMap(
    (group): Row[] => {
      const [first] = group;
      return first === undefined ? [] : [rowOf(first, depth, group.length - 1)];
    },
  );
  const counts = grouped(rest, ({ resource }) => partsOf(resource.type).area).map(
    (group) => `${group.length} ${partsOf(group[0]?.resource.type ?? "").area}`,
  );
  const counted: Row[] = [];
  for (let start = 0; start < counts.length; start += 5)
    counted.push([
      start === 0 ? `${"  ".repeat(depth)}and ${rest.length} that can be made anew` : "",
      counts.slice(start, start + 5).join(", "),
      "",
    ]);
  const parents = nodes.filter(
    ({ resource, children }) => children.length > 0 || (!resource.custom && protection(resource) === ""),
  );
  return [
    ...parents.flatMap((node) => [rowOf(node, depth), ...shortRows(node.children, depth + 1)]),
    ...keptRows,
    ...counted,
  ];
}

/** Resources as a part of a report; `short` counts what can be made anew. */
export function resourceSection(resources: readonly DeclaredResource[], detail: "all" | "short"): Section {
  const trees = asTrees(resources);
  const held = resources.filter(({ custom }) => custom);
  const kept = held.filter(({ retainOnDelete, protect }) => retainOnDelete || protect);
  return {
    id: "resources",
    title: "Resources",
    summary: `${held.length} that the program declares, ${kept.length} of them protected or kept`,
    columns: [{ title: "name" }, { title: "type" }, { title: "protection" }],
    rows: detail === "all" ? everyRow(trees) : shortRows(trees),
  };
}
