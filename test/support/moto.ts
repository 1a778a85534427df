import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { delimiter } from "node:path";
import { promisify } from "node:util";
import type { PythonTools } from "./python";

const execute = promisify(execFile);

/** Short-lived credentials as the metadata service of an instance hands them out. */
export interface RoleCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
}

/** A request as moto answered it. */
export interface MotoRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const started = /Running on http:\/\/127\.0\.0\.1:(\d+)/;
const logLine = /^127\.0\.0\.1 - - \[[^\]]+\] "(\S+) (\S+) HTTP\/1\.1" (\d+)/;

/**
 * moto's server on loopback: S3, Secrets Manager, STS, IAM and EC2 as far as moto plays them. At first it takes every request;
 * {@link Moto.machineRole} makes it check signatures and policies from then on.
 */
export class Moto {
  private log = "";
  private keys = { id: "AKIAEVERYBODY0000000", secret: "everybody" };
  /** How many requests {@link Moto.forget} left behind. */
  private forgotten = 0;

  private constructor(
    private readonly process: ChildProcess,
    private readonly tools: PythonTools,
    readonly region: string,
    readonly port: number,
  ) {}

  /** Starts a server with nothing in it; a second or two. */
  static async start(tools: PythonTools, region = "us-east-1"): Promise<Moto> {
    const child = spawn(tools.python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PYTHONUNBUFFERED: "1" },
    });
    process.once("exit", () => child.kill("SIGKILL"));
    let text = "";
    const port = await new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => {
        child.kill("SIGKILL");
        reject(new Error(`moto did not start within 90 s: ${text}`));
      }, 90_000);
      child.once("exit", (code) => reject(new Error(`moto ended with ${code}: ${text}`)));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        const found = started.exec(text)?.[1];
        if (found === undefined) return;
        clearTimeout(late);
        resolve(Number(found));
      });
    });
    const moto = new Moto(child, tools, region, port);
    child.stderr.removeAllListeners("data").on("data", (chunk: string) => (moto.log += chunk));
    return moto;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Variables by which the AWS CLI, found on the PATH that is among them, talks to this server as its administrator. */
  get environment(): Record<string, string> {
    return {
      PATH: `${this.tools.bin}${delimiter}${process.env.PATH}`,
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: this.keys.id,
      AWS_SECRET_ACCESS_KEY: this.keys.secret,
      AWS_DEFAULT_REGION: this.region,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PAGER: "",
    };
  }

  /** Runs the AWS CLI as administrator and returns what it printed; a second each. */
  async aws(...args: string[]): Promise<string> {
    const options = { env: { ...process.env, ...this.environment }, timeout: 60_000, maxBuffer: 16 << 20 };
    const { stdout } = await execute(`${this.tools.bin}/aws`, args, options);
    return stdout.trim();
  }

  /**
   * Makes a role that may do what the policy says, and returns credentials of it. From here on moto checks the signature of
   * each request, and what its identity may do.
   */
  async machineRole(statements: readonly object[]): Promise<RoleCredentials> {
    const document = (statement: readonly object[]): string =>
      JSON.stringify({ Version: "2012-10-17", Statement: statement });
    const trust = document([
      { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    const all = document([{ Effect: "Allow", Action: "*", Resource: "*" }]);
    const role = ["--role-name", "machine"];
    const person = ["--user-name", "administrator"];
    await this.aws("iam", "create-role", ...role, "--assume-role-policy-document", trust);
    const policy = document(statements);
    await this.aws("iam", "put-role-policy", ...role, "--policy-name", "machine", "--policy-document", policy);
    await this.aws("iam", "create-user", ...person);
    await this.aws("iam", "put-user-policy", ...person, "--policy-name", "all", "--policy-document", all);
    const key = JSON.parse(await this.aws("iam", "create-access-key", ...person)) as {
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    };
    const arn = "arn:aws:iam::123456789012:role/machine";
    const assumed = JSON.parse(
      await this.aws("sts", "assume-role", "--role-arn", arn, "--role-session-name", "i-0a1b2c3d4e5f60718"),
    ) as { Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string } };
    this.keys = { id: key.AccessKey.AccessKeyId, secret: key.AccessKey.SecretAccessKey };
    const response = await fetch(`${this.url}/moto-api/reset-auth`, {
      method: "POST",
      body: "0",
      headers: { "Content-Type": "text/plain" },
    });
    if (!response.ok) throw new Error(`moto does not check signatures: ${await response.text()}`);
    const { AccessKeyId, SecretAccessKey, SessionToken } = assumed.Credentials;
    return { AccessKeyId, SecretAccessKey, Token: SessionToken };
  }

  /** Puts an object as administrator. */
  async put(bucket: string, key: string, text: string): Promise<void> {
    await this.s3(["-X", "PUT", "-H", "Content-Type: application/json", "--data-binary", "@-"], bucket, key, text);
  }

  /** The text of an object; undefined when it is not there. */
  async get(bucket: string, key: string): Promise<string | undefined> {
    try {
      return await this.s3([], bucket, key);
    } catch (error) {
      if (error instanceof Error && error.message.includes("error: 404")) return undefined;
      throw error;
    }
  }

  async delete(bucket: string, key: string): Promise<void> {
    await this.s3(["-X", "DELETE"], bucket, key);
  }

  private async s3(args: readonly string[], bucket: string, key: string, input = ""): Promise<string> {
    const signed = ["--aws-sigv4", `aws:amz:${this.region}:s3`, "--user", `${this.keys.id}:${this.keys.secret}`];
    // Debian 13's curl adds this by itself, Debian 12's does not.
    const hash = ["-H", `x-amz-content-sha256: ${createHash("sha256").update(input).digest("hex")}`];
    const url = `${this.url}/${bucket}/${key}`;
    const options = { timeout: 60_000, maxBuffer: 16 << 20 };
    const running = execute("/usr/bin/curl", ["-fsS", ...signed, ...hash, ...args, url], options);
    // A curl that sends nothing may be over before its input is closed.
    running.child.stdin?.on("error", () => undefined);
    if (input === "") running.child.stdin?.end();
    else running.child.stdin?.end(input);
    return (await running).stdout;
  }

  /** Every request since the start, or since {@link Moto.forget}. */
  requests(): MotoRequest[] {
    return this.all().slice(this.forgotten);
  }

  forget(): void {
    this.forgotten = this.all().length;
  }

  private all(): MotoRequest[] {
    return this.log.split("\n").flatMap((line) => {
      const [, method = "", path = "", status = ""] = logLine.exec(line) ?? [];
      return method === "" ? [] : [{ method, path, status: Number(status) }];
    });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await ended;
  }
}
