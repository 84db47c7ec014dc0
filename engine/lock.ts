// One process at a time at a spool: two that take the same number for an event, or write the same file aside, would spoil each other's. It is
// held for one write, never for a request.
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';

const LOOK_EVERY_MS = 10;
/** A write takes milliseconds. A holder that stays so long was killed, or the power went. */
const LEFT_BEHIND_AFTER_MS = 5_000;

/** Runs `work` while the lock file is this process's own. Waits while another process holds it. */
export function withLock<T>(file: string, work: () => T): T {
  const own = crypto.randomUUID();
  take(file, own);
  try {
    return work();
  } finally {
    if (holderOf(file) === own) rmSync(file, { force: true });
  }
}

function take(file: string, own: string): void {
  let seen: string | null = null;
  let since = performance.now();
  while (!create(file, own)) {
    const holder = holderOf(file);
    if (holder !== seen) {
      seen = holder;
      since = performance.now();
    } else if (performance.now() - since > LEFT_BEHIND_AFTER_MS) takeAway(file, own, seen);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
}

/** False if it exists already. */
function create(file: string, own: string): boolean {
  let handle: number;
  try {
    handle = openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(handle, own);
  } finally {
    closeSync(handle);
  }
  return true;
}

/** Null where there is none; empty where its holder was killed before it wrote its name. */
function holderOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/**
 * Moved first and checked afterwards: of two that wait, the other may have removed it and hold it now. Then it is given
 * back.
 */
function takeAway(file: string, own: string, left: string | null): void {
  const aside = `${file}.${own}`;
  try {
    renameSync(file, aside);
    if (holderOf(aside) !== left) renameSync(aside, file);
  } catch {
    // Gone meanwhile.
  }
  rmSync(aside, { force: true });
}
