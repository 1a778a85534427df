import assert from "node:assert/strict";
import { RefusedError } from "../../../../components/core/errors";
import {
  adminStackManifest,
  checkAdminTransition,
  parseAdminManifest,
} from "../../../../components/core/planning/admin/manifest";
import type { AdminPlan } from "../../../../components/core/planning/admin/admin-plan";
import { adminPlan, adminSections } from "../../../support/admin";
import { problemLines } from "../../../support/configs";

const plan = adminPlan("gcp");
const manifest = adminStackManifest(plan);

function refused(next: AdminPlan, lines: readonly string[]): void {
  assert.throws(
    () => {
      checkAdminTransition(manifest, next);
    },
    (error) => {
      assert.ok(error instanceof RefusedError);
      assert.deepEqual(problemLines(error), lines);
      return true;
    },
  );
}

describe("the manifest of support services", () => {
  it("is read as it is written, and so are those of every zone", () => {
    for (const section of Object.values(adminSections)) {
      const written = adminStackManifest(adminPlan("aws", section));
      assert.deepEqual(parseAdminManifest(JSON.parse(JSON.stringify(written))), JSON.parse(JSON.stringify(written)));
    }
    assert.equal(parseAdminManifest(undefined), undefined);
  });

  it("is refused where it is of another shape, or cannot be read", () => {
    const message = (value: unknown) => {
      try {
        parseAdminManifest(value);
      } catch (error) {
        return problemLines(error);
      }
      return [];
    };
    assert.deepEqual(message({ schema: 1, shape: "vm" }), [
      "'manifest' is of shape vm, and the stack is of shape admin; deploy the support services as a stack of their own",
    ]);
    assert.deepEqual(message({ ...manifest, schema: 2 }), [
      "'manifest' cannot be read: it was written by another version, or by something else; deploy with the version that wrote it",
    ]);
  });

  it("holds no name of a secret, an identity or a key of the stack", () => {
    const { boundary, ...rest } = manifest;
    const text = JSON.stringify({ ...rest, edges: boundary.edges?.filter(({ kind }) => kind === "connects") });
    for (const { identity, secrets } of plan.services)
      for (const name of [identity, ...secrets.map(({ resource }) => resource)])
        assert.ok(!text.includes(`"${name}"`), name);
    for (const { name } of plan.keys) assert.ok(!text.includes(`"${name}"`), name);
  });
});

describe("an update of support services", () => {
  it("may change what can change", () => {
    checkAdminTransition(undefined, plan);
    checkAdminTransition(manifest, plan);
    checkAdminTransition(manifest, adminPlan("gcp", { ...adminSections.admin, cells: [], edge: "cloudflare" }));
  });

  it("is refused where what never changes would", () =>
    refused(
      adminPlan(
        "gcp",
        { ...adminSections.identity, cidr: "10.64.0.0/16" },
        { name: "other", region: "europe-west1", gcp: { project: "example-other" } },
      ),
      [
        ["name", "sg", "other"],
        ["region", "us-central1", "europe-west1"],
        ["boundaries.account", "example-admin", "example-other"],
        ["admin.zone", "admin", "identity"],
        ["admin.cidr", "10.60.0.0/16", "10.64.0.0/16"],
      ].map(
        ([path = "", was = "", is = ""]) =>
          `'${path}' cannot change from ${was} to ${is} in place; deploy a second stack beside this one, and move databases by backup and restore`,
      ),
    ));

  it("is refused where a service that keeps data goes, unless its stores are named", () => {
    const { billing: _billing, ...services } = adminSections.admin.services as Record<string, object>;
    const section = { ...adminSections.admin, services };
    refused(adminPlan("gcp", section), [
      `'sg-billing-main' would be removed (database in us-central1); keep it as it is, or add "sg-billing-main" to 'allowDataLoss' if its data may be lost`,
      `'sg-billing-events' would be removed (bucket in us-central1); keep it as it is, or add "sg-billing-events" to 'allowDataLoss' if its data may be lost`,
    ]);
    checkAdminTransition(
      manifest,
      adminPlan("gcp", section, { allowDataLoss: ["sg-billing-main", "sg-billing-events"] }),
    );
  });

  it("never goes back from a key in hardware to a secret", () => {
    const inHardware = adminStackManifest(adminPlan("gcp", { ...adminSections.admin, licenceSigning: "key" }));
    checkAdminTransition(manifest, adminPlan("gcp", { ...adminSections.admin, licenceSigning: "key" }));
    assert.throws(
      () => {
        checkAdminTransition(inHardware, plan);
      },
      (error) => {
        assert.deepEqual(problemLines(error), [
          "'admin.licenceSigning' cannot go back from key to secret: the key in hardware never leaves it, so licences would be signed by another; keep key",
        ]);
        return true;
      },
    );
  });
});
