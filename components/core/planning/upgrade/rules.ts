import { SemVer } from "semver";
import { holds } from "./conditions";
import { lastMinorOf } from "./facts";
import type { HopKind, UpgradeSituation } from "./upgrade-plan";

const v5_9 = new SemVer("5.9.0");
const v5_10 = new SemVer("5.10.0");
const v6_0 = new SemVer("6.0.0");
const v7_0 = new SemVer("7.0.0");
const v4_5 = new SemVer("4.5.0");

/** PostgreSQL major every release from 6.0 on needs, services and migrator alike. */
export const requiredPostgresMajor = 16;

/** A release something passes without stopping: on one side before the hop, on the other after it. */
export function crosses(from: SemVer, to: SemVer, border: SemVer): boolean {
  return from.compare(border) < 0 && to.compare(border) >= 0;
}

/** The kind of a step forward from one release to another, by the written policy (the product's own start-up check is looser). */
export function hopKind(from: SemVer, to: SemVer): HopKind {
  const nextMinor = from.major === to.major && to.minor - from.minor <= 1;
  const nextMajor = to.major === from.major + 1 && to.minor === 0 && from.minor === lastMinorOf[from.major];
  return nextMinor || nextMajor ? "standard" : "multi-version";
}

/** A reason why one hop may not lead from one release to another. */
export interface StopRule {
  readonly id: string;
  /** Whether the hop breaks the rule. */
  readonly forbids: (from: SemVer, to: SemVer, situation: UpgradeSituation) => boolean;
  /** Why, as a sentence without a full stop; says where to stop or what to do instead. */
  readonly reason: string;
  /** Minor line the documentation names for the stop, where several serve. */
  readonly documentedLine?: string;
}

/** Every rule that makes a stop necessary; source: the vendor's upgrade pages, collected in `upgrades.json`. */
export const stopRules: readonly StopRule[] = [
  {
    id: "tenant-backfill-1tb",
    forbids: (from, to, situation) =>
      from.compare(v5_9) < 0 && to.compare(v5_10) >= 0 && holds("postgres-1tb-or-larger", situation),
    reason:
      "PostgreSQL data of 1 TB or more must stop at 5.9 until the tenant migration is at 100 percent instead of jumping over it",
  },
  {
    id: "pg16-helm",
    forbids: (from, to, { target }) => target === "kubernetes" && from.compare(v5_10) < 0 && to.compare(v6_0) >= 0,
    reason:
      "on Kubernetes the way from below 5.10 to 6.0 or newer stops at 5.10.3940 or 5.11.6271, where the databases become PostgreSQL 16",
  },
  {
    id: "pg16-compose",
    forbids: (from, to, situation) =>
      from.compare(v5_10) < 0 && to.compare(v7_0) >= 0 && holds("builtin-postgres", situation),
    reason:
      "the built-in databases become PostgreSQL 16 at the first start of a release from 5.10.1164 to 6.12; from 7.0 on the images no longer convert them",
    documentedLine: "6.11",
  },
  {
    id: "pg16-external",
    forbids: (from, to, situation) =>
      from.compare(v5_10) < 0 &&
      to.compare(v6_0) >= 0 &&
      holds("external-postgres", situation) &&
      (situation.postgresMajor ?? 0) < requiredPostgresMajor,
    reason:
      "external databases have to be PostgreSQL 16 before 6.0, and 5.10 and 5.11 are the releases that run on 12 as well as 16: stop there and upgrade the databases",
  },
  {
    id: "kustomize-repo-switch",
    forbids: (from, to, situation) => crosses(from, to, v4_5) && holds("kustomize-or-legacy-manifests", situation),
    reason:
      "kustomize and raw manifests changed their repository at 4.5: upgrade to the newest 4.5 release and move the manifests first",
  },
  {
    id: "machine-image",
    forbids: (from, to, situation) =>
      hopKind(from, to) === "multi-version" && holds("machine-image-or-pure-docker", situation),
    reason: "machine images have no multi-version upgrade: go one minor release at a time",
  },
  {
    id: "standard-hops-only",
    forbids: (from, to, { standardHopsOnly }) => standardHopsOnly === true && hopKind(from, to) === "multi-version",
    reason:
      "the containers of 'cloud: local' are replaced in place, and nothing there runs the migrator's 'upgrade' with everything else stopped: go one minor release at a time",
  },
  {
    id: "ami-sunset",
    forbids: (from, to, situation) => crosses(from, to, v7_0) && holds("machine-image-or-pure-docker", situation),
    reason: "machine images end before 7.0: move to compose or Kubernetes on the same release first",
  },
  {
    id: "server-image-gone",
    forbids: (from, to, situation) => crosses(from, to, v7_0) && holds("single-container", situation),
    reason: "the single container ends before 7.0: move to compose or Kubernetes on the same release first",
  },
];

/** The rules one hop would break. */
export function brokenRules(from: SemVer, to: SemVer, situation: UpgradeSituation): readonly StopRule[] {
  return stopRules.filter((rule) => rule.forbids(from, to, situation));
}
