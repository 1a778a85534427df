import * as dns from "node:dns/promises";
import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { judgeAddress, type AddressAnswer } from "../core/planning/vm/outside-check";
import type { OutsideCheckInputs } from "./outside-check";

// Runs in the engine's provider of dynamic resources, apart from the program.

const unasked = { state: "unknown", text: "the machine was not asked" } as const;

/** Seconds between two questions, and for how long an answer is waited for. */
const pauseSeconds = 5;
const answerSeconds = 10;

/** No answer is longer than what matters of it. */
const longestText = 200;

interface Answer {
  readonly status: number;
  readonly text: string;
}

function get(url: string): Promise<Answer> {
  const client = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.get(url, { timeout: answerSeconds * 1000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (text = (text + part).slice(0, longestText)));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: text.trim() }));
      answer.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${answerSeconds} seconds`)));
    request.on("error", reject);
  });
}

/** The addresses a name leads to; none where it is not known. */
async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await dns.lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTFOUND" || code === "ENODATA") return [];
    throw error;
  }
}

/** Whether addresses are others than those of the instance; where nobody knows the instance's, they are not. */
async function leadElsewhere(found: readonly string[], address: string): Promise<boolean> {
  const own = await addressesOf(address).catch((): string[] => []);
  return own.length > 0 && !found.some((each) => own.includes(each));
}

/** Why there is no connection. Several addresses of a name fail with an error that says nothing itself. */
function whyOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return message === "" ? (code ?? "no connection") : message;
}

async function askAddress({ url, address }: OutsideCheckInputs): Promise<AddressAnswer> {
  let elsewhere = false;
  try {
    const found = await addressesOf(new URL(url).hostname);
    if (found.length === 0) return { kind: "unknown-name" };
    elsewhere = await leadElsewhere(found, address);
    const { status: health } = await get(`${url}/healthz`);
    const { status, text } = health === 200 ? await get(`${url}/__version`) : { status: 0, text: "" };
    return { kind: "answer", health, release: status === 200 ? text : "", elsewhere };
  } catch (error) {
    return { kind: "unreachable", why: whyOf(error), elsewhere };
  }
}

/** Asks until the address is well; a refusal is thrown, which fails the update. */
async function check(inputs: OutsideCheckInputs): Promise<string> {
  const { machine = unasked } = inputs;
  const start = Date.now();
  let last = "";
  for (;;) {
    const asks = inputs.asksAddress && machine.state !== "ill";
    const verdict = judgeAddress(
      asks ? await askAddress(inputs) : undefined,
      machine,
      inputs,
      (Date.now() - start) / 60_000,
    );
    if (verdict.kind === "ill") throw new Error(verdict.text);
    if (verdict.kind === "well") {
      if (verdict.warning !== undefined) process.stdout.write(`warning: ${verdict.warning}\n`);
      return verdict.warning ?? verdict.text;
    }
    if (verdict.told !== last) process.stdout.write(`waiting: ${verdict.told}\n`);
    last = verdict.told;
    await sleep(pauseSeconds * 1000);
  }
}

/** Inputs whose change asks for another check. */
const decisive = ["url", "asksAddress", "release", "digest", "machineId"] as const;

/** The outside check as a dynamic resource: made and updated by checking, never read, and gone without a trace. */
export const provider = {
  diff(_id: string, olds: OutsideCheckInputs, news: OutsideCheckInputs): Promise<{ changes: boolean }> {
    const changes = news.machine?.state === "ill" || decisive.some((key) => olds[key] !== news[key]);
    return Promise.resolve({ changes });
  },
  async create(inputs: OutsideCheckInputs): Promise<{ id: string; outs: object }> {
    return { id: "outside", outs: { ...inputs, seen: await check(inputs) } };
  },
  async update(_id: string, _olds: OutsideCheckInputs, news: OutsideCheckInputs): Promise<{ outs: object }> {
    return { outs: { ...news, seen: await check(news) } };
  },
};
