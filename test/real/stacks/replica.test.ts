import assert from "node:assert/strict";
import { requireToolchain } from "../../support/toolchain";
import { SampleStack } from "./sample";

const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("a replica on the real engine with a stand-in cloud", function () {
  this.timeout(200_000);
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "aws", {
      like: "preset:compose-vm",
      expires: dayIn(20),
      size: "XS",
      usage: undefined,
      domain: undefined,
      dnsZone: undefined,
      outsideCheck: { enabled: false },
    });
  });
  after(() => stack?.stop());

  it("is previewed until its last day", async () => {
    const changes = await stack.changes("preview");
    assert.ok(changes.some((change) => change.startsWith("create aws:ec2/instance:Instance")));
  });

  it("is refused afterwards, and where its last day is too far away, before anything is registered", async () => {
    const said = (text: string) => text.replace(/\s+/g, " ");
    assert.match(
      said(await stack.refusal({ expires: dayIn(-1) })),
      new RegExp(`'expires' was ${dayIn(-1)}, and today is ${dayIn(0)}; remove the instance by sgbox down`),
    );
    assert.match(
      said(await stack.refusal({ expires: dayIn(31) })),
      new RegExp(`'expires' is ${dayIn(31)}, 31 days away; a replica lives 30 days at a time`),
    );
  });

  it("goes by destroy after its last day, which asks no program", async () => {
    stack.set({ expires: dayIn(-1) });
    assert.equal((await stack.run("destroy")).code, 0);
  });
});
