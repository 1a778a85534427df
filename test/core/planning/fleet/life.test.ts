import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../../../components/core/errors";
import type { Fleet, FleetInstance } from "../../../../components/core/planning/fleet/instance";
import { checkLife, instanceNamed, type LifeVerb } from "../../../../components/core/planning/fleet/life";
import { planRollout } from "../../../../components/core/planning/fleet/rollout-plan";
import type { InstanceConfig } from "../../../../components/core/planning/fleet/schema";
import { deployedAs, fleetOf, instanceFile } from "../../../support/fleet";

const config = instanceFile(0).config;
const inState = (number: number, state: string, more: Partial<InstanceConfig> = {}): InstanceConfig =>
  instanceFile(number, {
    ...(state === "suspended" ? { config: { ...config, suspended: true } } : {}),
    ...(state === "extracted" || state === "leaving" ? { state } : {}),
    ...more,
  });
const states = ["active", "suspended", "extracted", "leaving"] as const;
const fleet: Fleet = fleetOf(states.map((state, number) => inState(number, state, { reason: `because ${number}` })));
const [active, suspended, extracted, leaving] = fleet.instances as [
  FleetInstance,
  FleetInstance,
  FleetInstance,
  FleetInstance,
];

describe("the life of an instance", () => {
  it("is read from its file: suspended is what its config says, the rest is its state", () => {
    assert.deepEqual(
      fleet.instances.map(({ state }) => state),
      states,
    );
    assert.equal(suspended.config["suspended"], true);
  });

  it("keeps all but active ones out of rollouts, each with its reason", () => {
    const acknowledge = ["backup-first", "oob-complete"];
    const plan = planRollout(fleet, deployedAs(fleet), { to: "7.5.4453", acknowledge });
    assert.deepEqual(
      plan.waves.flatMap(({ members }) => members.map(({ id }) => id)),
      [active.id],
    );
    assert.deepEqual(
      plan.leftOut.map(({ slug, reason }) => [slug, reason]),
      [
        ["customer-1", "it is suspended (because 1)"],
        ["customer-2", "it is extracted (because 2)"],
        ["customer-3", "it is being deleted (because 3)"],
      ],
    );
  });

  it("lets each verb begin from the states it is for, and from no other", () => {
    const allowed = (verb: LifeVerb): string[] =>
      fleet.instances
        .filter((instance) => {
          try {
            checkLife(instance, verb, undefined);
            return true;
          } catch (error) {
            assert.ok(error instanceof RefusedError);
            return false;
          }
        })
        .map(({ state }) => state);
    assert.deepEqual(allowed("suspend"), ["active", "suspended"]);
    assert.deepEqual(allowed("unsuspend"), ["suspended"]);
    assert.deepEqual(allowed("extract"), ["active", "suspended"]);
    assert.deepEqual(allowed("take-back"), ["extracted"]);
    assert.deepEqual(allowed("delete"), ["active", "suspended", "leaving"]);
  });

  it("says why something cannot be done, all at once, and which way there is", () => {
    assert.throws(() => checkLife(extracted, "delete", { to: "7.5.4453", open: [extracted.id] }), {
      name: "RefusedError",
      message: `refused, because customer-2 (src-00000002) cannot be deleted:
  - 'instances/2.yaml' it is in the hands of a person; 'sgbox fleet take-back' takes it back first (because 2)
  - 'instances/2.yaml' the rollout of 7.5.4453 has still to upgrade it; finish that by 'sgbox fleet resume', or give it up by 'sgbox fleet resume --abandon'`,
    });
    assert.throws(() => checkLife(leaving, "suspend", undefined), {
      message: `refused, because customer-3 (src-00000003) cannot be suspended:
  - 'instances/3.yaml' it is being deleted; 'sgbox fleet delete' goes on with it (because 3)`,
    });
    const { specification } = active;
    const admin = { ...active, specification: { ...specification, shape: "admin" } as typeof specification };
    assert.throws(() => checkLife(admin, "suspend", undefined), {
      message: `refused, because customer-0 (src-00000000) cannot be suspended:
  - 'instances/0.yaml' its shape admin cannot stand still, since others depend on it; delete it, or stop its services one by one`,
    });
    checkLife(suspended, "unsuspend", { to: "7.5.4453", open: [suspended.id] });
  });

  it("lets no rollout hold up the deletion of what is past its last day, or is being deleted already", () => {
    const rollout = { to: "7.5.4453", open: [active.id, leaving.id] };
    const trial = { ...active, expires: "2026-11-21" };
    checkLife(trial, "delete", rollout, "2026-11-22");
    checkLife(leaving, "delete", rollout, "2026-11-22");
    assert.throws(() => checkLife(trial, "delete", rollout, "2026-11-21"), RefusedError);
    assert.throws(() => checkLife(trial, "suspend", rollout, "2026-11-22"), RefusedError);
    assert.throws(() => checkLife(active, "delete", rollout, "2026-11-22"), RefusedError);
  });

  it("finds an instance by id or slug, and names others where there is none", () => {
    assert.equal(instanceNamed(fleet.instances, "customer-2"), extracted);
    assert.equal(instanceNamed(fleet.instances, "src-00000003"), leaving);
    assert.throws(
      () => instanceNamed(fleet.instances, "nobody"),
      (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.equal(
          error.message,
          `the instance cannot be found:
  - 'instance' is "nobody", which is neither the id nor the slug of an instance; there are customer-0 (src-00000000), customer-1 (src-00000001), customer-2 (src-00000002), customer-3 (src-00000003)`,
        );
        return true;
      },
    );
  });
});
