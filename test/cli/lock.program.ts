import { lockFleet } from "../../cli/fleet/lock";

// Tries for the lock of a folder at the moment it is told, says how that ended, and gives nothing back.
process.on("message", ({ folder, at }: { readonly folder: string; readonly at: number }) => {
  while (Date.now() < at);
  try {
    lockFleet(folder, new Date(at).toISOString());
    process.send?.("taken");
  } catch (error) {
    process.send?.((error as Error).message);
  }
});
process.send?.("ready");
