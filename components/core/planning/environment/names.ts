/** What the historical name of a role calls a kind of environment. */
const kindWords = { replica: "Replica", managed: "Managed" } as const;

/** Longest names that the clouds take. */
export const nameLimits = { accountName: 50, email: 64, role: 64, permissionSet: 32, project: 30, label: 63 } as const;

/** Opaque name of an instance, which stands in names of resources in place of the customer's. */
export const opaqueName = /^src-[0-9a-f]{8,20}$/;

/** Type of the resource that is a member account of AWS. */
export const accountType = "aws:organizations/account:Account";

/** The historical name of the role that a team shares, such as `AcmeCorpReplicaSharedAccessRole`. */
export function sharedRoleName(customer: string, kind: keyof typeof kindWords): string {
  return `${customer}${kindWords[kind]}SharedAccessRole`;
}

/** The customer as a label of Google Cloud has it. */
export function customerLabel(customer: string): string {
  return customer.toLowerCase();
}

/** Name of the set of permissions in IAM Identity Center. */
export function permissionSetName(name: string, permissions: string): string {
  return `${name}-${permissions}`;
}

/** Name of the policy that an instance's account is under as long as its instance is there. */
export function guardRailName(name: string): string {
  return `${name}-guard`;
}
