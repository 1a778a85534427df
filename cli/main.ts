#!/usr/bin/env node
import { putOffModules } from "./late-modules";
import { run } from "./program";
import { processTerminal } from "./terminal";

putOffModules();
// Whoever reads the output may stop before its end, as `head` does; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
void run(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});
