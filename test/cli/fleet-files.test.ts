import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { openFleet, type OpenFleet } from "../../cli/fleet/folder";
import { writeStackFiles } from "../../cli/fleet/instance-stack";
import type { InstanceConfig } from "../../components/core/planning/fleet/schema";
import { instanceFile, today } from "../support/fleet";
import { sgbox } from "./support";

describe("the files that configs of a fleet name", () => {
  let folder: string;
  let work: string;

  const naming = (number: number, siteFile: string): InstanceConfig => {
    const given = instanceFile(number);
    return {
      ...given,
      config: { ...given.config, siteConfig: { siteFile }, secrets: { licence: { secure: "v1:cipher" } } },
    };
  };
  const write = (name: string, given: InstanceConfig): void =>
    writeFileSync(join(folder, "instances", name), stringify(given));
  const opened = (): OpenFleet => {
    const terminal = { today, folder, env: {}, out: () => undefined, note: () => undefined, colors: {} };
    return openFleet(undefined, terminal as never);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-files-"));
    work = join(folder, "work", "it");
    mkdirSync(join(folder, "instances", "site"), { recursive: true });
    writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "managed" }));
    writeFileSync(join(folder, "instances/site/one.json"), "{}");
    writeFileSync(join(folder, "outside.json"), "{}");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are copied into the folder of its stack, which a person is handed as a whole", () => {
    write("1.yaml", naming(1, "site/../site/one.json"));
    const open = opened();
    const [instance] = open.fleet.instances;
    assert.ok(instance);
    writeStackFiles(open, instance, naming(1, "site/../site/one.json"), work);
    assert.equal(readFileSync(join(work, "site/one.json"), "utf8"), "{}");
  });

  it("are refused before anything is done, all at once, where a name leads out of the folder of its instance", async () => {
    const absolute = join(folder, "instances/site/one.json");
    write("1.yaml", naming(1, "../outside.json"));
    write("2.yaml", naming(2, absolute));
    write("3.yaml", naming(3, "site/../../outside.json"));
    const said = (number: number, named: string): string =>
      `  - 'instances/${number}.yaml: config' names the file "${named}", which is outside of instances/; put it into that folder, or one below it, and name it from there\n`;
    for (const verb of [
      ["plan", "--to", "7.5.0"],
      ["preview"],
      ["drift"],
      ["extract", "customer-1", "--reason", "INC-42"],
    ]) {
      const { code, stderr } = await sgbox(["fleet", ...verb, "--fleet", folder], { today });
      assert.equal(code, 2);
      assert.equal(
        stderr,
        `sgbox: the fleet cannot be read:\n${said(1, "../outside.json")}${said(2, absolute)}${said(3, "site/../../outside.json")}`,
      );
    }
  });

  it("that runs with a name of that kind is not written anywhere, either", () => {
    write("1.yaml", naming(1, "site/one.json"));
    const open = opened();
    const [instance] = open.fleet.instances;
    assert.ok(instance);
    assert.throws(() => writeStackFiles(open, instance, naming(1, "../outside.json"), work), {
      name: "InputError",
      message: `the stack cannot be written:\n  - 'instances/1.yaml: config' names the file "../outside.json", which is outside of instances/; put it into that folder, or one below it, and name it from there`,
    });
    assert.deepEqual([existsSync(work), existsSync(join(folder, "work/outside.json"))], [false, false]);
  });
});
