import Module, { createRequire } from "node:module";

/**
 * Modules that Pulumi's SDK loads at its start for one purpose, to serialise functions. Nothing here serialises a
 * function, and the two take half of the start-up time: they are put off until somebody touches them.
 */
const neededLate = ["typescript", "@npmcli/arborist"] as const;

/** Stands for a module until one of its members is asked for. */
function standIn(load: () => Record<PropertyKey, unknown>): object {
  let loaded: Record<PropertyKey, unknown> | undefined;
  const real = () => (loaded ??= load());
  return new Proxy(
    {},
    {
      get: (_target, key) => (key === "__esModule" ? true : key === "default" ? real() : real()[key]),
      has: (_target, key) => key in real(),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_target, key) => Object.getOwnPropertyDescriptor(real(), key),
    },
  );
}

/** Puts the stand-ins where `require` looks first. Does nothing for a module that is not there. */
export function putOffModules(): void {
  const fromSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  for (const name of neededLate) {
    let file: string;
    try {
      file = fromSdk.resolve(name);
    } catch {
      continue;
    }
    if (require.cache[file] !== undefined) continue;
    const entry = new Module(file);
    entry.loaded = true;
    entry.exports = standIn(() => {
      if (require.cache[file] === entry) delete require.cache[file];
      return fromSdk(file) as Record<PropertyKey, unknown>;
    });
    require.cache[file] = entry;
  }
}
