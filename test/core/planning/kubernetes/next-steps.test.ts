import assert from "node:assert/strict";
import {
  finishText,
  hopText,
  rollbackStep,
  wayBackText,
} from "../../../../components/core/planning/kubernetes/next-steps";
import { planUpgrade } from "../../../../components/core/planning/upgrade/upgrade";
import type { Hop } from "../../../../components/core/planning/upgrade/upgrade-plan";

function hop(from: string, to: string): Hop {
  const [first] = planUpgrade({
    from,
    to,
    target: "kubernetes",
    databases: "bundled",
    conditions: ["builtin-postgres"],
  }).hops;
  assert.ok(first);
  return first;
}

const drift = (release: string) => `compare the schemas with ${release} by the migrator's 'drift' in namespace code`;

describe("what a person reads after an upgrade on Kubernetes", () => {
  it("is the second update, between the two of a multi-version upgrade", () =>
    assert.equal(
      finishText(hop("7.2.1943", "7.5.4453")),
      "the schemas are at 7.5.4453 and everything but the databases of 7.2.1943 stands still: run the same update once more, which starts 7.5.4453",
    ));

  it("is the comparison of the schemas, when nothing else is left to do", () =>
    assert.equal(hopText(hop("7.4.0", "7.5.4453"), "code"), drift("7.5.4453")));

  it("is every manual step that comes after the upgrade, with its id, and the rebuilding of indexes by commands", () => {
    const crossing = hop("6.1.5633", "6.2.3841");
    const lines = hopText(crossing, "code").split("\n");
    const rebuild = lines[0] ?? "";
    assert.match(
      rebuild,
      /^Stop everything but the databases again, rebuild their indexes, .* and start: kubectl --namespace=\S+ .* && kubectl .*, then pulumi up --refresh$/,
    );
    assert.deepEqual(
      lines.slice(1, -1).map((line) => line.split(":")[0]),
      crossing.manualSteps.filter(({ phase }) => phase === "after").map(({ id }) => id),
    );
    assert.equal(lines.at(-1), drift("6.2.3841"));
  });
});

describe("the refusal of a way back", () => {
  it("gives the commands of the only one, in the namespace of the instance", () =>
    assert.equal(
      wayBackText("is older", "7.5.4453", "7.2.1943", { namespace: "code" }),
      "is older; commands: kubectl --namespace=code scale deployment --all --replicas=0; kubectl --namespace=code scale statefulset --selector='app.kubernetes.io/component notin (pgsql,codeintel-db,codeinsights-db)' --replicas=0; the migrator with the arguments downgrade --from v7.5 --to v7.2 --disable-animation, in a Job like that of the last update",
    ));

  it("gives none where there is no way back", () =>
    assert.equal(
      wayBackText("there is no way back on the same data", "6.2.0", "6.1.0", {}),
      "there is no way back on the same data",
    ));
});

describe("after a rollback", () => {
  it("it says what a person does", () =>
    assert.equal(
      rollbackStep({ from: "7.5.4453", to: "7.4.0", kind: "rollback" }, "code"),
      "7.4.0 runs again on the schemas of 7.5.4453: compare them with the migrator's 'drift' in namespace code, and take back by hand what 7.5.4453 rewrote in files of the site configuration; remove \"rollback\" from 'acknowledge'",
    ));
});
