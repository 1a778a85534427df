import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import type { GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, property, type Sight } from "../sights";

const yearInDays = 365;
const monthInDays = 30;

/** Whole days of a duration such as `7776000s`. */
function days(value: unknown): number {
  return /^\d+(\.\d+)?s$/.test(String(value)) ? Number.parseFloat(String(value)) / 86_400 : Number.NaN;
}

const signs = ({ inputs }: GraphResource): boolean =>
  ["SIGN_VERIFY", "KEY_AGREEMENT", "ASYMMETRIC_SIGN", "ASYMMETRIC_DECRYPT"].includes(
    String(inputs.keyUsage ?? inputs.purpose),
  );

function amazon(key: GraphResource, shared: boolean): Sight[] {
  const rotation = [
    property(key.inputs, "enableKeyRotation", { is: [true], fix: "set enableKeyRotation to true" }),
    property(key.inputs, "rotationPeriodInDays", {
      is: (value) => Number(value) <= yearInDays,
      byDefault: yearInDays,
      fix: `set rotationPeriodInDays to ${yearInDays}`,
    }),
  ];
  const window = property(key.inputs, "deletionWindowInDays", {
    is: [monthInDays],
    byDefault: monthInDays,
    fix: `set deletionWindowInDays to ${monthInDays}`,
  });
  return [
    ...(signs(key) ? [good("a key that signs is not rotated by itself")] : rotation),
    ...(shared ? [window] : []),
  ];
}

function google(key: GraphResource, shared: boolean): Sight[] {
  const rotation = property(key.inputs, "rotationPeriod", {
    is: (value) => days(value) <= yearInDays,
    fix: "set rotationPeriod to 7776000s",
  });
  const wait = property(key.inputs, "destroyScheduledDuration", {
    is: (value) => days(value) >= monthInDays,
    byDefault: "2592000s",
    fix: "set destroyScheduledDuration to 2592000s, which makes a new key",
  });
  return [signs(key) ? good("a key that signs is not rotated by itself") : rotation, ...(shared ? [wait] : [])];
}

const looks: Readonly<Record<string, (key: GraphResource, shared: boolean) => Sight[]>> = {
  "aws:kms/key": amazon,
  "gcp:kms/cryptoKey": google,
};

const kept = ({ protected: guarded, retained }: GraphResource, { stage }: BoundaryFacts): Sight[] => {
  if (stage === "development") return [];
  if (guarded) return [good("it is protected")];
  return [
    retained ? good("it stays when it leaves the program") : bad("it is not protected", "set its option protect"),
  ];
};

/** A key changes, and stays. */
export const k03: Rule = {
  id: "B-K03",
  severity: "high",
  alone: true,
  statement: "Keys rotate and cannot vanish by accident.",
  proof:
    "rotation and its period, the wait before destruction of keys that are not of one tenant, and protection by the engine",
  judge: (graph) =>
    graph.ofType(...Object.keys(looks)).flatMap((key) => {
      const facts = graph.factsOf(key);
      if (!appliesTo("B-K03", facts)) return [];
      const sights = looks[key.type]?.(key, facts.tenant === undefined) ?? [];
      return [judgedBy(key.urn, [...sights, ...kept(key, facts)])];
    }),
};
