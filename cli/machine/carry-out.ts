import { randomBytes } from "node:crypto";
import { RefusedError } from "../../components/core/errors";
import {
  isPending,
  judgeOrder,
  orderText,
  parseOrder,
  wantsSame,
  type Order,
  type OrderState,
} from "../../components/core/planning/vm/orders";
import { signed } from "../../components/core/rendering/pointer";
import { PlainError } from "../failure";
import type { Terminal } from "../terminal";
import type { Clock } from "./clock";
import type { MachineStore } from "./machine-store";

/** What is wanted of a machine. */
export type Wanted = Pick<Order, "kind" | "backup" | "device">;

/** A machine in a cloud that something can be ordered of. */
export interface OrderedMachine {
  readonly store: MachineStore;
  /** What its stack signs orders with; without it they are not signed, and only a machine that knows no key takes them. */
  readonly secret?: string;
}

/** Seconds between two looks at the machine's status. */
const everySeconds = 5;

function newOrder(wanted: Wanted, { now }: Clock): Order {
  const at = new Date(now()).toISOString().replace(/\.\d+/, "");
  return { schema: 1, id: `${at.replace(/[-:]/g, "")}-${randomBytes(4).toString("hex")}`, at, ...wanted };
}

/** The order that is to be carried out: one for the same that is on its way already, or a new one. */
async function ordered(
  { store, secret }: OrderedMachine,
  wanted: Wanted,
  terminal: Terminal,
  clock: Clock,
): Promise<Order> {
  const [last, status] = [parseOrder(await store.order()), await store.status()];
  if (isPending(last, status, new Date(clock.now()).toISOString())) {
    if (!wantsSame(last, wanted))
      throw new RefusedError(
        [
          {
            path: "order",
            message: `${last.id} (${last.kind}, put at ${last.at}) is not over; a machine does one thing at a time: wait for it, or run the same command again to follow it`,
          },
        ],
        "refused, because something else is on its way",
      );
    terminal.note(`order ${last.id} of ${last.at} is for the same and on its way; following it`);
    return last;
  }
  const order = newOrder(wanted, clock);
  await store.putOrder(secret === undefined ? orderText(order) : signed(orderText(order), secret));
  terminal.note(`put order ${order.id} (${order.kind}); the machine looks for orders each minute`);
  return order;
}

/** What a failed order is to a person: what the machine said, and the last lines of its log. */
function failureText({ kind, message, log = [] }: OrderState): string {
  const lines = log.map((line) => `\n  ${line}`).join("");
  return `${kind} failed on the machine: ${message}${lines === "" ? "" : `\nlast lines of its log:${lines}`}`;
}

/**
 * Has a machine do something once, and follows it to its end.
 *
 * @throws RefusedError when the machine refuses it or does something else, PlainError when it fails or does not answer
 */
export async function carryOut(
  machine: OrderedMachine,
  wanted: Wanted,
  terminal: Terminal,
  clock: Clock,
): Promise<OrderState> {
  const { store } = machine;
  const order = await ordered(machine, wanted, terminal, clock);
  const start = clock.now();
  let before = "";
  for (;;) {
    const verdict = judgeOrder(await store.status(), order, (clock.now() - start) / 60_000);
    switch (verdict.kind) {
      case "silent":
        throw new PlainError(`${verdict.why}; order ${order.id} stays put, and the same command follows it again`);
      case "ended": {
        const { state } = verdict;
        if (state.result === "done") return state;
        if (state.result === "refused")
          throw new RefusedError([{ path: "", message: state.message }], `the machine refuses the ${state.kind}`);
        throw new PlainError(failureText(state));
      }
      case "wait":
        if (verdict.told !== before) terminal.note(verdict.told);
        before = verdict.told;
        await clock.pause(everySeconds);
    }
  }
}
