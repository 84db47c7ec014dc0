// Holds what was promised against what there is. Pure: it is told both, and answers each difference as a sentence.
import { verifyChain } from '../../schema/chain.ts';
import type { Promised } from './ledger.ts';
import type { Seen, SeenEvent, SeenVersion } from './seen.ts';

/** Every promise that is not kept; none where all are. */
export function broken(promised: Promised, seen: Seen): string[] {
  const events = [...promised.events].flatMap(([run, messages]) =>
    brokenRun(run, messages, seen.events.get(run) ?? []),
  );
  return [...events, ...brokenSecrets(promised, seen.versions), ...brokenAudit(promised, seen)];
}

function brokenRun(run: string, promised: ReadonlyMap<number, string>, there: readonly SeenEvent[]): string[] {
  const faults: string[] = [];
  const bySeq = Map.groupBy(there, ({ seq }) => seq);
  for (const [seq, message] of promised) {
    const found = bySeq.get(seq) ?? [];
    if (found.length === 0) faults.push(`event ${seq} of run ${run} was acknowledged and is lost`);
    else if (found.some((one) => one.message !== message)) faults.push(`event ${seq} of run ${run} is another one`);
  }
  for (const [seq, found] of bySeq)
    if (found.length > 1) faults.push(`event ${seq} of run ${run} is there ${found.length} times`);
  return faults;
}

const named = ({ secretId, version }: { secretId: string; version: number }) => `version ${version} of ${secretId}`;

function brokenSecrets({ receipts }: Promised, versions: readonly SeenVersion[]): string[] {
  const faults: string[] = [];
  const byName = Map.groupBy(versions, named);
  for (const { receipt, plaintext } of receipts) {
    const found = byName.get(named(receipt)) ?? [];
    if (found.length === 0) faults.push(`${named(receipt)} has a receipt and is lost`);
    else if (plaintext !== null && found.some((one) => one.plaintext !== null && one.plaintext !== plaintext))
      faults.push(`${named(receipt)} opens to something else`);
  }
  for (const [name, found] of byName) {
    if (found.length > 1) faults.push(`${name} is there ${found.length} times`);
    if (found.some(({ plaintext }) => plaintext === null)) faults.push(`${name} does not open`);
  }
  return faults;
}

function brokenAudit({ receipts, acts }: Promised, { tenant, audit }: Seen): string[] {
  const witnesses = receipts.map(({ receipt: { auditSeq, auditHash, secretId, version } }) => ({
    seq: auditSeq,
    hash: auditHash,
    holder: `the receipt for ${named({ secretId, version })}`,
  }));
  const verdict = verifyChain(audit, { tenant, witnesses });
  const faults = verdict.ok ? [] : [`the audit chain: ${verdict.says}`];
  const last = audit.at(-1)?.seq ?? 0;
  for (const { seq, holder } of witnesses)
    if (seq > last) faults.push(`the audit ends before entry ${seq} of ${holder}`);
  const done = audit.filter(({ outcome }) => outcome === 'done');
  const byAction = Map.groupBy(done, ({ action }) => action as string);
  const times = (action: string, mark: string) =>
    (byAction.get(action) ?? []).filter(
      ({ subject, detail }) => subject === mark || Object.values(detail).includes(mark),
    ).length;
  for (const { action, mark } of acts) {
    const found = times(action, mark);
    if (found !== 1) faults.push(`${action} of ${mark} was answered, and is on record ${found} times`);
  }
  const escrowed = Map.groupBy(byAction.get('secret.escrowed') ?? [], ({ subject, detail }) =>
    named({ secretId: String(subject), version: Number(detail.version) }),
  );
  for (const [name, entries] of escrowed)
    if (entries.length > 1) faults.push(`the escrow of ${name} is on record ${entries.length} times`);
  return faults;
}
