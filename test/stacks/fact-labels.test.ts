import assert from "node:assert/strict";
import { declaredBy } from "../../cli/declared";
import { readStackFile } from "../../cli/stack-file";
import { processTerminal } from "../../cli/terminal";
import { classLabel, labelInputOf } from "../../components/core/rules/fact-labels";
import { factTags, Graph, valueAt, type GraphResource } from "../../components/core/rules/graph";
import { labelText } from "../../components/core/rules/label-text";

const tokenOf = ({ urn }: GraphResource): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/** The same resource without the labels of facts. */
function bare(resource: GraphResource): GraphResource {
  const input = labelInputOf(tokenOf(resource));
  if (input === undefined) return resource;
  const [first = "", second] = input.split(".");
  const without = (labels: unknown) =>
    Object.fromEntries(
      Object.entries(labels ?? {}).filter(([key]) => !(Object.values(factTags) as string[]).includes(key)),
    );
  const value = resource.inputs[first];
  const changed =
    second === undefined ? without(value) : { ...(value as object), [second]: without(valueAt(value, second)) };
  return { ...resource, inputs: { ...resource.inputs, [first]: changed } };
}

/** What a store's labels should say, and what they say, where the two differ. */
async function differing(sample: string): Promise<unknown[]> {
  const { graph } = await declaredBy(readStackFile(`Pulumi.${sample}-sample.yaml`, processTerminal()));
  const stated = new Graph(graph.resources.map(bare));
  const stores = graph.resources.filter((resource) => labelInputOf(tokenOf(resource)) !== undefined);
  assert.ok(stores.length > 0);
  return stores.flatMap((store) => {
    const { zone, owner, cell, tenant, dataClasses } = stated.factsOf(stated.find(store.urn) ?? store);
    const texts = { zone, owner, cell, tenant };
    const expected = Object.fromEntries([
      ...Object.entries(texts).flatMap(([fact, text]) =>
        text === undefined ? [] : [[factTags[fact as keyof typeof texts], labelText(text)]],
      ),
      [factTags.dataClasses, classLabel(dataClasses ?? [])],
    ]) as Record<string, string>;
    const labels = valueAt(store.inputs, labelInputOf(tokenOf(store)) ?? "");
    const said = Object.fromEntries(
      Object.values(factTags).flatMap((tag) => {
        const text = valueAt(labels, tag);
        return text === undefined ? [] : [[tag, text]];
      }),
    ) as Record<string, string>;
    return JSON.stringify(Object.entries(said).sort()) === JSON.stringify(Object.entries(expected).sort())
      ? []
      : [{ store: store.name, said, expected }];
  });
}

describe("stores of the sample stacks", function () {
  this.timeout(30_000);
  for (const sample of ["aws", "gcp", "eks", "gke"])
    it(`say in labels exactly the facts that the rules know of them: ${sample}`, async () => {
      assert.deepEqual(await differing(sample), []);
    });
});
