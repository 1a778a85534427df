import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { parse } from "yaml";
import { renderImageWorkflow, type ImageWorkflowArgs } from "../../../components/core/rendering/image-workflow";

// The workflow is run by a few lines that do what Google's documentation says of the steps it uses, on a made-up cloud.

type Values = Record<string, unknown>;
type Step = Readonly<Record<string, unknown>>;

class HttpError extends Error {
  constructor(readonly code: number) {
    super(`HTTP ${code}`);
  }
}

/** A cloud in which a machine is ready after some looks at it, or never. */
class Cloud {
  images: string[];
  machines = new Map<string, number>();
  readonly calls: string[] = [];
  constructor(
    images: readonly string[],
    private readonly looks: number,
  ) {
    this.images = [...images];
  }

  call(name: string, args: Values): unknown {
    const method = name.replace("googleapis.compute.v1.", "");
    const instance = String(args["instance"]);
    switch (method) {
      case "sys.sleep":
        return undefined;
      case "images.get":
        if (!this.images.includes(String(args["image"]))) throw new HttpError(404);
        return {};
      case "images.list":
        return this.images.length === 0 ? {} : { items: this.images.map((image) => ({ name: image })) };
      case "instances.get": {
        const left = this.machines.get(instance) ?? 0;
        this.machines.set(instance, left - 1);
        return { status: left <= 0 ? "TERMINATED" : "RUNNING" };
      }
    }
    const body = args["body"] as Record<string, string> | undefined;
    const subject = body?.["name"] ?? (args["image"] as string | undefined) ?? instance;
    this.calls.push(`${method} ${subject}`);
    if (method === "instances.insert") {
      if (this.machines.has(subject)) throw new HttpError(409);
      this.machines.set(subject, this.looks);
    } else if (method === "images.insert") {
      assert.equal(body?.["sourceDisk"], `projects/acme/zones/us-central1-a/disks/${subject}-builder`);
      this.images.unshift(subject);
    } else if (method === "images.delete") this.images = this.images.filter((image) => image !== subject);
    else if (method === "instances.delete") this.machines.delete(instance);
    else assert.fail(`the workflow calls ${name}`);
    return undefined;
  }
}

/** The value of an expression, in the words of JavaScript. */
function valueOf(expression: string, scope: Values): unknown {
  const script = expression
    .replaceAll(/([\w.]+) in (wanted)/g, "$2.includes($1)")
    .replaceAll(" or ", " || ")
    .replaceAll("default(", "orElse(");
  const map = { get: (of: Values, key: string) => of[key] ?? null };
  const orElse = (value: unknown, otherwise: unknown) => value ?? otherwise;
  return runInNewContext(script, { ...scope, map, orElse });
}

function evaluated(value: unknown, scope: Values): unknown {
  if (typeof value === "string" && value.startsWith("${")) return valueOf(value.slice(2, -1), scope);
  if (Array.isArray(value)) return value.map((each) => evaluated(each, scope));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, evaluated(each, scope)]));
}

class Returned {
  constructor(readonly value: unknown) {}
}

class Run {
  constructor(
    private readonly flows: Readonly<Record<string, { params?: string[]; steps: Step[] }>>,
    private readonly cloud: Cloud,
  ) {}

  flow(name: string, args: Values): unknown {
    const found = this.flows[name];
    assert.ok(found !== undefined, name);
    const result = this.steps(found.steps, { ...args });
    return result instanceof Returned ? result.value : undefined;
  }

  /** Where to go on: the name of a step, an end of the round of a loop, or what is returned. */
  private steps(steps: readonly Step[], scope: Values): string | Returned | undefined {
    const names = steps.map((step) => Object.keys(step)[0] ?? "");
    for (let at = 0; at < steps.length; at++) {
      const next = this.step(Object.values(steps[at] ?? {})[0] as Step, scope);
      if (next === undefined) continue;
      if (next instanceof Returned || !names.includes(next)) return next;
      at = names.indexOf(next) - 1;
    }
    return undefined;
  }

