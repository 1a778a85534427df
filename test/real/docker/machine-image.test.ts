import assert from "node:assert/strict";
import type { PreparedImage } from "../../../components/core/planning/machine-images/plan";
import { prepareImageScript } from "../../../components/core/rendering/machine-image";
import { startDocker, type DockerEngine, type Finished } from "../../support/docker";
import { freePort } from "../../support/ports";
import { overlayRoot, type RootOverlay } from "../../support/root-overlay";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

/** What `systemctl` does for the one unit that the program makes; everything else is only written down. */
const systemctl = `#!/bin/bash
echo "systemctl $*" >> /data/calls
[ "$1" = restart ] || exit 0
unit=/etc/systemd/system/$2
if [ -e /data/pid ]; then
  kill "$(cat /data/pid)"
  while kill -0 "$(cat /data/pid)" 2> /dev/null; do sleep 0.05; done
fi
user=$(sed -n s/^User=//p $unit)
setsid setpriv --reuid="$user" --regid="$user" --clear-groups $(sed -n s/^ExecStart=//p $unit) > /data/log 2>&1 < /dev/null &
echo $! > /data/pid
`;

const put = (path: string, text: string, mode = "644"): string =>
  `cat > ${path} << 'END_OF_TEST_FILE'\n${text}\nEND_OF_TEST_FILE\nchmod ${mode} ${path}\n`;

/** A Docker Engine on the machine, with the settings that the set-up gives it; data on the machine's disk. */
const dockerd = `set -e
mkdir -p /data/docker
jq '{"registry-mirrors": [.store]}' /etc/sourcegraph/machine-image.json > /data/daemon.json
setsid dockerd --config-file /data/daemon.json --data-root /data/docker --exec-root /data/exec --pidfile /data/dockerd.pid \\
  --host unix:///data/docker.sock > /data/dockerd.log 2>&1 < /dev/null &
export DOCKER_HOST=unix:///data/docker.sock
for try in {1..200}; do ! docker info > /dev/null 2>&1 || break; sleep 0.1; done
docker info > /dev/null || { tail -n 5 /data/dockerd.log; exit 1; }
`;
const registry = "rm -f /data/pid\nsystemctl restart sourcegraph-images.service\n";
const end = "\nkill $(cat /data/dockerd.pid)\nwhile [ -e /data/dockerd.pid ]; do sleep 0.1; done\n";

