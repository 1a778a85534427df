import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { InputError } from "../../../../components/core/errors";
import { targetsOf } from "../../../../components/core/planning/fleet/notify";
import { notifyRequest } from "../../../../components/core/rendering/fleet/notification";
import { fleetOf, instanceFile } from "../../../support/fleet";

const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const notify = [
  { name: "ops", kind: "webhook", url: "https://hooks.example.com/fleet", secretEnv: "OPS_SECRET" },
  { name: "chat", kind: "slack", urlEnv: "SLACK" },
];

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

describe("who is told of rollouts", () => {
  it("is nobody unless fleet.yaml says so", () => {
    assert.deepEqual(fleetOf([instanceFile(1)]).settings.notify, []);
    assert.deepEqual(fleetOf([instanceFile(1)], { notify }).settings.notify, notify);
  });

  it("is checked with everything that is wrong at once, and no address with a login is repeated", () => {
    const given = [
      { name: "ops", kind: "webhook", url: "https://me:hush@hooks.example.com", secretEnv: "OPS_SECRET" },
      { name: "ops", kind: "webhook", url: "http://hooks.example.com", urlEnv: "URL" },
      { name: "c", kind: "webhook" },
      { name: "d", kind: "slack", url: "https://hooks.slack.com/services/hush", secretEnv: "S" },
      { name: "e", kind: "webhook", url: "hooks", secretEnv: "OPS_SECRET" },
      { name: "f", kind: "webhook", url: "http://127.0.0.1:9000/x", secretEnv: "OPS_SECRET" },
    ];
    assert.equal(
      messageOf(() => fleetOf([instanceFile(1)], { notify: given })),
      `the fleet is not valid:
  - 'fleet.yaml: notify.0.url' holds a login, which does not belong into an address
  - 'fleet.yaml: notify.1.url' must begin with https://
  - 'fleet.yaml: notify.1.secretEnv' is missing; name the environment variable that holds the signing secret, such as FLEET_WEBHOOK_SECRET
  - 'fleet.yaml: notify.1.urlEnv' is for Slack; remove it, the address of a webhook is 'url'
  - 'fleet.yaml: notify.1.name' is "ops", which receiver 1 is called already; give it another
  - 'fleet.yaml: notify.2.url' is missing; give its address, such as https://hooks.example.com/fleet
  - 'fleet.yaml: notify.2.secretEnv' is missing; name the environment variable that holds the signing secret, such as FLEET_WEBHOOK_SECRET
  - 'fleet.yaml: notify.3.urlEnv' is missing; name the environment variable that holds the address, such as FLEET_SLACK_URL
  - 'fleet.yaml: notify.3.url' is a secret for Slack; remove it, put it into an environment variable and name that with 'urlEnv'
  - 'fleet.yaml: notify.3.secretEnv' is for a webhook; remove it, Slack takes no signature
  - 'fleet.yaml: notify.4.url' is no address`,
    );
    const hush = [{ name: "chat", kind: "slack", urlEnv: "https://hooks.slack.com/services/hush" }];
    assert.equal(
      messageOf(() => fleetOf([instanceFile(1)], { notify: hush })),
      `the fleet is not valid:
  - 'fleet.yaml: notify.0.urlEnv' must be the name of an environment variable, such as FLEET_HOOK; what it holds is never in the file`,
    );
  });

  it("needs its secrets in the environment before anything begins; what is wrong with them is said without them", () => {
    const { notify: sinks } = fleetOf([instanceFile(1)], { notify }).settings;
    assert.equal(
      messageOf(() => targetsOf(sinks, {})),
      `nobody can be told:
  - 'notify.0.secretEnv' names OPS_SECRET, which is not set; 'ops' cannot be told anything without it
  - 'notify.1.urlEnv' names SLACK, which is not set; 'chat' cannot be told anything without it`,
    );
    assert.equal(
      messageOf(() => targetsOf(sinks, { OPS_SECRET: "whsec_aHVzaA==", SLACK: "http://hooks.slack.com/hush" })),
      `nobody can be told:
  - 'notify.0.secretEnv' names OPS_SECRET, which holds no signing secret; make one with: echo "whsec_$(openssl rand -base64 32)"
  - 'notify.1.urlEnv' names SLACK, which must begin with https://`,
    );
    assert.deepEqual(targetsOf(sinks, { OPS_SECRET: secret, SLACK: "https://hooks.slack.com/services/x" }), [
      { name: "ops", kind: "webhook", url: "https://hooks.example.com/fleet", key: Buffer.alloc(32, 1) },
      { name: "chat", kind: "slack", url: "https://hooks.slack.com/services/x" },
    ]);
  });
});

describe("the signature of a webhook", () => {
  it("is that of Standard Webhooks: HMAC-SHA256 over id, time and body, by the key in base64 behind whsec_", () => {
    const [target] = targetsOf(fleetOf([instanceFile(1)], { notify: [notify[0]] }).settings.notify, {
      OPS_SECRET: secret,
    });
    assert.ok(target !== undefined);
    const data = { fleet: "managed", to: "7.5.4453", digest: "", text: "managed: begun", instances: {} };
    const sent = notifyRequest(
      target,
      { type: "rollout.begun", timestamp: "2026-11-22T10:00:00Z", data },
      "id-1",
      1_700_000_000,
    );
    const expected = createHmac("sha256", Buffer.alloc(32, 1)).update(`id-1.1700000000.${sent.body}`).digest("base64");
    assert.deepEqual(sent.headers, {
      "content-type": "application/json",
      "webhook-id": "id-1",
      "webhook-timestamp": "1700000000",
      "webhook-signature": `v1,${expected}`,
    });
  });
});
