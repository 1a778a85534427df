/** A text as every cloud takes it for a label: lower-case letters, digits, dashes and underscores, 63 at most. */
export function labelText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .slice(0, 63);
}
