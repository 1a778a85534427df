import { z } from "zod";

/** What a person can want of a machine once. */
export type OrderKind = "backup" | "restore" | "drill" | "go-on";

const orderSchema = z.object({
  schema: z.literal(1),
  id: z.string(),
  kind: z.enum(["backup", "restore", "drill", "go-on"]),
  at: z.string(),
  backup: z.string().optional(),
  device: z.string().optional(),
});

/** What a person wants of a machine once, as it is put beside the pointer. */
export type Order = z.infer<typeof orderSchema>;

const stateSchema = z.object({
  id: z.string(),
  kind: z.string(),
  result: z.enum(["running", "done", "failed", "refused", "interrupted"]),
  message: z.string(),
  at: z.string(),
  backup: z.string().optional(),
  log: z.array(z.string()).optional(),
});

/** What became of an order, as the machine tells it in its status. */
export type OrderState = z.infer<typeof stateSchema>;

const statusSchema = z.object({
  result: z.string().optional(),
  message: z.string().optional(),
  release: z.string().optional(),
  order: stateSchema.optional(),
});

/** What of a machine's status concerns orders. */
export type OrderStatus = z.infer<typeof statusSchema>;

function parsed<Value>(schema: z.ZodType<Value>, text: string | undefined): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    return undefined;
  }
}

/** Reads an order; undefined for a text that is none. */
export function parseOrder(text: string | undefined): Order | undefined {
  return parsed(orderSchema, text);
}

/** Reads a machine's status; undefined for a text that is none. */
export function parseOrderStatus(text: string | undefined): OrderStatus | undefined {
  return parsed(statusSchema, text);
}

/** The text of an order, which is what is signed. */
export function orderText(order: Order): string {
  return JSON.stringify(order);
}

/** Minutes within which a machine that does nothing else takes an order: it looks once a minute. */
export const answerMinutes = 10;

/** Minutes that an order may take. */
export const orderMinutes = 12 * 60;

/** What is known of an order. */
export type OrderVerdict =
  | { readonly kind: "wait"; readonly told: string }
  | { readonly kind: "ended"; readonly state: OrderState }
  | { readonly kind: "silent"; readonly why: string };

function saysOf({ result, message }: OrderStatus): string {
  return `it says ${[result, message].filter((part) => part !== undefined && part !== "").join(": ") || "nothing"}`;
}

/**
 * Judges what a machine says of an order.
 *
 * @param text the machine's status
 * @param minutes since the order was put
 */
export function judgeOrder(text: string | undefined, { id }: Order, minutes: number): OrderVerdict {
  const status = parseOrderStatus(text);
  const told = status === undefined ? "it has written no status" : saysOf(status);
  if (status?.order?.id === id) {
    const { order: state } = status;
    if (state.result !== "running") return { kind: "ended", state };
    if (minutes < orderMinutes) return { kind: "wait", told: state.message };
    return { kind: "silent", why: `after ${orderMinutes / 60} hours the machine is still at it: ${state.message}` };
  }
  // A machine that converges, which may be a long upgrade, takes orders afterwards.
  const patience = status?.result === "converging" ? orderMinutes : answerMinutes;
  if (minutes < patience) return { kind: "wait", told: `the machine has not taken the order yet; ${told}` };
  return { kind: "silent", why: `the machine has not taken the order within ${patience} minutes; ${told}` };
}

/**
 * Whether a machine has still to carry out, or is carrying out, the order that was put last. One that nobody has taken for
 * longer than an order may take is forgotten.
 *
 * @param now ISO 8601
 */
export function isPending(order: Order | undefined, text: string | undefined, now: string): order is Order {
  if (order === undefined) return false;
  const state = parseOrderStatus(text)?.order;
  if (state?.id === order.id) return state.result === "running";
  return Date.parse(now) - Date.parse(order.at) < orderMinutes * 60_000;
}

/** Whether two orders want the same. */
export function wantsSame(one: Order, other: Pick<Order, "kind" | "backup" | "device">): boolean {
  return one.kind === other.kind && one.backup === other.backup && one.device === other.device;
}
