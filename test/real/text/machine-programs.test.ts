import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Bundle } from "../../../components/core/rendering/bundle";
import { ProgramHost, requirePrograms, secretA } from "../../support/machine-programs";
import { requireToolchain } from "../../support/toolchain";

const hop = (...from: string[]) => ({
  path: "hop.json",
  mode: "0644",
  text: JSON.stringify({ from, kind: "standard", images: [], steps: [] }),
});
const up = "compose up --detach --no-build --pull never --remove-orphans --wait --wait-timeout 3600";

describe("programs of the machine, run", function () {
  this.timeout(60_000);
  let host: ProgramHost;

  before(function () {
    requirePrograms(this);
  });
  beforeEach(() => {
    host = new ProgramHost();
  });
  afterEach(() => host?.delete());

  describe("converge", () => {
    it("puts the first bundle in place and says so; a poll then has nothing to do, a boot does it again", async () => {
      const digest = host.publish(host.bundle("7.5.4453", [{ path: "caddy/Caddyfile", mode: "0640", text: "a\n\nb" }]));
      const first = await host.fetch("boot");
      assert.deepEqual(first, {
        code: 0,
        output: `sourcegraph: converging to 7.5.4453, bundle ${digest.slice(0, 12)}\nsourcegraph: 7.5.4453 is in place, bundle ${digest.slice(0, 12)}\n`,
      });
      assert.deepEqual(host.dockerCalls(), ["compose config --quiet", up]);
      assert.equal(host.read("mnt/deployment/caddy/Caddyfile"), "a\n\nb");
      assert.equal(statSync(join(host.folder, "mnt/deployment/caddy/Caddyfile")).mode & 0o777, 0o640);
      const expected = {
        installed: { release: "7.5.4453", digest },
        schema: 1,
        release: "7.5.4453",
        digest,
        result: "ready",
        message: "all services are healthy",
      };
      assert.deepEqual(host.status(), expected);
      assert.equal(host.read("source/status.json"), host.read("mnt/state/status.json"));
      assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
      assert.deepEqual(host.dockerCalls(), []);
      assert.equal((await host.fetch("boot")).code, 0);
      assert.deepEqual(host.dockerCalls(), ["compose config --quiet", up]);
    });

    it("leaves files that did not change alone, deletes those that are gone, and keeps the last bundle only", async () => {
      const file = (text: string) => ({ path: "same/file", mode: "0644", text });
      const first = host.publish(host.bundle("7.5.4453", [file("a"), { path: "gone", mode: "0644", text: "" }]));
      await host.fetch("boot");
      const inode = statSync(join(host.folder, "mnt/deployment/same/file")).ino;
      const second = host.publish(host.bundle("7.5.4453", [file("a"), { path: "new", mode: "0644", text: "" }]));
      assert.equal((await host.fetch("poll")).code, 0);
      assert.equal(statSync(join(host.folder, "mnt/deployment/same/file")).ino, inode);
      assert.deepEqual(readdirSync(join(host.folder, "mnt/deployment")).sort(), [
        "compose.yaml",
        "converge.sh",
        "new",
        "same",
        "upgrade.sh",
      ]);
      assert.deepEqual(readdirSync(join(host.folder, "mnt/bundles")).sort(), [first, second].sort());
      const third = host.publish(host.bundle("7.5.4453", [file("b")]));
      assert.equal((await host.fetch("poll")).code, 0);
      assert.equal(host.read("mnt/deployment/same/file"), "b");
      assert.deepEqual(readdirSync(join(host.folder, "mnt/bundles")).sort(), [second, third].sort());
    });

    it("refuses an older release, one without a runbook and a hop that is not declared, before it asks for anything", async () => {
      const inPlace = host.publish(host.bundle("7.5.4453"));
      await host.fetch("boot");
      host.dockerCalls();
      const refusals: [Bundle, string][] = [
        [host.bundle("7.6.1000"), "7.6.1000 brings no runbook, so how it can follow 7.5.4453 is not known"],
        [host.bundle("7.5.999"), "7.5.999 is older than 7.5.4453, which is in place, and databases do not go back"],
        [host.bundle("7.9.1", [hop("7.7.1", "7.8.1")]), "7.9.1 cannot follow 7.5.4453, only 7.7.1, 7.8.1"],
      ];
      for (const [bundle, message] of refusals) {
        const digest = host.publish(bundle);
        const { code, output } = await host.fetch("poll");
        assert.equal(code, 3, output);
        assert.ok(output.endsWith(`sourcegraph: refused: ${message}; nothing was changed\n`), output);
        assert.deepEqual(host.status(), {
          installed: { release: "7.5.4453", digest: inPlace },
          schema: 1,
          release: bundle.release,
          digest,
          result: "refused",
          message,
        });
        assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
      }
      assert.deepEqual(host.dockerCalls(), []);
      const boot = await host.fetch("boot");
      assert.equal(boot.code, 0);
      assert.match(boot.output, /sourcegraph: staying with the bundle in place\nsourcegraph: 7\.5\.4453 is in place/);
      assert.equal(host.status().result, "refused");
      assert.ok(host.dockerCalls().includes(up));
    });

    it("changes nothing when something is missing, names it, and tries again at the next poll", async () => {
      host.publish(host.bundle("7.5.4453"));
      await host.fetch("boot");
      const before = host.read("mnt/deployment/compose.yaml");
      host.dockerCalls();
      const changed = [{ path: "more", mode: "0644", text: "" }];
      const lacks: [() => void, string][] = [
        [() => host.publish(host.bundle("7.5.4453", changed, secretA)), "the pointer has no address of secret 'a'"],
        [() => host.publish(host.bundle("7.5.4453", changed, secretA), { a: "nowhere" }), "secret 'a' cannot be read"],
        [
          () => (host.publish(host.bundle("7.5.4453", changed)), host.write("fake/invalid", "")),
          "the compose file is not valid",
        ],
      ];
      for (const [arrange, message] of lacks) {
        arrange();
        for (const attempt of [1, 2]) {
          const { code, output } = await host.fetch("poll");
          assert.equal(code, 4, output);
          assert.ok(output.includes(`sourcegraph: failed: ${message}; nothing was changed\n`), `${attempt}: ${output}`);
          assert.deepEqual([host.status().result, host.status().message], ["failed", message]);
        }
      }
      assert.ok(!host.dockerCalls().includes(up));
      assert.equal(host.read("mnt/deployment/compose.yaml"), before);
      assert.equal((host.status().installed as { release: string }).release, "7.5.4453");
    });

    it("says that the bundle is in place, but not healthy, when a service does not come up, and which, and what it said", async () => {
      const digest = host.publish(host.bundle("7.5.4453", [], secretA), { a: "a" });
      host.write("source/secrets/a", 'marker-4711\nand "more"');
      host.write("fake/unhealthy", "");
      const container = (service: string, state: object, restarts = 0) => ({
        Id: `id-of-${service}`,
        Config: { Labels: { "com.docker.compose.service": service } },
        State: { Status: "running", ExitCode: 0, OOMKilled: false, ...state },
        RestartCount: restarts,
      });
      const said = [{ Output: "before\n" }, { Output: "asked\nwget: marker-4711 refused\n" }];
      host.write(
        "fake/inspected",
        JSON.stringify([
          container("worker", { Status: "restarting", ExitCode: 1 }, 7),
          container("pgsql", { Health: { Status: "healthy", Log: said } }),
          container("migrator", { Status: "exited" }),
          container("gitserver-0", { Status: "exited", ExitCode: 137, OOMKilled: true }),
          container("blobstore", { Status: "exited", Health: { Status: "unhealthy", Log: said } }),
          container("caddy", { Health: { Status: "starting", Log: [] } }, 2),
          container("searcher-0", { Health: { Status: "unhealthy", Log: [{ Output: "", ExitCode: 4 }] } }),
          container("sourcegraph-frontend-0", { Health: { Status: "unhealthy", Log: said } }),
        ]),
      );
      host.write("fake/containers", "worker c3\n");
      const words = [
        `{"key": "marker-4711\\nand \\"more\\""}`,
        `${"long ".repeat(50_000)}`,
        "marker-4711%0Aand%20%22more%22",
      ];
      host.write("fake/words", words.join("\n"));
      const { code, output } = await host.fetch("boot");
      assert.equal(code, 1);
      assert.ok(output.endsWith("sourcegraph: failed: not every service is healthy\n"));
      const { result, installed, log } = host.status();
      assert.deepEqual([result, installed], ["failed", { release: "7.5.4453", digest }]);
      const last = (service: string) => [
        `${service}: {"key": "***"}`,
        `${service}: ${"long ".repeat(100)}`.slice(0, 500),
        `${service}: ***`,
      ];
      assert.deepEqual(log, [
        "worker ended with 1; started again, 7 in all",
        "gitserver-0 ended with 137, for lack of memory",
        "blobstore ended with 0",
        "caddy is not healthy: it was not asked yet; started again, 2 in all",
        "searcher-0 is not healthy: its check ended with 4",
        "sourcegraph-frontend-0 is not healthy: wget: *** refused",
        ...last("worker"),
        ...last("gitserver-0"),
        ...last("blobstore"),
      ]);
      assert.deepEqual(
        host.dockerCalls().filter((call) => call.startsWith("logs")),
        ["worker", "gitserver-0", "blobstore"].map((service) => `logs --tail 3 id-of-${service}`),
      );
    });

    it("loads archives only for images that are missing, and asks the registry last", async () => {
      const archives = join(host.folder, "archives");
      for (const name of ["one", "two", "other"]) {
        host.write("manifest.json", JSON.stringify([{ RepoTags: [`acme/${name}:1`] }]));
        execFileSync("tar", ["-C", host.folder, "-czf", join(archives, `${name}.tar.gz`), "manifest.json"]);
      }
      host.write("etc/machine.conf", `source=folder folder='${join(host.folder, "source")}' archives='${archives}'\n`);
      host.write("fake/images", "acme/one:1\n");
      host.write("fake/registry", "acme/three:1\n");
      host.publish(host.bundle("7.5.4453", [], { images: ["acme/one:1", "acme/two:1", "acme/three:1"] }));
      assert.equal((await host.fetch("boot")).code, 0);
      const calls = host.dockerCalls().filter((call) => /^(load|pull)/.test(call));
      assert.deepEqual(calls, [`load -q -i ${archives}/two.tar.gz`, "pull -q acme/three:1"]);
    });

    it("gives Docker the login of the registry, and only for the time of the pull", async () => {
      host.write("source/secrets/login", "user:pass word\n");
      host.publish(
        host.bundle("7.5.4453", [{ path: "registry-host", mode: "0644", text: "registry.example.com\n" }], {
          secretFiles: [{ path: "secrets/registry-login", mode: "0600", parts: [{ secret: "login", as: "raw" }] }],
          secrets: ["login"],
          images: ["registry.example.com/a:1"],
        }),
        { login: "login" },
      );
      host.write("fake/registry", "registry.example.com/a:1\n");
      const docker = host
        .read("bin/docker")
        .replace("#!/bin/bash\n", '#!/bin/bash\n[ "$1" != pull ] || cp "$DOCKER_CONFIG/config.json" "$FAKE/"\n');
      host.write("bin/docker", docker);
      assert.equal((await host.fetch("boot")).code, 0);
      const auth = Buffer.from("user:pass word").toString("base64");
      assert.deepEqual(JSON.parse(host.read("fake/config.json")), { auths: { "registry.example.com": { auth } } });
      assert.deepEqual(readdirSync(join(host.folder, "run")), ["sourcegraph"]);
    });
  });

  describe("fetch", () => {
    it("says what failed also in a status that is damaged, and converge finds out again what is in place", async () => {
      const digest = host.publish(host.bundle("7.5.4453"));
      await host.fetch("boot");
      const older = ["7.4.0", "7.3.0", "7.2.0"];
      for (const damaged of ['{"installed": {"rel', "", "[]"]) {
        host.write("mnt/state/status.json", damaged);
        host.write("source/pointer.json", "{}");
        assert.equal((await host.fetch("poll")).code, 4);
        const message = "the pointer names no bundle; nothing was changed";
        assert.deepEqual(host.status(), { schema: 1, release: "", digest: "", result: "failed", message });
        host.publish(host.bundle(older.pop() ?? ""));
        assert.equal((await host.fetch("poll")).code, 3);
        assert.deepEqual(host.status().installed, { release: "7.5.4453", digest });
      }
    });

    it("turns down a bundle that is damaged, unknown or writes elsewhere, and leaves the one in place", async () => {
      host.publish(host.bundle("7.5.4453"));
      await host.fetch("boot");
      const damaged = host.publish(host.bundle("7.6.1"));
      host.write(`source/bundles/${damaged}.json`, "{}");
      const cases: [string, string][] = [
        [damaged, `bundle ${damaged} is damaged, its digest is another; nothing was changed`],
        ...["../x", "/etc/x", "a//b"].map((path): [string, string] => {
          const digest = host.publish(host.bundle("7.6.1", [{ path, mode: "0644", text: "" }]));
          return [digest, `bundle ${digest} is of a kind this machine does not know; replace the machine`];
        }),
        ["f".repeat(64), `bundle ${"f".repeat(64)} cannot be read; nothing was changed`],
      ];
      for (const [digest, message] of cases) {
        host.write("source/pointer.json", JSON.stringify({ schema: 1, release: "7.6.1", digest, secrets: {} }));
        const { code, output } = await host.fetch("poll");
        assert.equal(code, 4, output);
        assert.deepEqual([host.status().result, host.status().message], ["failed", message]);
      }
      host.write("source/pointer.json", "no JSON");
      assert.equal((await host.fetch("poll")).code, 4);
      assert.equal(host.status().message, "the pointer names no bundle; nothing was changed");
      assert.equal((await host.fetch("boot")).code, 0);
    });

    it("stays with the bundle in place at a boot without the source, and fails without either", async () => {
      assert.deepEqual((await host.fetch("boot")).code, 1);
      host.publish(host.bundle("7.5.4453"));
      await host.fetch("boot");
      host.dockerCalls();
      execFileSync("rm", [join(host.folder, "source/pointer.json")]);
      assert.equal((await host.fetch("boot")).code, 0);
      assert.ok(host.dockerCalls().includes(up));
      assert.equal((await host.fetch("poll")).code, 4);
    });

    it("unpacks anew what an interruption left half done", async () => {
      const digest = host.publish(host.bundle("7.5.4453"));
      mkdirSync(join(host.folder, "mnt/bundles/.new/compose.yaml"), { recursive: true });
      assert.equal((await host.fetch("boot")).code, 0);
      assert.deepEqual(readdirSync(join(host.folder, "mnt/bundles")), [digest]);
    });
  });

  describe("secret files", () => {
    it("hold values as the reader of each spelling reads them", async function () {
      const bin = requireToolchain(this);
      const text = fc.string({
        unit: fc.oneof(
          fc.constantFrom(..."\\\"'$`#{} =\n\r\t%&"),
          fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
        ),
      });
      const values = fc.sample(
        text.map((value) => value.replaceAll("\0", "")),
        { numRuns: 30, seed: 4711 },
      );
      values.push("a\"b\\c$d'e #f", "\\$x", "$$", "${HOME}", "\\n", "\\\\n", "end\\", "a\r\nb", "");
      const names = values.map((_, index) => `s${index}`);
      values.forEach((value, index) => host.write(`source/secrets/s${index}`, value));
      const parts = names.flatMap((secret) => [`${secret}="`, { secret, as: "env" as const }, '"\n']);
      const list = (as: "json" | "uri") =>
        names.flatMap((secret, index) => [index === 0 ? '["' : '", "', { secret, as }]);
      host.publish(
        host.bundle("7.5.4453", [], {
          secretFiles: [
            { path: "secrets/web.env", mode: "0600", parts },
            { path: "secrets/list.json", mode: "0400", owner: "100:101", parts: [...list("json"), '"]'] },
            { path: "secrets/list.uri", mode: "0400", parts: [...list("uri"), '"]'] },
            {
              path: "secrets/raw",
              mode: "0400",
              parts: [{ secret: "s0", as: "raw" }, "-", { secret: "s1", as: "raw" }],
            },
          ],
          secrets: names,
        }),
        Object.fromEntries(names.map((name) => [name, name])),
      );
      const { code, output } = await host.fetch("boot");
      assert.equal(code, 0, output);
      host.write("compose.yaml", "services: {a: {image: a, env_file: [mnt/deployment/secrets/web.env]}}\n");
      const config = execFileSync(join(bin, "docker-compose"), [
        "-f",
        join(host.folder, "compose.yaml"),
        "config",
        "--format",
        "json",
      ]);
      const { services } = JSON.parse(config.toString()) as {
        services: { a: { environment: Record<string, string> } };
      };
      const read = names.map((name) => services.a.environment[name]?.replaceAll("$$", "$"));
      assert.deepEqual(read, values);
      assert.deepEqual(JSON.parse(host.read("mnt/deployment/secrets/list.json")), values);
      const encoded = JSON.parse(host.read("mnt/deployment/secrets/list.uri")) as string[];
      assert.deepEqual(encoded.map(decodeURIComponent), values);
      assert.ok(encoded.every((value) => /^[\w.~%!*'()-]*$/.test(value)));
      assert.equal(host.read("mnt/deployment/secrets/raw"), `${values[0]}-${values[1]}`);
      assert.equal(statSync(join(host.folder, "mnt/deployment/secrets/web.env")).mode & 0o777, 0o600);
      assert.match(host.read("fake/chown.log"), /^100:101 secrets\/list\.json\.new$/m);
    });
  });
});
