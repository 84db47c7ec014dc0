// The facts about a PC's secrets: which version has taken the place of which, and whether a recovery key is missing.
// The one place that says so, over all ids of the PC, for list, dialog, marks, attention, leaver's report and export.
// Reads, writes nothing.

import { offeredOf, RESOLUTION_MS, successions } from '../../schema/order.ts';
import { isSystemVolume, volumeKey } from '../../schema/windows-names.ts';
import { STANDS } from '../core/aside.ts';
import { first } from '../core/rows.ts';
import { allIdsOf } from './aliases.ts';
import { type Candidate, candidatesOf, type Place, secretsAt } from './candidates.ts';
import { type Told, tellApart } from './clones.ts';
import { type Listed, volumesOf } from './volumes.ts';

/** All ids of a PC, what it last said about its volumes, and how several PCs under one of the ids are told apart. */
export type Pc = { pcIds: readonly string[]; volumes: ReadonlyMap<string, Listed>; told: Told | null };

/** The PC that has this id, whichever of its ids it is. */
export function pcOf(sql: SqlStorage, machine: string): Pc {
  const pcIds = allIdsOf(sql, machine);
  return { pcIds, volumes: volumesOf(sql, pcIds), told: tellApart(sql, pcIds) };
}

export type SecretFacts = {
  /** The version that has taken the place of one of its versions; null: none. */
  successorOf: (version: Candidate) => Candidate | null;
  /** The versions that nothing has replaced, under whichever id of the PC, the latest sealed first. */
  offered: Candidate[];
  /**
   * The instant since which the PC lists the volume's protectors without this one, ms since the epoch; null: it does
   * not.
   */
  goneAt: number | null;
  /** The instant at which the PC's latest list of the volume names this protector, ms since the epoch; null: it does not. */
  inForceAt: number | null;
};

type Ref = { protectorId?: string; volume?: string };

/** The latest version of those of these protectors that are held. */
function heldOf(sql: SqlStorage, pcIds: readonly string[], protectors: readonly string[]): Candidate | null {
  const held = protectors.flatMap((protectorId) =>
    offeredOf(
      candidatesOf(
        sql,
        secretsAt(sql, pcIds, { kind: 'bitlocker_recovery_key', ref: JSON.stringify({ protectorId }) }),
      ).filter(({ counts }) => counts),
    ),
  );
  return offeredOf(held)[0] ?? null;
}

/** A version with the PC that it is of, while several have one id. */
const ofPc = (version: Candidate, told: Told | null): Candidate =>
  told === null ? version : { ...version, pc: told.ofVersion(version) };

/**
 * How one secret of a PC stands. `secrets`: the secret under each of the ids. Where several PCs have one of these ids,
 * a version of one PC never replaces a version of another, and neither PC's list of volumes says anything about the
 * other's.
 */
export function secretFactsOf(
  sql: SqlStorage,
  { pcIds, volumes, told }: Pc,
  place: Place,
  secrets: readonly string[] = secretsAt(sql, pcIds, place),
): SecretFacts {
  const candidates = candidatesOf(sql, secrets).map((one) => ofPc(one, told));
  const { protectorId, volume }: Ref = JSON.parse(place.ref);
  const listed = protectorId === undefined || volume === undefined ? undefined : volumes.get(volumeKey(volume));
  const ofThisPc = listed && candidates.every(({ pc }) => pc === told?.ofRun(listed.run));
  // A protector's password never changes: a list that names it speaks of it even if it was sealed after that.
  const inForceAt = ofThisPc && listed.protectors.includes(protectorId ?? '') ? listed.readAt : null;
  // A version was sealed no later than it came: a list that is younger than that speaks of it. A header says the second, and no more.
  const isMissed =
    ofThisPc &&
    inForceAt === null &&
    candidates.every(
      ({ sealedAt, escrowedAt }) => (sealedAt === null ? escrowedAt : sealedAt + RESOLUTION_MS) <= listed.readAt,
    );
  const goneAt = isMissed ? listed.readAt : null;
  const heir = goneAt === null ? null : heldOf(sql, pcIds, listed?.protectors ?? []);
  // If none of the protectors on the PC is held, a held one may still be wanted, and replaces none.
  if (heir) return { successorOf: () => heir, offered: [], goneAt, inForceAt };
  const successorOf = successions(candidates);
  return {
    successorOf: (version) => successorOf(ofPc(version, told)),
    offered: offeredOf(candidates),
    goneAt,
    inForceAt,
  };
}

