import type { PlannedGuardRail } from "../multi-tenant/guard-rails";

/** When a mail about spending goes out. */
export interface PlannedThreshold {
  /** Percent of the budget. */
  readonly percent: number;
  /** Whether of what was spent, or of what is foreseen. */
  readonly of: "actual" | "forecast";
}

/** A month's spending that is watched. */
export interface PlannedBudget {
  /** Name of the budget. */
  readonly name: string;
  /** Limit of a month, US dollars. */
  readonly monthlyUsd: number;
  /** Who is told. */
  readonly emails: readonly string[];
  /** When a mail goes out. */
  readonly thresholds: readonly PlannedThreshold[];
}

/** What every customer's environment has. */
export interface PlannedPlace {
  /** Opaque name, the stem of all names. */
  readonly name: string;
  /** Region of the instance. */
  readonly region: string;
  /** What it is for. */
  readonly kind: "replica" | "managed";
  /** Whether the account or project may be closed: it is no longer protected, and goes with the stack. */
  readonly closing: boolean;
  /** The spending that is watched. */
  readonly budget: PlannedBudget;
  /** Labels of account or project: the only place of the customer's name. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A set of permissions in IAM Identity Center, and the groups that have it. */
export interface PlannedPermissionSet {
  /** Name. */
  readonly name: string;
  /** Managed policy of AWS, without partition. */
  readonly policy: string;
  /** How long a session lasts, as ISO 8601. */
  readonly session: string;
  /** Ids of groups. */
  readonly groups: readonly string[];
}

/** A role that users of another account may switch to. */
export interface PlannedSharedRole {
  /** Name of the resource, without the customer. */
  readonly resource: string;
  /** Historical name. */
  readonly role: string;
  /** Account whose users may switch to it. */
  readonly account: string;
  /** Managed policy of AWS, without partition. */
  readonly policy: string;
}

/** A service control policy. */
export interface PlannedControlPolicy {
  /** Name of the resource. */
  readonly name: string;
  /** What it does, in words. */
  readonly statement: string;
  /** The policy, JSON. */
  readonly content: string;
}

/** The trail of who did what in an account. */
export interface PlannedTrail {
  /** Name of the trail. */
  readonly name: string;
  /** Bucket it is written to, in another account. */
  readonly bucket: string;
  /** ARN of the key it is encrypted by. */
  readonly keyArn: string;
}

/** Where people sign in to accounts. */
export interface PlannedSignOn {
  /** ARN of the instance of IAM Identity Center. */
  readonly instance: string;
  /** Its region; absent for that of the stack. */
  readonly region?: string;
  /** Address of its portal; absent where it is not known. */
  readonly portal?: string;
}

/** A customer's environment on AWS: a member account. */
export interface PlannedAwsEnvironment extends PlannedPlace {
  /** Cloud. */
  readonly cloud: "aws";
  /** Address of the account's root. */
  readonly email: string;
  /** Id of the organizational unit. */
  readonly parent: string;
  /** Role by which the organization gets in. */
  readonly role: string;
  /** What nobody in the account may do, as one service control policy: an account takes five. */
  readonly guardRail: PlannedControlPolicy;
  /** Where is written who did what. */
  readonly trail: PlannedTrail;
  /** Where people sign in; absent where nobody does. */
  readonly signOn?: PlannedSignOn;
  /** What people may do. */
  readonly permissionSets: readonly PlannedPermissionSet[];
  /** The historical role; absent without. */
  readonly sharedRole?: PlannedSharedRole;
}

/** A right of a group in a project, until a day. */
export interface PlannedGrant {
  /** Name of the resource. */
  readonly name: string;
  /** Mail address of the group. */
  readonly group: string;
  /** Role. */
  readonly role: string;
  /** Last day. */
  readonly until: string;
}

/** Where a project's audit log goes. */
export interface PlannedAudit {
  /** Bucket of logs. */
  readonly bucket: string;
  /** Project the bucket is in. */
  readonly project: string;
}

/** A customer's environment on Google Cloud: a project. */
export interface PlannedGcpEnvironment extends PlannedPlace {
  /** Cloud. */
  readonly cloud: "gcp";
  /** Id of the project. */
  readonly project: string;
  /** Folder it is in. */
  readonly folder: string;
  /** Billing account that pays. */
  readonly billingAccount: string;
  /** APIs that are switched on. */
  readonly services: readonly string[];
  /** What nobody in the project may do. */
  readonly guardRails: readonly PlannedGuardRail[];
  /** What people may do. */
  readonly grants: readonly PlannedGrant[];
  /** Where is written who did what. */
  readonly audit: PlannedAudit;
}

/** A customer's environment, decided. */
export type PlannedCustomerEnvironment = PlannedAwsEnvironment | PlannedGcpEnvironment;