/** On two shared cores: about a minute, most of it apt. */
describe("a machine image, prepared for real and booted without a network", function () {
  this.timeout(300_000);
  const repositories = ["frontend", "gitserver"];
  let engine: DockerEngine;
  let root: RootOverlay;
  let port: number;
  let store: string;
  let images: PreparedImage[];
  let prepared: Finished;

  const inMachine = async (program: string, offline = false): Promise<string> => {
    const { code, stdout, stderr } = await root.run(program, { offline, timeoutMs: 200_000 });
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    return stdout;
  };
  const referenceOf = ({ repository, tag, digest }: PreparedImage) =>
    `index.docker.io/sourcegraph/${repository}:${tag}@${digest}`;

  /** Pushes a stand-in image to the registry that the program copies from. */
  const pushed = async (repository: string): Promise<PreparedImage> => {
    const name = `127.0.0.1:${port}/stand-ins/${repository}`;
    for (const args of [
      ["create", "--name", repository, "busybox:local"],
      ["commit", "--change", `LABEL service=${repository}`, repository, `${name}:7.5.4453`],
      ["push", "-q", `${name}:7.5.4453`],
    ]) {
      const { code, stderr } = await engine.docker(args);
      assert.equal(code, 0, stderr);
    }
    const { stdout } = await engine.docker([
      "image",
      "inspect",
      "--format",
      "{{index .RepoDigests 0}}",
      `${name}:7.5.4453`,
    ]);
    return { repository, tag: "7.5.4453", digest: stdout.trim().split("@")[1] ?? "" };
  };

  before(async function () {
    requireToolchain(this);
    engine = await startDocker(toolchainFolder());
    root = await overlayRoot();
    port = await freePort();
    store = `127.0.0.1:${await freePort()}`;
    const settings = `version: 0.1\nstorage: { filesystem: { rootdirectory: /data/source } }\nhttp: { addr: "127.0.0.1:${port}" }`;
    await inMachine(
      `set -e
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install docker-registry
${put("/usr/local/bin/systemctl", systemctl, "755")}${put("/data/source.yml", settings)}
setsid docker-registry serve /data/source.yml > /data/source.log 2>&1 < /dev/null & echo $! > /data/source.pid`,
    );
    images = await Promise.all(repositories.map(pushed));
    const script = prepareImageScript({ release: "7.5.4453", images, from: `http://127.0.0.1:${port}/stand-ins` });
    // This machine may be an older Debian, where some of the host's packages have other names.
    const here = script
      .replace("127.0.0.1:5000", store)
      .replace(/^packages=.*$/m, "packages=(ca-certificates curl jq)");
    await inMachine(put("/data/prepare.sh", here));
    prepared = await root.run("bash /data/prepare.sh", { timeoutMs: 200_000 });
    await inMachine("kill $(cat /data/source.pid)");
  });
  after(async () => {
    await root?.stop();
    await engine?.stop();
  });

  it("is prepared with real apt, registry and skopeo, and says what is on it", async () => {
    assert.equal(
      prepared.code,
      0,
      `${prepared.stdout}\n${prepared.stderr}\n${await inMachine("cat /data/log /data/calls || true")}`,
    );
    assert.match(prepared.stdout, /^sourcegraph: this disk holds 7\.5\.4453 and 2 container images$/m);
    assert.deepEqual(JSON.parse(await inMachine("cat /etc/sourcegraph/machine-image.json")), {
      schema: 1,
      release: "7.5.4453",
      store: `http://${store}`,
    });
  });

  it("holds nothing that two machines must not share, and not the program that copied", async () => {
    assert.equal(
      await inMachine("ls /etc/ssh/ssh_host_* /usr/bin/skopeo 2> /dev/null; stat -c %s /etc/machine-id"),
      "0\n",
    );
    const calls = (await inMachine("cat /data/calls")).trim().split("\n");
    assert.deepEqual(calls, [
      "systemctl disable --now docker-registry.service",
      "systemctl daemon-reload",
      "systemctl -q enable sourcegraph-images.service",
      "systemctl restart sourcegraph-images.service",
      "systemctl restart sourcegraph-images.service",
      "systemctl stop docker.socket docker.service",
    ]);
  });

  it("takes no image from anybody once it is made", async () => {
    const upload = `curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' -X POST http://${store}/v2/sourcegraph/frontend/blobs/uploads/`;
    assert.equal(await inMachine(upload), "405");
  });

  it("gives Docker every image by digest, under the vendor's name, on a machine without any network", async () => {
    const said = await inMachine(
      `${registry}${dockerd}
for image in ${images.map(referenceOf).join(" ")}; do
  docker pull -q "$image" > /dev/null
  docker image inspect --format '{{index .Config.Labels "service"}} {{index .RepoDigests 0}}' "$image"
  docker create -q "$image" > /dev/null 2>&1 || docker create "$image" > /dev/null
done${end}`,
      true,
    );
    assert.deepEqual(
      said.trim().split("\n"),
      images.map(({ repository, digest }) => `${repository} sourcegraph/${repository}@${digest}`),
    );
  });

  it("is a registry like any other, for those who name it as theirs", async () => {
    const names = images.map(({ repository, tag, digest }) => `${store}/sourcegraph/${repository}:${tag}@${digest}`);
    const pulls = names.map((name) => `docker pull -q ${name}`).join("\n");
    assert.equal(await inMachine(`${registry}${dockerd}${pulls}${end}`, true), `${names.join("\n")}\n`);
  });

  it("is what those images came from: without its registry the same pull fails", async () => {
    const [image] = images;
    assert.ok(image !== undefined);
    const said = await inMachine(
      `${dockerd}docker container prune -f > /dev/null
docker image prune -af > /dev/null
docker pull -q ${referenceOf(image)} > /dev/null 2>&1 || echo failed${end}`,
      true,
    );
    assert.equal(said, "failed\n");
  });
});
