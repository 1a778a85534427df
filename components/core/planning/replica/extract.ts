import { InputError } from "../../errors";
import type { Usage } from "../sizing/usage";
import type { SizeLabel } from "../sizing/usage";
import { readShape } from "./parse-shape";
import type { ShapeConfig } from "./shape-schema";

/** What was taken of a running instance, or left out, and why. */
export interface ExtractNote {
  /** Key of the shape, or what was seen. */
  readonly what: string;
  /** What it is, or why it was left out. */
  readonly why: string;
}

/** What a source tells of a set-up. */
export interface Extracted {
  /** Keys of a shape. */
  readonly shape: Partial<ShapeConfig>;
  /** What was taken, and from where. */
  readonly taken: readonly ExtractNote[];
  /** What was seen, or could not be seen, and is not in the shape. */
  readonly leftOut: readonly ExtractNote[];
}

/** What a person adds that no source tells. */
export interface ExtractHints {
  /** Named size. */
  readonly size?: SizeLabel;
  /** What the customer has. */
  readonly usage?: Partial<Usage>;
}

/** A shape with what was said about it. */
export interface ExtractedShape extends Pick<Extracted, "taken" | "leftOut"> {
  /** The shape, which holds no data and no identity: it was read as one. */
  readonly shape: ShapeConfig;
}

const sizeMissing = {
  path: "size",
  message:
    "is missing; nothing there tells it, so give --size, or what the customer has by --users, --repositories and so on",
};

/** Repositories of a usage, shared out evenly over the code hosts of which only the kind is known. */
function withRepositories(
  hosts: readonly { readonly kind: string }[],
  usage: Partial<Usage> | undefined,
): Record<string, unknown> {
  if (usage?.repositories === undefined || usage.totalSizeGb === undefined || hosts.length === 0) return {};
  const { repositories, totalSizeGb, largestRepositoryGb = totalSizeGb } = usage;
  const each = Math.max(1, Math.floor(repositories / hosts.length));
  const share = totalSizeGb / hosts.length;
  return {
    codeHosts: hosts.map(({ kind }, index) => ({
      kind,
      repositories: each,
      totalSizeGb: share,
      ...(index === 0 && each > 1 && { largestRepositoryGb: Math.min(largestRepositoryGb, share) }),
    })),
  };
}

/**
 * The shape of what was extracted, with what a person adds.
 *
 * @param hosts kinds of the code hosts, of which no source tells how much is on them
 * @throws InputError where something is missing, or what was extracted would tell who the customer is
 */
export function finishShape(
  { shape, taken, leftOut }: Extracted,
  { size, usage }: ExtractHints,
  hosts: readonly { readonly kind: string }[] = [],
): ExtractedShape {
  const { size: found, ...rest } = shape;
  const sized =
    usage !== undefined ? { usage } : size !== undefined ? { size } : found === undefined ? {} : { size: found };
  const shared = withRepositories(hosts, usage);
  const unknown: ExtractNote[] =
    hosts.length > 0 && shared["codeHosts"] === undefined
      ? [
          {
            what: `codeHosts: ${hosts.map(({ kind }) => kind).join(", ")}`,
            why: "how many repositories of which size is not told; give --repositories and --total-size-gb, or write them by hand",
          },
        ]
      : [];
  const read = readShape({ schema: 1, ...rest, ...sized, ...shared });
  if ("shape" in read) return { shape: read.shape, taken, leftOut: [...leftOut, ...unknown] };
  const problems = read.problems.map((problem) => (problem.path === "size" ? sizeMissing : problem));
  throw new InputError(problems, "no shape can be made of it");
}
