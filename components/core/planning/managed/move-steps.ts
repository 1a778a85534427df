import { timeouts } from "../upgrade/hop-facts";
import type { MovePlan, MoveStep } from "./move-plan";

/** Minutes a dump or a restore may take: stopping one half-way costs the time that is gone, nothing else. */
const copyMinutes = 24 * 60;

/** Minutes the update may take, which makes servers. */
const updateMinutes = 120;

interface Words {
  /** Starts again what was stopped, on the old stores. */
  readonly startAgain: string;
  /** Goes back after the config was changed. */
  readonly changeBack: string;
}

function wordsOf({ shape, exclude, name }: Pick<MovePlan, "shape" | "exclude" | "name">): Words {
  const startAgain =
    shape === "vm"
      ? "on the machine, systemctl enable sourcegraph.service, sourcegraph-fetch boot, and systemctl enable --now sourcegraph-poll.timer"
      : "run pulumi up --refresh with the config as it was";
  const excluded =
    exclude.length === 0 ? "" : "; sgbox move with the two files exchanged tells what it is to leave alone";
  return {
    startAgain,
    changeBack: `the old stores of ${name} have everything: put back the config as it was, with the keys of 'allowDataLoss' that the move back needs, and update${excluded}`,
  };
}

/** Whether servers of the cloud are left, which stand in the network. */
function leavesServers(stores: MovePlan["stores"]): boolean {
  return stores.some(({ key, from }) => from === "managed" && key !== "objectStorage");
}

const noChange = "nothing has changed";

function before({ databases, stores, shape, dumpGb }: Omit<MovePlan, "steps">): (MoveStep | undefined)[] {
  return [
    {
      id: "backup",
      title: "Take a backup of all that moves: a snapshot of the disk or the claims, or one of the cloud's own service",
      phase: "before",
      by: "person",
      preconditions: ["no upgrade is under way"],
      timeoutMinutes: timeouts.snapshot,
      safeToRepeat: true,
      onFailure: "do not go on without one",
      wayBack: noChange,
    },
    stores.some(({ how }) => how === "drained")
      ? {
          id: "drain",
          title:
            "Wait until no upload is queued (Site admin > Code graph > Uploads), and have results of search jobs downloaded",
          phase: "before",
          by: "person",
          preconditions: [],
          timeoutMinutes: copyMinutes,
          safeToRepeat: true,
          onFailure: "uploads that are still queued have to be uploaded again after the move",
          wayBack: noChange,
        }
      : undefined,
    leavesServers(stores)
      ? {
          id: "unlock",
          title:
            "Update with 'deletionProtection' false, so that the cloud lets the old servers go in the end; until then the program protects them",
          phase: "before",
          by: "program",
          where: "workstation",
          preconditions: ["'deletionProtection' is false in both configs, until the last step"],
          timeoutMinutes: updateMinutes,
          safeToRepeat: true,
          onFailure: "mend what it names and run it again",
          wayBack: "set 'deletionProtection' as it was and update",
        }
      : undefined,
    databases.length === 0
      ? undefined
      : {
          id: "prepare",
          title:
            shape === "vm"
              ? "Write the programs of the move to the data disk and pull their image"
              : `Make a claim of ${dumpGb} GiB for the dumps and put the programs of the move into the namespace`,
          phase: "before",
          by: "machine",
          where: shape === "vm" ? "machine" : "workstation",
          preconditions: [],
          timeoutMinutes: timeouts.pull,
          safeToRepeat: true,
          onFailure: "mend what it names and run it again",
          wayBack: noChange,
        },
  ];
}

