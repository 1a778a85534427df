/** One thing leads to another. */
export type Lead = readonly [from: string, to: string];

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Leads without those that close a circle, found from the names in order. */
function withoutCircles(names: readonly string[], leads: readonly Lead[]): Lead[] {
  const state = new Map<string, "open" | "done">();
  const kept: Lead[] = [];
  const visit = (name: string): void => {
    state.set(name, "open");
    for (const lead of leads) {
      if (lead[0] !== name || state.get(lead[1]) === "open") continue;
      kept.push(lead);
      if (!state.has(lead[1])) visit(lead[1]);
    }
    state.set(name, "done");
  };
  for (const name of names) if (!state.has(name)) visit(name);
  return kept;
}

/**
 * Puts names into layers so that most leads go from one layer to a later one, and names beside what leads to them. The same
 * names and leads give the same layers, in whatever order they come.
 *
 * @param most layers there are at most
 */
export function layersOf(names: readonly string[], leads: readonly Lead[], most: number): string[][] {
  const called = (name: string): number => leads.filter(([, to]) => to === name).length;
  // Whoever is called by nobody begins.
  const ordered = [...names].sort((a, b) => called(a) - called(b) || byText(a, b));
  const sorted = [...leads].sort((a, b) => byText(a.join(" "), b.join(" ")));
  const forward = withoutCircles(ordered, sorted);
  const depths = new Map<string, number>();
  const depth = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const found = Math.max(0, ...forward.filter(([, to]) => to === name).map(([from]) => depth(from) + 1));
    depths.set(name, found);
    return found;
  };
  const deepest = Math.max(0, ...ordered.map(depth));
  const layers = Array.from({ length: Math.min(most, deepest + 1) }, (): string[] => []);
  for (const name of [...names].sort(byText))
    layers[Math.floor((depth(name) * layers.length) / (deepest + 1))]?.push(name);
  return layers
    .filter((layer) => layer.length > 0)
    .reduce<string[][]>((done, layer) => {
      const before = done.at(-1) ?? [];
      const height = (name: string): number => {
        const from = sorted
          .filter(([, to]) => to === name)
          .map(([each]) => before.indexOf(each))
          .filter((at) => at >= 0);
        return from.length === 0 ? before.length / 2 : from.reduce((sum, at) => sum + at, 0) / from.length;
      };
      return [...done, [...layer].sort((a, b) => height(a) - height(b) || byText(a, b))];
    }, []);
}
