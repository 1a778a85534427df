import { InputError, type Problem } from "../../errors";
import type { RoleRule } from "../../product/kubernetes/workload-facts";
import { parseRelease, registry } from "../../product/releases";
import { show } from "../config/problems";
import type { KubernetesSpecification, SpecifiedExecutors } from "../config/specified";
import { imageReference } from "../image-reference";
import type { PlannedImage } from "../vm/container";
import type { KubernetesContext } from "./context";
import { executorWorkload } from "./executor-workloads";
import type { PlannedSecretObject, PlannedWorkload } from "./workload";

/** Executors of batch changes and auto-indexing. */
export interface PlannedExecutors {
  /** Where jobs run. */
  readonly kind: "kubernetes" | "docker-in-docker";
  /** Its workloads, one for all queues. */
  readonly workloads: readonly PlannedWorkload[];
  /** Rights in the namespace; none with docker-in-docker. */
  readonly rules: readonly RoleRule[];
}

/** The vendor's name of the executors of some queues, also that of the Secret with their password. */
export function executorName({ queues }: SpecifiedExecutors): string {
  return `executor-${queues.join("-")}`;
}

/** Repository of the executor's image. */
const repositories = { kubernetes: "executor-kubernetes", "docker-in-docker": "executor" } as const;

const minorOf = (version: string): string | undefined => {
  const numbers = parseRelease(version);
  return numbers && `${numbers.major}.${numbers.minor}`;
};

function imageProblems(path: string, text: string, expected: string): Problem[] {
  const image = imageReference(text);
  const exact = image !== undefined && (image.digest !== undefined || text.endsWith(`:${image.tag}`));
  if (exact) return [];
  return [{ path, message: `must be an image reference with tag or digest, such as ${expected}, got ${show(text)}` }];
}

function problemsOf(executors: SpecifiedExecutors, specification: KubernetesSpecification, release: string): Problem[] {
  const { kubernetes } = specification;
  const path = "kubernetes.executors";
  const { kind, image, dockerImage, replicas } = executors;
  const expected = `${registry}/${repositories[kind]}:${release}`;
  const problems: Problem[] = [];
  if (image !== undefined) problems.push(...imageProblems(`${path}.image`, image, expected));
  else
    problems.push({
      path: `${path}.image`,
      message: `is missing; no pin of the executors' image is known here, so give ${expected} with the digest that the vendor's executor chart of release ${release} has`,
    });
  const tag = image === undefined ? undefined : minorOf(imageReference(image)?.tag ?? "");
  if (tag !== undefined && tag !== minorOf(release))
    problems.push({
      path: `${path}.image`,
      message: `must be of release ${minorOf(release)}, as the instance is (${release}), got ${show(image)}`,
    });
  if (kind === "docker-in-docker" && dockerImage !== undefined)
    problems.push(...imageProblems(`${path}.dockerImage`, dockerImage, "index.docker.io/library/docker:29.5.3-dind"));
  if (kind === "docker-in-docker" && dockerImage === undefined)
    problems.push({
      path: `${path}.dockerImage`,
      message:
        "is missing; give the Docker Engine beside the executor, such as index.docker.io/library/docker:29.5.3-dind",
    });
  const mirror = specification.registry?.host;
  if (kubernetes.profile === "air-gapped" && mirror !== undefined)
    for (const [key, given] of Object.entries({ image, dockerImage }))
      if (given !== undefined && imageReference(given)?.registry !== mirror)
        problems.push({
          path: `${path}.${key}`,
          message: `must be of ${mirror}, as profile air-gapped has every image from 'registry', got ${show(given)}`,
        });
  if (kind === "kubernetes" && dockerImage !== undefined)
    problems.push({ path: `${path}.dockerImage`, message: "has a meaning with kind docker-in-docker only; remove it" });
  if (kind === "kubernetes" && replicas > 1)
    problems.push({
      path: `${path}.replicas`,
      message: `must be 1 with kind kubernetes, because its jobs share one volume and one node with it, got ${replicas}; raise 'maximumJobs'`,
    });
  return problems;
}

/** An image that was checked before. */
function imageOf(text: string | undefined): PlannedImage {
  const image = imageReference(text ?? "");
  if (image === undefined) throw new Error("executors without an image");
  return image;
}

/**
 * The executors a specification asks for; undefined without them.
 *
 * @param release release the images are of; another than the instance's only while both stand still for an upgrade
 * @throws InputError for images that are missing, or of another release than the instance
 */
export function planExecutors(
  { specification }: KubernetesContext,
  release = specification.release,
): PlannedExecutors | undefined {
  const { executors } = specification.kubernetes;
  if (executors === undefined) return undefined;
  const problems = problemsOf(executors, specification, release);
  if (problems.length > 0) throw new InputError(problems);
  const { kind, image, dockerImage } = executors;
  const workload = executorWorkload(specification, executors, {
    name: executorName(executors),
    image: imageOf(image),
    dockerImage: kind === "kubernetes" ? undefined : imageOf(dockerImage),
  });
  return { kind, workloads: [workload], rules: workload.rights?.rules ?? [] };
}

/** The Secret with the password of the executors, under the vendor's name and key. */
export function executorSecrets({ kubernetes: { executors } }: KubernetesSpecification): PlannedSecretObject[] {
  if (executors === undefined) return [];
  const password = { secret: executors.passwordSecret, as: "raw" } as const;
  return [{ name: executorName(executors), component: "executor", data: { EXECUTOR_FRONTEND_PASSWORD: [password] } }];
}
