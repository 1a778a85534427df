import { parse } from "yaml";
import { InputError, type Problem } from "../../errors";
import { problemsOf } from "../config/problems";
import { usageProblems } from "../sizing/usage";
import { identityProblems } from "./identity";
import { shapeSchema, type ShapeConfig } from "./shape-schema";

const touches = (one: string, other: string): boolean => one === other || one.startsWith(`${other}.`);

/** What is there and has a meaning only beside something else. */
function combinationProblems(shape: ShapeConfig): Problem[] {
  const problems: Problem[] = [];
  const add = (path: string, message: string): void => void problems.push({ path, message });
  const { size, usage, kubernetes, codeHosts = [] } = shape;
  if (size !== undefined && usage !== undefined) add("size", "and 'usage' exclude each other; keep one of them");
  if (size === undefined && usage === undefined) add("size", "is missing; give a size such as M, or 'usage'");
  if (usage !== undefined) {
    problems.push(...usageProblems(usage));
    if (usage.largestRepositoryGb > usage.totalSizeGb)
      add(
        "usage.largestRepositoryGb",
        `must not be larger than 'usage.totalSizeGb' (${usage.totalSizeGb}), got ${usage.largestRepositoryGb}`,
      );
  }
  if (shape.shape === "vm" && kubernetes !== undefined)
    add("kubernetes", 'has no meaning for shape vm; remove it, or give "shape: kubernetes"');
  if (shape.shape === "kubernetes")
    for (const key of ["machineType", "dataDiskGb"] as const)
      if (shape[key] !== undefined) add(key, "has no meaning for shape kubernetes; remove it");
  codeHosts.forEach(({ totalSizeGb, largestRepositoryGb }, index) => {
    if (largestRepositoryGb !== undefined && largestRepositoryGb > totalSizeGb)
      add(
        `codeHosts.${index}.largestRepositoryGb`,
        `must not be larger than 'totalSizeGb' (${totalSizeGb}), got ${largestRepositoryGb}`,
      );
  });
  return problems;
}

/** A shape that could be read, or everything that is wrong with it. */
export type ReadShape = { readonly shape: ShapeConfig } | { readonly problems: readonly Problem[] };

/** Reads a value as a shape. What tells of a customer is said in words of its own, not as a key that is not known. */
export function readShape(value: unknown): ReadShape {
  const identity = identityProblems(value);
  const parsed = shapeSchema.safeParse(value);
  const malformed = parsed.success ? [] : problemsOf(parsed.error.issues, shapeSchema, value);
  const form = malformed.filter(({ path }) => !identity.some((found) => touches(path, found.path)));
  const problems = [...identity, ...form, ...(parsed.success ? combinationProblems(parsed.data) : [])];
  return problems.length === 0 && parsed.success ? { shape: parsed.data } : { problems };
}

/** Reads the text of a shape file. */
export function readShapeText(text: string): ReadShape {
  try {
    return readShape(parse(text));
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    return { problems: [{ path: "", message: `it is not YAML: ${line.replace(/:$/, "")}` }] };
  }
}

/**
 * Reads the text of a shape file.
 *
 * @throws InputError with everything that is wrong with it
 */
export function parseShape(text: string): ShapeConfig {
  const read = readShapeText(text);
  if ("shape" in read) return read.shape;
  throw new InputError(read.problems, "the shape file is not valid");
}
