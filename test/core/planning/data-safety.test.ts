import assert from "node:assert/strict";
import fc from "fast-check";
import { dataProblems, type DataResource } from "../../../components/core/planning/data-safety";

const disk: DataResource = { name: "sg-data", kind: "disk", place: "us-east-1a", sizeGb: 500, type: "gp3" };
const password: DataResource = { name: "sg-pgsqlPassword", kind: "secret", place: "aws" };

function problems(after: readonly DataResource[], cloud = "aws", allowed: readonly string[] = []): string[] {
  return dataProblems([disk, password], after, allowed, cloud).map(({ path, message }) => `'${path}' ${message}`);
}

const allow = (name: string) => `keep it as it is, or add "${name}" to 'allowDataLoss' if its data may be lost`;

describe("data safety", () => {
  it("lets data stay, grow and be joined by more", () => {
    assert.deepEqual(problems([disk, password]), []);
    assert.deepEqual(problems([{ ...disk, sizeGb: 600, type: "io2" }, password, { ...disk, name: "sg-more" }]), []);
  });

  it("names everything that would be removed", () =>
    assert.deepEqual(problems([]), [
      `'sg-data' would be removed (disk in us-east-1a); ${allow("sg-data")}`,
      `'sg-pgsqlPassword' would be removed (secret in aws); ${allow("sg-pgsqlPassword")}`,
    ]));

  it("refuses a disk that shrinks", () =>
    assert.deepEqual(problems([{ ...disk, sizeGb: 499 }, password]), [
      `'sg-data' would shrink from 500 GB to 499 GB, and a disk only grows; ${allow("sg-data")}`,
    ]));

  it("refuses a disk that moves", () =>
    assert.deepEqual(problems([{ ...disk, place: "us-east-1b" }, password]), [
      `'sg-data' would move from us-east-1a to us-east-1b, and a disk cannot move; ${allow("sg-data")}`,
    ]));

  it("refuses a change of type on Google Cloud, where it replaces the disk", () =>
    assert.deepEqual(problems([{ ...disk, type: "pd-ssd" }, password], "gcp"), [
      `'sg-data' would change from type gp3 to pd-ssd, which replaces the disk on gcp; ${allow("sg-data")}`,
    ]));

  it("lets go what is named, and nothing else", () => {
    const names = fc.subarray(["sg-data", "sg-pgsqlPassword"]);
    fc.assert(
      fc.property(names, (allowed) => {
        const refused = dataProblems([disk, password], [], allowed, "aws").map(({ path }) => path);
        assert.deepEqual([...refused, ...allowed].sort(), ["sg-data", "sg-pgsqlPassword"]);
      }),
    );
  });
});
