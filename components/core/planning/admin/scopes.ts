import type { AdminPermission } from "../../product/admin/description";

// Scopes are `service::permission::action`. The first segment is the service that honours it, and so stands for its audience.

/** A scope in its parts. */
export interface Scope extends AdminPermission {
  /** First segment: the scope name of the service that honours it. */
  readonly service: string;
}

const grammar = /^([a-z_]{1,30})::([a-z_.]{1,215})::(read|write|delete)$/;

/** A scope as text. */
export function scopeText({ service, permission, action }: Scope): string {
  return `${service}::${permission}::${action}`;
}

/** The parts of a scope; undefined for a text that is none. */
export function scopeOf(text: string): Scope | undefined {
  const [, service, permission, action] = grammar.exec(text) ?? [];
  if (service === undefined || permission === undefined) return undefined;
  return { service, permission, action: action as Scope["action"] };
}

/** What a scope may be, in words. */
export const scopeGrammar =
  "SERVICE::PERMISSION::ACTION with at most 30 of a-z and _, at most 215 of a-z, _ and ., and read, write or delete; at most 255 characters in all";
