// The chain's head in the index: sent at most once a minute, and compared before it is sent. So an object that was
// rolled back or forked is noticed by what it sent before. Every write names the head it was compared with: an index
// that has moved on is never overwritten.
import type { ChainHead } from '../../schema/audit.ts';
import { dueAt, schedule } from '../core/alarms.ts';
import { SYSTEM } from '../core/caller.ts';
import { isRestoring } from '../core/restore-progress.ts';
import { type IndexedHead, indexedHead } from '../outbox/index-rows.ts';
import { record, requireHead } from './audit.ts';
import { hashAt, rollbackNotice } from './pages.ts';

/** How often the index follows, at most. */
const TELL_EVERY_MS = 60_000;
/** How soon an object that has just started compares: it may have been put back to an earlier state. */
const COMPARE_AFTER_START_MS = 5_000;

/** Sees to it that the index follows, within a minute. Call it in the turn of the recorded act. */
export function followHead(storage: DurableObjectStorage, now: number): void {
  if (dueAt(storage.sql, 'head') === null) schedule(storage, 'head', now + TELL_EVERY_MS);
}

/** Sees to it that an object which has just started compares itself with the index. */
export const compareSoon = (storage: DurableObjectStorage, now: number): void =>
  schedule(storage, 'head', now + COMPARE_AFTER_START_MS);

/**
 * What the head that the index was last sent says about this chain. Pure. `hash`: of this chain's entry with the seq
 * that was sent.
 */
export function judgeHead(
  told: IndexedHead,
  chain: ChainHead,
  hash: string | null,
): 'follows' | 'rolled_back' | 'forked' {
  if (told.seq === 0) return 'follows';
  if (told.seq > chain.seq) return 'rolled_back';
  return hash === told.hash ? 'follows' : 'forked';
}

/**
 * Compares, records what is wrong once, and tells the index the new head, whose seq it answers. Null: a backup has come in meanwhile, or
 * is about to, and the chain is another. Throws where D1 does not answer.
 */
export async function tellHead(
  storage: DurableObjectStorage,
  index: D1Database,
  tenant: string,
  now: number,
): Promise<number | null> {
  const { sql } = storage;
  const told = await indexedHead(index, tenant);
  const chain = storage.transactionSync(() => {
    if (isRestoring(sql)) return null;
    return told ? compare(sql, tenant, told, now) : requireHead(sql);
  });
  if (!chain || !told) return chain?.seq ?? null;
  if (chain.seq === told.seq && chain.hash === told.hash) return chain.seq;
  const { meta } = await index
    .prepare(
      `UPDATE tenants SET audit_seq = ?, audit_hash = ?
       WHERE id = ? AND audit_seq = ? AND audit_hash = ?`,
    )
    .bind(chain.seq, chain.hash, tenant, told.seq, told.hash)
    .run();
  // An earlier write that had timed out has come through meanwhile: compare anew.
  if (meta.changes === 0) throw new Error('the index has moved on');
  return !isRestoring(sql) && hashAt(sql, chain.seq) === chain.hash ? chain.seq : null;
}

/** The head that the index is to have: the chain's, or that of the entry which says that the two do not fit. */
function compare(sql: SqlStorage, tenant: string, told: IndexedHead, now: number): ChainHead {
  const chain = requireHead(sql);
  const verdict = judgeHead(told, chain, hashAt(sql, told.seq));
  const noticed = rollbackNotice(sql)?.detail;
  if (verdict === 'follows' || (noticed?.indexSeq === told.seq && noticed.indexHash === told.hash)) return chain;
  return record(sql, tenant, SYSTEM, now, {
    action: 'audit.rollback_noticed',
    subject: tenant,
    detail: { found: verdict, indexSeq: told.seq, indexHash: told.hash, chainSeq: chain.seq, chainHash: chain.hash },
  });
}
