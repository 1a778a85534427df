import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import type { KubernetesObject } from "../../components/core/rendering/manifests/object";
import { requireToolchain, toolchainFolder } from "./toolchain";

const run = promisify(execFile);

/** What kubectl said. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** A control plane on loopback: the real API server, scheduler and controllers; nodes are played. */
export interface TestCluster {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Environment with the tools on the PATH and the kubeconfig. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs kubectl, with what it reads from its input; fails with what it said. */
  kubectl(args: readonly string[], input?: string): Promise<Said>;
  /** Applies objects, all in one call. */
  apply(objects: readonly KubernetesObject[], ...options: readonly string[]): Promise<Said>;
  /** Stops all of it and removes its folder. */
  stop(): void;
}

/**
 * Calls until no port is in use that was free when it was chosen: another suite can be given it before a program listens
 * there. The control plane's start is stopped and begun anew by its own program.
 */
function withFreePorts(start: () => string): string {
  for (let tries = 1; ; tries++) {
    try {
      return start();
    } catch (error) {
      if (tries === 5 || !String(error).includes("address already in use")) throw error;
    }
  }
}

/**
 * Starts a control plane, for a `before` hook: `cluster = startKubernetes(this)`. Without the toolchain the suite is skipped
 * and the reason printed.
 */
export function startKubernetes(context: Mocha.Context): TestCluster {
  const bin = requireToolchain(context);
  context.timeout(300_000);
  const folder = mkdtempSync(path.join(tmpdir(), "sgbox-kube-"));
  const tool = (name: string) => path.join(toolchainFolder(), name);
  const stop = () => {
    execFileSync(tool("kube-down"), [folder], { timeout: 60_000 });
    rmSync(folder, { recursive: true, force: true });
  };
  const tools = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}` };
  try {
    const said = withFreePorts(() =>
      execFileSync(tool("kube-up"), [folder], { encoding: "utf8", env: tools, timeout: 150_000, stdio: "pipe" }),
    );
    const kubeconfig = said.trim().split("\n").at(-1) ?? "";
    const environment = { ...tools, KUBECONFIG: kubeconfig };
    const kubectl = (args: readonly string[], input?: string): Promise<Said> => {
      const started = run("kubectl", [...args], { env: environment, timeout: 120_000, maxBuffer: 1e8 });
      // Whoever needs no input may be gone before it is there.
      started.child.stdin?.on("error", () => undefined).end(input ?? "");
      return started;
    };
    const apply = (objects: readonly KubernetesObject[], ...options: readonly string[]) =>
      kubectl(
        ["apply", "--server-side", ...options, "-f", "-"],
        JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
      );
    return { kubeconfig, environment, kubectl, apply, stop };
  } catch (error) {
    stop();
    throw error;
  }
}
