import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { keepDrift, readDrift } from "../../cli/fleet/drift-file";
import type { InstanceStatus } from "../../components/core/planning/fleet/status";
import { instanceFile } from "../support/fleet";
import { sgbox } from "./support";

describe("sgbox status", () => {
  let folder: string;
  let server: Server;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-status-"));
    server = createServer((request, response) => {
      response.statusCode = request.url === "/healthz" ? 200 : 503;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const states = join(folder, "states/.pulumi/stacks/sourcegraph");
    for (const part of ["instances", ".fleet"]) mkdirSync(join(folder, part));
    mkdirSync(states, { recursive: true });
    const backend = pathToFileURL(join(folder, "states")).href;
    writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "managed", backend }));
    const urls = [`http://127.0.0.1:${port}`, "http://127.0.0.1:1", undefined];
    urls.forEach((url, number) => {
      writeFileSync(join(folder, "instances", `${number}.yaml`), stringify(instanceFile(number)));
      const outputs = url === undefined ? {} : { url };
      const latest = { resources: [{ type: "pulumi:pulumi:Stack", outputs }] };
      writeFileSync(join(states, `${instanceFile(number).id}.json`), JSON.stringify({ checkpoint: { latest } }));
    });
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const rows = async (...args: string[]): Promise<InstanceStatus[]> => {
    const { code, stdout, stderr } = await sgbox(["status", "--fleet", folder, "--json", ...args]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as InstanceStatus[];
  };

  it("asks for health only when told to, and tells who is well, who is silent and who has no address", async () => {
    assert.deepEqual(
      (await rows()).map(({ health }) => health),
      [undefined, undefined, undefined],
    );
    assert.deepEqual(
      (await rows("--health")).map(({ health }) => health),
      ["healthy", "silent", "no address"],
    );
    assert.deepEqual(
      (await rows("--health", "--select", 'instance.slug == "customer-1"')).map(({ health }) => health),
      ["silent"],
    );
  });

  it("tells what the last look for drift found, and what to do with a result that cannot be read", async () => {
    const file = join(folder, ".fleet/drift.json");
    const [at, later] = ["2026-11-20T01:00:00Z", "2026-11-21T01:00:00Z"];
    const resources = [{ type: "a" }];
    keepDrift(
      folder,
      { "src-00000000": { at, differs: 0, resources: [] }, "src-00000001": { at, differs: 4, resources } },
      undefined,
    );
    // A look at some leaves what is known of the others.
    keepDrift(folder, { "src-00000000": { at: later, differs: 1, resources } }, readDrift(folder));
    assert.deepEqual(
      (await rows()).map(({ drift }) => drift),
      [{ differs: 1, at: later }, { differs: 4, at }, undefined],
    );
    assert.deepEqual(readDrift(folder)?.instances["src-00000001"]?.resources, resources);
    writeFileSync(file, `{"at":`);
    const { code, stderr } = await sgbox(["status", "--fleet", folder]);
    rmSync(file);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      "sgbox: the drift is not known:\n  - '.fleet/drift.json' cannot be read; remove it, and 'sgbox fleet drift' writes it anew\n",
    );
  });

  it("writes a page beside what it prints, and says where; a folder that is not there is said", async () => {
    const { code, stdout, stderr } = await sgbox(["status", "--html", "status.html"], { folder });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Fleet managed {2}3 not deployed\n/);
    assert.equal(stderr, "wrote status.html\n");
    const page = readFileSync(join(folder, "status.html"), "utf8");
    assert.equal(page.match(/<tr role="row"><td/g)?.length, 3);
    const nowhere = await sgbox(["status", "--html", "nowhere/status.html"], { folder });
    assert.equal(nowhere.code, 2);
    const whole = join(folder, "nowhere/status.html");
    assert.equal(
      nowhere.stderr,
      `sgbox: the page cannot be written:\n  - 'html' is "nowhere/status.html", which cannot be written: ENOENT: no such file or directory, open '${whole}'\n`,
    );
  });
});
