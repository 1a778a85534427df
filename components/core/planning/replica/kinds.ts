/** Kinds of code hosts that Sourcegraph connects to. */
export const codeHostKinds = [
  "github",
  "githubEnterprise",
  "gitlab",
  "bitbucketServer",
  "bitbucketCloud",
  "azureDevOps",
  "gerrit",
  "gitolite",
  "perforce",
  "phabricator",
  "other",
] as const;

/** A kind of code host. */
export type CodeHostKind = (typeof codeHostKinds)[number];

/** What the customer cannot do without, which a replica has to bring of its own. */
export const ownParts = ["proxy", "privateCa", "registry"] as const;

/** Something the customer has outside of Sourcegraph, that a replica has to have of its own. */
export type OwnPart = (typeof ownParts)[number];
