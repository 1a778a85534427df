/** Zones of a region, by their letters, where they are not a, b and c. Accounts of AWS differ in us-west-1. */
const letters: Readonly<Record<string, readonly string[]>> = {
  // AWS
  "us-west-1": ["a", "c"],
  "ca-central-1": ["a", "b", "d"],
  "ap-northeast-1": ["a", "c", "d"],
  // Google Cloud
  "us-east1": ["b", "c", "d"],
  "europe-west1": ["b", "c", "d"],
};

/** The zones of a region a cluster stands in: three, or two where the region has no more. */
export function zonesOf(cloud: "aws" | "gcp", region: string): readonly string[] {
  const known = letters[region] ?? ["a", "b", "c"];
  return known.map((letter) => (cloud === "aws" ? `${region}${letter}` : `${region}-${letter}`));
}
