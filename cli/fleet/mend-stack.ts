import type { Stack } from "@pulumi/pulumi/automation";
import type { EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import { follow } from "../engine/stack";
import { exportState, type StackAsked } from "../engine/stack-state";
import type { Terminal } from "../terminal";

/** What an earlier operation of ours left: operations nobody knows the end of, and a lock where it was killed. */
export async function mendStack(
  stack: Stack,
  asked: StackAsked,
  terminal: Terminal,
  earlier: EarlierTry,
): Promise<void> {
  if (earlier === "killed") await stack.cancel().catch(() => undefined);
  const { pending_operations: pending = [] } = (await exportState(asked)).deployment;
  if (pending.length === 0) return;
  terminal.note(`${pending.length} operations were interrupted; the state is compared with what is there`);
  await follow("done", terminal, ({ take }) =>
    stack.refresh({ onEvent: take, color: "never", clearPendingCreates: true }),
  );
}
