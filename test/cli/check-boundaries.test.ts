import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { BoundaryChanges } from "../../components/core/rendering/boundary/compare";
import type { BoundaryReport } from "../../components/core/rendering/boundary/model";
import { folderWith, sgbox, stackFile } from "./support";

const config = {
  cloud: "aws",
  region: "us-east-1",
  release: "7.5.4453",
  size: "XS",
  access: { allowedCidrs: ["10.0.0.0/8"] },
};
const exceptions = [
  { rule: "B-K02", resource: "sourcegraph-key", reason: "one key", owner: "platform", expires: "2027-01-31" },
];

interface Printed {
  readonly boundaries: BoundaryReport;
  readonly changes?: BoundaryChanges;
  readonly compared: boolean;
  readonly passed: boolean;
}

describe("sgbox check, against an older report on the boundaries", function () {
  this.timeout(60_000);
  const files = {
    "Pulumi.x.yaml": stackFile(config),
    "Pulumi.now.yaml": stackFile({ ...config, boundaries: { exceptions } }),
  };

  /** A folder with what a check of the first stack printed. */
  async function before(): Promise<string> {
    const folder = folderWith(files);
    assert.deepEqual(await sgbox(["check", "--stack", "Pulumi.x.yaml", "--json", "--out", "old.json"], { folder }), {
      code: 0,
      stdout: "",
      stderr: "wrote old.json\n",
    });
    return folder;
  }

  it("says that nothing changed, in every format", async () => {
    const folder = await before();
    for (const format of ["text", "markdown", "html"]) {
      const args = ["check", "--stack", "Pulumi.x.yaml", "--against", "old.json", "--format", format];
      const { code, stdout, stderr } = await sgbox(args, { folder });
      assert.deepEqual([code, stderr], [0, ""], format);
      assert.match(stdout, /as they were in the report on Pulumi\.x\.yaml of 2026-11-21/, format);
    }
  });

  it("says what changed, in every format", async () => {
    const folder = await before();
    const args = ["check", "--stack", "Pulumi.now.yaml", "--against", "old.json"];
    const { code, stdout } = await sgbox([...args, "--json"], { folder });
    const { changes, compared, passed } = JSON.parse(stdout) as Printed;
    assert.deepEqual([code, compared, passed], [0, true, true]);
    const lists = Object.entries(changes ?? {}).filter(([, list]) => Array.isArray(list) && list.length > 0);
    assert.deepEqual(
      lists.map(([name]) => name),
      ["findings", "exceptions"],
    );
    assert.deepEqual(changes?.exceptions, [
      {
        change: "new",
        what: "B-K02 sourcegraph-key",
        after: "until 2027-01-31; owner platform; reason one key",
      },
    ]);
    const text = (await sgbox(args, { folder })).stdout;
    assert.match(
      text,
      /^Boundaries, compared {2}2 changes since the report on Pulumi\.x\.yaml of 2026-11-21, none of them for the worse$/m,
    );
    assert.match(text, /^ {2}new +B-K02 sourcegraph-key +until 2027-01-31; owner platform; reason one key$/m);
    const markdown = (await sgbox([...args, "--format", "markdown"], { folder })).stdout;
    assert.match(
      markdown,
      /^\| new \| B-K02 sourcegraph-key \| {2}\| until 2027-01-31; owner platform; reason one key \|$/m,
    );
    const page = (await sgbox([...args, "--format", "html"], { folder })).stdout;
    assert.match(page, /<section id="changes-exceptions">/);
  });

  it("takes the report alone too, and keeps its exit codes", async () => {
    const folder = await before();
    const { boundaries } = JSON.parse(readFileSync(path.join(folder, "old.json"), "utf8")) as Printed;
    const other = folderWith({
      "Pulumi.x.yaml": stackFile({ ...config, boundaries: { enforce: true } }),
      "old.json": JSON.stringify(boundaries),
    });
    const { code, stdout } = await sgbox(["check", "--stack", "Pulumi.x.yaml", "--against", "old.json"], {
      folder: other,
    });
    assert.equal(code, 3);
    assert.match(stdout, /as they were in the report on Pulumi\.x\.yaml/);
  });

  it("answers what is no report, or one of another version, with exit code 2", async () => {
    const folder = folderWith({
      ...files,
      "none.json": "null",
      "newer.json": '{"report":"boundaries","schema":2}',
      "part.json": '{"boundaries":{"report":"boundaries","schema":1,"of":"x"}}',
    });
    const run = async (file: string) => {
      const { code, stderr } = await sgbox(["check", "--stack", "Pulumi.x.yaml", "--against", file], { folder });
      return [code, stderr.split("\n")[1]];
    };
    const how =
      "write a manifest with sgbox outputs --stack STACK --json, or a report with sgbox check --stack STACK --json";
    const again = "write it again with sgbox check --stack STACK --json";
    assert.deepEqual(
      [await run("gone.json"), await run("none.json"), await run("newer.json"), await run("part.json")],
      [
        [2, `  - 'against' is "gone.json", which cannot be read; ${how}`],
        [2, `  - 'against' is "none.json", which holds neither a manifest nor a report on boundaries; ${how}`],
        [2, `  - 'against' is "newer.json", a report on boundaries that has schema 2, and only 1 is known; ${again}`],
        [2, `  - 'against' is "part.json", a report on boundaries that is not whole; ${again}`],
      ],
    );
  });

  it("answers a file that cannot be written with exit code 2", async () => {
    const folder = folderWith(files);
    const { code, stdout, stderr } = await sgbox(["check", "--stack", "Pulumi.x.yaml", "--out", "no/where.txt"], {
      folder,
    });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.equal(
      stderr,
      "sgbox: the check cannot be written:\n  - 'out' is \"no/where.txt\", which cannot be written to; give the path of a file in a folder that exists\n",
    );
  });
});
