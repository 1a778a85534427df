import assert from "node:assert/strict";
import {
  isFailing,
  judgeMachine,
  type MachineTarget,
  type MachineVerdict,
  type StatusAnswer,
} from "../../../../components/core/planning/vm/machine-status";

const target: MachineTarget = { release: "7.5.4453", digest: "new", timeoutMinutes: 30 };

const said = (result: string, more: object = {}): StatusAnswer => ({
  kind: "status",
  text: JSON.stringify({
    schema: 1,
    installed: { release: "7.4.0", digest: "old" },
    release: "7.5.4453",
    digest: "new",
    result,
    message: "a message",
    at: "2026-11-22T05:00:00Z",
    ...more,
  }),
});

const judged = (answer: StatusAnswer, waited = 0, failing = 0): MachineVerdict =>
  judgeMachine(answer, target, waited, failing);
const wait = (told: string): MachineVerdict => ({ kind: "wait", told });
const seen = (state: "well" | "ill" | "unknown", text: string): MachineVerdict => ({
  kind: "seen",
  machine: { state, text },
});

describe("what a machine says of itself", () => {
  it("is waited for until the machine is ready with the very bundle", () => {
    assert.deepEqual(judged({ kind: "none" }), wait("the machine has written no status yet"));
    assert.deepEqual(
      judged(said("ready", { release: "7.4.0", digest: "old" })),
      wait("the machine has not begun yet; it says ready of release 7.4.0"),
    );
    assert.deepEqual(judged(said("converging"), 29), wait("the machine says converging: a message"));
    assert.deepEqual(judged(said("ready")), seen("well", "the machine says ready: a message"));
  });

  it("ends the wait at once when it refuses or stands still, with all that a person needs to go on", () => {
    const text =
      "the machine says stopped of release 7.5.4453: a message; in place is 7.4.0\nlast lines of its log:\n    first\n    second\nnext:\n    sgbox go-on";
    assert.deepEqual(judged(said("stopped", { log: ["first", "second"], next: ["sgbox go-on"] })), seen("ill", text));
    assert.deepEqual(
      judged(said("refused", { installed: null })),
      seen("ill", "the machine says refused of release 7.5.4453: a message; nothing is in place yet"),
    );
  });

  it("is given three minutes after a failure, since it tries again by itself, and none where it needs a person", () => {
    const text = "the machine says failed of release 7.5.4453: a message; in place is 7.4.0";
    assert.deepEqual(judged(said("failed"), 5, 2.9), wait("the machine says failed: a message; it tries again"));
    assert.deepEqual(judged(said("failed"), 5, 3), seen("ill", text));
    assert.deepEqual(judged(said("failed", { next: ["look"] })), seen("ill", `${text}\nnext:\n    look`));
    assert.deepEqual(
      [said("failed"), said("failed", { digest: "old" }), said("ready"), { kind: "none" } as const].map((answer) =>
        isFailing(answer, target),
      ),
      [true, false, false, false],
    );
  });

  it("is told with the last thing seen when the time is over", () => {
    const answers: readonly StatusAnswer[] = [{ kind: "none" }, said("converging"), said("ready", { digest: "old" })];
    assert.deepEqual(
      answers.map((answer) => judged(answer, 30)),
      [
        seen("ill", "after 30 minutes the machine has written no status; the output 'connect' says how to look at it"),
        seen("ill", "after 30 minutes the machine says converging of release 7.5.4453: a message; in place is 7.4.0"),
        seen(
          "ill",
          "after 30 minutes the machine has not begun with release 7.5.4453: the machine says ready of release 7.5.4453: a message; in place is 7.4.0",
        ),
      ],
    );
  });

  it("says nothing about the machine where it cannot be read or understood", () => {
    const denied: StatusAnswer = { kind: "unreadable", why: "AccessDenied" };
    assert.deepEqual(judged(denied), wait("the machine's status cannot be read yet: AccessDenied"));
    assert.deepEqual(judged(denied, 1), seen("unknown", "the machine's status cannot be read: AccessDenied"));
    for (const text of ["not JSON", '{"schema": 2}'])
      assert.deepEqual(
        judged({ kind: "status", text }),
        seen("unknown", "the machine's status is of a form that this library does not know"),
      );
  });
});
