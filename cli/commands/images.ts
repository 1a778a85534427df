import { Option, type Command } from "commander";
import { copiesFor, imagesOfRelease, type ImageTarget } from "../../components/core/planning/image-list";
import { newestComposeRelease, normalizeRelease } from "../../components/core/product/releases";
import { InputError } from "../../components/core/errors";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface Options {
  readonly release: string;
  readonly target: ImageTarget;
  readonly mirror?: string;
  readonly format: "text" | "skopeo";
  readonly json?: boolean;
}

function images({ release: asked, target, mirror, format, json }: Options, terminal: Terminal): void {
  const release = normalizeRelease(asked) ?? asked;
  const found = imagesOfRelease(release, target);
  const copies = mirror === undefined ? undefined : copiesFor(found, mirror);
  if (json === true) {
    printJson(terminal, { release, images: found, ...(copies !== undefined && { copies }) });
    return;
  }
  if (format === "skopeo") {
    if (copies === undefined)
      throw new InputError(
        [
          {
            path: "mirror",
            message:
              "is missing; a list of copies needs the registry to copy to, e.g. --mirror mirror.example.com/sourcegraph",
          },
        ],
        "the arguments are not valid",
      );
    const lines = copies.map(({ from, to }) => `skopeo copy --all --preserve-digests ${from} ${to}`);
    printText(terminal, lines.join("\n"));
    return;
  }
  const rows = found.map((image, index) => [
    copies?.[index]?.to.replace("docker://", "") ?? image.reference.replace(/@.*/, ""),
    image.digest,
    `${image.services.join(", ")}${image.onlyFor === undefined ? "" : ` (only for ${image.onlyFor})`}`,
  ]);
  const columns = [{ title: "image" }, { title: "digest" }, { title: "used by" }];
  printText(
    terminal,
    sectionsText(
      [{ id: "images", title: `Images of ${release}`, summary: `${found.length}`, columns, rows }],
      terminal,
    ),
  );
}

/** Defines `sgbox images`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--release <release>", "exact release", newestComposeRelease)
    .addOption(
      new Option("--target <kind>", "how it is deployed").choices(["compose", "kubernetes"]).default("compose"),
    )
    .option("--mirror <host>", "registry and prefix the images are copied to, the value of 'registry.host'")
    .addOption(
      new Option("--format <format>", "a table, or the commands that copy to the mirror")
        .choices(["text", "skopeo"])
        .default("text"),
    );
  withExamples(command, [
    "sgbox images --release 7.5.4453",
    "sgbox images --target kubernetes --mirror mirror.example.com/sourcegraph --format skopeo | sh",
  ]).action((options: Options) => images(options, terminal));
}
