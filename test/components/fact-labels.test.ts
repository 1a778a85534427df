import assert from "node:assert/strict";
import * as ebs from "@pulumi/aws/ebs";
import * as pulumi from "@pulumi/pulumi";
import { labelled } from "../../components/fact-labels";
import type { Boundary } from "../../components/core/rules/facts";
import { record } from "../support/recorder";

class Part extends pulumi.ComponentResource {
  constructor(name: string, boundary: Boundary | undefined, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:test:Part", name, { boundary }, labelled(boundary, opts));
    this.registerOutputs({});
  }
}

const zone = (owner: string): Boundary => ({ facts: { zone: "admin", owner, dataClasses: ["operational"] } });

/** Tags of a volume below parts, the outermost first. */
async function tagsOf(
  parts: readonly (Boundary | undefined)[],
  tags?: ebs.VolumeArgs["tags"],
  own: readonly pulumi.ResourceTransformation[] = [],
): Promise<unknown> {
  const { resources, error } = await record(({ transformations = [], ...opts }) => {
    const parent = parts.reduce<pulumi.Resource | undefined>(
      (above, boundary, index) =>
        new Part(
          `part-${index}`,
          boundary,
          above === undefined ? { ...opts, transformations: [...transformations, ...own] } : { parent: above },
        ),
      undefined,
    );
    new ebs.Volume("data", { availabilityZone: "us-east-1a", tags }, { parent });
  });
  assert.equal(error, undefined);
  return resources.find(({ name }) => name === "data")?.inputs["tags"];
}

const labels = (owner: string) => ({
  "sourcegraph-zone": "admin",
  "sourcegraph-owner": owner,
  "sourcegraph-data-class": "operational",
});

describe("components that state a boundary", () => {
  it("label stores that belong to them, through components that state none", async () => {
    assert.deepEqual(await tagsOf([zone("pings"), undefined]), labels("pings"));
  });

  it("leave what the nearest component says", async () => {
    assert.deepEqual(await tagsOf([zone("billing"), zone("pings")]), labels("pings"));
  });

  it("keep labels of the program, also where they are known later", async () => {
    assert.deepEqual(await tagsOf([zone("pings")], { team: "search" }), { team: "search", ...labels("pings") });
    assert.deepEqual(await tagsOf([zone("pings")], pulumi.output({ team: pulumi.output("search") })), {
      team: "search",
      ...labels("pings"),
    });
    assert.deepEqual(await tagsOf([zone("pings")], Promise.resolve({ team: "search" })), {
      team: "search",
      ...labels("pings"),
    });
  });

  it("leave transformations of the program to it", async () => {
    const own: pulumi.ResourceTransformation = ({ type, props, opts }) =>
      type.startsWith("aws:") ? { props: { ...(props as object), tags: { mine: "yes" } }, opts } : undefined;
    assert.deepEqual(await tagsOf([zone("pings")], {}, [own]), { mine: "yes", ...labels("pings") });
  });
});
