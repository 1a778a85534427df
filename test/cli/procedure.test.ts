import assert from "node:assert/strict";
import { sgbox } from "./support";

const stack = ["--stack", "Pulumi.aws-multi-tenant-sample.yaml"];
const pooled = [
  ...["--tenant", "small", "--number", "17", "--workspace", "6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b17"],
  ...["--host", "small.example.com", "--cell", "cell-1"],
];

interface Shown {
  readonly kind: string;
  readonly steps: readonly { readonly id: string; readonly fromDay?: number }[];
  readonly termDays?: number;
}

describe("sgbox procedure", function () {
  this.timeout(60_000);
  const idsOf = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await sgbox(["procedure", ...args, ...stack, "--json"]);
    assert.deepEqual([code, stderr], [0, ""]);
    return (JSON.parse(stdout) as Shown).steps.map(({ id }) => id);
  };

  it("shows how a tenant of the stack file is let in, its route last", async () => {
    const ids = await idsOf("onboarding", "--tenant", "acme");
    assert.deepEqual([ids[0], ids.at(-1)], ["reserve", "route"]);
    const { stdout } = await sgbox(["procedure", "onboarding", "--tenant", "acme", ...stack]);
    assert.match(
      stdout,
      /^Letting acme into cell acme {2}8 steps; each begins when the one before is shown to have worked$/m,
    );
    assert.match(stdout, /^ {2}canary +acme +acme-pgsql +app +begin;$/m);
  });

  it("shows how a pooled tenant leaves, of which the stack file knows nothing, and by which day nothing is left", async () => {
    const { code, stdout } = await sgbox(["procedure", "offboarding", ...pooled, ...stack]);
    assert.equal(code, 0);
    assert.match(stdout, /^Taking small out of cell cell-1 {2}14 steps, over after 37 days;/m);
    assert.equal((await idsOf("offboarding", ...pooled))[0], "route");
  });

  it("shows how somebody is let look into a cell, and asks until when", async () => {
    assert.deepEqual(await idsOf("access", "--cell", "cell-1", "--until", "2026-01-31T18:00Z"), [
      "ask",
      "admit",
      "prove",
      "look",
      "dismiss",
    ]);
  });

  it("shows how a tenant is moved and a cell drained", async () => {
    const moved = await idsOf("move", ...pooled, "--to", "cell-2");
    assert.deepEqual([moved[0], moved.at(-1)], ["suspend", "purge-secrets"]);
    assert.deepEqual(await idsOf("drain", "--cell", "cell-1"), ["drain", "verify", "close", "wait", "destroy"]);
  });

  it("refuses what it cannot plan, with everything that is missing", async () => {
    const refusal = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await sgbox(["procedure", ...args]);
      assert.deepEqual([code, stdout], [2, ""]);
      return stderr;
    };
    const because = "sgbox: the procedure cannot be planned:\n";
    assert.equal(
      await refusal("offboarding", "--tenant", "small", "--number", "17", ...stack),
      `${because}  - 'workspace' is missing; offboarding needs --workspace\n  - 'host' is missing; offboarding needs --host\n  - 'cell' is missing; offboarding needs --cell\n`,
    );
    assert.equal(
      await refusal("move", ...stack),
      `${because}  - 'tenant' is missing; move needs --tenant\n  - 'to' is missing; move needs --to\n`,
    );
    assert.equal(
      await refusal("drain", "--cell", "cel-1", ...stack),
      `${because}  - 'cell' names cell "cel-1", which there is not; did you mean 'cell-1'?\n`,
    );
    assert.equal(
      await refusal("onboarding", "--tenant", "nobody", ...stack),
      `${because}  - 'tenant' names tenant "nobody", which is no resource; give number, workspace, host name and cell of a pooled tenant\n`,
    );
    assert.equal(
      await refusal("drain", "--cell", "cell-1", "--stack", "Pulumi.aws-sample.yaml"),
      `${because}  - 'shape' is vm, but only shape multi-tenant has tenants\n`,
    );
  });
});
