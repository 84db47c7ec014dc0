// After a restore: every person and token put out for the index once more, unchanged, a slice at a time. An index that is new, or was set
// back, gets them all; one that has them, or later ones, takes no notice.
import { schedule } from '../core/alarms.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import * as people from '../people/people.ts';
import * as tokens from '../tokens/tokens.ts';

/** How many rows one alarm puts out; the next one takes the rest. */
const SLICE = 200;

type Place = [of: 'people' | 'tokens', after: string];

/** In the caller's transaction. */
export function beginPuttingOut(storage: DurableObjectStorage, now: number): void {
  keepWalk(storage.sql, 'put_out', ['people', '']);
  putOut(storage, now);
}

/** Puts the next ones out, and asks for the alarm again while there are more. In the caller's transaction. */
export function putOut(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const walk = walkAt<Place>(sql, 'put_out');
  if (walk === null) return;
  const [of, after] = walk;
  const person = of === 'people' ? people.putOutFrom(storage, after, SLICE, now) : null;
  const token = person === null ? tokens.putOutFrom(storage, of === 'tokens' ? after : '', SLICE, now) : null;
  const next: Place | null = person !== null ? ['people', person] : token !== null ? ['tokens', token] : null;
  keepWalk(sql, 'put_out', next);
  if (next !== null) schedule(storage, 'put_out', now);
}
