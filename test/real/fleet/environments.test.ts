import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { InstanceConfig } from "../../../components/core/planning/fleet/schema";
import { awsEnvironment } from "../../support/environment";
import { requireToolchain } from "../../support/toolchain";
import { CloudFleet } from "./cloud-fleet";
import type { Ran } from "./stand-in-fleet";

const [acme, birch] = ["src-0000acce", "src-0000b19c"];

const instance = (id: string, slug: string, customer: string): InstanceConfig => ({
  id,
  slug,
  type: "production",
  release: "7.5.4453",
  pause: false,
  config: {
    cloud: "aws",
    region: "us-east-1",
    size: "XS",
    access: { allowedCidrs: ["10.0.0.0/8"] },
    outsideCheck: { enabled: false },
    environment: {
      ...awsEnvironment,
      kind: "managed",
      customer,
      account: { ...awsEnvironment.account, email: `cloud+${id}@example.com` },
    },
  },
});

/** What the file of an instance that is gone tells. */
interface Gone {
  readonly state: string;
  readonly gone: {
    readonly steps: readonly { readonly step: string }[];
    readonly left: readonly object[];
    readonly copies: readonly { readonly what: string; readonly days: number | "ever" }[];
  };
}

const account = "aws:organizations/account:Account";
const machine = "aws:ec2/instance:Instance";
const volume = "aws:ebs/volume:Volume";

const said = ({ code, stdout, stderr }: Ran): string => {
  assert.equal(code, 0, stdout + stderr);
  return stdout;
};

