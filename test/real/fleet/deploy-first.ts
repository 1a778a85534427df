import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace } from "@pulumi/pulumi/automation";

/** Deploys one stand-in instance of a fleet, as it was before the first rollout. */
export async function deploy(folder: string, id: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const work = join(folder, "first");
  mkdirSync(work);
  writeFileSync(
    join(work, "Pulumi.yaml"),
    JSON.stringify({
      name: "sourcegraph",
      runtime: { name: "nodejs", options: { typescript: false } },
      main: join(__dirname, "stand-in.program.cjs"),
    }),
  );
  const envVars = {
    ...(environment as Record<string, string>),
    PULUMI_BACKEND_URL: pathToFileURL(join(folder, "states")).href,
  };
  process.env.PATH = environment.PATH;
  const stack = await LocalWorkspace.createStack({ stackName: id, workDir: work }, { envVars });
  await stack.setAllConfig({ "sourcegraph:name": { value: id }, "sourcegraph:release": { value: "7.4.0" } });
  await stack.up({ color: "never" });
}
