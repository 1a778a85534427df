import assert from "node:assert/strict";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import type { Specification } from "../../../../components/core/planning/config/specification";
import {
  judgeAddress,
  outsideCheckOf,
  type AddressAnswer,
  type AddressVerdict,
} from "../../../../components/core/planning/vm/outside-check";
import type { MachineSeen } from "../../../../components/core/planning/vm/machine-status";
import { planVm } from "../../../../components/core/planning/vm/plan";

const url = "https://sourcegraph.example.com";
const target = { url, release: "7.5.4453", timeoutMinutes: 30 };
const ready: MachineSeen = { state: "well", text: "the machine says ready: all services are healthy" };
const unknown: MachineSeen = { state: "unknown", text: "the machine's status cannot be read: AccessDenied" };

const answer = (health: number, release = "", elsewhere = false): AddressAnswer => ({
  kind: "answer",
  health,
  release,
  elsewhere,
});
const refused = (elsewhere = false): AddressAnswer => ({ kind: "unreachable", why: "ECONNREFUSED", elsewhere });
const judged = (given: AddressAnswer | undefined, machine: MachineSeen, waited: number): AddressVerdict =>
  judgeAddress(given, machine, target, waited);

const unreached = `${url} cannot be reached from here: ECONNREFUSED`;
const wayOut = `ask ${url}/healthz from where it may be reached ('access.allowedCidrs'), or leave the check out with 'outsideCheck.enabled: false'`;

describe("the check from outside", () => {
  it("is well when the address is healthy and reports the release, whatever is known of the machine", () => {
    for (const machine of [ready, unknown])
      for (const elsewhere of [false, true])
        assert.deepEqual(judged(answer(200, "7.5.4453", elsewhere), machine, 0), {
          kind: "well",
          text: `${url} is healthy and reports release 7.5.4453`,
        });
  });

  it("fails with the machine's own words where the machine is not well, and asks nobody else", () => {
    const machine: MachineSeen = { state: "ill", text: "the machine says stopped" };
    assert.deepEqual(judged(answer(200, "7.5.4453"), machine, 0), { kind: "ill", text: "the machine says stopped" });
  });

  it("gives a way that opens five minutes, and fails with what the address says then", () => {
    const wrong: readonly [AddressAnswer, string][] = [
      [answer(503), `${url} answers, but says 503 of its health`],
      [answer(200, "7.4.0"), `${url} is healthy, but reports release 7.4.0 instead of 7.5.4453`],
      [answer(200), `${url} is healthy, but reports release none instead of 7.5.4453`],
    ];
    for (const [given, told] of wrong) {
      assert.deepEqual(judged(given, ready, 4.9), { kind: "wait", told });
      assert.deepEqual(judged(given, ready, 5), { kind: "ill", text: `${told}; ${ready.text}; ${wayOut}` });
    }
  });

  it("believes a machine that is ready where its address is closed to whoever asks, with a warning", () => {
    assert.deepEqual(judged(refused(), ready, 0.9), { kind: "wait", told: unreached });
    assert.deepEqual(judged(refused(), ready, 1), {
      kind: "well",
      text: ready.text,
      warning: `${unreached}; ${ready.text}`,
    });
  });

  it("believes it at once where its name leads nowhere yet, or elsewhere", () => {
    assert.deepEqual(judged({ kind: "unknown-name" }, ready, 0), {
      kind: "well",
      text: ready.text,
      warning: `the name in ${url} is not known yet; ${ready.text}`,
    });
    assert.deepEqual(judged(refused(true), ready, 0), {
      kind: "well",
      text: ready.text,
      warning: `${unreached}; its name leads elsewhere; ${ready.text}`,
    });
    assert.deepEqual(judged(answer(200, "6.12.5040", true), ready, 0), {
      kind: "well",
      text: ready.text,
      warning: `${url} is healthy, but reports release 6.12.5040 instead of 7.5.4453; its name leads elsewhere; ${ready.text}`,
    });
  });

  it("gives the address all the time where nothing is known of the machine, and tells both in the end", () => {
    assert.deepEqual(judged(refused(), unknown, 29), { kind: "wait", told: unreached });
    assert.deepEqual(judged(refused(), unknown, 30), { kind: "ill", text: `${unreached}; ${unknown.text}; ${wayOut}` });
  });

  it("is the machine's word alone where the address is not asked", () => {
    assert.deepEqual(judged(undefined, ready, 0), { kind: "well", text: ready.text });
    assert.deepEqual(judged(undefined, unknown, 0), {
      kind: "ill",
      text: `${unknown.text}; the address is not open to whoever asks from outside, so nothing else tells`,
    });
  });
});

describe("what is checked from outside", () => {
  const given = (more: object = {}): Specification =>
    parseSpecification({
      cloud: "aws",
      region: "us-east-1",
      release: "7.5.4453",
      size: "S",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      ...more,
    });
  const planned = (more?: object, kind?: "standard" | "multi-version", from = "7.4.0") => {
    const specification = given(more);
    const hop = kind === undefined ? undefined : { from, to: "7.5.4453", kind };
    return outsideCheckOf(planVm(specification), specification, hop);
  };

  it("may take half an hour, besides that the time of every step that the last upgrade has on the machine", () => {
    assert.deepEqual(planned(), { timeoutMinutes: 30, asksAddress: true });
    assert.ok((planned({}, "standard")?.timeoutMinutes ?? 0) > 60);
    assert.ok((planned({}, "multi-version", "7.2.1943")?.timeoutMinutes ?? 0) > 240);
  });

  it("takes the config's time and its no, and is never of a Docker Engine here", () => {
    assert.equal(planned({ outsideCheck: { timeoutMinutes: 5 } }, "standard")?.timeoutMinutes, 5);
    assert.equal(planned({ outsideCheck: { enabled: false } }), undefined);
    const local = parseSpecification({ cloud: "local", release: "7.5.4453" });
    assert.equal(outsideCheckOf(planVm(local), local, undefined), undefined);
  });
});
