import { modesOf } from "../boundary/facts";
import type { Specification } from "../config/specified";

/** From where an instance calls out: what those it calls put on their lists of who may. */
export interface Egress {
  /** Its public addresses; empty where they are not of its stack, or there is no way out. */
  readonly addresses: readonly string[];
  /** Whether they stay what they are for the life of the instance. */
  readonly lasting: boolean;
  /** How it gets out, in one sentence. */
  readonly how: string;
}

/** Host of a proxy's URL, without what signs in to it. */
function proxyHost({ proxy }: Specification): string | undefined {
  const url = proxy?.https ?? proxy?.http;
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;
}

/**
 * Says from where an instance calls out.
 *
 * @param addresses public addresses its stack made for that, as the cloud gave them
 */
export function egressOf(specification: Specification, addresses: readonly string[]): Egress {
  if (modesOf(specification).includes("air-gapped"))
    return { addresses: [], lasting: true, how: "it has no way out to the internet" };
  const host = proxyHost(specification);
  const proxied =
    host === undefined ? "" : `; HTTP goes by the proxy ${host}, whose own addresses those it calls see instead`;
  if (addresses.length === 0)
    return { addresses, lasting: false, how: `by the way out of the network it was put into${proxied}` };
  const { cloud, shape, tls } = specification;
  const ownOfMachine = cloud === "aws" && shape === "vm" && tls.mode === "load-balancer";
  return ownOfMachine
    ? {
        addresses,
        lasting: false,
        how: `by an address of the machine, which is another one after it was stopped, suspended or replaced${proxied}`,
      }
    : { addresses, lasting: true, how: `by addresses that are its own and stay as long as it is there${proxied}` };
}
