import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { rules } from "../../../components/core/rules/rules";

const root = path.join(__dirname, "..", "..", "..", "components", "core", "rules");

/** Folders of the families, by the letter of their rules. */
const families: Readonly<Record<string, string>> = {
  D: "data",
  N: "network",
  I: "identities",
  M: "machines",
  K: "keys",
  T: "tenancy",
  X: "zones",
  A: "air-gap",
  O: "modes",
  L: "logs",
};

const fileOf = (id: string): string => `${families[id.charAt(2)] ?? ""}/${id.charAt(2).toLowerCase()}${id.slice(3)}`;

describe("the table of rules", () => {
  it("has a row for each file, and a file for each row", () =>
    assert.deepEqual(
      Object.values(families)
        .flatMap((folder) =>
          readdirSync(path.join(root, folder))
            .filter((name) => /^[a-z]\d\d\.ts$/.test(name))
            .map((name) => `${folder}/${name.replace(".ts", "")}`),
        )
        .sort(),
      rules.map(({ id }) => fileOf(id)).sort(),
    ));

  it("is the only place beside its file that knows a rule: one import and one row", () => {
    const table = readFileSync(path.join(root, "rules.ts"), "utf8");
    assert.deepEqual(
      rules.filter(({ id }) => {
        const name = `${id.charAt(2).toLowerCase()}${id.slice(3)}`;
        return (
          table.split(`import { ${name} } from "./${fileOf(id)}";`).length !== 2 ||
          table.split(`\n  ${name},\n`).length !== 2
        );
      }),
      [],
    );
    const others = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && name !== "rules.ts")
      .filter((name) => /from "(\.\.?\/)+([a-z-]+\/)?[a-z]\d\d"/.test(readFileSync(path.join(root, name), "utf8")));
    assert.deepEqual(others, []);
  });

  it("has the rules of a family in order, with a statement and what proves it as sentences", () => {
    const numbers = rules.map(({ id }) => [Object.keys(families).indexOf(id.charAt(2)), Number(id.slice(3))] as const);
    assert.deepEqual(
      numbers.filter(([family, number], index) => {
        const [before = family, last = 0] = numbers[index - 1] ?? [];
        return family < before || (family === before ? number !== last + 1 : number !== 1);
      }),
      [],
    );
    assert.deepEqual(
      rules.filter(({ statement, proof }) => !/^[A-Z].*\.$/.test(statement) || proof.endsWith(".")),
      [],
    );
  });
});
