import { RefusedError, InputError, type Problem } from "../../errors";
import { dayAfter, daysBetween, isDay } from "../calendar";
import { parseStack, type StackSpecification } from "../config/parse-stack";
import { problemsOf, show } from "../config/problems";
import { completeSettings, stackConfigOf, type Fleet, type FleetInstance } from "./instance";
import { notifyProblems } from "./notify";
import { fleetSchema, instanceSchema, weekdays, type FleetConfig, type InstanceConfig } from "./schema";

/** What the folder of a fleet holds, read and parsed as YAML. */
export interface FleetFolder {
  /** What `fleet.yaml` says. */
  readonly fleet: unknown;
  /** What each file of `instances/` says, by its path in the folder. */
  readonly instances: Readonly<Record<string, unknown>>;
  /** What each file of `instances/gone/` says, by its path in the folder; default none. */
  readonly gone?: Readonly<Record<string, unknown>>;
  /** Texts of the files the instances' configs name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Whether an instance past its last day is a problem; default true. */
interface ReadOptions {
  readonly expired?: boolean;
}

/** Problems of an instance with itself and with today. */
function ownProblems(
  instance: InstanceConfig,
  settings: ReturnType<typeof completeSettings>,
  today: string,
  { expired = true }: ReadOptions,
): Problem[] {
  const { type, expires, state } = instance;
  // What is on its way out, or in a person's hands, may be past its last day: it keeps nobody from the others.
  const isApart = state === "leaving" || state === "extracted";
  const problems: Problem[] = [];
  const longest = type === "trial" || type === "replica" ? settings.expiryDays[type] : undefined;
  if (expires === undefined) {
    if (longest !== undefined)
      problems.push({
        path: "expires",
        message: `is missing; a ${type} needs its last day, at most ${longest} days from now`,
      });
  } else if (!isDay(expires))
    problems.push({ path: "expires", message: `is no day of the calendar, got ${show(expires)}` });
  else if (!isApart) {
    const away = daysBetween(today, expires);
    if (away < 0 && expired)
      problems.push({
        path: "expires",
        message: `is past, got ${expires}, today is ${today}; give a later day, or let 'sgbox fleet reap' remove the instance and its file`,
      });
    else if (longest !== undefined && away > longest)
      problems.push({
        path: "expires",
        message: `is ${away} days away, got ${expires}; a ${type} lives ${longest} days at most, so give a day up to ${dayAfter(today, longest)}`,
      });
  }
  for (const key of ["name", "release", "expires"] as const)
    if (instance.config[key] !== undefined)
      problems.push({ path: `config.${key}`, message: "is decided by the instance; remove it" });
  return problems;
}

/** Address of the account that is made for an instance; undefined without. */
function accountEmail({ config }: InstanceConfig): string | undefined {
  const { account } = (config["environment"] ?? {}) as { readonly account?: { readonly email?: unknown } };
  return typeof account?.email === "string" ? account.email : undefined;
}

/** Values that only one instance of a fleet may have, by where they are written. */
const unique: Readonly<Record<string, (instance: InstanceConfig) => string | undefined>> = {
  id: ({ id }) => id,
  slug: ({ slug }) => slug,
  email: ({ email }) => email,
  "config.environment.account.email": accountEmail,
};

function duplicateProblems(read: readonly { readonly file: string; readonly config: InstanceConfig }[]): Problem[] {
  return Object.entries(unique).flatMap(([path, of]) => {
    const holders = new Map<string, string>();
    return read.flatMap(({ file, config }): Problem[] => {
      const value = of(config);
      if (value === undefined) return [];
      const other = holders.get(value.toLowerCase());
      if (other === undefined) {
        holders.set(value.toLowerCase(), file);
        return [];
      }
      return [
        { path: `${file}: ${path}`, message: `is ${show(value)}, which ${other} has already; each needs its own` },
      ];
    });
  });
}

/** What no instance may have that one had which is gone: its stack, its copies or its account are still known by it. */
const forever = ["id", "email", "config.environment.account.email"] as const;

/** Problems with what belonged to instances that are gone. */
function goneProblems(
  read: readonly { readonly file: string; readonly config: InstanceConfig }[],
  gone: Readonly<Record<string, unknown>>,
): Problem[] {
  const ended = Object.entries(gone).map(([file, given]) => {
    const config = (given ?? {}) as Partial<InstanceConfig>;
    return { file, config: { ...config, config: config.config ?? {} } as InstanceConfig };
  });
  return forever.flatMap((path) =>
    read.flatMap(({ file, config }): Problem[] => {
      const value = unique[path]?.(config);
      const had = ended.find((each) => value?.toLowerCase() === unique[path]?.(each.config)?.toLowerCase());
      if (value === undefined || had === undefined) return [];
      // A deletion that was killed while it moved the file has left both; it goes on with this one.
      const { id, slug, state } = config;
      if (state === "leaving" && id === had.config.id && slug === had.config.slug) return [];
      return [
        {
          path: `${file}: ${path}`,
          message: `is ${show(value)}, which was that of ${had.file}, an instance that is gone; it is never used again, so give another`,
        },
      ];
    }),
  );
}

function instanceOf(file: string, config: InstanceConfig, specification: StackSpecification): FleetInstance {
  const {
    id,
    slug,
    type,
    channel = "stable",
    release,
    state = config.config["suspended"] === true ? "suspended" : "active",
    reason,
    expires,
    maintenance,
    labels = {},
    features = [],
    email,
  } = config;
  return {
    file,
    id,
    slug,
    type,
    channel,
    release,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(expires === undefined ? {} : { expires }),
    ...(maintenance === undefined
      ? {}
      : { maintenance: { ...maintenance, days: maintenance.days.map((day) => weekdays.indexOf(day)) } }),
    pause: config.pause ?? type === "production",
    labels,
    features,
    ...(email === undefined ? {} : { email }),
    ...(config.pulumi?.secretsprovider === undefined ? {} : { secretsProvider: config.pulumi.secretsprovider }),
    config: stackConfigOf(config),
    specification,
  };
}

/** Where what the instance decides of its stack's config is written. */
const ownPath: Readonly<Record<string, string>> = { name: "id", release: "release", expires: "expires" };

function isConfig(error: unknown): error is InputError | RefusedError {
  return error instanceof InputError || error instanceof RefusedError;
}

/**
 * Reads the folder of a fleet.
 *
 * @param today the day it is, for what expires, e.g. `2026-11-22`
 * @param options `expired`: whether an instance past its last day is a problem; default true, false for those who remove it
 * @throws InputError with every problem of every file
 */
export function parseFleet(folder: FleetFolder, today: string, options: ReadOptions = {}): Fleet {
  const problems: Problem[] = [];
  const of = (file: string, list: readonly Problem[]): void => {
    problems.push(...list.map(({ path, message }) => ({ path: path === "" ? file : `${file}: ${path}`, message })));
  };
  const settingsRead = fleetSchema.safeParse(folder.fleet);
  if (!settingsRead.success) of("fleet.yaml", problemsOf(settingsRead.error.issues, fleetSchema, folder.fleet));
  of("fleet.yaml", notifyProblems(settingsRead.data?.notify ?? []));
  const settings = completeSettings(settingsRead.data ?? ({ name: "" } satisfies FleetConfig));
  const read: { file: string; config: InstanceConfig }[] = [];
  const instances: FleetInstance[] = [];
  for (const [file, given] of Object.entries(folder.instances).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parsed = instanceSchema.safeParse(given);
    if (!parsed.success) {
      of(file, problemsOf(parsed.error.issues, instanceSchema, given));
      continue;
    }
    read.push({ file, config: parsed.data });
    const own = ownProblems(parsed.data, settings, today, options);
    of(file, own);
    const isSaid = own.some(({ path }) => path === "expires" || path === "config.expires");
    try {
      instances.push(instanceOf(file, parsed.data, parseStack(stackConfigOf(parsed.data), folder.files ?? {})));
    } catch (error) {
      if (!isConfig(error)) throw error;
      of(
        file,
        error.problems
          .filter(({ path }) => path !== "expires" || !isSaid)
          .map(({ path, message }) => ({ path: ownPath[path] ?? `config.${path}`, message })),
      );
    }
  }
  problems.push(...duplicateProblems(read), ...goneProblems(read, folder.gone ?? {}));
  if (problems.length > 0) throw new InputError(problems, "the fleet is not valid");
  return { settings, instances: instances.sort((a, b) => (a.id < b.id ? -1 : 1)), files: folder.files ?? {} };
}
