#!/usr/bin/env node
import { putOffModules } from "./late-modules";
import { run } from "./program";
import { processTerminal } from "./terminal";

putOffModules();
void run(process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});
