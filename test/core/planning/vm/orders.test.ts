import assert from "node:assert/strict";
import {
  isPending,
  judgeOrder,
  orderText,
  parseOrder,
  parseOrderStatus,
  wantsSame,
  type Order,
} from "../../../../components/core/planning/vm/orders";

const order: Order = { schema: 1, id: "20261122T050000Z-0a1b2c3d", kind: "backup", at: "2026-11-22T05:00:00Z" };
const state = (result: string, more: object = {}) => ({
  id: order.id,
  kind: "backup",
  result,
  message: "dumping pgsql",
  at: "2026-11-22T05:01:00Z",
  ...more,
});
const status = (of?: object, more: object = {}) =>
  JSON.stringify({
    schema: 1,
    result: "ready",
    message: "all services are healthy",
    release: "7.5.4453",
    ...more,
    ...(of && { order: of }),
  });

describe("an order", () => {
  it("is read back as it was written, and other texts are none", () => {
    assert.deepEqual(parseOrder(orderText(order)), order);
    for (const text of [undefined, "", "{}", "[", JSON.stringify({ ...order, kind: "format" })])
      assert.equal(parseOrder(text), undefined);
    assert.equal(parseOrderStatus("no json"), undefined);
  });

  it("is waited for while the machine has not taken it, and given up after ten minutes with what was seen last", () => {
    const told = "the machine has not taken the order yet; it says ready: all services are healthy";
    assert.deepEqual(judgeOrder(status(), order, 9.9), { kind: "wait", told });
    assert.deepEqual(judgeOrder(status({ ...state("done"), id: "another" }), order, 0), { kind: "wait", told });
    assert.deepEqual(judgeOrder(status(), order, 10), {
      kind: "silent",
      why: "the machine has not taken the order within 10 minutes; it says ready: all services are healthy",
    });
    assert.deepEqual(judgeOrder(undefined, order, 10), {
      kind: "silent",
      why: "the machine has not taken the order within 10 minutes; it has written no status",
    });
  });

  it("is waited for longer while the machine converges", () => {
    const busy = status(undefined, { result: "converging", message: "upgrading to 7.5.4453" });
    assert.equal(judgeOrder(busy, order, 700).kind, "wait");
    assert.deepEqual(judgeOrder(busy, order, 720), {
      kind: "silent",
      why: "the machine has not taken the order within 720 minutes; it says converging: upgrading to 7.5.4453",
    });
  });

  it("is followed while it runs, for twelve hours at most", () => {
    assert.deepEqual(judgeOrder(status(state("running")), order, 700), { kind: "wait", told: "dumping pgsql" });
    assert.deepEqual(judgeOrder(status(state("running")), order, 720), {
      kind: "silent",
      why: "after 12 hours the machine is still at it: dumping pgsql",
    });
  });

  it("ends with what the machine says of it", () => {
    for (const result of ["done", "failed", "refused"]) {
      const of = state(result, { backup: order.id, log: ["one", "two"] });
      assert.deepEqual(judgeOrder(status(of), order, 800), { kind: "ended", state: of });
    }
  });

  it("is pending until it has ended, or nobody took it for as long as one may take", () => {
    const soon = "2026-11-22T06:00:00Z";
    assert.equal(isPending(undefined, status(), soon), false);
    assert.equal(isPending(order, undefined, soon), true);
    assert.equal(isPending(order, status(), soon), true);
    assert.equal(isPending(order, status(), "2026-11-22T17:00:00Z"), false);
    assert.equal(isPending(order, status(state("running")), "2026-11-23T17:00:00Z"), true);
    assert.equal(isPending(order, status(state("done")), soon), false);
  });

  it("wants the same as another of its kind, backup and device only", () => {
    const restore: Order = { ...order, kind: "restore", backup: "one" };
    assert.equal(wantsSame(order, { kind: "backup" }), true);
    assert.equal(wantsSame(order, { kind: "drill" }), false);
    assert.equal(wantsSame(restore, { kind: "restore", backup: "one" }), true);
    assert.equal(wantsSame(restore, { kind: "restore", backup: "two" }), false);
    assert.equal(wantsSame(restore, { kind: "restore", device: "/dev/sdg" }), false);
  });
});
