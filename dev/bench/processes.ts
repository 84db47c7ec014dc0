// The workerd processes that this command has started, and the CPU time that one has used, as Linux counts both.
import { readdirSync, readFileSync } from 'node:fs';

/** A process's state: its parent, and the time that it has run in user mode and in the kernel. */
function stateOf(pid: string): { name: string; parent: number; ticks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    return { name, parent: Number(rest[1]), ticks: Number(rest[11]) + Number(rest[12]) };
  } catch {
    // It ended while the others were read.
    return null;
  }
}

/** Linux counts a hundred of these a second, on every machine that Node runs on. */
const TICK_MICROSECONDS = 10_000;

export const workerds = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const state = stateOf(pid);
      return state?.name === 'workerd' && state.parent === process.pid;
    });

/** CPU time of a process so far, in microseconds. */
export const cpuOf = (pid: string): number => (stateOf(pid)?.ticks ?? 0) * TICK_MICROSECONDS;
