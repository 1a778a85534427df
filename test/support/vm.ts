import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { alone } from "./packages";
import { toolchainFolder } from "./toolchain";

const execute = promisify(execFile);

/** What a virtual machine is made of. */
export interface MachineParts {
  /** The cloud that the machine looks like. `ec2`: user data of cloud-init; `google`: a startup script. */
  readonly cloud: "ec2" | "google";
  /** File with the user data or the startup script. */
  readonly userData: string;
  /** File of the data disk; made blank when missing, kept ever after. */
  readonly dataDisk: string;
  /** Size of a new data disk, e.g. `8G`. */
  readonly dataSize: string;
  /** Volume id or device name. */
  readonly diskId: string;
  /** Entries of the metadata service beyond the usual ones. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Port of the host's loopback that the machine reaches at {@link serviceUrl}. */
  readonly servicePort?: number;
  /** Image archives on the hand-over disk. */
  readonly imageTars?: readonly string[];
  /** Loads the image archives whenever Docker starts, as a registry would have given them. */
  readonly preload?: boolean;
  /** Files and folders on the hand-over disk, below `files/`. */
  readonly files?: readonly string[];
  /** Memory, MB; default 2048. */
  readonly memoryMb?: number;
}

/** Where a machine finds the service of the host. */
export const serviceUrl = "http://169.254.100.100:9000";

/** What the kernel says where the emulation failed it: nothing that a program of ours could bring about before the first login. */
const failuresOfEmulation = ["Kernel panic - not syncing", "rcu_preempt kthread starved"];

/** A Debian 13 machine under QEMU's software emulation: slow, but a whole one. */
export class Machine {
  private readonly image: string;
  private readonly tools: string;
  private readonly root: string;
  private readonly environment: NodeJS.ProcessEnv;

  /**
   * @param name machines that are there at the same time have different ones
   * @param image folder of the image that it starts from; default: Debian's
   */
  constructor(name: string, image = imageFolder()) {
    this.image = image;
    this.tools = join(toolchainFolder(), "vm");
    this.root = join(image, name, "overlay.qcow2");
    this.environment = { ...process.env, VM_NAME: name };
  }

  private async tool(name: string, args: readonly string[], timeoutMs: number): Promise<string> {
    const options = { env: this.environment, timeout: timeoutMs, maxBuffer: 64 << 20 };
    const { stdout } = await execute(join(this.tools, name), args, options);
    return stdout;
  }

  /** Starts the emulator; once more where the emulated kernel panics or stalls, which it does before anything of ours runs. */
  private async start(args: readonly string[]): Promise<void> {
    const run = () => this.tool("run", ["--timeout", "400", ...args], 450_000);
    try {
      await run();
    } catch (error) {
      const why = failuresOfEmulation.find((each) => error instanceof Error && error.message.includes(each));
      if (why === undefined) throw error;
      console.log(`      "${why}" in the emulated kernel; the machine is started once more`);
      await this.pullPlug();
      await run();
    }
  }

  /** Boots a new machine: new root disk, new instance; waits for SSH. */
  async boot(parts: MachineParts): Promise<void> {
    const options = [
      ["--datasource", parts.cloud],
      ["--data-disk", `${parts.dataDisk},${parts.dataSize},${parts.diskId}`],
      ...Object.entries(parts.metadata ?? {}).map(([path, value]) => ["--metadata", `${path}=${value}`]),
      ...(parts.servicePort === undefined ? [] : [["--service", `9000:${parts.servicePort}`]]),
      ...(parts.imageTars ?? []).map((tar) => ["--image-tar", tar]),
      ...(parts.files ?? []).map((file) => ["--file", file]),
      ...(parts.preload === true ? [["--preload"]] : []),
      ...(parts.memoryMb === undefined ? [] : [["--memory", String(parts.memoryMb)]]),
    ];
    await this.start([...options.flat(), this.image, parts.userData]);
  }

  /** Boots the same machine once more. */
  async bootAgain(): Promise<void> {
    await this.start(["--again", this.image]);
  }

  /** Presses the power button and waits. */
  async powerOff(): Promise<void> {
    await this.tool("stop", [this.image], 600_000);
  }

  /** Pulls the plug. */
  async pullPlug(): Promise<void> {
    await this.tool("stop", ["--kill", this.image], 60_000);
  }

  /** Makes a new folder that machines start from: the root disk of this one, which is switched off, and the same kernel. */
  async takeImage(folder: string): Promise<void> {
    mkdirSync(folder);
    for (const part of ["vmlinuz", "initrd"]) symlinkSync(join(this.image, part), join(folder, part));
    const disk = ["-f", "qcow2", "-O", "raw", this.root, join(folder, "disk.raw")];
    await execute("qemu-img", ["convert", ...disk], { timeout: 300_000 });
  }

  /** Runs a command line as root and returns what it printed, without blanks around. */
  async shell(command: string, timeoutMs = 120_000): Promise<string> {
    return (await this.tool("ssh", [this.image, command], timeoutMs)).trim();
  }

  /** Runs a command line until it succeeds and what it prints satisfies; the last answer is in the error. */
  async until(
    what: string,
    command: string,
    satisfied: (output: string) => boolean,
    timeoutMs = 1_200_000,
  ): Promise<string> {
    const end = Date.now() + timeoutMs;
    let last = "";
    do {
      try {
        last = await this.shell(command, 60_000);
        if (satisfied(last)) return last;
      } catch (error) {
        // A connection may be cut off while the machine starts.
        last = error instanceof Error ? error.message : String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, 3000));
    } while (Date.now() < end);
    const journal = await this.shell("journalctl -b --no-pager -o cat | grep -a sourcegraph | tail -n 40").catch(
      () => "",
    );
    throw new Error(`not within ${timeoutMs / 1000} s: ${what}; last: ${last}\n${journal}`);
  }
}

/** Folder of the machine's image, built once and kept between runs. */
export function imageFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sourcegraph-in-a-box", "vm");
}

/** Installs what machines need and builds their image; seconds when that was done before. Needs root. */
export async function prepareMachines(): Promise<void> {
  const tools = join(toolchainFolder(), "vm");
  mkdirSync(imageFolder(), { recursive: true });
  if (!existsSync("/usr/bin/qemu-system-x86_64") || !existsSync("/usr/bin/mmdebstrap")) {
    await execute(...alone(join(tools, "install-needs")), { timeout: 600_000 });
  }
  await execute(join(tools, "build-image"), [imageFolder()], { timeout: 900_000, maxBuffer: 64 << 20 });
}

/** Makes an image archive whose one layer is a folder. `config` is the image's own configuration. */
export async function imageTar(out: string, reference: string, folder: string, config: string): Promise<void> {
  rmSync(out, { force: true });
  await execute(join(toolchainFolder(), "vm", "image-tar"), [out, reference, folder, config], { timeout: 60_000 });
}
