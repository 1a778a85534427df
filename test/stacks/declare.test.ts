import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../components/core/errors";
import { manifestOf, type Manifest } from "../../components/core/planning/manifest";
import { planVm } from "../../components/core/planning/vm/plan";
import { parseSpecification } from "../../components/core/planning/config/specification";
import { declareStack, type StackInput } from "../../stacks/declare";
import { goodConfigs as good } from "../support/configs";
import { record } from "../support/recorder";

function manifest(config: object): Manifest {
  const specification = parseSpecification(config);
  return manifestOf(planVm(specification), specification, "digest");
}

/** Asserts that a program refuses with a message and registers nothing, not even a component. */
async function refuses(input: Partial<StackInput>, kind: typeof InputError | typeof RefusedError, message: string) {
  const { error, resources, calls } = await record(() =>
    declareStack({ config: {}, secrets: {}, files: {}, ...input }),
  );
  assert.ok(error instanceof kind, String(error));
  assert.equal(error.message, message);
  assert.equal((error as { __pulumiRunError?: boolean }).__pulumiRunError, true);
  assert.deepEqual(resources, []);
  assert.deepEqual(calls, []);
}

describe("a stack program registers nothing", () => {
  for (const [cloud, config] of Object.entries(good)) {
    it(`when the config is wrong, with all that is (${cloud})`, () =>
      refuses(
        { config: { ...config, regoin: "x", release: "7.5.9999" } },
        InputError,
        [
          "the configuration is not valid:",
          "  - 'regoin' is not a known key; did you mean 'region'?",
          `  - 'release' is "7.5.9999", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453`,
        ].join("\n"),
      ));

    it(`when the upgrade is refused (${cloud})`, () =>
      refuses(
        { config, previous: manifest({ ...config, release: "7.3.2527" }) },
        RefusedError,
        "the upgrade is refused:\n  - 'release' is 7.5.4453, which cannot follow 7.3.2527 directly: this deployment makes no multi-version upgrade yet: go one minor release at a time; deploy 7.4.0, then 7.5.4453, one after another",
      ));

    it(`when a secret has a name but no value (${cloud})`, () =>
      refuses(
        { config: { ...config, secrets: { one: "", two: "" } }, secrets: { two: "x" } },
        InputError,
        "the configuration is not valid:\n  - 'secrets.one' has a name but no value",
      ));
  }

  it("when a disk would shrink", () =>
    refuses(
      { config: good.gcp, previous: manifest({ ...good.gcp, dataDisk: { sizeGb: 900 } }) },
      RefusedError,
      "refused, because data would be lost:\n  - 'sourcegraph-data' would shrink from 900 GB to 500 GB, and a disk only grows; keep it as it is, or add \"sourcegraph-data\" to 'allowDataLoss' if its data may be lost",
    ));

  it("when the release is too old to be rendered", () =>
    refuses(
      { config: { ...good.local, release: "5.11.6271" } },
      RefusedError,
      `refused:\n  - 'release' is "5.11.6271", which is known to the upgrade planner, but files are rendered exactly from 6.0.0 on; choose 6.0.0 or newer, the newest is 7.5.4453`,
    ));
});
