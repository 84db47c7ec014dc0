// Waits for the end of a stand (leash.ts), then ends what it has left: only processes that are still Worker runtimes, since a number may
// be somebody else's by then.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const nameOf = (pid) => {
  try {
    return path.basename(execFileSync('ps', ['-o', 'comm=', '-p', pid], { encoding: 'utf8' }).trim());
  } catch {
    return '';
  }
};

function finish() {
  for (const pid of process.argv.slice(2)) if (nameOf(pid) === 'workerd') process.kill(Number(pid), 'SIGKILL');
  process.exit();
}

// A process that was killed ends its pipe, or resets it.
process.stdin.on('end', finish).on('error', finish).resume();
