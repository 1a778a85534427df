import assert from "node:assert/strict";
import { planMachineImages } from "../../../components/core/planning/machine-images/plan";
import { setupText } from "../../../components/core/rendering/converge";
import { hostPackages, prepareImageScript, renderMachineImage } from "../../../components/core/rendering/machine-image";

const digest = `sha256:${"a".repeat(64)}`;
const args = {
  release: "7.5.4453",
  images: [{ repository: "frontend", tag: "7.5.4453", digest }],
  from: "index.docker.io/sourcegraph",
};

describe("the program that prepares a machine image", () => {
  it("installs what the set-up of a machine would install, which then asks no network", () => {
    assert.deepEqual(hostPackages, [
      "apparmor",
      "ca-certificates",
      "curl",
      "docker-cli",
      "docker-compose",
      "docker.io",
      "jq",
      "xfsprogs",
    ]);
    // Every call of the set-up is read: none is written in a way that would be missed.
    const calls = setupText.split("\n").filter((line) => /^\s*package [^(]/.test(line));
    assert.equal(calls.length, setupText.match(/\bpackage [a-z]/g)?.length);
    assert.deepEqual(calls.flatMap((line) => line.trim().split(" ").slice(1)).sort(), hostPackages);
    assert.ok(prepareImageScript(args).includes(`packages=(${hostPackages.join(" ")})\n`));
  });

  it("names every image by digest, and where it is copied from and to", () => {
    const text = prepareImageScript(args);
    assert.ok(
      text.includes(
        "store=127.0.0.1:5000 release=7.5.4453 prefix=sourcegraph from=index.docker.io/sourcegraph secure=true\n",
      ),
      text.slice(0, 700),
    );
    assert.ok(text.includes(`images=(\n  frontend:7.5.4453@${digest}\n)\n`));
  });

  it("copies from a registry without TLS only where it is told to", () => {
    assert.ok(
      prepareImageScript({ ...args, from: "http://10.0.2.100:5000/stand-ins" }).includes(
        "prefix=sourcegraph from=10.0.2.100:5000/stand-ins secure=false\n",
      ),
    );
  });

  it("switches the machine off at the very end, and only where that is the sign that all went well", () => {
    assert.ok(prepareImageScript({ ...args, powerOff: true }).endsWith("\nsystemctl poweroff\n"));
    assert.doesNotMatch(prepareImageScript(args), /poweroff/);
  });

  it("fits into the metadata of Google Cloud and the component of Image Builder", () => {
    const [image] = planMachineImages({ name: "sourcegraph", cloud: "aws", releases: ["7.5.4453"] }).images;
    assert.ok(image !== undefined);
    assert.ok(Buffer.byteLength(renderMachineImage("sourcegraph", image).script) < 14_000);
  });
});
