import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { readDeletionJournal, type DeletionEvent } from "../../components/core/planning/fleet/deletion-journal";

const deletions = path.join(".fleet", "deletions");

/** Folder of the files of instances that are gone. */
export const goneFolder = path.join("instances", "gone");

/** The journal of one instance's deletion. */
export class DeletionFiles {
  private constructor(
    /** The journal. */
    readonly file: string,
    /** File that what the engine says is kept in. */
    readonly log: string,
    private readonly written: DeletionEvent[],
  ) {}

  /** Opens the journal of an instance; an empty one where there never was a deletion. Nothing is written yet. */
  static of(fleet: string, id: string): DeletionFiles {
    const file = path.join(fleet, deletions, `${id}.jsonl`);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const events = readDeletionJournal(text);
    // A line that was cut off by a crash must not become part of the next.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole !== text) writeFileSync(file, whole);
    return new DeletionFiles(file, path.join(fleet, deletions, `${id}.log`), events);
  }

  /** What was written so far. */
  get events(): readonly DeletionEvent[] {
    return this.written;
  }

  /** Writes an event down; it is on the disk when this returns. */
  write(event: DeletionEvent): void {
    mkdirSync(path.dirname(this.file), { recursive: true });
    const file = openSync(this.file, "a");
    try {
      writeSync(file, `${JSON.stringify(event)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.written.push(event);
  }
}

/** An instance that is gone, by its file. */
export interface GoneInstance {
  readonly id: string;
  readonly slug: string;
  /** Its file, relative to the fleet's folder. */
  readonly file: string;
}

/** Finds an instance that is gone, by id or slug. */
export function goneInstance(fleet: string, given: string): GoneInstance | undefined {
  const folder = path.join(fleet, goneFolder);
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name): GoneInstance => {
      const { id, slug } = parse(readFileSync(path.join(folder, name), "utf8")) as { id: string; slug: string };
      return { id, slug, file: path.join(goneFolder, name) };
    })
    .find(({ id, slug }) => id === given || slug === given);
}
