// Stands in for an instance's program: a few components, a volume where it is asked for, the manifest that says which release
// runs and how it came there, and faults on demand.
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");
const manifest = require("../../support/stand-in-manifest.json");

const config = new pulumi.Config("sourcegraph");
const [name, release] = [config.require("name"), config.require("release")];
const acknowledged = config.getObject("acknowledge") ?? [];
const fault = join(process.env.STAND_IN_FAULTS ?? "", name);
const wanted = existsSync(fault) ? readFileSync(fault, "utf8") : "";
// What it was before is read from the folder of the states, which is all this stand-in needs of a stack reference.
const state = join(process.env.STAND_IN_STATES ?? "", `${name}.json`);
const stack = existsSync(state)
  ? JSON.parse(readFileSync(state, "utf8")).checkpoint.latest?.resources?.find(
      ({ type, outputs }) => type === "pulumi:pulumi:Stack" && outputs?.manifest !== undefined,
    )
  : undefined;
const before = stack?.outputs.manifest;
const isBack = before !== undefined && before.lastHop?.to === before.release && before.lastHop.from === release;
if (isBack && !acknowledged.includes("rollback"))
  throw new pulumi.RunError("the upgrade is refused:\n  - 'release' is older; add \"rollback\" to 'acknowledge'");
const kind = isBack ? "rollback" : "standard";
const hop =
  before === undefined || before.release === release ? before?.lastHop : { from: before.release, to: release, kind };

for (const part of ["disk", "machine"])
  new pulumi.ComponentResource("stand-in:fleet:Part", `${name}-${part}`, { release });
if (process.env.STAND_IN_CLOUD !== undefined) {
  const provider = `exports.handler = () => require(${JSON.stringify(join(__dirname, "living-provider.cjs"))});`;
  const data = { file: join(process.env.STAND_IN_CLOUD, name), sizeGb: 10, release, __provider: provider };
  new pulumi.CustomResource("pulumi-nodejs:dynamic/stand-in:Volume", `${name}-data`, data, { protect: true });
}
if (wanted === "migration fails" && !pulumi.runtime.isDryRun())
  throw new pulumi.RunError("the migration failed: exit code 1");
exports.url = wanted === "never gets healthy" ? process.env.STAND_IN_SICK : process.env.STAND_IN_WELL;
exports.manifest = { ...manifest, name, release, ...(hop === undefined ? {} : { lastHop: hop }) };
