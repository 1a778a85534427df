import type { Command } from "commander";
import { listReleases } from "../../components/core/planning/image-list";
import { diffReleases, releasesFromCheckout } from "../../components/core/product/release-checkout";
import { chartOnlyReleases, releases as known } from "../../components/core/product/releases";
import type { Section } from "../../components/core/rendering/section";
import { readCheckout } from "../release-repository";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface Options {
  readonly checkout?: string;
  readonly json?: boolean;
}

async function compare(checkout: string, json: boolean, terminal: Terminal): Promise<void> {
  const tags = await readCheckout(checkout, terminal);
  const differences = diffReleases(known, releasesFromCheckout(tags));
  if (json) {
    printJson(terminal, { checkout, tags: tags.length, differences });
    return;
  }
  const section: Section = {
    id: "differences",
    title: "Differences",
    summary: `${differences.length} between the catalogue and ${tags.length} tags of the checkout`,
    columns: [
      { title: "release" },
      { title: "difference" },
      { title: "image" },
      { title: "catalogue" },
      { title: "checkout" },
    ],
    rows: differences.map(({ version, kind, image = "", known: before = "", found = "" }) => [
      version,
      kind,
      image,
      before,
      found,
    ]),
  };
  printText(terminal, sectionsText([section], terminal));
}

function list(json: boolean, terminal: Terminal): void {
  const listed = listReleases();
  if (json) {
    printJson(terminal, { releases: listed, chartOnly: chartOnlyReleases });
    return;
  }
  const section: Section = {
    id: "releases",
    title: "Releases",
    summary: `${listed.length}, newest first; not for docker compose: ${chartOnlyReleases.join(", ")}`,
    columns: [
      { title: "release" },
      { title: "date" },
      { title: "images", align: "right" },
      { title: "compose" },
      { title: "kubernetes" },
      { title: "" },
    ],
    rows: listed.map(({ release, date, images, compose, kubernetes, reason = "" }) => [
      release,
      date,
      String(images),
      compose ? "yes" : "no",
      kubernetes ? "yes" : "no",
      reason,
    ]),
  };
  printText(terminal, sectionsText([section], terminal));
}

/** Defines `sgbox releases`. */
export function define(command: Command, terminal: Terminal): void {
  command.option(
    "--checkout <folder>",
    "local checkout of the vendor's compose repository, to compare the catalogue with",
  );
  withExamples(command, ["sgbox releases", "sgbox releases --checkout ../deploy-sourcegraph-docker"]).action(
    async ({ checkout, json = false }: Options) => {
      if (checkout === undefined) list(json, terminal);
      else await compare(checkout, json, terminal);
    },
  );
}
