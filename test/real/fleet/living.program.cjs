// Stands in for an instance's program: a machine and a protected disk, each a file in a folder that stands in for a cloud.
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");
const manifest = require("../../support/stand-in-manifest.json");

const config = new pulumi.Config("sourcegraph");
const [name, release] = [config.require("name"), config.require("release")];
const provider = `exports.handler = () => require(${JSON.stringify(join(__dirname, "living-provider.cjs"))});`;

class Thing extends pulumi.CustomResource {
  constructor(part, props, options) {
    const file = join(process.env.STAND_IN_CLOUD, `${name}-${part}`);
    super("pulumi-nodejs:dynamic/stand-in:Thing", `${name}-${part}`, { file, ...props, __provider: provider }, options);
  }
}

const disk = new Thing("data", {}, { protect: true, retainOnDelete: true });
const power = config.get("suspended") === "true" ? "stopped" : "running";
new Thing("machine", { release, power }, { dependsOn: [disk] });
exports.manifest = { ...manifest, name, release };
