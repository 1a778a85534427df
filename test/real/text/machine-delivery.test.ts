import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { signatureOf, signed, verificationKey, withSignature } from "../../../components/core/rendering/pointer";
import { googleToken, startGoogleStore, type GoogleStore, type Seen } from "../../support/google-store";
import { ProgramHost, requirePrograms, secretA } from "../../support/machine-programs";
import { Moto, type RoleCredentials } from "../../support/moto";
import { requirePython } from "../../support/python";

const bucket = "acme-bundles";
const region = "eu-central-1";

/** A cloud's store as a person fills it and as it saw the machine. */
interface Store {
  readonly settings: Readonly<Record<string, string>>;
  /** What no process list and no log may show. */
  readonly hidden: readonly string[];
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Keeps a secret and returns its address in the pointer. */
  keep(value: string): Promise<string>;
  /** Takes that secret away. */
  drop(): Promise<void>;
  requests(): readonly Seen[];
  forget(): void;
}

describe("delivery to the machine", function () {
  this.timeout(180_000);
  let host: ProgramHost;

  before(function () {
    requirePrograms(this);
  });
  beforeEach(() => {
    host = new ProgramHost();
  });
  afterEach(() => host?.delete());

  describe("in a cloud", () => {
    let identity: RoleCredentials | undefined;
    let closeMetadata: () => void;
    let metadataPort: number;
    let moto: Moto | undefined;
    let google: GoogleStore | undefined;

    before(async () => {
      // The metadata services of both clouds, as far as the programs ask them.
      const metadata = createServer((request, response) => {
        const token = request.headers["x-aws-ec2-metadata-token"] === "imds-token";
        const answers: Record<string, string | undefined> = {
          "PUT /latest/api/token": request.headers["x-aws-ec2-metadata-token-ttl-seconds"] && "imds-token",
          "GET /latest/meta-data/iam/security-credentials/": token ? "sourcegraph" : undefined,
          "GET /latest/meta-data/iam/security-credentials/sourcegraph": token ? JSON.stringify(identity) : undefined,
          "GET /computeMetadata/v1/instance/service-accounts/default/token":
            request.headers["metadata-flavor"] === "Google" ? JSON.stringify({ access_token: googleToken }) : undefined,
        };
        const answer = answers[`${request.method} ${request.url}`];
        response.writeHead(answer === undefined ? 403 : 200).end(answer);
      });
      await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
      metadataPort = (metadata.address() as AddressInfo).port;
      closeMetadata = () => metadata.close();
    });
    after(async () => {
      closeMetadata?.();
      await google?.close();
      await moto?.stop();
    });

    async function amazon(context: Mocha.Context): Promise<Store> {
      const server = await Moto.start(requirePython(context), region);
      moto = server;
      await server.aws("s3", "mb", `s3://${bucket}`);
      identity = await server.machineRole([
        { Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` },
        { Effect: "Allow", Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/status.json` },
        { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" },
      ]);
      return {
        settings: { source: "s3", region, store: `${server.url}/${bucket}`, secrets: server.url },
        hidden: [identity.SecretAccessKey, identity.Token],
        put: (key, text) => server.put(bucket, key, text),
        get: (key) => server.get(bucket, key),
        keep: async (value) => {
          const made = await server.aws("secretsmanager", "create-secret", "--name", "a", "--secret-string", value);
          // An address has no version of its own, so the pointer adds one: a new value is a new pointer.
          return `${(JSON.parse(made) as { ARN: string }).ARN}#8f14e45f-version`;
        },
        drop: async () => {
          await server.aws("secretsmanager", "delete-secret", "--secret-id", "a", "--force-delete-without-recovery");
        },
        requests: () => server.requests(),
        forget: () => server.forget(),
      };
    }

    async function googleCloud(): Promise<Store> {
      const server = await startGoogleStore(bucket);
      google = server;
      const address = "projects/acme/secrets/a/versions/3";
      const url = `http://127.0.0.1:${server.port}`;
      return {
        settings: { source: "gcs", project: "acme", store: `${url}/${bucket}`, secrets: url },
        hidden: [googleToken],
        put: (key, text) => Promise.resolve(void server.objects.set(key, text)),
        get: (key) => Promise.resolve(server.objects.get(key)),
        keep: (value) => Promise.resolve((server.secrets.set(address, value), address)),
        drop: () => Promise.resolve(void server.secrets.delete(address)),
        requests: () => server.seen,
        forget: () => void (server.seen.length = 0),
      };
    }

    for (const [cloud, start] of Object.entries({ s3: amazon, gcs: googleCloud })) {
      it(`(${cloud}) reads pointer, bundle and secrets by its own identity, shows it in no process list, and asks for no more than changed`, async function () {
        const store = await start(this);
        host.delete();
        host = new ProgramHost(store.settings);
        host.environment.METADATA = String(metadataPort);
        const value = 'marker-4711 "\\ é\nx';
        const address = await store.keep(value);
        const publish = async (release: string): Promise<void> => {
          const digest = host.publish(
            host.bundle(
              release,
              [{ path: "orders.sh", mode: "0644", text: `cat "$1" >> ${host.folder}/ordered 2> /dev/null\n` }],
              secretA,
            ),
            { a: address },
          );
          await store.put(`bundles/${digest}.json`, host.read(`source/bundles/${digest}.json`));
          await store.put("pointer.json", host.read("source/pointer.json"));
          store.forget();
        };
        const asked = (): string[] =>
          store
            .requests()
            .map(({ method, path, status }) => `${method} ${path.replace(/[0-9a-f]{64}/, "D")} ${status}`);
        await publish("7.5.4453");
        const { code, output } = await host.fetch("boot");
        assert.equal(code, 0, output + JSON.stringify(store.requests()));
        assert.equal(host.read("mnt/deployment/secrets/a"), value);
        assert.deepEqual(asked(), [
          `GET /${bucket}/pointer.json 200`,
          `GET /${bucket}/bundles/D.json 200`,
          cloud === "s3" ? "POST / 200" : `GET /v1/projects/acme/secrets/a/versions/3:access 200`,
          `PUT /${bucket}/status.json 200`,
          `PUT /${bucket}/status.json 200`,
        ]);
        assert.equal(await store.get("status.json"), host.read("mnt/state/status.json"));
        const shown = host.read("fake/curl.log") + output;
        for (const secret of [...store.hidden, "marker-4711"]) assert.ok(!shown.includes(secret), `${secret} is shown`);

        // Nothing is new, and nothing is ordered.
        store.forget();
        assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
        const none = `GET /${bucket}/order.json 404`;
        assert.deepEqual(asked(), [none, `GET /${bucket}/pointer.json 304`]);
        await store.put("order.json", '{"id":"1"}');
        store.forget();
        for (const _ of [1, 2]) assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
        assert.deepEqual(
          asked(),
          [200, 304].flatMap((status) => [`GET /${bucket}/order.json ${status}`, `GET /${bucket}/pointer.json 304`]),
        );
        assert.equal(host.read("ordered"), '{"id":"1"}{"id":"1"}');

        await store.drop();
        const denied = await host.fetch("boot");
        assert.match(
          denied.output,
          /failed: secret 'a' cannot be read; nothing was changed\nsourcegraph: staying with the bundle/,
        );
        assert.equal(denied.code, 0);
      });
    }
  });

  describe("of a pointer that a key of the stack signs", () => {
    const message = "the pointer is not signed by the stack of this machine; nothing was changed";
    const pointer = (): string => host.read("source/pointer.json");
    const secret = "secret";

    beforeEach(() => {
      host.delete();
      host = new ProgramHost({ signer: verificationKey(secret) });
    });

    it("believes no other: not one without a signature, nor one of another key, nor one that was changed", async () => {
      host.publish(host.bundle("7.5.4453"));
      const first = signed(pointer(), secret);
      host.write("source/pointer.json", first);
      assert.equal((await host.fetch("boot")).code, 0);
      host.publish(host.bundle("7.5.4453", [{ path: "new", mode: "0644", text: "" }]));
      const good = signed(pointer(), secret);
      const bare = pointer();
      const of = (text: string): string => (JSON.parse(text) as { signature: string }).signature;
      const bad: Record<string, string> = {
        "without a signature": bare,
        "of another key": signed(bare, "another"),
        "with the signature of the pointer before": withSignature(bare, of(first)),
        "with another release": good.replace("7.5.4453", "7.5.4454"),
        "with a key after the signature": `${good.slice(0, -1)},"digest":"${"0".repeat(64)}"}`,
        "with a second signature": withSignature(good, of(first)),
        "with a text after its end": `${good}\n{}`,
        "cut off": good.slice(0, -9),
        "with no text for a signature": `${bare.slice(0, -1)},"signature":7}`,
        empty: "",
      };
      host.dockerCalls();
      for (const [what, text] of Object.entries(bad)) {
        host.write("source/pointer.json", text);
        const { code, output } = await host.fetch("poll");
        assert.deepEqual([code, output], [4, `sourcegraph: failed: ${message}\n`], what);
        assert.deepEqual([host.status().result, host.status().message], ["failed", message], what);
      }
      assert.deepEqual(host.dockerCalls(), []);
      assert.equal(host.read("mnt/state/pointer.json"), first);
      // The signature comes late: nothing has to be done for it.
      host.write("source/pointer.json", good);
      assert.equal((await host.fetch("poll")).code, 0);
      assert.equal(host.status().result, "ready");
      assert.equal(host.read("mnt/state/pointer.json"), good);
      // The one before is still signed, and the bundle it names may follow, for it is of the same release.
      host.write("source/pointer.json", first);
      assert.equal((await host.fetch("poll")).code, 0);
    });

    it("believes no order that the key did not sign either, and goes on", async () => {
      const program = [{ path: "orders.sh", mode: "0644", text: `echo "$#:$1" >> ${host.folder}/ordered\n` }];
      host.publish(host.bundle("7.5.4453", program));
      const point = signed(pointer(), secret);
      host.write("source/pointer.json", point);
      await host.fetch("boot");
      const order = '{"schema":1,"id":"a","kind":"restore","backup":"b"}';
      const good = signed(order, secret);
      const texts = [
        good,
        order,
        signed(order, "another"),
        good.replace('"b"', '"c"'),
        `${good}{}`,
        withSignature(good, signatureOf(order, secret)),
        "",
        good,
      ];
      for (const text of texts) {
        host.write("source/order.json", text);
        assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" }, text);
      }
      const [taken, refused] = [`1:${host.folder}/run/sourcegraph/order.json`, "2:"];
      const all = [taken, refused, refused, refused, refused, refused, refused, taken];
      assert.deepEqual(host.read("ordered").trim().split("\n"), all);
    });

    it("stays with the bundle in place at a boot where the pointer is not to be believed", async () => {
      host.publish(host.bundle("7.5.4453"));
      host.write("source/pointer.json", signed(pointer(), secret));
      await host.fetch("boot");
      host.publish(host.bundle("7.6.1"));
      const boot = await host.fetch("boot");
      assert.equal(boot.code, 0);
      assert.ok(
        boot.output.startsWith(`sourcegraph: failed: ${message}\nsourcegraph: staying with the bundle in place\n`),
      );
    });
  });

  describe("of an order", () => {
    it("goes to the bundle in place at each poll, before the pointer, and does not keep the pointer when it fails", async () => {
      host.publish(host.bundle("7.5.4453"));
      host.write("source/order.json", '{"id":"early"}');
      await host.fetch("boot");
      assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
      const program = (text: string) => [{ path: "orders.sh", mode: "0644", text }];
      host.publish(host.bundle("7.5.4453", program('echo "ordered $(cat "$1" 2> /dev/null)"; exit 7\n')));
      assert.equal((await host.fetch("poll")).code, 0);
      assert.deepEqual(await host.fetch("poll"), { code: 0, output: 'ordered {"id":"early"}\n' });
      const digest = host.publish(host.bundle("7.5.4453", program("exit 0\n")));
      const { output } = await host.fetch("poll");
      assert.ok(
        output.startsWith(`ordered {"id":"early"}\nsourcegraph: converging to 7.5.4453, bundle ${digest.slice(0, 12)}`),
      );
    });
  });
});
