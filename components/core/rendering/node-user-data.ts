/**
 * User data of a node of Amazon Linux 2023 that sets kernel settings before the node joins; EKS adds its own part to it.
 *
 * @param sysctls names to values; none: no user data
 */
export function nodeUserData(sysctls: Readonly<Record<string, string>>): string | undefined {
  const settings = Object.entries(sysctls).sort(([a], [b]) => (a < b ? -1 : 1));
  if (settings.length === 0) return undefined;
  return [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="sourcegraph"',
    "",
    "--sourcegraph",
    'Content-Type: text/x-shellscript; charset="us-ascii"',
    "",
    "#!/bin/sh",
    "set -eu",
    "cat > /etc/sysctl.d/99-sourcegraph.conf <<'END'",
    ...settings.map(([name, value]) => `${name} = ${value}`),
    "END",
    "sysctl --quiet --load /etc/sysctl.d/99-sourcegraph.conf",
    "",
    "--sourcegraph--",
    "",
  ].join("\n");
}
