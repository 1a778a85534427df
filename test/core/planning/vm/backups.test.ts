import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../../../components/core/errors";
import {
  findSource,
  parseBackup,
  requireRelease,
  snapshotOf,
  type Backup,
  type DiskSnapshot,
  type Kept,
} from "../../../../components/core/planning/vm/backups";
import { restoreSteps } from "../../../../components/core/planning/vm/restore-steps";
import { ageText, backupSections, bytesText } from "../../../../components/core/rendering/backup-report";

const backup = (id: string, at: string, release = "7.5.4453"): Backup => ({
  id,
  kind: "daily",
  release,
  at,
  bytes: 5_200_000,
  databases: [{ service: "pgsql", bytes: 5_200_000, rows: 42 }],
});
const snapshot = (id: string, at: string, release?: string): DiskSnapshot => ({
  id,
  kind: release === undefined ? "daily" : "upgrade",
  at,
  diskGb: 500,
  ...(release !== undefined && { release }),
});
const kept: Kept = {
  backups: [
    backup("20261119T030000Z", "2026-11-19T03:00:10Z", "7.4.0"),
    backup("20261121T030000Z", "2026-11-21T03:00:10Z"),
    backup("20261121T120000Z", "2026-11-21T12:00:10Z"),
  ],
  snapshots: [
    snapshot("snap-1", "2026-11-18T03:00:00Z"),
    snapshot("snap-2", "2026-11-20T10:00:00Z", "7.4.0"),
    snapshot("snap-3", "2026-11-21T03:00:00Z"),
  ],
};
const thrown = (run: () => unknown): Error => {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
};

describe("what backup.json tells", () => {
  const text = (more: object = {}) =>
    JSON.stringify({
      schema: 1,
      id: "20261121T030000Z",
      kind: "daily",
      name: "sourcegraph",
      release: "7.5.4453",
      digest: "d",
      at: "2026-11-21T03:00:10Z",
      complete: true,
      databases: [
        {
          name: "frontend",
          service: "pgsql",
          bytes: 1000,
          tables: [
            { name: "a", rows: 2 },
            { name: "b", rows: 3 },
          ],
        },
        { name: "codeIntel", service: "codeintel-db", bytes: 24, tables: [] },
      ],
      ...more,
    });

  it("is sizes and rows of each database", () =>
    assert.deepEqual(parseBackup(text()), {
      id: "20261121T030000Z",
      kind: "daily",
      release: "7.5.4453",
      at: "2026-11-21T03:00:10Z",
      bytes: 1024,
      databases: [
        { service: "pgsql", bytes: 1000, rows: 5 },
        { service: "codeintel-db", bytes: 24, rows: 0 },
      ],
    }));

  it("is nothing of a backup that is not complete, of another form, or no JSON", () => {
    for (const of of [text({ complete: false }), text({ schema: 2 }), "", "{"])
      assert.equal(parseBackup(of), undefined);
  });
});

