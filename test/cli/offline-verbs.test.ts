import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import facts from "../../components/core/product/data/sizing.json";
import { folderWith, sgbox, stackFile } from "./support";

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe("sgbox", () => {
  const verbs = [
    "plan",
    "render",
    "size",
    "upgrade",
    "move",
    "images",
    "check",
    "releases",
    "schema",
    "preview",
    "up",
    "down",
    "status",
    "outputs",
  ];

  it("lists every verb in its help, and without arguments", async () => {
    const help = await sgbox(["--help"]);
    assert.equal(help.code, 0);
    for (const verb of verbs) assert.match(help.stdout, new RegExp(`^  ${verb} `, "m"));
    assert.deepEqual(await sgbox([]), help);
  });

  for (const verb of verbs) {
    it(`shows an example and --json in the help of ${verb}`, async () => {
      const { code, stdout } = await sgbox([verb, "--help"]);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Examples:\n  sgbox ${verb}`));
      assert.match(stdout, /--json /);
    });
  }

  it("answers an unknown verb, option and value with exit code 2 and nothing on stdout", async () => {
    assert.deepEqual(await sgbox(["plam"]), {
      code: 2,
      stdout: "",
      stderr:
        "sgbox: unknown command 'plam'\n(Did you mean plan?)\nsgbox --help lists the verbs, sgbox VERB --help their options\n",
    });
    assert.deepEqual(await sgbox(["images", "--mirorr", "x"]), {
      code: 2,
      stdout: "",
      stderr:
        "sgbox: unknown option '--mirorr'\n(Did you mean --mirror?)\nsgbox --help lists the verbs, sgbox VERB --help their options\n",
    });
    const wrongUnit = await sgbox(["size", "--users", "10k"]);
    assert.equal(wrongUnit.code, 2);
    assert.match(
      wrongUnit.stderr,
      /^sgbox: option '--users <n>' argument '10k' is invalid\. Give a number without a unit\.\n/,
    );
  });

  it("prints usage errors as JSON on stdout with --json", async () => {
    const { code, stdout, stderr } = await sgbox(["upgrade", "--from", "7.4.0", "--json"]);
    const message = "required option '--to <release>' not specified";
    assert.deepEqual(json(stdout), { error: { kind: "usage", message, problems: [{ path: "", message }] } });
    assert.deepEqual([code, stderr], [2, ""]);
  });
});

describe("sgbox size", () => {
  for (const { name, input, output } of facts.examples) {
    it(`prints exactly the published estimate with --as-published --json: ${name}`, async () => {
      const { code, stdout } = await sgbox([
        "size",
        ...["--users", String(input.users), "--repositories", String(input.repositories)],
        ...["--total-size-gb", String(input.totalRepoSizeGB), "--largest-repository-gb", String(input.largestRepoGB)],
        ...["--largest-index-gb", String(input.largestIndexGB), "--target", input.deploymentType],
        ...(input.codeInsights ? [] : ["--no-code-insights"]),
        ...["--as-published", "--json"],
      ]);
      assert.equal(code, 0);
      assert.deepEqual(json(stdout), output);
    });
  }

  const small = [
    "--users",
    "300",
    "--repositories",
    "3000",
    "--total-size-gb",
    "100",
    "--largest-repository-gb",
    "5",
    "--largest-index-gb",
    "1",
  ];

  it("gives size, services, corrections, and machine and price per cloud", async () => {
    const { stdout } = await sgbox(["size", ...small, "--json"]);
    const { size, oneMachine, machines, corrections, services } = json(stdout) as unknown as {
      size: string;
      oneMachine: boolean;
      machines: { cloud: string; machine: { type: string }; price: { monthly: number } }[];
      corrections: unknown[];
      services: Record<string, unknown>;
    };
    assert.deepEqual([size, oneMachine], ["XS", true]);
    assert.deepEqual(
      machines.map(({ cloud, machine }) => [cloud, machine.type]),
      [
        ["aws", "m6a.2xlarge"],
        ["gcp", "n2-standard-8"],
      ],
    );
    assert.ok(machines.every(({ price }) => price.monthly > 100));
    assert.ok(corrections.length > 0 && services["gitserver"] !== undefined);
  });

  it("refuses more than one machine serves with exit code 2, naming the kubernetes shape", async () => {
    const { code, stderr } = await sgbox(["size", ...small.with(1, "50000")]);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      "sgbox: the usage is more than one machine can serve:\n" +
        "  - 'usage.users' is 50000, which makes size 3XL; one machine serves at most 20000 users; use the 'kubernetes' shape\n",
    );
    assert.equal((await sgbox(["size", ...small.with(1, "50000"), "--target", "kubernetes"])).code, 0);
  });
});

describe("sgbox upgrade", () => {
  it("makes one hop over several minor releases, and standard hops alone when asked", async () => {
    const kinds = async (...more: string[]) => {
      const { stdout, stderr } = await sgbox(["upgrade", "--from", "7.1.0", "--to", "7.5.4453", "--json", ...more]);
      assert.equal(stderr, "");
      const { path, hops } = JSON.parse(stdout) as { path: string[]; hops: { kind: string }[] };
      return { path, kinds: [...new Set(hops.map(({ kind }) => kind))] };
    };
    assert.deepEqual(await kinds(), { path: ["7.1.0", "7.5.4453"], kinds: ["multi-version"] });
    assert.deepEqual(await kinds("--standard-hops-only"), {
      path: ["7.1.0", "7.2.1943", "7.3.2527", "7.4.0", "7.5.4453"],
      kinds: ["standard"],
    });
  });

  it("gives path, hops and what is not acknowledged, with exit code 0", async () => {
    const { code, stdout } = await sgbox(["upgrade", "--from", "5.2.7", "--to", "7.5.4453", "--json"]);
    const {
      path: way,
      hops,
      acknowledgementsNeeded,
    } = json(stdout) as unknown as {
      path: string[];
      hops: Record<string, unknown>[];
      acknowledgementsNeeded: string[];
    };
    assert.equal(code, 0);
    assert.deepEqual([way[0], way.at(-1)], ["5.2.7", "7.5.4453"]);
    assert.equal(hops.length, way.length - 1);
    for (const hop of hops)
      for (const key of ["from", "to", "kind", "manualSteps", "runbook"]) assert.ok(key in hop, key);
    assert.ok(acknowledgementsNeeded.includes("backup-first"));
    const acknowledged = await sgbox([
      "upgrade",
      "--from",
      "5.2.7",
      "--to",
      "7.5.4453",
      "--acknowledge",
      ...acknowledgementsNeeded,
      "--json",
    ]);
    assert.deepEqual(json(acknowledged.stdout)["acknowledgementsNeeded"], []);
  });

  it("refuses a downgrade with exit code 3 and names what is refused as JSON", async () => {
    const { code, stdout } = await sgbox(["upgrade", "--from", "7.4.0", "--to", "6.12.5040", "--json"]);
    const { kind, refusal, stops, problems } = json(stdout)["error"] as Record<string, unknown>;
    assert.equal(code, 3);
    assert.deepEqual([kind, refusal, stops], ["refused", "downgrade", []]);
    assert.equal((problems as { path: string }[])[0]?.path, "to");
  });

  it("answers an unknown release with exit code 2", async () => {
    const { code, stderr } = await sgbox(["upgrade", "--from", "7.4.1", "--to", "7.5.4453"]);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      "sgbox: the upgrade request is not valid:\n" +
        "  - 'from' is \"7.4.1\", which is not a known release; nearest to it: 7.4.0 and 7.5.0; the newest is 7.5.4453\n",
    );
  });
});

describe("sgbox images", () => {
  it("lists every image by digest, tracing as optional", async () => {
    const { stdout } = await sgbox(["images", "--release", "v7.5.4453", "--json"]);
    const { release, images } = json(stdout) as unknown as {
      release: string;
      images: { repository: string; digest: string; optional: boolean; services: string[] }[];
    };
    assert.equal(release, "7.5.4453");
    assert.equal(images.length, 23);
    assert.ok(images.every(({ digest }) => /^sha256:[0-9a-f]{64}$/.test(digest)));
    assert.deepEqual(
      images.filter(({ optional }) => optional).map(({ repository }) => repository),
      ["jaeger-all-in-one"],
    );
    assert.deepEqual(images.find(({ repository }) => repository === "frontend")?.services, [
      "sourcegraph-frontend",
      "sourcegraph-frontend-internal",
    ]);
  });

  it("writes a copy list for skopeo that preserves digests", async () => {
    const { stdout } = await sgbox(["images", "--mirror", "mirror.example.com/sourcegraph", "--format", "skopeo"]);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.length, 23);
    for (const line of lines)
      assert.match(
        line,
        /^skopeo copy --all --preserve-digests docker:\/\/index\.docker\.io\/sourcegraph\/[\w.-]+@sha256:[0-9a-f]{64} docker:\/\/mirror\.example\.com\/sourcegraph\/[\w.-]+:[\d.]+$/,
      );
  });

  it("needs a mirror to copy to, and one without a scheme", async () => {
    const without = await sgbox(["images", "--format", "skopeo"]);
    assert.deepEqual(
      [without.code, without.stderr],
      [
        2,
        "sgbox: the arguments are not valid:\n  - 'mirror' is missing; a list of copies needs the registry to copy to, e.g. --mirror mirror.example.com/sourcegraph\n",
      ],
    );
    const scheme = await sgbox(["images", "--mirror", "https://mirror.example.com"]);
    assert.deepEqual(
      [scheme.code, scheme.stderr],
      [
        2,
        "sgbox: the mirror is not valid:\n  - 'mirror' is \"https://mirror.example.com\"; give a registry and prefix such as mirror.example.com/sourcegraph, without a scheme\n",
      ],
    );
  });

  it("answers an unknown release with exit code 2", async () => {
    assert.deepEqual(await sgbox(["images", "--release", "8.0.0"]), {
      code: 2,
      stdout: "",
      stderr:
        "sgbox: the release is not known:\n  - 'release' is \"8.0.0\", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453\n",
    });
  });
});

describe("sgbox schema", () => {
  it("prints a JSON Schema of the keys, unknown ones refused", async () => {
    const schema = json((await sgbox(["schema"])).stdout);
    assert.equal(schema["additionalProperties"], false);
    assert.ok("release" in (schema["properties"] as object));
  });
});

describe("sgbox render", () => {
  it("writes the compose files and says which secrets are needed, without writing any", async () => {
    const folder = folderWith({});
    const { code, stdout } = await sgbox(
      ["render", "compose", "--release", "7.5.4453", "--size", "S", "--out", "d", "--json"],
      { folder },
    );
    const { files, secrets } = json(stdout) as unknown as { files: { path: string }[]; secrets: string[] };
    assert.equal(code, 0);
    const written = files.map(({ path: file }) => file);
    for (const file of written) assert.ok(existsSync(path.join(folder, "d", file)), file);
    assert.deepEqual(
      written.filter((file) => file.startsWith("secrets/")),
      ["secrets/README"],
    );
    assert.deepEqual(secrets, ["codeinsightsDbPassword", "codeintelDbPassword", "pgsqlPassword"]);
    const readme = readFileSync(path.join(folder, "d/secrets/README"), "utf8");
    assert.match(readme, /^secrets\/pgsql\.env {2}mode 0600\n {4}POSTGRES_PASSWORD="<pgsqlPassword>"$/m);
    assert.match(readFileSync(path.join(folder, "d/compose.yaml"), "utf8"), /7\.5\.4453@sha256:/);
  });

  it("writes the bootstrap of each cloud, and none for a local deployment", async () => {
    const folder = folderWith({});
    assert.equal(
      (await sgbox(["render", "bootstrap", "--out", "."], { folder })).stdout,
      "wrote 1 file to .:\n  user-data.yaml\n",
    );
    assert.match(readFileSync(path.join(folder, "user-data.yaml"), "utf8"), /^#cloud-config\n/);
    assert.equal(
      (await sgbox(["render", "bootstrap", "--cloud", "gcp", "--out", "."], { folder })).stdout,
      "wrote 1 file to .:\n  startup-script.sh\n",
    );
    assert.deepEqual(await sgbox(["render", "bootstrap", "--cloud", "local", "--out", "."], { folder }), {
      code: 2,
      stdout: "",
      stderr: "sgbox: there is no bootstrap:\n  - 'cloud' is \"local\", where no machine is made; give aws or gcp\n",
    });
  });

  it("writes the manifests of a cluster nothing is known of, and the script that makes their Secrets", async () => {
    const folder = folderWith({});
    const { code, stdout, stderr } = await sgbox(
      ["render", "manifests", "--release", "7.5.4453", "--size", "M", "--profile", "restricted", "--out", "d"],
      { folder },
    );
    assert.equal(code, 0);
    assert.match(stdout, /60-workloads\/statefulset-gitserver\.yaml\n/);
    assert.doesNotMatch(stdout, /clusterrole|namespace-/);
    assert.equal(
      stderr,
      "values of secrets are not written: d/secrets/apply.sh makes them in the cluster, d/README.md says in which order to go\n",
    );
    assert.match(
      readFileSync(path.join(folder, "d/60-workloads/statefulset-gitserver.yaml"), "utf8"),
      /^apiVersion: apps\/v1\n/,
    );
  });

  it("writes the values of the vendor's chart, also of a release that is a chart only", async () => {
    const folder = folderWith({});
    const { stdout } = await sgbox(["render", "helm-values", "--release", "7.6.0", "--out", "d"], { folder });
    assert.equal(
      stdout,
      "wrote 4 files to d:\n  values.yaml\n  migrator-values.yaml\n  secrets/apply.sh\n  README.md\n",
    );
    assert.match(readFileSync(path.join(folder, "d/README.md"), "utf8"), /--version 7\.6\.0 /);
  });

  it("takes the flags of Kubernetes for nothing else, and not beside a stack file", async () => {
    const { stderr } = await sgbox(["render", "compose", "--profile", "restricted", "--out", "d"]);
    assert.equal(
      stderr,
      "sgbox: the arguments are not valid:\n  - 'profile' is for manifests and helm-values; remove it\n",
    );
    const stack = await sgbox(["render", "manifests", "--namespace", "code", "--stack", "Pulumi.x.yaml", "--out", "d"]);
    assert.equal(
      stack.stderr,
      "sgbox: the arguments are not valid:\n  - 'namespace' and --stack exclude each other; set 'kubernetes.namespace' in the stack file\n",
    );
  });

  it("refuses a release that is not rendered with exit code 3, and an unfinished usage with 2", async () => {
    const old = await sgbox(["render", "compose", "--release", "5.11.6271", "--out", "d"]);
    assert.equal(old.code, 3);
    assert.match(old.stderr, /is known to the upgrade planner, but files are rendered exactly from 6\.0\.0 on/);
    const usage = await sgbox(["render", "compose", "--users", "3", "--out", "d"]);
    assert.equal(usage.code, 2);
    assert.match(
      usage.stderr,
      /'usage\.repositories' is missing; give a number\n {2}- 'usage\.totalSizeGb' is missing; give a number of GB\n/,
    );
  });

  it("takes everything else from a stack file, whose size the flags replace", async () => {
    const folder = folderWith({ "Pulumi.x.yaml": stackFile({ cloud: "local", release: "7.4.0", size: "M" }) });
    const { stdout } = await sgbox(
      ["render", "compose", "--stack", "Pulumi.x.yaml", "--size", "XS", "--out", "d", "--json"],
      { folder },
    );
    assert.equal(json(stdout)["release"], "7.4.0");
  });
});
