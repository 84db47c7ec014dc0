// The marks of secrets that are to be rotated, made right again after versions were set aside or brought back: from the reveals that are kept, and
// from what is superseded now.
import type { SecretKind } from '../../schema/secret.ts';
import { volumeKey } from '../../schema/windows-names.ts';
import { schedule } from '../core/alarms.ts';
import { all } from '../core/rows.ts';
import { readSettings } from '../settings/settings.ts';
import { type Place, secretsAt } from './candidates.ts';
import { heirOf, revealedOf } from './revealed.ts';
import { type Pc, pcOf, type SecretFacts, secretFactsOf } from './secret-facts.ts';
import { everListed } from './volumes.ts';

/** A secret of which versions were set aside or brought back. */
type Turned = { id: string; machine: string; kind: SecretKind; ref: string };
/** A token brings at most so many keys to a machine in its life, unless an operator lets it. */
const SIBLINGS_MAX = 200;

/** One settling: which secrets are done, and from when a revealed one is to be rotated (null: never). */
type Settling = { done: Set<string>; delayMs: number | null; now: number };

/**
 * Puts the marks of secrets right after versions of them were set aside or brought back: a revealed version that is the
 * PC's current one again is to be rotated as before; one that is superseded again is not. A recovery key brings along
 * those of its volume, where the PC lists its protectors. Their machines are still to be summed up. In the caller's
 * transaction.
 */
export function settleMarks(storage: DurableObjectStorage, turned: readonly Turned[], now: number): void {
  const { sql } = storage;
  const { rotateAfterRevealMs } = readSettings(sql);
  const settling: Settling = { done: new Set(), delayMs: rotateAfterRevealMs, now };
  for (const [machine, ofMachine] of Map.groupBy(turned, (one) => one.machine)) {
    const pc = pcOf(sql, machine);
    // A list may just have been set aside, and protectors that it called gone are there again.
    const ever = everListed(sql, pc.pcIds);
    const listed = new Set(ofMachine.map(volumeOf).filter((volume) => ever.has(volumeKey(volume))));
    const siblings = [...listed].flatMap((volume) => revealedKeysOf(sql, machine, volume));
    for (const place of [...ofMachine, ...siblings]) settlePlace(storage, pc, place, settling);
  }
}

/** The same of the revealed recovery keys of volumes that the PC has listed anew: one that was gone may be there again. */
export function settleVolumes(
  storage: DurableObjectStorage,
  machine: string,
  volumes: readonly string[],
  now: number,
): void {
  const { sql } = storage;
  const settling: Settling = { done: new Set(), delayMs: readSettings(sql).rotateAfterRevealMs, now };
  const pc = pcOf(sql, machine);
  for (const volume of volumes)
    for (const place of revealedKeysOf(sql, machine, volume)) settlePlace(storage, pc, place, settling);
}

const volumeOf = ({ ref }: Place): string => (JSON.parse(ref) as { volume?: string }).volume ?? '';

/** A volume as it is compared: by name, or, until the walk over names has reached it (names.ts), as it was written. */
const revealedKeysOf = (sql: SqlStorage, machine: string, volume: string): Place[] =>
  all<Place & { revealed: number }>(
    sql,
    `SELECT kind, ref, last_revealed_at IS NOT NULL AND coalesce(same->>2, ref->>'$.volume') IN (?, ?) AS revealed
     FROM secrets INDEXED BY secrets_standing
     WHERE machine_id = ? AND standing = 1 AND kind = 'bitlocker_recovery_key' ORDER BY kind, ref LIMIT ?`,
    volumeKey(volume),
    volume,
    machine,
    SIBLINGS_MAX,
  ).filter(({ revealed }) => revealed === 1);

/** The marks of one secret, under each of the PC's ids. */
function settlePlace(storage: DurableObjectStorage, pc: Pc, place: Place, settling: Settling): void {
  const ids = secretsAt(storage.sql, pc.pcIds, place);
  const facts = secretFactsOf(storage.sql, pc, place, ids);
  for (const id of ids) {
    if (!settling.done.has(id)) settleMark(storage, id, facts, settling);
    settling.done.add(id);
  }
}

function settleMark(storage: DurableObjectStorage, id: string, facts: SecretFacts, { delayMs, now }: Settling): void {
  const { sql } = storage;
  const { seen, isWhole } = revealedOf(sql, id);
  const heirs = seen.map(({ version, at }) => ({ at, heir: heirOf(sql, facts, version) }));
  const seenAt = Math.min(...heirs.flatMap(({ at, heir }) => (heir === null ? [at] : [])));
  if (!Number.isFinite(seenAt)) {
    if (!isWhole) return;
    // The version that replaced everything seen may be held under another id of the PC: a merge may be undone.
    sql.exec(
      `UPDATE secrets SET rotate_due_at = NULL, parked_due_at = iif(?, NULL, coalesce(rotate_due_at, parked_due_at))
       WHERE id = ? AND coalesce(rotate_due_at, parked_due_at) IS NOT NULL`,
      heirs.every(({ heir }) => heir?.secret === id) ? 1 : 0,
      id,
    );
    return;
  }
  if (delayMs === null) return;
  const dueAt = seenAt + delayMs;
  sql.exec(
    'UPDATE secrets SET rotate_due_at = ?, rotate_noted = ?, parked_due_at = NULL WHERE id = ? AND rotate_due_at IS NULL',
    dueAt,
    dueAt <= now ? 1 : 0,
    id,
  );
  if (dueAt > now) schedule(storage, 'to_rotate', dueAt);
}
