import type { Command } from "commander";
import { InputError } from "../../components/core/errors";
import { stagesOf } from "../../components/core/planning/fleet/stages";
import { stagesSections } from "../../components/core/rendering/fleet/stages-report";
import { releaseWith } from "../release-repository";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { openFleet } from "./folder";
import { RolloutFiles } from "./rollout-files";
import { readStates } from "./states";

interface StagesOptions {
  readonly fleet?: string;
  readonly checkout?: string;
  readonly json?: boolean;
}

const isCommit = (text: string): boolean => /^[0-9a-f]{7,40}$/.test(text);

/** The release that is asked for, or the oldest that holds the commit. */
async function releaseOf(asked: string, { checkout }: StagesOptions, terminal: Terminal): Promise<string | undefined> {
  if (!isCommit(asked)) return asked;
  if (checkout !== undefined) return releaseWith(asked, checkout, terminal);
  throw new InputError(
    [
      {
        path: "checkout",
        message: `is missing; which release holds commit ${asked} is asked of a clone with its tags`,
      },
    ],
    "the stages cannot be told",
  );
}

async function stages(asked: string, options: StagesOptions, terminal: Terminal): Promise<void> {
  const { fleet, folder } = openFleet(options.fleet, terminal, { expired: false });
  const release = await releaseOf(asked, options, terminal);
  if (release === undefined) {
    if (options.json === true) printJson(terminal, { commit: asked, stages: [] });
    else printText(terminal, `${asked} is in no release yet`);
    return;
  }
  const told = stagesOf(fleet, await readStates(fleet, terminal), release, RolloutFiles.newest(folder)?.plan);
  const commit = isCommit(asked) ? { commit: asked } : {};
  if (options.json === true) printJson(terminal, { ...commit, release, stages: told });
  else {
    if (isCommit(asked)) terminal.note(`the oldest release with ${asked} is ${release}`);
    printText(terminal, sectionsText(stagesSections(fleet.settings.name, release, told), terminal));
  }
}

/** Defines `sgbox fleet stages`. */
export function defineStages(fleet: Command, terminal: Terminal): void {
  const command = fleet
    .command("stages")
    .description("show which waves a release, or a commit, has reached")
    .argument("<release or commit>", "release such as 7.5.4453, or commit of the product")
    .option("--fleet <folder>", "folder of the fleet; default the current one")
    .option("--checkout <folder>", "clone of the product with its release tags; needed for a commit");
  withExamples(command, [
    "sgbox fleet stages 7.5.4453",
    "sgbox fleet stages 4f6c1e09a2 --checkout ../sourcegraph --json",
  ]).action((asked: string, options: StagesOptions) => stages(asked, options, terminal));
}
