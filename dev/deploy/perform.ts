// Runs steps one after the other and stops at the first that fails. Reports what was done, what was not, and how to go
// on.
import { capture, run } from '../lib/run.ts';
import { causeOf } from './cause.ts';
import { PARTS, type Part, type Step, shown } from './step.ts';

export type Outcome = 'done' | 'is there already' | 'shown, not run' | 'FAILED';
/** `cause`: why the failed step failed and what to do, where that is known. */
export type Performed = { done: Step[]; failed: Step | null; notDone: Step[]; cause: string | null };

/**
 * Runs each step, announced by `onStep` before it begins and by `onEnd` with its outcome; `rehearse` leaves out steps
 * that reach Cloudflare. A build's output is shown only when it fails; that of steps that reach Cloudflare is shown as
 * it comes.
 */
export async function perform(
  steps: readonly Step[],
  rehearse: boolean,
  onStep: (step: Step, number: number) => void,
  onEnd: (outcome: Outcome) => void,
): Promise<Performed> {
  const done: Step[] = [];
  for (const [index, step] of steps.entries()) {
    onStep(step, index + 1);
    const printed: string[] = [];
    const outcome = rehearse && step.account ? 'shown, not run' : await outcomeOf(step, printed);
    onEnd(outcome);
    if (outcome === 'FAILED')
      return { done, failed: step, notDone: steps.slice(index + 1), cause: causeIn(step, printed.join('')) };
    done.push(step);
  }
  return { done, failed: null, notDone: [], cause: null };
}

const causeIn = ({ oddIn }: Step, printed: string): string | null => oddIn?.(printed) ?? causeOf(printed);

/** Adds what the step prints to `printed`. */
async function outcomeOf(step: Step, printed: string[]): Promise<Outcome> {
  const { command, env, account } = step;
  if (await isThere(step)) return 'is there already';
  const [tool, ...args] = command;
  const hear = (text: string) => void printed.push(text);
  if (account) {
    const ended = await run(tool, args, { env, onOutput: hear, onError: hear });
    return ended && !step.oddIn?.(printed.join('')) ? 'done' : 'FAILED';
  }
  const { ok, stdout, stderr } = await capture(tool, args, { env });
  if (!ok) process.stderr.write(`${stdout}${stderr}`);
  return ok ? 'done' : 'FAILED';
}

async function isThere({ unless, env }: Step): Promise<boolean> {
  if (!unless) return false;
  const { stdout } = await capture(unless.command[0], unless.command.slice(1), { env });
  return stdout.includes(unless.says);
}

/** The command that goes on after a failure: whole parts again, since repeating a step does no harm. */
export function goOn(environment: string, { failed, notDone }: Performed): string {
  const left = new Set<Part>([...(failed ? [failed] : []), ...notDone].map(({ part }) => part));
  const parts = PARTS.filter((part) => left.has(part));
  const only = parts.length < PARTS.length ? ` --only ${parts.join(',')}` : '';
  return `npm run deploy -- --env ${environment}${only}`;
}

/** The words after a failure. */
export function report(environment: string, performed: Performed): string {
  const { done, failed, notDone, cause } = performed;
  if (!failed) return '';
  const line = (mark: string) => (step: Step) => `  ${mark.padEnd(9)} ${step.title}`;
  return [
    `Stopped at: ${failed.title}. What it said is above; this is what ran:`,
    `  ${shown(failed)}`,
    '',
    ...done.map(line('done')),
    line('FAILED')(failed),
    ...notDone.map(line('not done')),
    '',
    ...(cause === null ? [] : [cause, '']),
    'Every step may be repeated. When the cause is gone, go on with:',
    `  ${goOn(environment, performed)}`,
  ].join('\n');
}
