/** What a person needs to know who has an instance in hand. */
export interface ExtractedInstance {
  /** Opaque name, also that of its stack. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** Why it was extracted. */
  readonly reason: string;
  /** Address of the backend. */
  readonly backend: string;
  /** Release that runs. */
  readonly release: string;
}

/** The page beside an extracted instance's files, in Markdown. */
export function extractedPage({ id, slug, reason, backend, release }: ExtractedInstance): string {
  return `# ${slug} (${id}), in the hands of a person

Extracted because: ${reason}. It ran ${release}. Rollouts and the other verbs of the fleet leave it alone until it is taken back.

| file                | what it is                                                             |
| ------------------- | ---------------------------------------------------------------------- |
| \`Pulumi.yaml\`       | the project                                                            |
| \`Pulumi.${id}.yaml\` | its config, as it was deployed; change what is to be changed here      |
| \`state.json\`        | its state when it was extracted, secrets encrypted; keep it to yourself |

\`\`\`sh
export PULUMI_BACKEND_URL=${backend}
pulumi preview --stack ${id}
pulumi up --stack ${id}
pulumi stack import --stack ${id} --file state.json # back to the state of then; changes nothing in the cloud
\`\`\`

\`sgbox fleet take-back ${slug}\` in the folder of the fleet takes it back: refused while what runs is not what its file says, and
\`--accept\` writes into the file what runs.
`;
}