describe("what is restored", () => {
  it("is a backup or a snapshot by its id, and by a day its last backup, or else its last snapshot", () => {
    const found = (from: string) => {
      const source = findSource(from, kept);
      return source.kind === "backup" ? source.backup.id : source.snapshot.id;
    };
    assert.deepEqual(["20261119T030000Z", "snap-2", "2026-11-21", "2026-11-20"].map(found), [
      "20261119T030000Z",
      "snap-2",
      "20261121T120000Z",
      "snap-2",
    ]);
  });

  it("is refused by naming the newest there are", () => {
    const unknown = thrown(() => findSource("20261121", kept));
    assert.ok(unknown instanceof InputError);
    assert.equal(
      unknown.message,
      `there is nothing to restore from:\n  - 'from' is "20261121", which is neither a backup nor a snapshot; the newest are: backups 20261121T120000Z (2026-11-21), 20261121T030000Z (2026-11-21), 20261119T030000Z (2026-11-19); snapshots snap-3 (2026-11-21), snap-2 (2026-11-20), snap-1 (2026-11-18)`,
    );
    assert.equal(
      thrown(() => findSource("2026-11-17", { backups: [], snapshots: [] })).message,
      `there is nothing to restore from:\n  - 'from' is "2026-11-17", a day of which there is nothing; there is neither a backup nor a snapshot`,
    );
  });

  it("has to be of the release that is deployed; else the way there is instead is told", () => {
    const target = { stack: "prod", release: "7.5.4453" };
    requireRelease(findSource("2026-11-21", kept), target, kept);
    // Of a daily snapshot only the disk itself knows.
    requireRelease(findSource("snap-1", kept), target, kept);
    const way = `set 'release' to 7.4.0 in the stack file and add "restore" to 'acknowledge', then sgbox up --stack prod, then sgbox restore --stack prod --from snap-2`;
    const refused = (from: string, of: Kept) => thrown(() => requireRelease(findSource(from, kept), target, of));
    assert.ok(refused("snap-2", kept) instanceof RefusedError);
    const intro = (id: string) =>
      `the restore is refused:\n  - 'from' is ${id} of release 7.4.0, and 7.5.4453 is deployed; what was taken at a release is restored at that release: `;
    assert.equal(refused("snap-2", kept).message, `${intro("snap-2")}${way}`);
    assert.equal(
      refused("20261119T030000Z", kept).message,
      `${intro("20261119T030000Z")}snapshot snap-2 is of 7.4.0, too, and brings the whole disk back: ${way}`,
    );
    assert.equal(
      refused("20261119T030000Z", { ...kept, snapshots: [] }).message,
      `${intro("20261119T030000Z")}deploy a second stack of 7.4.0, restore into it by --into, and upgrade that`,
    );
  });

  it("is shown step by step with what each changes", () => {
    const ways = { from: "prod", into: "prod" };
    assert.deepEqual(
      restoreSteps(findSource("snap-2", kept), ways).map(({ what }) => what),
      [
        "make a volume of 500 GB from snapshot snap-2",
        "attach it to the machine, beside its data disk",
        "stop everything on the machine, and copy the volume over the data disk",
        "start what is on the disk",
        "detach the volume and delete it",
      ],
    );
    const steps = restoreSteps(findSource("2026-11-21", kept), { from: "prod", into: "new" });
    assert.deepEqual(
      [steps[0]?.what, steps.at(-1)?.effect],
      [
        "copy backup 20261121T120000Z from where prod keeps its own to where new does",
        "what was written since 2026-11-21T12:00:10Z is only in the backup just taken",
      ],
    );
    assert.equal(restoreSteps(findSource("2026-11-21", kept), ways).length, steps.length - 1);
  });
});

describe("a snapshot", () => {
  it("tells its release where it was taken before an upgrade, on both clouds", () => {
    const of = { id: "s", at: "2026-11-20T10:00:00Z", diskGb: 500 };
    for (const begin of ["Sourcegraph prod", "data of Sourcegraph prod"])
      assert.deepEqual(snapshotOf(of, `${begin} before the upgrade from 7.4.0 to 7.5.4453`, false), {
        ...of,
        kind: "upgrade",
        release: "7.4.0",
      });
    assert.deepEqual(snapshotOf(of, "", true), { ...of, kind: "daily" });
    assert.deepEqual(snapshotOf(of, "mine", false), { ...of, kind: "other" });
  });
});

describe("the list of what is kept", () => {
  it("shows the newest first, with age, release and size", () => {
    const [backups, snapshots] = backupSections(kept, "2026-11-22T05:00:10Z");
    assert.deepEqual(backups?.rows[0], [
      "20261121T120000Z",
      "2026-11-21 12:00",
      "17 h",
      "7.5.4453",
      "5.2 MB",
      "each day",
    ]);
    assert.deepEqual(snapshots?.rows, [
      ["snap-3", "2026-11-21 03:00", "26 h", "?", "500 GB", "each day"],
      ["snap-2", "2026-11-20 10:00", "43 h", "7.4.0", "500 GB", "before an upgrade"],
      ["snap-1", "2026-11-18 03:00", "4 days", "?", "500 GB", "each day"],
    ]);
    const [none] = backupSections({ backups: [], snapshots: [] }, "2026-11-22T05:00:10Z");
    assert.equal(none?.summary, "none; sgbox backup makes one");
  });

  it("writes sizes and ages as a person reads them", () => {
    assert.deepEqual([0, 999, 1000, 123_456, 5.25e9, 2e15].map(bytesText), [
      "0 B",
      "999 B",
      "1.0 kB",
      "123 kB",
      "5.3 GB",
      "2000 TB",
    ]);
    const now = "2026-11-22T05:00:00Z";
    assert.deepEqual(
      ["2026-11-22T05:10:00Z", "2026-11-22T03:01:00Z", "2026-11-20T06:00:00Z", "2026-11-20T05:00:00Z"].map((at) =>
        ageText(at, now),
      ),
      ["0 min", "119 min", "47 h", "2 days"],
    );
  });
});