function during(plan: Omit<MovePlan, "steps">): (MoveStep | undefined)[] {
  const { databases, shape, allowDataLoss } = plan;
  const words = wordsOf(plan);
  const onMachine = shape === "vm" ? "machine" : "workstation";
  const copies = databases.length > 0;
  return [
    copies
      ? {
          id: "stop",
          title: "Stop everything but the databases, and keep the new config from being taken before the data is there",
          phase: "during",
          by: "machine",
          where: onMachine,
          preconditions: ["every step before has succeeded", "users have been told"],
          timeoutMinutes: timeouts.stop,
          safeToRepeat: true,
          onFailure: "run it again; nothing has changed yet",
          wayBack: words.startAgain,
        }
      : undefined,
    copies
      ? {
          id: "dump",
          title: "Dump the databases to a place that stays, and count what is in them",
          phase: "during",
          by: "machine",
          where: onMachine,
          preconditions: ["nothing but the databases runs; the step refuses where somebody is connected"],
          timeoutMinutes: copyMinutes,
          safeToRepeat: true,
          onFailure: "run it again: a dump counts only when it is whole, and the databases are only read",
          wayBack: words.startAgain,
        }
      : undefined,
    {
      id: "update",
      title: copies
        ? "Change who serves the stores and update; the old stores stay, and nothing starts on the new ones yet"
        : "Change who serves the stores and update; the old stores stay",
      phase: "during",
      by: "program",
      where: "workstation",
      preconditions: [
        ...(copies ? ["the dump is whole"] : []),
        `the new config has these in 'allowDataLoss', for this update: ${allowDataLoss.join(", ")}`,
      ],
      timeoutMinutes: updateMinutes,
      safeToRepeat: true,
      onFailure: "mend what it names and run it again; the old stores are left alone",
      wayBack: copies ? `${words.changeBack}; then ${words.startAgain}` : words.changeBack,
    },
    copies && shape === "vm"
      ? {
          id: "arrange",
          title:
            "Bring the new bundle to the machine and start the new databases, if they are its own, and nothing else",
          phase: "during",
          by: "machine",
          where: onMachine,
          preconditions: ["the update has succeeded"],
          timeoutMinutes: timeouts.start,
          safeToRepeat: true,
          onFailure: "read what it says and run it again",
          wayBack: `${words.changeBack}; then ${words.startAgain}`,
        }
      : undefined,
    copies
      ? {
          id: "restore",
          title: "Restore the dumps into the new databases and compare what is in them with what was counted",
          phase: "during",
          by: "machine",
          where: onMachine,
          preconditions: ["the new databases answer", "nothing else is connected to them"],
          timeoutMinutes: copyMinutes,
          safeToRepeat: true,
          onFailure: "run it again: it begins with empty databases each time, and refuses the server the dump is of",
          wayBack: `${words.changeBack}; then ${words.startAgain}`,
        }
      : undefined,
    copies
      ? {
          id: "start",
          title: "Start Sourcegraph on the new databases",
          phase: "during",
          by: "machine",
          where: onMachine,
          preconditions: ["the restore has said that every database is equal"],
          timeoutMinutes: timeouts.start,
          safeToRepeat: true,
          pointOfNoReturn:
            "users write to the new databases; from here on the way back is a move in the other direction",
          onFailure: "read the logs of what does not become healthy and run it again",
          wayBack: "move in the other direction; until users are let in, going back loses nothing but what they wrote",
        }
      : undefined,
  ];
}

function after({ shape, cloud, release, givenUp, stores }: Omit<MovePlan, "steps">): MoveStep[] {
  return [
    {
      id: "verify",
      title: `Check that the instance answers as ${release}: sign in, open a repository, run a search and a code navigation`,
      phase: "after",
      by: "person",
      preconditions: ["every service is healthy"],
      timeoutMinutes: timeouts.verify,
      safeToRepeat: true,
      onFailure: "move in the other direction, or find out why while the old stores are there",
      wayBack: "move in the other direction",
    },
    {
      id: "give-up",
      title: "After some days, and after a backup of the new stores: give up the old ones and the dumps",
      phase: "after",
      by: "person",
      where: "workstation",
      preconditions: [
        "nobody needs the old data any more",
        "the keys of this move are out of 'allowDataLoss'",
        ...(givenUp.length === 0 ? [] : [`the program forgets ${givenUp.join(", ")}`]),
        ...(cloud === "gcp" && leavesServers(stores)
          ? ["the old servers were deleted by hand: the private connection to Google's services cannot go before them"]
          : []),
        ...(shape === "kubernetes" ? ["kubectl works on the cluster"] : []),
      ],
      timeoutMinutes: updateMinutes,
      safeToRepeat: true,
      pointOfNoReturn: "the program no longer knows the old stores",
      onFailure: "mend what it names and run it again",
      wayBack: "claims, volumes, disks and buckets are kept where they are until somebody deletes them by hand",
    },
  ];
}

/** The steps of a move, in order. */
export function moveSteps(plan: Omit<MovePlan, "steps">): MoveStep[] {
  return [...before(plan), ...during(plan), ...after(plan)].filter((step) => step !== undefined);
}
