import { randomBytes } from "node:crypto";
import { DockerApi } from "./api";
import { container } from "./container";
import { Unfinished, UNKNOWN, type Kind, type Properties } from "./kind";
import { network, remoteImage, volume } from "./objects";

const kinds: Readonly<Record<string, Kind>> = {
  "docker:index/network:Network": network,
  "docker:index/volume:Volume": volume,
  "docker:index/remoteImage:RemoteImage": remoteImage,
  "docker:index/container:Container": container,
};

interface Call {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly state: Properties;
  readonly preview: boolean;
}
interface Comparison {
  readonly type: string;
  readonly name: string;
  readonly olds: Properties;
  readonly news: Properties;
}
interface Base {
  serve(provider: Readonly<Record<string, unknown>>): void;
  readonly NotReady: new (id: string, outputs: Properties, inputs: Properties, reasons: string[]) => Error;
}

/** Inputs that a check made up; the real provider records them the same way. */
const DEFAULTS = "__defaults";
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? [...(value as unknown[])].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1)) : value;

/** Sets in one order, also those inside the items of a set. */
function ordered(kind: Kind, inputs: Properties): Properties {
  const nested = (item: unknown): unknown =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).map(([key, value]) => [key, sorted(value)]))
      : item;
  const set = (value: unknown): unknown => sorted(Array.isArray(value) ? value.map(nested) : nested(value));
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, kind.sets.includes(name) ? set(value) : value]),
  );
}

function kindOf(type: string): Kind {
  const kind = kinds[type];
  if (!kind) throw new Error(`the stand-in for docker has no ${type}`);
  return kind;
}

let configured: Properties = {};

/** The engine of the provider's `host`, else of `DOCKER_HOST`, else the machine's own. */
function connect(): DockerApi {
  const host = configured.host ?? process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  if (typeof host !== "string" || host === UNKNOWN) throw new Error("the provider's host is not known yet");
  return new DockerApi(host);
}

/** Serves the stand-in over the base that all stand-ins share. */
export function serveDocker(base: Base): void {
  const recorded = async <T>(inputs: Properties, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unfinished) throw new base.NotReady(error.id, error.outputs, inputs, [error.message]);
      throw error;
    }
  };

  base.serve({
    name: "docker",
    version: "5.2.0",

    async configure({ config }: { config: Properties }) {
      configured = config;
      if (config.host === UNKNOWN || String(config.disableDockerDaemonCheck) === "true") return;
      try {
        await connect().bytes("GET", "/_ping", { timeoutMs: 10_000 });
      } catch (error) {
        throw new Error(`Error pinging Docker server: ${(error as Error).message}`, { cause: error });
      }
    },

    check({ type, name, olds, news }: Comparison) {
      const kind = kindOf(type);
      const failures = Object.keys(news)
        .filter((property) => property !== DEFAULTS && !kind.inputs.includes(property))
        .map((property) => ({ property, reason: `the stand-in for docker does not know '${property}' of ${type}` }));
      const inputs = ordered(kind, news);
      if (!kind.autoName || inputs.name !== undefined) return { inputs, failures };
      const kept = same(olds[DEFAULTS], ["name"]) ? olds.name : undefined;
      const made = kept ?? `${name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
      return { inputs: { ...inputs, name: made, [DEFAULTS]: ["name"] }, failures };
    },

    diff({ type, olds, news }: Comparison) {
      const kind = kindOf(type);
      const changes = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
        .filter((property) => property !== DEFAULTS && !same(olds[property], news[property]))
        .map((property) => ({
          path: [property],
          kind: property in olds ? (property in news ? "update" : "delete") : "add",
          replaces: !kind.inPlace.includes(property),
        }));
      // Two objects of one name cannot be there at once, unless the provider makes up the name.
      const deleteBeforeReplace = kind.autoName && same(olds.name, news.name) && news[DEFAULTS] === undefined;
      return { changes, deleteBeforeReplace };
    },

    async create({ type, inputs, preview }: Call) {
      const kind = kindOf(type);
      const { [DEFAULTS]: _, ...given } = inputs;
      if (preview) {
        return { id: "", outputs: { ...Object.fromEntries(kind.computed.map((name) => [name, UNKNOWN])), ...given } };
      }
      return recorded(inputs, () => kind.create(connect(), given));
    },

    async update({ type, id, inputs, state, preview }: Call) {
      const { [DEFAULTS]: _, ...given } = inputs;
      if (preview) return { outputs: { ...state, ...given } };
      return { outputs: await recorded(inputs, () => kindOf(type).update(connect(), id, given, state)) };
    },

    async read({ type, id, inputs, state }: Call) {
      const { [DEFAULTS]: defaults, ...given } = inputs;
      const found = await kindOf(type).read(connect(), id, given, state);
      return (
        found && { ...found, inputs: { ...found.inputs, ...(defaults !== undefined && { [DEFAULTS]: defaults }) } }
      );
    },

    async delete({ type, id, state }: Call) {
      await kindOf(type).delete(connect(), id, state);
    },
  });
}
