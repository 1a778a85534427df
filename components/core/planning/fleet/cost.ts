import { InputError, RefusedError, type Problem } from "../../errors";
import { planAdmin } from "../admin/plan-admin";
import type { StackSpecification } from "../config/parse-stack";
import { planKubernetes } from "../kubernetes/plan";
import { planMultiTenant } from "../multi-tenant/plan";
import { excludedCosts, priceData } from "../price/price-list";
import { planVm } from "../vm/plan";
import type { Fleet, FleetInstance } from "./instance";
import type { KnownState } from "./known-state";
import { groupingOf } from "./selector";

/** What a month of one instance costs at list price. */
export interface InstanceCost {
  /** Opaque name. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** What the instances are grouped by; absent where they are not. */
  readonly group?: string;
  /** US dollars a month, without what has no price; absent where nothing has one. */
  readonly monthly?: number;
  /** Items no price is known for. */
  readonly unpriced: readonly string[];
  /** Says so when the prices of another region were used. */
  readonly note?: string;
}

/** What a month of some instances costs. */
export interface CostSum {
  /** What they have in common; empty for all of them. */
  readonly group: string;
  /** How many they are. */
  readonly instances: number;
  /** US dollars a month. */
  readonly monthly: number;
  /** How many of them have items without a price, so that the sum is too low. */
  readonly unpriced: number;
}

/** What a month of a fleet costs at list price. An estimate, not an offer. */
export interface FleetCost {
  /** Currency of all amounts. */
  readonly currency: "USD";
  /** Date of the price list: its newest figure. */
  readonly asOf: string;
  /** Every instance, by id. */
  readonly instances: readonly InstanceCost[];
  /** Sums of each group, dearest first; none where nothing was grouped by. */
  readonly groups: readonly CostSum[];
  /** All of them. */
  readonly total: CostSum;
  /** What the amounts leave out. */
  readonly excluded: readonly string[];
}

type Priced = Pick<InstanceCost, "monthly" | "unpriced" | "note">;

/** The price of what a specification gives. */
function priced(specification: StackSpecification): Priced {
  switch (specification.shape) {
    case "multi-tenant": {
      const { price } = planMultiTenant(specification);
      const cells = Object.values(price.cells);
      return { monthly: price.monthly, unpriced: [...new Set(cells.flatMap(({ unpriced }) => unpriced))] };
    }
    case "admin":
      return planAdmin(specification).price;
    case "kubernetes":
    case "vm": {
      const { price } = specification.shape === "vm" ? planVm(specification) : planKubernetes(specification);
      if (price === undefined) return { unpriced: [`everything, since ${specification.cloud} has no price list`] };
      const { monthly, unpriced, regionNote } = price;
      return { monthly, unpriced, ...(regionNote === undefined ? {} : { note: regionNote }) };
    }
  }
}

/** What differs between instances and costs nothing: whose they are and what they are called. */
function unpricedOf(specification: StackSpecification): object {
  const nothing = { name: "", tags: {}, gcp: undefined, boundaries: undefined };
  return "domain" in specification ? { ...nothing, domain: specification.domain !== undefined } : nothing;
}

/** Prices, each question asked once: a fleet has few different ones, and planning takes its time. */
class Prices {
  private readonly known = new Map<string, Priced>();

  /** @throws InputError, RefusedError when the specification cannot be planned */
  of(specification: StackSpecification): Priced {
    const key = JSON.stringify({ ...specification, ...unpricedOf(specification) });
    const found = this.known.get(key) ?? priced(specification);
    this.known.set(key, found);
    return found;
  }
}

function isRefusal(error: unknown): error is RefusedError | InputError {
  return error instanceof RefusedError || error instanceof InputError;
}

/** What instances cost a month at list price, US dollars, by id; without those that have no price or cannot be planned. */
export function monthlyPrices(instances: readonly FleetInstance[]): Readonly<Record<string, number>> {
  const prices = new Prices();
  return Object.fromEntries(
    instances.flatMap(({ id, specification }): [string, number][] => {
      try {
        const { monthly } = prices.of(specification);
        return monthly === undefined ? [] : [[id, monthly]];
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return [];
      }
    }),
  );
}

function sumOf(group: string, costs: readonly InstanceCost[]): CostSum {
  const cents = costs.reduce((sum, { monthly = 0 }) => sum + Math.round(monthly * 100), 0);
  return {
    group,
    instances: costs.length,
    monthly: cents / 100,
    unpriced: costs.filter(({ unpriced }) => unpriced.length > 0).length,
  };
}

/**
 * What instances of a fleet cost a month at list price, as their files have them.
 *
 * @param states what is known of each, for groups by release
 * @param by expression that gives a text of each instance to group them by; default no groups
 * @throws InputError when the expression cannot be read
 * @throws RefusedError when an instance cannot be planned, with all of them
 */
export function fleetCost(
  { instances }: Fleet,
  chosen: readonly FleetInstance[],
  states: Readonly<Record<string, Pick<KnownState, "release">>>,
  by?: string,
): FleetCost {
  const keyOf = by === undefined ? undefined : groupingOf(by, instances);
  const problems: Problem[] = [];
  const prices = new Prices();
  const costs = chosen.flatMap((instance): InstanceCost[] => {
    const { id, slug, file, release, specification } = instance;
    try {
      const { monthly, unpriced, note } = prices.of(specification);
      return [
        {
          id,
          slug,
          ...(keyOf === undefined ? {} : { group: keyOf(instance, states[id]?.release ?? release) }),
          ...(monthly === undefined ? {} : { monthly }),
          unpriced,
          ...(note === undefined ? {} : { note }),
        },
      ];
    } catch (error) {
      if (!isRefusal(error)) throw error;
      problems.push(...error.problems.map(({ path, message }) => ({ path: `${file}: config.${path}`, message })));
      return [];
    }
  });
  if (problems.length > 0) throw new RefusedError(problems, "what the fleet costs cannot be told");
  const groups = new Map<string, InstanceCost[]>();
  for (const cost of keyOf === undefined ? [] : costs)
    groups.set(cost.group ?? "", [...(groups.get(cost.group ?? "") ?? []), cost]);
  return {
    currency: "USD",
    asOf: priceData.asOf,
    instances: costs,
    groups: [...groups].map(([group, those]) => sumOf(group, those)).sort((a, b) => b.monthly - a.monthly),
    total: sumOf("", costs),
    excluded: excludedCosts,
  };
}
