/** What the backend has written down of the last update of a stack. */
export interface UpdateRecord {
  /** What the update was told to be for. */
  readonly message?: string;
  /** What the engine noted of where it ran, e.g. `git.author`. */
  readonly environment?: Readonly<Record<string, string>>;
}

const byFleet = /^sgbox fleet: [^]*, by (.+)$/;

/** What an update of this library says it is for, so that the backend's history says who made it. */
export function changeMessage(what: string, by: string): string {
  return `sgbox fleet: ${what}, by ${by}`;
}

/** Who made an update: whom its message names, else the author of the commit it was made from; undefined where nobody knows. */
export function changedBy({ message = "", environment = {} }: UpdateRecord): string | undefined {
  return byFleet.exec(message)?.[1] ?? environment["git.author"] ?? environment["git.committer"];
}
