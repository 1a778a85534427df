import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { PlannedContainer } from "../../../components/core/planning/vm/container";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { healthCommand } from "../../../components/core/rendering/compose";
import { configFromStackFile } from "../../../stacks/config";
import { requireComposeOfDebian } from "../../support/compose-debian";
import { repository, requireToolchain } from "../../support/toolchain";
import { deviations, differences, vendorServices } from "../../support/vendor-comparison";
import { mountLines, portLines, understood, written, type Understood, type UnderstoodService } from "./understood";
import { variants, type Variant } from "./variants";

const run = promisify(execFile);

function stackFile({ config, release, size }: Variant): string {
  const values = Object.entries({ ...config, release, size });
  return stringify({ config: Object.fromEntries(values.map(([key, value]) => [`sourcegraph:${key}`, value])) });
}

/** Runs `sgbox render compose` as a user does and returns the folder it wrote. */
async function render(variant: Variant, within: string): Promise<string> {
  const folder = join(within, String(variants.indexOf(variant)));
  mkdirSync(folder);
  const args = ["render", "compose", "--release", variant.release, "--size", variant.size, "--out", "d"];
  if (variant.config !== undefined) {
    writeFileSync(join(folder, "Pulumi.test.yaml"), stackFile(variant));
    for (const [path, text] of Object.entries(variant.files ?? {})) writeFileSync(join(folder, path), text);
    args.push("--stack", "Pulumi.test.yaml");
  }
  const program = ["--import", require.resolve("tsx"), join(repository, "cli/main.ts")];
  await run(process.execPath, [...program, ...args], { cwd: folder, timeout: 60_000 });
  return join(folder, "d");
}

/** What a container is to be, in the words of {@link seen}. */
function planned(container: PlannedContainer): object {
  const { mounts, publishedPorts, startsAfter } = container;
  return {
    image: container.image.reference,
    command: container.command ?? null,
    environment: container.environment,
    cpus: container.cpus,
    memory: container.memoryMib,
    health: container.health && healthCommand(container.health),
    mounts: mounts.map((mount) => {
      if (mount.kind === "volume") return `${mount.volume}:${mount.target.replace(/(.)\/$/, "$1")}`;
      const source = mount.kind === "file" ? `./${mount.source}` : mount.source;
      return `${source}:${mount.target.replace(/(.)\/$/, "$1")}${mount.kind === "file" || mount.readOnly ? ":ro" : ""}`;
    }),
    ports: publishedPorts.map(({ address, hostPort, port }) => `${address}:${hostPort}:${port}`),
    startsAfter,
    privileged: container.privileged,
  };
}

function seen(service: UnderstoodService, folder: string): object {
  return {
    image: service.image,
    command: service.command,
    environment: service.environment ?? {},
    cpus: service.cpus,
    memory: Number(service.mem_limit) / 1024 ** 2,
    health: service.healthcheck?.test,
    mounts: mountLines(service, folder).map((line) => line.replace(/([^:])\/(:ro)?$/, "$1$2")),
    ports: portLines(service),
    startsAfter: Object.fromEntries(
      Object.entries(service.depends_on ?? {}).map(([name, { condition }]) => [name, condition]),
    ),
    privileged: service.privileged ?? false,
  };
}

describe("the rendered deployment, read by compose 5 and by Debian 13's 2.26", function () {
  this.timeout(120_000);
  let programs: { readonly v5: string; readonly debian: string };
  let within: string;

  before(function () {
    const bin = requireToolchain(this);
    programs = { v5: join(bin, "docker-compose"), debian: requireComposeOfDebian(this) };
    within = mkdtempSync(join(tmpdir(), "sgbox-compose-"));
  });
  after(() => {
    if (within !== undefined) rmSync(within, { recursive: true, force: true });
  });

  async function read(variant: Variant): Promise<{ folder: string; v5: Understood; debian: Understood }> {
    const folder = await render(variant, within);
    const [v5, debian] = await Promise.all([understood(programs.v5, folder), understood(programs.debian, folder)]);
    return { folder, v5, debian };
  }

  for (const variant of variants)
    it(`means to both what was planned: ${variant.title}`, async () => {
      const { folder, v5, debian } = await read(variant);
      assert.deepEqual(debian, v5);
      const config = configFromStackFile(
        stackFile({
          ...variant,
          config: variant.config ?? { cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } },
        }),
      );
      const plan = planVm(parseSpecification(config, variant.files));
      const byName = (of: (each: PlannedContainer) => object) =>
        Object.fromEntries(plan.containers.map((each) => [each.name, of(each)]));
      assert.deepEqual(
        Object.fromEntries(Object.entries(v5.services).map(([name, each]) => [name, seen(each, folder)])),
        byName(planned),
      );
      assert.deepEqual(Object.keys(v5.volumes ?? {}).sort(), plan.volumes);
    });

  it("means the same as the vendor's file at 7.5.4453 but for the listed deviations", async () => {
    const variant = variants.find(({ title }) => title === "7.5.4453 in size S");
    assert.ok(variant);
    const folder = join(within, String(variants.indexOf(variant)), "d");
    for (const program of Object.values(programs)) {
      const { services } = await understood(program, folder);
      const found = vendorServices().flatMap((vendor) => {
        const service = services[vendor.service];
        return differences(vendor, service && written(service, folder));
      });
      const unexplained = found.filter((line) => !Object.values(deviations).some((pattern) => pattern.test(line)));
      assert.deepEqual(unexplained, []);
    }
  });
});
