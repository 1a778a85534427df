import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import type { Terminal } from "../terminal";

/** A change of one resource. */
export interface Change {
  readonly op: OpType;
  readonly type: string;
  readonly name: string;
}

const doing: Readonly<Partial<Record<OpType, readonly [planned: string, done: string]>>> = {
  create: ["create", "created"],
  update: ["update", "updated"],
  delete: ["delete", "deleted"],
  replace: ["replace", "replaced"],
  "create-replacement": ["create the replacement of", "created the replacement of"],
  "delete-replaced": ["delete the replaced", "deleted the replaced"],
  import: ["import", "imported"],
  discard: ["forget", "forgot"],
};

/** Type as a person reads it: `docker:index/container:Container` is `docker Container`. */
function typeText(type: string): string {
  const [provider = "", , name = ""] = type.split(":");
  return `${provider} ${name}`;
}

/** Removes the engine's marks for colours. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "");
}

/** Follows the events of one run of the engine: tells what happens in short lines, and keeps what is asked for later. */
export class Progress {
  readonly changes: Change[] = [];
  /** Texts of the errors the engine, a provider or the program reported. */
  readonly errors: string[] = [];
  private unchanged = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly kind: "planned" | "done",
    private readonly isQuiet = false,
  ) {}

  /** Takes an event of the engine. */
  readonly take = (event: EngineEvent): void => {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = event;
    const step = (this.kind === "planned" ? resourcePreEvent : resOutputsEvent)?.metadata;
    if (step !== undefined && step.type !== "pulumi:pulumi:Stack" && !step.type.startsWith("pulumi:providers:"))
      this.note(step);
    if (resOpFailedEvent !== undefined) {
      const { type, urn } = resOpFailedEvent.metadata;
      this.terminal.note(`failed: ${typeText(type)} ${urn.split("::").at(-1) ?? ""}`);
    }
    if (diagnosticEvent === undefined || diagnosticEvent.ephemeral === true) return;
    const message = plain(diagnosticEvent.message).trim();
    if (message === "") return;
    if (diagnosticEvent.severity === "error") this.errors.push(message);
    else if (diagnosticEvent.severity === "warning") this.terminal.note(`warning: ${message}`);
    // What the check from outside tells; everything else at this level is of no use here.
    else if (/^(waiting|warning): /.test(message)) this.terminal.note(message);
  };

  private note({ op, type, urn }: { readonly op: OpType; readonly type: string; readonly urn: string }): void {
    const verbs = doing[op];
    if (verbs === undefined) {
      this.unchanged += op === "same" ? 1 : 0;
      return;
    }
    const name = urn.split("::").at(-1) ?? "";
    this.changes.push({ op, type, name });
    if (this.isQuiet) return;
    this.terminal.note(
      `${this.kind === "planned" ? "would " : ""}${verbs[this.kind === "planned" ? 0 : 1]} ${typeText(type)} ${name}`,
    );
  }

  /** How many changes there are of each kind. */
  get counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { op } of this.changes) counts[op] = (counts[op] ?? 0) + 1;
    return { ...counts, ...(this.unchanged > 0 && { same: this.unchanged }) };
  }

  /** The counts as a sentence. */
  get summary(): string {
    const counts = Object.entries(this.counts).filter(([op]) => op !== "same");
    const told = counts.map(([op, count]) => {
      const [planned = op, done = op] = doing[op as OpType] ?? [];
      return this.kind === "planned" ? `${count} to ${planned}` : `${count} ${done}`;
    });
    const changed = told.length === 0 ? "no change" : told.join(", ");
    return this.unchanged === 0 ? changed : `${changed}; ${this.unchanged} as they are`;
  }
}
