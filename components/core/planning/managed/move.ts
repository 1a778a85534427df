/** How data gets from one who serves it to another, in short. */
export function moveText(from: string, to: string | undefined): string {
  return from === "managed" || to === "managed"
    ? `move it by the steps that sgbox move prints ("Moving data" in docs/managed-services.md), with Sourcegraph stopped`
    : "move it by dump and restore with Sourcegraph stopped, by the steps that sgbox move prints";
}
