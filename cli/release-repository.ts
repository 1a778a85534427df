import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { InputError } from "../components/core/errors";
import {
  compareReleases,
  findRelease,
  isAtLeast,
  normalizeRelease,
  releases,
} from "../components/core/product/releases";
import type { CheckoutTag } from "../components/core/product/release-checkout";
import type { Terminal } from "./terminal";

const execute = promisify(execFile);

const composeFile = "docker-compose/docker-compose.yaml";

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute("git", ["-C", folder, ...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Whether a tag is one the catalogue has or should have: from its oldest release on, and a release at all. */
function concerns(tag: string): boolean {
  const version = normalizeRelease(tag);
  const oldest = releases[0]?.version;
  return (
    tag.startsWith("v") &&
    version !== undefined &&
    oldest !== undefined &&
    (findRelease(tag) !== undefined || isAtLeast(version, oldest))
  );
}

/**
 * Reads the release tags of a checkout of the vendor's compose repository; changes nothing there.
 * @throws InputError when the folder is no such checkout
 */
export async function readCheckout(checkout: string, terminal: Terminal): Promise<CheckoutTag[]> {
  const folder = path.resolve(terminal.folder, checkout);
  const listed = await git(folder, [
    "for-each-ref",
    "--format=%(refname:short) %(creatordate:short)",
    "refs/tags",
  ]).catch((error: unknown) => {
    const stderr = (error as { stderr?: string }).stderr ?? "";
    throw new InputError(
      [
        {
          path: "checkout",
          message: `is "${checkout}", which git cannot read: ${stderr.trim().split("\n").at(-1) ?? String(error)}`,
        },
      ],
      "the checkout cannot be read",
    );
  });
  const tags = listed
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([tag]) => tag !== undefined && concerns(tag));
  if (tags.length === 0)
    throw new InputError(
      [
        {
          path: "checkout",
          message: `is "${checkout}", which has no release tags such as v7.5.4453; give a clone with its tags`,
        },
      ],
      "the checkout cannot be read",
    );
  const found: CheckoutTag[] = [];
  for (const [tag = "", date = ""] of tags) {
    const composeText = await git(folder, ["show", `${tag}:${composeFile}`]);
    found.push({ tag, date, composeText });
  }
  return found;
}

/**
 * The oldest release that holds a commit; undefined where it is in none yet.
 *
 * @param checkout a clone of the product with its release tags
 * @throws InputError when there is no such commit there
 */
export async function releaseWith(commit: string, checkout: string, terminal: Terminal): Promise<string | undefined> {
  const folder = path.resolve(terminal.folder, checkout);
  const tags = await git(folder, ["tag", "--contains", commit]).catch((error: unknown) => {
    const stderr = (error as { stderr?: string }).stderr ?? "";
    throw new InputError(
      [
        {
          path: "commit",
          message: `is "${commit}", which git does not find in ${checkout}: ${stderr.trim().split("\n")[0] ?? String(error)}`,
        },
      ],
      "the stages cannot be told",
    );
  });
  return tags
    .split("\n")
    .flatMap((tag) => (findRelease(tag) === undefined ? [] : (normalizeRelease(tag) ?? [])))
    .sort(compareReleases)[0];
}
