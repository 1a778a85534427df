/** A check from outside, as the program that makes it has to know it. */
export interface OutsideCheck {
  /** Host name. */
  readonly host: string;
  /** Path. */
  readonly path: string;
  /** Status codes that are well. */
  readonly expects: readonly number[];
  /** Whether it shows the secret that `SECRET_ARN` names, as a bearer. */
  readonly shows: boolean;
  /** Value of the header `x-check`, by which a load balancer knows it; default none is sent. */
  readonly mark?: string;
}

/**
 * A program for CloudWatch Synthetics that asks one address once, follows no redirect, and fails unless the status is one of
 * those expected. It speaks HTTP/2, which load balancers of AWS pass on to services of either version. Neither the answer
 * nor what it shows is logged.
 */
export function outsideCheck({ host, path, expects, shows, mark }: OutsideCheck): string {
  return `"use strict";
const http2 = require("node:http2");
const expected = ${JSON.stringify(expects)};

async function credentials() {
${
  shows
    ? `  const { SecretsManagerClient, GetSecretValueCommand } = require("@aws-sdk/client-secrets-manager");
  const { SecretString } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: process.env.SECRET_ARN }),
  );
  return { authorization: "Bearer " + SecretString };`
    : "  return {};"
}
}

exports.handler = async () => {
  const headers = ${mark === undefined ? "await credentials()" : `{ ...(await credentials()), "x-check": ${JSON.stringify(mark)} }`};
  const session = http2.connect(${JSON.stringify(`https://${host}`)});
  session.setTimeout(10000, () => session.destroy(new Error("no answer within 10 seconds")));
  const status = await new Promise((resolve, reject) => {
    session.on("error", reject);
    const asked = session.request({ ":path": ${JSON.stringify(path)}, ...headers });
    asked.on("response", (answer) => resolve(answer[":status"]));
    asked.on("error", reject);
    asked.end();
  }).finally(() => session.destroy());
  if (!expected.includes(status)) throw new Error("status " + status + ", expected " + expected.join(" or "));
};
`;
}
