import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { parseSpecification } from "../../components/core/planning/config/specification";
import type { LastHop } from "../../components/core/planning/manifest";
import { machineHop, type MachineHop } from "../../components/core/planning/vm/machine-hop";
import { planVm } from "../../components/core/planning/vm/plan";
import type { Bundle } from "../../components/core/rendering/bundle";
import { ProgramHost, requirePrograms, secretA } from "./machine-programs";

/** What the planner has the machine do for a hop. */
function planned(hop: LastHop): MachineHop {
  const specification = parseSpecification({
    cloud: "aws",
    region: "us-east-1",
    release: hop.to,
    size: "XS",
    access: { allowedCidrs: ["10.0.0.0/8"] },
  });
  const made = machineHop(planVm(specification), specification, hop);
  assert.ok(made);
  return made;
}

/** Hops of each kind. */
export const standard = { from: "7.4.0", to: "7.5.4453", kind: "standard" } as const;
export const far = { from: "6.11.5639", to: "7.5.4453", kind: "multi-version" } as const;
/** One in which the databases become PostgreSQL 16. */
export const converting = { from: "5.9.45", to: "6.11.5639", kind: "multi-version" } as const;

/** All the containers that the pretended engine has when everything runs. */
export const everything = "pgsql c1\nsourcegraph-frontend c2\nworker c3\n";

/** Brings up the release before a hop on a host of its own, which lasts as long as the test; for a suite. */
export function eachOnItsHost(): (last: LastHop) => Promise<Arranged & { host: UpgradeHost }> {
  const hosts: UpgradeHost[] = [];
  before(function () {
    requirePrograms(this);
  });
  afterEach(() => hosts.splice(0).forEach((host) => host.delete()));
  return async (last) => {
    const host = new UpgradeHost();
    hosts.push(host);
    return { host, ...(await host.arranged(last)) };
  };
}

/** What is there before an upgrade: the digests of what is in place and of what is published. */
interface Arranged {
  readonly from: string;
  readonly to: string;
  readonly hop: MachineHop;
}

/** A pretended machine that is upgraded. */
class UpgradeHost extends ProgramHost {
  /** A bundle of a release, with the steps of the hop to it. */
  bundleOf(release: string, hop?: MachineHop): Bundle {
    const files = hop === undefined ? [] : [{ path: "hop.json", mode: "0644", text: JSON.stringify(hop) }];
    return this.bundle(release, files, secretA);
  }

  /** Brings up the release before a hop, and publishes the one after it; the digests of both. */
  async arranged(last: LastHop): Promise<Arranged> {
    this.write("source/secrets/a", "marker-4711");
    const hop = planned(last);
    this.write("fake/images", hop.images.map((image) => `${image}\n`).join(""));
    const from = this.publish(this.bundleOf(last.from), { a: "a" });
    assert.equal((await this.fetch("boot")).code, 0);
    this.dockerCalls();
    this.write("fake/calls", "");
    return { from, to: this.publish(this.bundleOf(last.to, hop), { a: "a" }), hop };
  }

  /** Has `sourcegraph-fetch publish` do something before it does what it does. */
  beforePublish(commands: string): void {
    const program = join(this.folder, "bin/real-fetch");
    this.write("bin/real-fetch", this.read("bin/sourcegraph-fetch"));
    chmodSync(program, 0o755);
    this.write(
      "bin/sourcegraph-fetch",
      `#!/bin/bash\nif [ "$1" = publish ]; then\n${commands}\nfi\nexec ${program} "$@"\n`,
    );
  }

  journal(): Record<string, unknown> {
    return JSON.parse(this.read("mnt/state/journal.json")) as Record<string, unknown>;
  }

  /** What the pretended engine was told to do that a real one would take amiss. */
  wrong(): string {
    return this.read("fake/wrong");
  }

  running(): string {
    return this.read("fake/containers");
  }

  /** The hop came to its end, and nothing went wrong on the way. */
  isThere({ to }: LastHop, digest: string): void {
    assert.deepEqual(this.status(), {
      installed: { release: to, digest },
      schema: 1,
      release: to,
      digest,
      result: "ready",
      message: "all services are healthy",
    });
    assert.equal(this.running(), everything);
    assert.equal(this.read("fake/schema"), `${to}\n`);
    assert.equal(this.wrong(), "");
    assert.ok(!existsSync(join(this.folder, "mnt/state/journal.json")));
  }

  /** What `docker` was asked, without looks. */
  acts(): string[] {
    return this.dockerCalls().filter((call) => !/^(compose (config|ps)|ps|inspect|logs|image inspect)/.test(call));
  }
}
