// A story in steps that build on each other. One that fails ends it: later steps are reported as not run, instead of
// failing as a consequence.
import { describe, type TestContext, test } from 'node:test';

type Act = (t: TestContext) => Promise<void> | void;
export type Step = (name: string, act: Act) => void;

/** `tell` names the steps in their order; each is a test of its own. Other stories and tests of the file run all the same. */
export function inOrder(story: string, tell: (step: Step) => void): void {
  let failed: string | null = null;
  describe(story, () => {
    tell((name, act) =>
      test(name, async (t) => {
        if (failed !== null) return t.skip(`not run, since “${failed}” failed`);
        try {
          await act(t);
        } catch (error) {
          failed = name;
          throw error;
        }
      }),
    );
  });
}
