import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { ordersScript } from "../../../components/core/rendering/converge";
import { ProgramHost, requirePrograms } from "../../support/machine-programs";

const hour = 3_600_000;

describe("what people order of a machine, and the clock", function () {
  this.timeout(120_000);
  let host: ProgramHost;

  /** A machine whose programs write down what they were asked, and end as the file of their name says. */
  const arranged = (keep = 3, drillDays = 0): void => {
    host = new ProgramHost();
    const stub = (name: string): string =>
      `echo "${name}\${SOURCEGRAPH_RETRY:+ retry} $*" >> ${host.folder}/fake/asked
if [ -e ${host.folder}/fake/kill ]; then rm ${host.folder}/fake/kill; pkill -9 -s 0; fi
cat ${host.folder}/fake/says 2> /dev/null || echo "sourcegraph: done as asked"
exit "$(cat ${host.folder}/fake/code 2> /dev/null || echo 0)"\n`;
    for (const name of ["backup.sh", "restore.sh", "drill.sh", "converge.sh"]) put(name, stub(name));
    put("orders.sh", host.led(ordersScript));
    const backup = { hourUtc: 3, keep, drillDays };
    put("databases.json", JSON.stringify({ backup, databases: [{ place: "bundled" }] }));
    host.write("mnt/state/status.json", '{"installed":{"release":"7.5.4453"}}');
  };
  const put = (name: string, text: string): void => {
    for (const folder of ["mnt/bundles/d1", "mnt/state"]) mkdirSync(`${host.folder}/${folder}`, { recursive: true });
    host.write(`mnt/bundles/d1/${name}`, text);
  };
  const asked = (): string[] => {
    const lines = host.read("fake/asked").trim().split("\n");
    host.write("fake/asked", "");
    return lines.filter((line) => line !== "").map((line) => line.trim());
  };
  const poll = async (at?: Date): Promise<string> => {
    if (at !== undefined) host.environment["SOURCEGRAPH_NOW"] = String(Math.floor(at.getTime() / 1000));
    const { output } = await host.run("bash", [`${host.folder}/mnt/bundles/d1/orders.sh`, `${host.folder}/order.json`]);
    return output;
  };
  const order = async (order: object): Promise<Record<string, unknown>> => {
    host.write(
      "order.json",
      JSON.stringify({ schema: 1, at: new Date().toISOString().replace(/\.\d+/, ""), ...order }),
    );
    await poll();
    return told();
  };
  const told = (key = "order"): Record<string, unknown> => {
    const status = JSON.parse(host.read("mnt/state/status.json")) as Record<string, Record<string, unknown>>;
    return { ...status[key], at: undefined };
  };

  before(function () {
    requirePrograms(this);
  });
  beforeEach(() => arranged(0));
  afterEach(() => host?.delete());

  it("are carried out once each, and the status says how they ended", async () => {
    const done = { kind: "backup", result: "done", message: "done as asked", at: undefined };
    assert.deepEqual(await order({ id: "a", kind: "backup" }), { ...done, id: "a" });
    assert.deepEqual(await order({ id: "a", kind: "backup" }), { ...done, id: "a" });
    assert.deepEqual(asked(), ["backup.sh --id a"]);
    await order({ id: "b", kind: "restore", backup: "a" });
    await order({ id: "c", kind: "restore", device: "/dev/nvme2n1" });
    await order({ id: "d", kind: "drill", backup: "a" });
    assert.deepEqual(await order({ id: "e", kind: "drill" }), { ...done, id: "e", kind: "drill" });
    assert.deepEqual(asked(), [
      "restore.sh --backup a --order b",
      "restore.sh --device /dev/nvme2n1 --order c",
      "drill.sh --id d --backup a",
      "drill.sh --id e",
    ]);
  });

  it("that fail or are refused are over, with the last words of the program", async () => {
    host.write("fake/says", "starting\nsourcegraph: refused: there is no backup 'x'; nothing was changed\n");
    host.write("fake/code", "3");
    const log = ["sourcegraph: refused: there is no backup 'x'; nothing was changed"];
    const message = "there is no backup 'x'; nothing was changed";
    const refused = { id: "a", kind: "restore", result: "refused", message, log, at: undefined };
    assert.deepEqual(await order({ id: "a", kind: "restore", backup: "x" }), refused);
    host.write("fake/code", "1");
    assert.deepEqual(await order({ id: "b", kind: "restore", backup: "x" }), { ...refused, id: "b", result: "failed" });
    await poll();
    assert.equal(asked().length, 2);
  });

  it("that were interrupted are taken up again, a restore by what its marker says", async () => {
    host.write("fake/kill", "");
    assert.equal((await order({ id: "a", kind: "backup" }))["result"], "running");
    await poll();
    assert.equal(told()["result"], "done");
    assert.deepEqual(asked(), ["backup.sh --id a", "backup.sh --id a"]);

    host.write("fake/kill", "");
    await order({ id: "b", kind: "restore", backup: "a" });
    host.write("mnt/state/restore.json", '{"phase":"exchanging","order":"b"}');
    await poll();
    assert.deepEqual(asked(), ["restore.sh --backup a --order b", "restore.sh --resume"]);
    assert.equal(told()["result"], "done");

    await host.run("rm", [`${host.folder}/mnt/state/restore.json`]);
    host.write("fake/kill", "");
    await order({ id: "c", kind: "restore", backup: "a" });
    host.write("mnt/state/last-restore.json", '{"phase":"done","order":"c"}');
    await poll();
    assert.deepEqual(asked(), ["restore.sh --backup a --order c", "converge.sh"]);
    assert.equal(told()["result"], "done");
  });

  it("go on with an upgrade that stands still, by the program of the release that it goes to", async () => {
    assert.equal((await order({ id: "a", kind: "go-on" }))["message"], "no upgrade stands still");
    host.write("mnt/state/journal.json", '{"to":{"release":"7.6.0","digest":"d1"}}');
    assert.equal((await order({ id: "b", kind: "go-on" }))["result"], "done");
    assert.deepEqual(asked(), ["converge.sh retry"]);
  });

  it("are refused when they are not understood, or so old that a new disk may have forgotten them", async () => {
    const unknown = "the order is of a kind that this machine does not know";
    for (const [id, wrong] of Object.entries({
      a: { kind: "dance" },
      b: { kind: "restore" },
      c: { kind: "restore", backup: "../../etc" },
      d: { kind: "restore", device: "/etc/passwd" },
      e: { kind: "backup", schema: 2 },
      f: { kind: "restore", backup: "a", device: "/dev/sdb" },
    }))
      assert.deepEqual(await order({ id, ...wrong }), {
        id,
        kind: wrong.kind,
        result: "refused",
        message: unknown,
        at: undefined,
      });
    const at = new Date(Date.now() - 25 * hour).toISOString().replace(/\.\d+/, "");
    assert.equal(
      (await order({ id: "g", kind: "restore", backup: "a", at }))["message"],
      "the order is older than a day, and this machine does not know it",
    );
    const before = host.read("mnt/state/orders.jsonl");
    await order({ id: "../x", kind: "backup" });
    await order({ id: 7, kind: "backup" });
    host.write("order.json", "{ cut o");
    await poll();
    assert.equal(host.read("mnt/state/orders.jsonl"), before);
    assert.deepEqual(asked(), []);
  });

  it("are refused once where they are not signed, and a signed one that was interrupted is then not given up", async () => {
    const unsigned = (): Promise<unknown> =>
      host.run("bash", [`${host.folder}/mnt/bundles/d1/orders.sh`, "", `${host.folder}/order.json`]);
    host.write("order.json", JSON.stringify({ id: "a", kind: "restore", backup: "x" }));
    await unsigned();
    await unsigned();
    const message = "the order is not signed by the stack of this machine";
    assert.deepEqual(told(), { id: "a", kind: "restore", result: "refused", message, at: undefined });
    assert.equal(host.read("mnt/state/orders.jsonl").trim().split("\n").length, 1);
    host.write("fake/kill", "");
    await order({ id: "b", kind: "backup" });
    await unsigned();
    assert.equal(told()["result"], "running");
    await poll();
    assert.equal(told()["result"], "done");
    assert.deepEqual(asked(), ["backup.sh --id b", "backup.sh --id b"]);
  });

  it("survive a status that is damaged, in which converge then finds out again what is in place", async () => {
    host.write("mnt/state/status.json", '{"result": "rea');
    assert.equal((await order({ id: "a", kind: "backup" }))["result"], "done");
    assert.deepEqual(Object.keys(JSON.parse(host.read("mnt/state/status.json")) as object), ["order"]);
  });

  it("survive a journal whose last line was cut off", async () => {
    await order({ id: "a", kind: "backup" });
    host.write("mnt/state/orders.jsonl", `${host.read("mnt/state/orders.jsonl")}{"id":"b","ki`);
    await order({ id: "a", kind: "backup" });
    await order({ id: "c", kind: "backup" });
    await order({ id: "c", kind: "backup" });
    assert.deepEqual(asked(), ["backup.sh --id a", "backup.sh --id c"]);
  });

  it("back up daily at the hour of the config, first the next time it is that hour, and again an hour later when it failed", async () => {
    arranged(3);
    const day = (date: number, hours: number) => new Date(Date.UTC(2026, 10, date, hours));
    await poll(day(20, 14));
    await poll(day(21, 2));
    assert.deepEqual(asked(), []);
    host.write("fake/code", "4");
    await poll(day(21, 3));
    assert.equal(told("backup")["result"], "failed");
    await poll(new Date(day(21, 3).getTime() + hour / 2));
    assert.deepEqual(asked(), ["backup.sh --kind daily"]);
    host.write("fake/code", "0");
    await poll(day(21, 4));
    assert.deepEqual(told("backup"), { result: "done", message: "done as asked", at: undefined });
    await poll(day(21, 23));
    await poll(day(22, 2));
    assert.deepEqual(asked(), ["backup.sh --kind daily"]);
    await poll(day(22, 3));
    assert.deepEqual(asked(), ["backup.sh --kind daily"]);
  });

  it("rehearse each so many days; nothing is due while an upgrade or a restore is not over", async () => {
    arranged(3, 2);
    const day = (date: number) => new Date(Date.UTC(2026, 10, date, 5));
    await poll(day(20));
    await poll(day(21));
    host.write("mnt/state/journal.json", "{}");
    await poll(day(22));
    assert.deepEqual(asked(), ["backup.sh --kind daily"]);
    await host.run("rm", [`${host.folder}/mnt/state/journal.json`]);
    await poll(day(22));
    assert.deepEqual(asked(), ["backup.sh --kind daily", "drill.sh"]);
    assert.equal(told("drill")["result"], "done");
    host.write("mnt/state/drill.running", "");
    await poll(day(22));
    assert.deepEqual(asked(), ["drill.sh --sweep"]);
  });
});
