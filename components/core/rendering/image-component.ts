import { stringify } from "yaml";
import type { RenderedMachineImage } from "./machine-image";

/** Seconds that the preparation of a machine may take on EC2 Image Builder. */
const patience = 7200;

/**
 * The document of a component of EC2 Image Builder that runs the program. Its runner takes double braces for variables of
 * its own, of which the program has none.
 */
export function imageBuilderDocument({ name, release, script }: RenderedMachineImage): string {
  const step = {
    name: "Prepare",
    action: "ExecuteBash",
    timeoutSeconds: patience,
    onFailure: "Abort",
    inputs: { commands: [script] },
  };
  const document = {
    name,
    description: `Host of Sourcegraph ${release}`,
    schemaVersion: "1.0",
    phases: [{ name: "build", steps: [step] }],
  };
  return stringify(document, { lineWidth: 0 });
}

/** User data of the machine that is prepared: the agent of Systems Manager, which Debian's images have not. */
export function agentInstallation(region: string): string {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `#!/bin/bash
set -e
apt-get -qq update
apt-get -qq -y --no-install-recommends install ca-certificates curl
curl -fsS --retry 5 -o /tmp/agent.deb https://s3.${region}.${domain}/amazon-ssm-${region}/latest/debian_amd64/amazon-ssm-agent.deb
dpkg -i /tmp/agent.deb
systemctl enable --now amazon-ssm-agent
`;
}
