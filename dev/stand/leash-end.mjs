// Waits for the end of a stand (leash.ts), then ends the Worker runtimes that it has left. They are looked up while it lives, since one may
// take the place of another; ended are only those that are still runtimes, since a number may be somebody else's by then.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const LOOK_EVERY_MS = 2_000;
const [stand, ...first] = process.argv.slice(2).map(Number);
let runtimes = new Set(first);

/** [id, parent] of each Worker runtime there is. */
const allRuntimes = () =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , ...command]) => path.basename(command.join(' ')) === 'workerd')
    .map(([pid, parent]) => [Number(pid), Number(parent)]);

function look() {
  const now = allRuntimes().filter(([, parent]) => parent === stand);
  // After its end they are nobody's children.
  if (now.length > 0) runtimes = new Set(now.map(([pid]) => pid));
}

function finish() {
  for (const [pid] of allRuntimes()) if (runtimes.has(pid)) process.kill(pid, 'SIGKILL');
  process.exit();
}

setInterval(look, LOOK_EVERY_MS);
// A process that was killed ends its pipe, or resets it.
process.stdin.on('end', finish).on('error', finish).resume();
