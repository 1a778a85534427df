import Mocha from "mocha";

/** Options of the reporter, in `.mocharc*.json`. */
interface Settings {
  /** Which of mocha's reporters shows the run. */
  readonly style: "dot" | "spec";
}

/**
 * Shows a run as one of mocha's own reporters does, and closes with one line that a program can read:
 * `N passed, N failed, N skipped`.
 */
export = class ClosingLine extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { style } = options.reporterOptions as Settings;
    // The inner reporter listens first, so what failed is told before the closing line.
    new Mocha.reporters[style === "spec" ? "Spec" : "Dot"](runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
};
