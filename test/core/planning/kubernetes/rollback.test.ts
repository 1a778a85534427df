import assert from "node:assert/strict";
import { rollbackOf, rollbackStep } from "../../../../components/core/planning/kubernetes/rollback";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { kubernetesManifest } from "../../../../components/core/planning/kubernetes/transition";
import type { LastHop, Manifest } from "../../../../components/core/planning/manifest";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

function manifest(release: string, lastHop?: LastHop): Manifest {
  const specification = kubernetesSpecification({ release });
  const transition = { phase: "run", release, migrates: true, startMinutes: 30, next: "" } as const;
  return kubernetesManifest(
    planKubernetes(specification),
    specification,
    { ...transition, ...(lastHop === undefined ? {} : { lastHop }) },
    "digest",
  );
}

const standard = { from: "7.4.0", to: "7.5.4453", kind: "standard" } as const;

describe("a rollback", () => {
  it("leads to the release before the last standard upgrade, when it is acknowledged", () => {
    const upgraded = manifest("7.5.4453", standard);
    assert.equal(rollbackOf(upgraded, "7.4.0", []), "possible");
    assert.deepEqual(rollbackOf(upgraded, "7.4.0", ["rollback"]), { from: "7.5.4453", to: "7.4.0", kind: "rollback" });
  });

  it("leads nowhere else, whatever is acknowledged", () => {
    const from = (lastHop?: LastHop) => rollbackOf(manifest("7.5.4453", lastHop), "7.4.0", ["rollback"]);
    assert.equal(from(), undefined, "without an upgrade before");
    assert.equal(from({ ...standard, kind: "multi-version" }), undefined, "after a multi-version upgrade");
    assert.equal(from({ ...standard, kind: "rollback" }), undefined, "after a rollback");
    assert.equal(from({ ...standard, from: "7.3.2527" }), undefined, "to a release that did not run before");
    assert.equal(from({ ...standard, to: "7.5.0" }), undefined, "over an upgrade that was not the last");
    assert.equal(
      rollbackOf(manifest("7.5.4453", { ...standard, from: "7.2.1943" }), "7.2.1943", ["rollback"]),
      undefined,
      "over more than one minor release, however that was noted",
    );
  });

  it("says what a person does after it", () =>
    assert.equal(
      rollbackStep({ from: "7.5.4453", to: "7.4.0", kind: "rollback" }, "code"),
      "7.4.0 runs again on the schemas of 7.5.4453: compare them with the migrator's 'drift' in namespace code, and take back by hand what 7.5.4453 rewrote in files of the site configuration; remove \"rollback\" from 'acknowledge'",
    ));
});