/** The facts that decide whether a recovery key is missing. All are about the system volume, over all ids of the PC. */
export type KeyFacts = {
  /** How its latest run stands, and whether a phase of it that turns encryption on has succeeded; null: it never reported one. */
  run: { status: 'running' | 'succeeded' | 'failed' | 'abandoned'; encrypted: boolean } | null;
  /** Its protectors as the PC has listed them since that run began: whether there are any, and whether one of them is held; null: it has not. */
  listed: { any: boolean; held: boolean } | null;
  /** It was ever known to be encrypted, and no list has said since that it is not. */
  everEncrypted: boolean;
  /** Whether a key of it has been sealed since that run began, or in it: asked only where it decides. */
  heldSince: () => boolean;
  /** It was missing before. */
  wasMissing: boolean;
};

/**
 * Whether a PC is encrypted while no recovery key of its system volume is in escrow since its latest run began. Pure.
 * The names of a run's phases do not matter: a PC that was encrypted before is taken for encrypted again once a run is
 * over, since setting it up anew makes a new key.
 */
export function missesKey({ run, listed, everEncrypted, heldSince, wasMissing }: KeyFacts): boolean {
  if (run === null) return false;
  // A list from before encryption was turned on says nothing about afterwards.
  if (listed && (listed.any || !run.encrypted)) return listed.any && !listed.held;
  const over = run.status === 'succeeded' || run.status === 'failed';
  const isEncrypted = run.encrypted || (everEncrypted && (over || wasMissing));
  return isEncrypted && !heldSince();
}

/** Whether two runs are of the same PC. If several PCs speak in one run, nobody can tell. */
const isOfOnePc = (told: Told | null, run: string, other: string): boolean => {
  if (told === null) return true;
  const key = told.ofRun(run);
  return key !== null && key === told.ofRun(other);
};

/**
 * The system volume's protectors as the PC last listed them, if that was since a run began. Another PC's list says
 * nothing about them.
 */
export function listedSince(
  sql: SqlStorage,
  { pcIds, volumes, told }: Pc,
  run: { id: string; startedAt: number },
): KeyFacts['listed'] {
  const listed = [...volumes].find(([volume]) => isSystemVolume(volume))?.[1];
  if (!listed || (listed.run !== run.id && listed.readAt < run.startedAt)) return null;
  if (!isOfOnePc(told, listed.run, run.id)) return null;
  const any = listed.protectors.length > 0;
  return { any, held: any && heldOf(sql, pcIds, listed.protectors) !== null };
}

/** A run has one key of its system volume, or a few, and so has each clone of an image that goes on with it, under an id of its own. */
const KEYS_OF_RUN_MAX = 10_000;

/**
 * Whether a key of the system volume was sealed in this run, or after it began. `latestAt`: when the latest one of any
 * id was. A clone of an image seals its own key under the image's run: a key held under another PC's id does not belong
 * to this one, and if several PCs speak in the run, nobody knows whose a key is.
 */
export const keyHeldSince = (
  sql: SqlStorage,
  { pcIds, told }: Pick<Pc, 'pcIds' | 'told'>,
  run: { id: string; startedAt: number },
  latestAt: number | null,
): boolean =>
  (latestAt !== null && latestAt >= run.startedAt) ||
  (isOfOnePc(told, run.id, run.id) &&
    first(
      sql,
      `SELECT 1 FROM (SELECT secret_id AS secret, version AS number FROM run_keys WHERE run_id = ? LIMIT ${KEYS_OF_RUN_MAX})
       CROSS JOIN secrets ON secrets.id = secret AND machine_id IN (SELECT value FROM json_each(?))
       CROSS JOIN secret_versions ON secret_id = secret AND version = number AND ${STANDS} LIMIT 1`,
      run.id,
      JSON.stringify(pcIds),
    ) !== null);
