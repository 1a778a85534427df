import { checkTransition, manifestOf, type LastHop, type Manifest } from "../core/planning/manifest";
import { outsideCheckOf, type PlannedOutsideCheck } from "../core/planning/vm/outside-check";
import { planVm, type Plan } from "../core/planning/vm/plan";
import type { Specification } from "../core/planning/config/specification";
import { bundleText, digestOf, type Bundle } from "../core/rendering/bundle";
import { renderBundle } from "../core/rendering/bundle-files";
import { specificationOf } from "../specification-of";
import type { SourcegraphVmArgs } from "./args";

/** Everything about a machine that is known before the first resource. */
export interface Decision {
  readonly specification: Specification;
  readonly plan: Plan;
  readonly bundle: Bundle;
  /** The bundle as it is stored. */
  readonly bundleText: string;
  /** SHA-256 of that text. */
  readonly digest: string;
  /** The upgrade that brought the release: the one about to be made, or an earlier one. */
  readonly lastHop?: LastHop;
  /**
   * The release that the machine is replaced for, or was at an earlier update; `none` where it never was. Always a value, since
   * the engine replaces nothing when a trigger comes where there was none.
   */
  readonly replacedFor: string;
  /** What is waited for after a change; absent where nothing is. */
  readonly outsideCheck?: PlannedOutsideCheck;
  readonly manifest: Manifest;
}

/**
 * Parses, plans, checks against the last manifest and renders. To be called before `super`, so that what is refused is
 * refused before even the component is registered.
 *
 * @throws InputError, RefusedError
 */
export function decide(cloud: "aws" | "gcp" | "local", name: string, args: SourcegraphVmArgs): Decision {
  const { secrets, files, previous, ...config } = args;
  const specification = specificationOf({ ...config, cloud, name }, { secrets, files });
  const plan = planVm(specification);
  const transition = checkTransition(previous, plan, specification);
  const { lastHop, replacedFor = "none" } = transition;
  const bundle = renderBundle(plan, specification, lastHop);
  const text = bundleText(bundle);
  const digest = digestOf(text);
  const outsideCheck = outsideCheckOf(plan, specification, lastHop);
  return {
    specification,
    plan,
    bundle,
    bundleText: text,
    digest,
    ...(lastHop === undefined ? {} : { lastHop }),
    replacedFor,
    ...(outsideCheck === undefined ? {} : { outsideCheck }),
    manifest: manifestOf(plan, specification, digest, transition),
  };
}
