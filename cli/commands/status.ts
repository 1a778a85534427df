import type { Command } from "commander";
import { defineStatus } from "../fleet/status-verb";
import type { Terminal } from "../terminal";

/** Defines `sgbox status`. */
export function define(command: Command, terminal: Terminal): void {
  defineStatus(command, "sgbox status", terminal);
}
