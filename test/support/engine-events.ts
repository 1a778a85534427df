import * as fs from "node:fs";

/** One step of the engine on one resource. */
export interface Step {
  /** create, update, delete, same, replace, create-replacement, delete-replaced, read, refresh, import, discard, … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** The last part of the URN. */
  readonly name: string;
  /** Paths of the changed inputs, for updates and replacements. */
  readonly diff: readonly string[];
  /** The inputs which force a replacement. */
  readonly replaces: readonly string[];
  /** "planned" in a preview or when the engine ended before its answer. */
  readonly status: "planned" | "done" | "failed";
}

/** A message of the engine, a provider or the program. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly urn: string;
}

interface Metadata {
  op: string;
  urn: string;
  type: string;
  diffs?: string[] | null;
  keys?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
}

interface EngineEvent {
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata; planning?: boolean };
  resOpFailedEvent?: { metadata: Metadata };
  diagnosticEvent?: { severity: string; message: string; urn?: string };
}

const SILENT = new Set(["same", "read", "refresh"]);

function stepOf(metadata: Metadata): Step {
  return {
    op: metadata.op,
    urn: metadata.urn,
    type: metadata.type,
    name: metadata.urn.slice(metadata.urn.lastIndexOf("::") + 2),
    diff: Object.keys(metadata.detailedDiff ?? {}).length
      ? Object.keys(metadata.detailedDiff ?? {})
      : (metadata.diffs ?? []),
    replaces: metadata.keys ?? [],
    status: "planned",
  };
}

const isOwn = (type: string): boolean => type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");

/** Reads the engine's log of events into steps, changes and messages. A log cut short by a kill is read as far as it goes. */
export function readEvents(file: string): { steps: Step[]; changes: string[]; diagnostics: Diagnostic[] } {
  const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
  const steps: Step[] = [];
  const diagnostics: Diagnostic[] = [];
  const settle = (metadata: Metadata, status: Step["status"]): void => {
    const at = steps.findLastIndex((s) => s.urn === metadata.urn && s.op === metadata.op);
    const step = steps[at];
    if (step) steps[at] = { ...step, status };
  };
  for (const line of lines) {
    if (!line.endsWith("}")) continue;
    const event = JSON.parse(line) as EngineEvent;
    if (event.resourcePreEvent && !isOwn(event.resourcePreEvent.metadata.type))
      steps.push(stepOf(event.resourcePreEvent.metadata));
    if (event.resOutputsEvent && event.resOutputsEvent.planning !== true)
      settle(event.resOutputsEvent.metadata, "done");
    if (event.resOpFailedEvent) settle(event.resOpFailedEvent.metadata, "failed");
    const diagnostic = event.diagnosticEvent;
    if (diagnostic && (diagnostic.severity === "error" || diagnostic.severity === "warning")) {
      diagnostics.push({
        severity: diagnostic.severity,
        message: diagnostic.message.trim(),
        urn: diagnostic.urn ?? "",
      });
    }
  }
  const changes = steps.filter((s) => !SILENT.has(s.op)).map((s) => `${s.op} ${s.type} ${s.name}`);
  return { steps, changes, diagnostics };
}
