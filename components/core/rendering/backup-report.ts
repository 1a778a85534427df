import { newestFirst, type Kept } from "../planning/vm/backups";
import type { Section } from "./section";

const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes as a person reads them, in powers of a thousand. */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ""}`;
}

/** Time between two moments as a person reads it. */
export function ageText(at: string, now: string): string {
  const minutes = Math.max(0, Math.floor((Date.parse(now) - Date.parse(at)) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

const kinds: Readonly<Record<string, string>> = {
  daily: "each day",
  order: "when ordered",
  safety: "before a restore",
  upgrade: "before an upgrade",
  other: "by somebody else",
};

/** Everything an instance can be brought back from, newest first. */
export function backupSections({ backups, snapshots }: Kept, now: string): Section[] {
  const columns = [
    { title: "id" },
    { title: "taken" },
    { title: "age", align: "right" as const },
    { title: "release" },
    { title: "size", align: "right" as const },
    { title: "why" },
  ];
  const row = (
    { id, at, kind, release = "?" }: { id: string; at: string; kind: string; release?: string },
    size: string,
  ) => [id, at.slice(0, 16).replace("T", " "), ageText(at, now), release, size, kinds[kind] ?? kind];
  return [
    {
      id: "backups",
      title: "Backups",
      summary: backups.length === 0 ? "none; sgbox backup makes one" : "dumps of the databases",
      columns,
      rows: newestFirst(backups).map((backup) => row(backup, bytesText(backup.bytes))),
    },
    {
      id: "snapshots",
      title: "Snapshots",
      summary: snapshots.length === 0 ? "none" : "of the whole data disk",
      columns,
      rows: newestFirst(snapshots).map((snapshot) => row(snapshot, `${snapshot.diskGb} GB`)),
    },
  ];
}