describe("instances of a fleet in accounts of their own on the real engine with a stand-in cloud", function () {
  this.timeout(600_000);
  this.bail(true); // one test goes on where the one before it ended
  const command = ["fleet", "delete", "acme", "--confirm", "acme", "--no-backup", "--yes"] as const;
  const forGood = [...command, "--drop-data", "--close-environment"] as const;
  let fleet: CloudFleet;
  let other: { readonly made: readonly string[]; readonly state: string; readonly file: object };

  before(async function () {
    const bin = requireToolchain(this);
    fleet = await CloudFleet.make(bin, [instance(acme, "acme", "AcmeCorp"), instance(birch, "birch", "BirchCorp")]);
  });
  after(() => fleet?.stop());

  const ofAcme = (type: string) => fleet.cloud.all(type).filter(({ urn = "" }) => urn.includes(`:${acme}::`));
  const accountStatus = (): unknown => ofAcme(account)[0]?.outputs["status"];
  const typesOf = (id: string): string[] => [...new Set(fleet.made(id).map((line) => line.split("|")[0] ?? ""))].sort();
  const isProtected = (type: string): boolean =>
    fleet.resources(acme).find((each) => each.type === type)?.protect === true;

  it("come up by one deployment, each in the account that it made, with the region its file says and nothing more", async () => {
    said(await fleet.sgbox("deploy", "7.5.4453", "--to", "true", "--yes"));
    const accounts = fleet.cloud.all(account).map(({ id }) => id);
    assert.equal(accounts.length, 2);
    const owners = fleet.cloud.all(machine).map(({ outputs }) => String(outputs["arn"]).split(":").slice(3, 5));
    assert.deepEqual(owners.sort(), accounts.map((id) => ["us-east-1", id]).sort());
    other = { made: fleet.made(birch), state: fleet.state(birch), file: fleet.said("birch") };
    assert.ok(other.made.length > 30);
  });

  it("stand still in their account when they are suspended, with the account and the data as they were", async () => {
    const before = typesOf(acme);
    assert.match(
      said(await fleet.sgbox("fleet", "suspend", "acme", "--reason", "unpaid", "--yes")),
      /^acme \(src-0000acce\) stands still, with its data kept; /,
    );
    assert.equal(ofAcme("aws:ec2transitgateway/instanceState:InstanceState")[0]?.outputs["state"], "stopped");
    assert.deepEqual(
      typesOf(acme).filter((type) => !before.includes(type)),
      ["aws:ec2transitgateway/instanceState:InstanceState"],
    );
    assert.equal(accountStatus(), "ACTIVE");
  });

  it("lose all but data and account by a deletion that is killed in its midst and run again", async () => {
    const killed = await fleet.killed(machine, ...command);
    assert.equal(killed.code, null, killed.stderr);
    assert.equal(ofAcme(machine).length, 1);
    assert.equal(fleet.said("acme").state, "leaving");
    assert.match(said(await fleet.sgbox(...command)), /^acme \(src-0000acce\) is away, and its data is kept; /);
    assert.deepEqual(ofAcme(machine), []);
    // The data and what opens them, the place, and what watches over it.
    const left = [
      account,
      "aws:organizations/policy:Policy",
      "aws:budgets/budget:Budget",
      "aws:cloudtrail/trail:Trail",
      volume,
      "aws:kms/key:Key",
      "aws:secretsmanager/secret:Secret",
    ];
    assert.deepEqual(
      left.filter((type) => ofAcme(type).length === 0),
      [],
    );
    assert.deepEqual([isProtected(account), isProtected(volume), accountStatus()], [true, true, "ACTIVE"]);
  });

  it("are let go of by the run that was told so only: after a kill the next run holds data and account again", async () => {
    const killed = await fleet.killed(volume, ...forGood);
    assert.equal(killed.code, null, killed.stderr);
    assert.deepEqual([isProtected(volume), ofAcme(volume).length], [false, 1]);
    const kept = await fleet.sgbox(...command);
    assert.match(said(kept), /^acme \(src-0000acce\) is away, and its data is kept; /);
    assert.deepEqual([isProtected(account), isProtected(volume), accountStatus()], [true, true, "ACTIVE"]);
    assert.equal(ofAcme(volume).length, 1);
  });

  it("are gone at the end, their account last, closed once by its own step, whatever killed the run before", async () => {
    const before = fleet.cloud.log.length;
    const killed = await fleet.killed(account, ...forGood);
    assert.equal(killed.code, null, killed.stderr);
    assert.equal(accountStatus(), "ACTIVE");
    assert.deepEqual(ofAcme(volume), []);
    assert.match(said(await fleet.sgbox(...forGood)), /^acme \(src-0000acce\) is gone; /);
    assert.equal(accountStatus(), "SUSPENDED");
    const deleted = fleet.cloud.log.slice(before).flatMap(({ op, type }) => (op === "delete" ? [type] : []));
    assert.equal(deleted.filter((type) => type === account).length, 1);
    assert.ok(deleted.indexOf(account) > deleted.lastIndexOf(volume));
    const later = deleted.slice(deleted.indexOf(account) + 1);
    // What is the organization's own may go at any moment; who is let into the account is a matter of the account.
    const organizations =
      /^(random:|aws:organizations\/policy:|aws:ssoadmin\/(permissionSet|managedPolicyAttachment):)/;
    assert.deepEqual(
      later.filter((type) => !organizations.test(type)),
      [],
      "something was deleted in an account that is closed",
    );
    // Its journal has the steps, and its file what is left of the promise.
    const { state, gone } = parse(readFileSync(join(fleet.folder, `instances/gone/${acme}.yaml`), "utf8")) as Gone;
    assert.equal(state, "gone");
    assert.deepEqual(
      [...new Set(gone.steps.map(({ step }) => step))],
      ["protection-off", "resources-away", "data-away", "environment-away", "stack-away"],
    );
    assert.deepEqual(
      gone.copies.filter(({ days }) => days === "ever" || days === 90).map(({ what, days }) => [what, days]),
      [
        ["src-0000acce-backup: the daily snapshots it took, which it expires no more", "ever"],
        ["src-0000acce-data: the snapshot taken when it is deleted", "ever"],
        ["src-0000acce: the closed account, to be opened again", 90],
      ],
    );
    assert.equal(fleet.state(acme), "");
    assert.ok(!existsSync(fleet.fileOf("acme")));
  });

  it("are deleted once: the same command says that it is gone and does nothing, and the other instance never changed", async () => {
    const before = fleet.cloud;
    assert.equal(
      said(await fleet.sgbox(...forGood)),
      "acme (src-0000acce) is gone already: instances/gone/src-0000acce.yaml\n",
    );
    assert.deepEqual([fleet.cloud.log, fleet.cloud.objects], [before.log, before.objects]);
    assert.deepEqual({ made: fleet.made(birch), state: fleet.state(birch), file: fleet.said("birch") }, other);
  });
});
