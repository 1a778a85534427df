import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { MachineHop } from "../../components/core/planning/vm/machine-hop";
import { planVm, type Plan } from "../../components/core/planning/vm/plan";
import { parseSpecification } from "../../components/core/planning/config/specification";
import type { LastHop } from "../../components/core/planning/manifest";
import type { Bundle, BundleFile } from "../../components/core/rendering/bundle";
import { renderBundle } from "../../components/core/rendering/bundle-files";
import { secretText } from "../../components/core/rendering/secret-text";
import type { Finished } from "./docker";
import type { StandInImage } from "./images/build";
import { ProgramHost } from "./machine-programs";

/** A deployment that a test's own Docker Engine can run with stand-in images. */
export interface ComposeDeployment {
  readonly plan: Plan;
  /** The rendered bundle, and beside it the override that lifts the CPU limits. */
  readonly bundle: Bundle;
}

/**
 * The bundle of a deployment on AWS as it is rendered, but for two things a sandbox does not have: cadvisor runs without
 * privileges, and `compose.override.yaml`, which compose reads by itself, sets `cpus: 0` (no limit) for every service,
 * for Docker refuses a container that may use more processors than the machine has.
 *
 * Images come without digests, which no local image has.
 *
 * @param hop the upgrade by which a machine may come to it
 */
export function composeDeployment(config: Readonly<Record<string, unknown>>, hop?: LastHop): ComposeDeployment {
  const overrides = { ...(config["overrides"] as object | undefined), cadvisor: { privileged: false } };
  const specification = parseSpecification({
    cloud: "aws",
    region: "us-east-1",
    access: { allowedCidrs: ["10.0.0.0/8"] },
    registry: { host: "registry.test/sourcegraph", pinDigests: false },
    ...config,
    overrides,
  });
  const plan = planVm(specification);
  const bundle = renderBundle(plan, specification, hop);
  const unlimited = Object.fromEntries(plan.containers.map(({ name }) => [name, { cpus: 0 }]));
  const override: BundleFile = {
    path: "compose.override.yaml",
    mode: "0644",
    text: JSON.stringify({ services: unlimited }, null, 1),
  };
  return { plan, bundle: { ...bundle, files: [...bundle.files, override] } };
}

/** The images of deployments and of the upgrades to them, each once. */
export function standInImages(...deployments: readonly ComposeDeployment[]): StandInImage[] {
  const images = deployments.flatMap(({ plan, bundle }) => {
    const hop = bundle.files.find(({ path }) => path === "hop.json")?.text ?? '{"images":[]}';
    const migrators = (JSON.parse(hop) as Pick<MachineHop, "images">).images;
    return [
      ...plan.containers.map(({ image, service }) => ({ reference: image.reference, service })),
      ...migrators.map((reference) => ({ reference, service: "migrator" })),
    ];
  });
  return [...new Map(images.map((image) => [image.reference, image])).values()];
}

/** A value for each secret; `change` makes one of them another. */
export function secretValues(bundle: Bundle, change: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...Object.fromEntries(bundle.secrets.map((name) => [name, `${name} a"b\\c$d'e #f`])), ...change };
}

/** Writes a bundle and its secret files into a folder, which then holds these and nothing else. */
export function writeBundle(folder: string, bundle: Bundle, values: Readonly<Record<string, string>>): void {
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, text: string, mode: string, owner = "0:0"): void => {
    const file = join(folder, path);
    const [uid = 0, gid = 0] = owner.split(":").map(Number);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, parseInt(mode, 8));
    chownSync(file, uid, gid);
  };
  for (const { path, text, mode } of bundle.files) write(path, text, mode);
  for (const { path, parts, mode, owner } of bundle.secretFiles)
    write(path, secretText(parts, values, true), mode, owner);
}

/** A folder for `DOCKER_CONFIG` in which `docker compose` is the given program. */
export function dockerConfigWith(composeProgram: string): string {
  const folder = mkdtempSync(join(tmpdir(), "sgbox-docker-config-"));
  mkdirSync(join(folder, "cli-plugins"));
  symlinkSync(composeProgram, join(folder, "cli-plugins/docker-compose"));
  return folder;
}

/**
 * A folder that plays the machine, for its own programs: everything in it is real but the place, and `docker` reaches the
 * engine of the environment. The bundles are stored in the folder.
 *
 * @param environment `DOCKER_HOST` and `DOCKER_CONFIG`
 */
export function machineOn(environment: Readonly<Record<string, string>>): ProgramHost {
  const host = new ProgramHost();
  for (const pretended of ["docker", "curl", "chown"]) rmSync(join(host.folder, "bin", pretended));
  Object.assign(host.environment, environment);
  host.timeoutMs = 300_000;
  return host;
}

/** Hands a deployment to a machine: bundle, secrets and the pointer to them. Returns the bundle's digest. */
export function publish(host: ProgramHost, bundle: Bundle, values: Readonly<Record<string, string>>): string {
  for (const [name, value] of Object.entries(values)) host.write(`source/secrets/${name}`, value);
  const files = bundle.files.map((file) => (file.path.endsWith(".sh") ? { ...file, text: host.led(file.text) } : file));
  return host.publish({ ...bundle, files }, Object.fromEntries(bundle.secrets.map((name) => [name, name])));
}

/** Throws with both streams unless a command ended well; else gives what it printed. */
export function succeeded({ code, stdout, stderr }: Finished): string {
  if (code !== 0) throw new Error(`ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}
