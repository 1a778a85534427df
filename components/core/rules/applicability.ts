import type { Mode, Zone } from "./facts";

type Family = "D" | "N" | "I" | "M" | "K" | "T" | "X" | "A" | "O" | "L";

const all = "all";
const none: readonly number[] = [];

/** Numbers of the rules of each family that a zone has to keep. */
const table: Readonly<Record<Zone, Readonly<Record<Family, readonly number[] | typeof all>>>> = {
  "single-tenant": {
    D: [2],
    N: [4, 6, 7, 9, 10],
    I: all,
    M: [1, 2, 3],
    K: [1, 2, 3, 5],
    T: [13],
    X: [1, 2],
    A: all,
    O: [1, 2],
    L: all,
  },
  "multi-tenant": {
    D: [2, 7],
    N: [4, 5, 6, 7, 8, 9, 10],
    I: all,
    M: all,
    K: [1, 2, 3, 5],
    T: all,
    X: [1, 2, 4, 5],
    A: [4],
    O: [1, 2],
    L: all,
  },
  admin: { D: all, N: all, I: all, M: all, K: all, T: none, X: all, A: none, O: [1, 2], L: all },
  identity: { D: [2, 3, 4], N: all, I: all, M: all, K: [1, 2, 3, 5], T: none, X: all, A: none, O: [1, 2], L: all },
  dotcom: {
    D: [2, 7],
    N: [4, 5, 7, 9, 10],
    I: all,
    M: [1],
    K: [1, 2, 3, 5],
    T: [13],
    X: all,
    A: none,
    O: [1, 2],
    L: all,
  },
  "dev-monolith": {
    D: [2],
    N: [10],
    I: [1],
    M: [1, 5],
    K: [5],
    T: [1, 5],
    X: none,
    A: none,
    O: all,
    L: [1, 2, 3, 5],
  },
};

const modesOfFamily: Partial<Record<Family, readonly Mode[]>> = { A: ["air-gapped", "byok", "own-model"] };

const realZones = (Object.keys(table) as Zone[]).filter((zone) => zone !== "dev-monolith");

function keeps(zone: Zone, rule: string): boolean {
  const numbers = table[zone][rule.charAt(2) as Family];
  return numbers === all || numbers.includes(Number(rule.slice(3)));
}

/**
 * Whether a rule such as `B-D03` is about what is in this zone. Where no zone is stated, the rules that every zone but the
 * monolith has to keep are.
 *
 * @param modes modes of the deployment; some rules are only of a mode
 */
export function appliesTo(rule: string, { zone, modes = [] }: { zone?: Zone; modes?: readonly Mode[] }): boolean {
  const needed = modesOfFamily[rule.charAt(2) as Family];
  if (needed !== undefined && !needed.some((mode) => modes.includes(mode))) return false;
  return zone === undefined ? realZones.every((each) => keeps(each, rule)) : keeps(zone, rule);
}
