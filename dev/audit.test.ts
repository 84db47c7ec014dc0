import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Spool } from '../engine/spool.ts';
import type { AuditEntry } from '../schema/audit.ts';
import { genesisHash, hashEntry } from '../schema/chain.ts';
import { readHead, readReceipts, verifyExport } from './operate/verify-export.ts';

const root = path.join(import.meta.dirname, '..');
const TENANT = 'acme';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'totl-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A chain as in a whole export: it ends with the entry of that export. */
function chainOf(length: number, exported: AuditEntry['detail'] = { format: 'ndjson' }): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const own = seq === length ? { action: 'audit.exported' as const, detail: exported } : {};
    const entry: Omit<AuditEntry, 'hash'> = {
      v: 1,
      tenant: TENANT,
      seq,
      at: seq,
      action: 'secret.escrowed',
      subject: 's',
      outcome: 'done',
      detail: {},
      ...own,
      principal: { kind: 'machine', id: 't1', name: 'engine of Zürich' },
      ip: null,
      userAgent: null,
      previousHash: entries.at(-1)?.hash ?? genesisHash(TENANT),
    };
    entries.push({ ...entry, hash: hashEntry(entry) });
  }
  return entries;
}
const CHAIN = chainOf(2_500);
const HEAD = `2500:${CHAIN.at(-1)?.hash}`;

/** Writes an export as the API streams it. */
function exportOf(entries: readonly unknown[]): string {
  const file = path.join(folder, 'export.ndjson');
  writeFileSync(
    file,
    entries.map((entry) => `${typeof entry === 'string' ? entry : JSON.stringify(entry)}\n`).join(''),
  );
  return file;
}

/** Verifies by the command, as a process of its own. */
function command(entries: readonly unknown[], ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['dev/audit.ts', 'verify', exportOf(entries), ...args],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return { status, out: stdout + stderr };
}

/** A spool with the receipts of some entries, as the engine keeps them. */
function receiptsOf(entries: readonly AuditEntry[]): string {
  const spool = new Spool(path.join(folder, 'spool'));
  for (const { seq, hash } of entries)
    spool.settle(`eid-${seq}`, {
      secretId: `secret-${seq}`,
      version: 1,
      kid: 'k'.repeat(43),
      sha256: 'f'.repeat(64),
      auditSeq: seq,
      auditHash: hash,
    });
  return path.join(folder, 'spool/receipts');
}

it('the command ends with 0 and the head where an export is whole, with 1 and the first bad entry where it is not', () => {
  const whole = command(CHAIN);
  expect([whole.status, whole.out]).toEqual([0, expect.stringContaining('Whole: 2500 entries of tenant acme')]);
  expect(whole.out).toContain(`Head: ${HEAD}`);
  expect(whole.out).toContain('right behind an earlier export shows only against what somebody else knows');
  const edited = command(CHAIN.with(1_700, { ...CHAIN[1_700], subject: 'x' } as AuditEntry));
  expect([edited.status, edited.out]).toEqual([1, expect.stringContaining('NOT WHOLE: Entry 1701 was edited')]);
  const filtered = command(CHAIN.toSpliced(1_000, 1));
  expect(filtered.out).toContain('NOT WHOLE: Entry 1001 is missing.\nAn export with filters leaves entries out');
});

it('the command answers in JSON, and holds an export against a head and receipts', () => {
  const receipts = receiptsOf([CHAIN[7], CHAIN[2_100]] as AuditEntry[]);
  expect(JSON.parse(command(CHAIN, '--json', '--head', HEAD, '--receipts', receipts).out)).toEqual({
    ok: true,
    tenant: TENANT,
    head: { seq: 2_500, hash: CHAIN.at(-1)?.hash },
    witnesses: 3,
  });
  const cut = command(CHAIN.slice(0, 2_000), '--json', '--receipts', receipts);
  expect([cut.status, JSON.parse(cut.out)]).toEqual([
    1,
    expect.objectContaining({ ok: false, fault: 'truncated', seq: 2_001, witnesses: 2 }),
  ]);
});

it('the command says what it cannot read and how it is used, and ends with 2', () => {
  const file = path.join(folder, 'receipts.ndjson');
  writeFileSync(file, 'nonsense\n');
  for (const args of [['--receipts', file], ['--head', '12'], ['--nonsense']]) {
    const { status, out } = command(CHAIN, ...args);
    expect([status, out]).toEqual([2, expect.stringContaining('Usage: npm run audit')]);
  }
  const csv = command(['seq,at,principalKind,principalId', '1,2026-11-25T00:00:00.000Z,system,']);
  expect([csv.status, csv.out]).toEqual([2, expect.stringContaining('only the NDJSON export is a chain')]);
});

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
it.each<[string, (text: string) => string | Buffer]>([
  ['with a byte order mark', (text) => `\ufeff${text}`],
  ['with Windows line ends', (text) => text.replaceAll('\n', '\r\n')],
  ['with both, and a blank line at the end', (text) => `\ufeff${text.replaceAll('\n', '\r\n')}\r\n`],
  ['in UTF-16, as Windows PowerShell redirects it', (text) => utf16(text.replaceAll('\n', '\r\n'))],
  ['without the last line end', (text) => text.trimEnd()],
])('an export that was saved %s is the same export', async (_what, saved) => {
  const whole = chainOf(1_200);
  for (const [chain, ok] of [
    [whole, true],
    [whole.with(700, { ...whole[700], subject: 'Zoë' } as AuditEntry), false],
  ] as const) {
    const file = exportOf(chain);
    writeFileSync(file, saved(readFileSync(file, 'utf8')));
    expect(await verifyExport(file, [])).toMatchObject({ ok });
  }
  const receipts = path.join(folder, 'receipts.ndjson');
  const receipt = { secretId: 's', version: 1, kid: 'k'.repeat(43), sha256: 'f'.repeat(64), auditSeq: 3 };
  writeFileSync(receipts, saved(`${JSON.stringify({ ...receipt, auditHash: CHAIN[2]?.hash })}\n`));
  expect(readReceipts(receipts)).toHaveLength(1);
});

