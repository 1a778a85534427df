import { execFile } from "node:child_process";
import type { Answer } from "../../components/core/planning/kubernetes/cluster-facts";
import type { Terminal } from "../terminal";

/** What kubectl printed, or why it is not known. Its errors are not passed on: sign-in helpers print what they like. */
export type Ask = (args: readonly string[], input?: string) => Promise<Answer<string>>;

/** Which cluster is asked. */
export interface ClusterAddress {
  /** Kubeconfig file; absent: the one kubectl finds by itself. */
  readonly kubeconfig?: string;
  /** Context of it; absent: its current one. */
  readonly context?: string;
}

/** Seconds the cluster may take for an answer, and kubectl with its sign-in helper altogether. */
const [answerSeconds, processSeconds] = [10, 20];

/** Most that is read of one answer: nodes of a large cluster are long. */
const mostBytes = 256 * 1024 * 1024;

function reasonOf(
  error: { readonly code?: unknown; readonly killed?: boolean },
  said: string,
  args: readonly string[],
  seconds: number,
): string {
  const command = `kubectl ${args.filter((arg) => !arg.startsWith("-")).join(" ")}`;
  if (error.code === "ENOENT") return "kubectl is not on the PATH";
  if (error.killed === true) return `${command} took more than ${seconds} seconds`;
  if (said.includes("(Forbidden)")) return `you may not ${command}`;
  return `${command} failed; run it to see why`;
}

/** Asks a cluster by kubectl, in bounded time. */
export function kubectlOf(
  { env }: Pick<Terminal, "env">,
  { kubeconfig, context }: ClusterAddress,
  seconds = processSeconds,
): Ask {
  const where = [
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
    `--request-timeout=${answerSeconds}s`,
  ];
  return (args, input) =>
    new Promise((resolve) => {
      const child = execFile(
        "kubectl",
        [...args, ...where],
        { env: { ...env }, timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: mostBytes },
        (error, stdout, stderr) =>
          resolve(error === null ? { known: stdout } : { unproven: reasonOf(error, stderr, args, seconds) }),
      );
      // A kubectl that does not start or read leaves the pipe broken; what came of it is in the callback.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input ?? "");
    });
}