  private step(step: Step, scope: Values): string | Returned | undefined {
    if ("assign" in step)
      for (const each of step["assign"] as Values[])
        for (const [key, value] of Object.entries(each)) scope[key] = evaluated(value, scope);
    if ("return" in step) return new Returned(evaluated(step["return"], scope));
    if ("raise" in step) throw evaluated(step["raise"], scope);
    if ("switch" in step)
      return (step["switch"] as { condition: string; next: string }[]).find(
        ({ condition }) => evaluated(condition, scope) === true,
      )?.next;
    if ("for" in step) return this.loop(step["for"] as { value: string; in: string; steps: Step[] }, scope);
    if ("try" in step) {
      try {
        return this.step(step["try"] as Step, scope);
      } catch (error) {
        const { as, steps } = step["except"] as { as: string; steps: Step[] };
        scope[as] = error;
        return this.steps(steps, scope);
      }
    }
    if ("call" in step) {
      const args = evaluated(step["args"], scope) as Values;
      const name = String(step["call"]);
      const result = name in this.flows ? this.flow(name, args) : this.cloud.call(name, args);
      if (typeof step["result"] === "string") scope[step["result"]] = result;
    }
    return undefined;
  }

  private loop(loop: { value: string; in: string; steps: Step[] }, scope: Values): Returned | undefined {
    for (const each of evaluated(loop.in, scope) as unknown[]) {
      scope[loop.value] = each;
      const next = this.steps(loop.steps, scope);
      if (next instanceof Returned) return next;
      assert.ok(next === undefined || next === "continue", String(next));
    }
    return undefined;
  }
}

const args: ImageWorkflowArgs = {
  name: "sourcegraph",
  project: "acme",
  zone: "us-central1-a",
  region: "us-central1",
  key: "projects/acme/locations/us-central1/keyRings/images/cryptoKeys/images",
  labels: { team: "search" },
  images: ["b", "a"].map((name) => ({ name, family: `family-${name}`, template: `templates/${name}` })),
  keep: 2,
};

function ran(cloud: Cloud, more: Partial<ImageWorkflowArgs> = {}): unknown {
  const flows = parse(renderImageWorkflow({ ...args, ...more })) as ConstructorParameters<typeof Run>[0];
  return new Run(flows, cloud).flow("main", {});
}

describe("the workflow that makes machine images", () => {
  it("makes what is missing, one machine after another, and leaves no machine behind", () => {
    const cloud = new Cloud([], 3);
    assert.deepEqual(ran(cloud), ["b", "a"]);
    assert.deepEqual(cloud.calls, [
      "instances.insert b-builder",
      "images.insert b",
      "instances.delete b-builder",
      "instances.insert a-builder",
      "images.insert a",
      "instances.delete a-builder",
    ]);
    assert.equal(cloud.machines.size, 0);
  });

  it("does nothing where all are there", () => {
    const cloud = new Cloud(["b", "a"], 1);
    ran(cloud);
    assert.deepEqual(cloud.calls, []);
  });

  it("deletes the oldest over what is kept, and none that there is to be", () => {
    const cloud = new Cloud(["a", "x", "b", "y"], 1);
    ran(cloud);
    assert.deepEqual(cloud.calls, ["images.delete y"]);
    assert.deepEqual(cloud.images, ["a", "x", "b"]);
    const newer = new Cloud(["a", "x"], 1);
    ran(newer);
    assert.deepEqual(newer.images, ["b", "a"]);
  });

  it("goes on with a machine that an earlier run has started", () => {
    const cloud = new Cloud(["a"], 1);
    cloud.machines.set("b-builder", 2);
    ran(cloud);
    assert.deepEqual(cloud.images, ["b", "a"]);
    assert.equal(cloud.machines.size, 0);
  });

  it("deletes a machine that is not ready in time, takes no image of it, and fails", () => {
    const cloud = new Cloud(["a"], 10_000);
    assert.throws(
      () => ran(cloud),
      (raised) => raised === "b was not ready in time; the log of b-builder says why",
    );
    assert.deepEqual(cloud.calls, ["instances.insert b-builder", "instances.delete b-builder"]);
  });

  it("labels an image for the clean-up, and encrypts it under the key, in the region", () => {
    const text = renderImageWorkflow(args);
    assert.ok(text.includes(`labels: {"team":"search","sourcegraph-machine-images":"sourcegraph"}`));
    assert.ok(text.includes(`filter: "labels.sourcegraph-machine-images=sourcegraph"`));
    assert.ok(text.includes(`imageEncryptionKey: { kmsKeyName: "${args.key}" }`));
    assert.ok(text.includes(`storageLocations: ["us-central1"]`));
  });
});
