/** A machine image that the workflow makes where it is missing. */
export interface WorkflowImage {
  /** Name of the image. */
  readonly name: string;
  /** Family: newest image of the release. */
  readonly family: string;
  /** Self link of the template of the machine that is prepared. */
  readonly template: string;
}

/** What the workflow is told. */
export interface ImageWorkflowArgs {
  /** Stem of the names; images are found by it as their label. */
  readonly name: string;
  /** Project it works in. */
  readonly project: string;
  /** Zone machines are prepared in. */
  readonly zone: string;
  /** Region the images are kept in. */
  readonly region: string;
  /** Full name of the key of the images. */
  readonly key: string;
  /** Labels of the images. */
  readonly labels: Readonly<Record<string, string>>;
  /** Images there are to be, newest release first. */
  readonly images: readonly WorkflowImage[];
  /** How many images of the pipeline are kept at least: the newest made, and those of `images`. */
  readonly keep: number;
}

/** Label of everything that belongs to one pipeline; the clean-up finds images by it. */
export const pipelineLabel = "sourcegraph-machine-images";

/** Half minutes in which a machine has to be prepared. */
const patience = 240;

/**
 * The text of a workflow of Google Cloud that makes every image that is missing, one after another, and deletes the oldest
 * ones over what is kept. It may run again at any time: it goes on with a machine that is being prepared, and changes no image.
 *
 * A machine that is ready has switched itself off. One that is not in time is deleted, and the run fails.
 */
export function renderImageWorkflow(args: ImageWorkflowArgs): string {
  const { name, project, zone, region, key, labels, images, keep } = args;
  const text = (value: unknown): string => JSON.stringify(value);
  return `main:
  steps:
    - set:
        assign:
          - images: ${text(images)}
          - wanted: ${text(images.map((image) => image.name))}
          - place: 0
    - each:
        for:
          value: image
          in: \${images}
          steps:
            - one: { call: make, args: { image: "\${image}" } }
    - list:
        call: googleapis.compute.v1.images.list
        args:
          project: ${text(project)}
          filter: ${text(`labels.${pipelineLabel}=${name}`)}
          orderBy: creationTimestamp desc
        result: listed
    - clean:
        for:
          value: found
          in: \${default(map.get(listed, "items"), [])}
          steps:
            - count: { assign: [{ place: "\${place + 1}" }] }
            - kept:
                switch:
                  - condition: \${place <= ${keep} or found.name in wanted}
                    next: continue
            - delete:
                call: googleapis.compute.v1.images.delete
                args: { project: ${text(project)}, image: "\${found.name}" }
    - done: { return: "\${wanted}" }
make:
  params: [image]
  steps:
    - names:
        assign:
          - builder: \${image.name + "-builder"}
          - tries: 0
    - look:
        try:
          call: googleapis.compute.v1.images.get
          args: { project: ${text(project)}, image: "\${image.name}" }
        except:
          as: error
          steps:
            - absent:
                switch:
                  - condition: \${error.code == 404}
                    next: start
            - otherLook: { raise: "\${error}" }
    - present: { return: "\${image.name}" }
    - start:
        try:
          call: googleapis.compute.v1.instances.insert
          args:
            project: ${text(project)}
            zone: ${text(zone)}
            sourceInstanceTemplate: \${image.template}
            body: { name: "\${builder}" }
        except:
          as: error
          steps:
            - begun:
                switch:
                  - condition: \${error.code == 409}
                    next: wait
            - otherStart: { raise: "\${error}" }
    - wait: { call: sys.sleep, args: { seconds: 30 } }
    - see:
        call: googleapis.compute.v1.instances.get
        args: { project: ${text(project)}, zone: ${text(zone)}, instance: "\${builder}" }
        result: seen
    - tried: { assign: [{ tries: "\${tries + 1}" }] }
    - decide:
        switch:
          - condition: \${seen.status == "TERMINATED"}
            next: take
          - condition: \${tries < ${patience}}
            next: wait
    - giveUp:
        call: googleapis.compute.v1.instances.delete
        args: { project: ${text(project)}, zone: ${text(zone)}, instance: "\${builder}" }
    - late: { raise: "\${image.name + \\" was not ready in time; the log of \\" + builder + \\" says why\\"}" }
    - take:
        call: googleapis.compute.v1.images.insert
        args:
          project: ${text(project)}
          body:
            name: \${image.name}
            family: \${image.family}
            description: Host of Sourcegraph, with packages and container images
            sourceDisk: \${"projects/" + ${text(project)} + "/zones/" + ${text(zone)} + "/disks/" + builder}
            storageLocations: [${text(region)}]
            imageEncryptionKey: { kmsKeyName: ${text(key)} }
            labels: ${text({ ...labels, [pipelineLabel]: name })}
    - remove:
        call: googleapis.compute.v1.instances.delete
        args: { project: ${text(project)}, zone: ${text(zone)}, instance: "\${builder}" }
    - made: { return: "\${image.name}" }
`;
}
