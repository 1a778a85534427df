import { valueAt, type GraphResource } from "../graph";
import { bad, good, listAt, type Sight } from "../sights";
import { everybodyIn, isEverybody, rangeInputs } from "./listeners";

/** Ports that pages are served at: who may come there is told by the listener behind them. */
const pagePorts: readonly number[] = [80, 443];

/** Ports as `80`, `80-90`, or `every port`. */
function inText([from, to]: readonly [number, number]): string {
  if (from <= 0 && to >= 65_535) return "every port";
  return from === to ? `port ${from}` : `ports ${from}-${to}`;
}

/** Whether ports are the pages' only. */
const ofPages = ([from, to]: readonly [number, number]): boolean => from === to && pagePorts.includes(from);

const everyPort: readonly [number, number] = [0, 65_535];

/** Ports of a rule of a security group. */
function portsOf(rule: unknown): readonly [number, number] {
  const from = valueAt(rule, "fromPort");
  const to = valueAt(rule, "toPort");
  return typeof from === "number" && typeof to === "number" && from >= 0 ? [from, to] : everyPort;
}

/** Ports of what a firewall of Google allows. */
function allowedPorts(allow: unknown): (readonly [number, number])[] {
  const ports = listAt(allow, "ports");
  if (ports.length === 0) return [everyPort];
  return ports.map((port) => {
    const [from = 0, to = from] = String(port).split("-").map(Number);
    return [from, to] as const;
  });
}

/** Whether a firewall of Google lets everybody in: it does where nothing says whom. */
function opensToEverybody(inputs: GraphResource["inputs"]): boolean {
  const sources = ["sourceRanges", "sourceTags", "sourceServiceAccounts"].map((input) => inputs[input]);
  return sources.every((source) => source === undefined) || listAt(inputs, "sourceRanges").some(isEverybody);
}

/** Ports at which a resource lets the whole internet in. */
function openedBy({ type, inputs }: GraphResource): (readonly [number, number])[] {
  switch (type) {
    case "aws:vpc/securityGroupIngressRule":
      return [inputs.cidrIpv4, inputs.cidrIpv6].some(isEverybody) ? [portsOf(inputs)] : [];
    case "aws:ec2/securityGroupRule":
      return inputs.type === "ingress" && everybodyIn(inputs, rangeInputs).length > 0 ? [portsOf(inputs)] : [];
    case "aws:ec2/defaultSecurityGroup":
    case "aws:ec2/securityGroup":
      return listAt(inputs, "ingress")
        .filter((rule) => everybodyIn(rule, rangeInputs).length > 0)
        .map(portsOf);
    case "gcp:compute/firewall":
      return inputs.direction !== "EGRESS" && inputs.disabled !== true && opensToEverybody(inputs)
        ? listAt(inputs, "allows").flatMap(allowedPorts)
        : [];
    default:
      return [];
  }
}

/** Types of resources that let traffic into machines. */
export const openingTypes: readonly string[] = [
  "aws:vpc/securityGroupIngressRule",
  "aws:ec2/securityGroup",
  "aws:ec2/securityGroupRule",
  "aws:ec2/defaultSecurityGroup",
  "gcp:compute/firewall",
];

/** Whether a resource lets the whole internet in at more than the pages; nothing where it lets in nobody of it. */
export function openPortSights(resource: GraphResource): Sight[] {
  const opened = openedBy(resource);
  if (opened.length === 0) return [];
  const beyond = opened.filter((ports) => !ofPages(ports));
  return [
    beyond.length === 0
      ? good("it lets the whole internet in to pages only")
      : bad(
          `it lets the whole internet in at ${beyond.map(inText).join(", ")}`,
          "name the ranges that may come in there",
        ),
  ];
}