it('an export that was saved in a code page is said to be so, since no entry of it was edited', () => {
  const file = exportOf(chainOf(3));
  writeFileSync(file, Buffer.from(readFileSync(file, 'utf8'), 'latin1'));
  const { status, stderr } = spawnSync(process.execPath, ['dev/audit.ts', 'verify', file], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('saved again in another encoding')]);
});

it.each<[string, unknown[], number, string]>([
  ['an edited entry', CHAIN.with(1_700, { ...CHAIN[1_700], ip: 'x' } as AuditEntry), 1_701, 'was edited'],
  ['a deleted entry', CHAIN.toSpliced(1_000, 1), 1_001, 'is missing'],
  ['a line that is not whole', [...CHAIN.slice(0, 9), '{"v":1,"seq":10'], 10, 'is not an audit entry'],
  ['entries exchanged', CHAIN.with(10, CHAIN[11] as AuditEntry).with(11, CHAIN[10] as AuditEntry), 11, 'comes only'],
  ['an entry far from its place', [...CHAIN.toSpliced(10, 1), CHAIN[10]], 11, 'comes only after later ones'],
  ['nothing', [], 1, 'holds no entry'],
])('%s is found, by the first bad entry', async (_what, entries, seq, says) => {
  expect(await verifyExport(exportOf(entries), [])).toMatchObject({
    ok: false,
    seq,
    says: expect.stringContaining(says),
  });
});

it('an export that was cut off, or rewritten as a whole, is found by the head or by one receipt that an engine holds', async () => {
  const cut = exportOf(CHAIN.slice(0, 2_000));
  expect(await verifyExport(cut, [readHead(HEAD)])).toMatchObject({
    says: 'The chain ends with entry 2000, but the head you gave knows entry 2500.',
  });
  const receipts = readReceipts(receiptsOf([CHAIN[7], CHAIN[2_100]] as AuditEntry[]));
  expect(await verifyExport(cut, receipts)).toMatchObject({ says: expect.stringContaining('secret-2101 knows') });
  expect(await verifyExport(exportOf(CHAIN), receipts)).toMatchObject({ ok: true });
  const rewritten: AuditEntry[] = [];
  for (const { hash: _, ...entry } of CHAIN) {
    const next = { ...entry, ip: '192.0.2.9', previousHash: rewritten.at(-1)?.hash ?? genesisHash(TENANT) };
    rewritten.push({ ...next, hash: hashEntry(next) });
  }
  expect(await verifyExport(exportOf(rewritten), [])).toMatchObject({ ok: true });
  expect(await verifyExport(exportOf(rewritten), receipts)).toMatchObject({ fault: 'forked', seq: 8 });
});

it.each<[string, AuditEntry[]]>([
  ['cut at the end of a line', CHAIN.slice(0, 2_000)],
  ['cut by its last line only', CHAIN.slice(0, -1)],
  ['that a filter ended, which its own entry says', chainOf(20, { format: 'ndjson', to: 20 })],
  ['that ends with the entry of a CSV export', chainOf(20, { format: 'csv' })],
])('an export %s is incomplete, although it is a chain in itself', async (_what, entries) => {
  expect(await verifyExport(exportOf(entries), [])).toMatchObject({
    ok: false,
    fault: 'incomplete',
    seq: entries.length + 1,
    tenant: TENANT,
    says: expect.stringContaining('not the audit.exported that every whole export ends with'),
  });
});

it('the command ends with 1 where an export is incomplete, and says what holds up to there', () => {
  const { status, out } = command(CHAIN.slice(0, 2_000));
  expect([status, out]).toEqual([1, expect.stringContaining('INCOMPLETE: The file ends with entry 2000')]);
  expect(out).toContain('Up to there nothing is edited');
  expect(out).not.toContain('Whole:');
});

it('receipts in one file, one a line, do as well', () => {
  const file = path.join(folder, 'receipts.ndjson');
  const receipt = { secretId: 's', version: 1, kid: 'k'.repeat(43), sha256: 'f'.repeat(64), auditSeq: 3 };
  writeFileSync(file, `${JSON.stringify({ ...receipt, auditHash: CHAIN[2]?.hash })}\n`);
  expect(readReceipts(file)).toEqual([
    { seq: 3, hash: CHAIN[2]?.hash, holder: 'the receipt for version 1 of secret s' },
  ]);
});
