// The audit as a file: whole and verifiable, page by page, on record, and never taken for whole when it broke off.
import { runInDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { record } from '../../objects/audit/audit.ts';
import { SYSTEM } from '../../objects/core/caller.ts';
import type { AuditEntry } from '../../schema/audit.ts';
import { verifyChain } from '../../schema/chain.ts';
import { csvLine } from '../../schema/csv.ts';
import type { Receipt } from '../../schema/secret.ts';
import {
  accessToken,
  asMachine,
  asPerson,
  bindings,
  emailOf,
  nextReport,
  PORTAL,
  pc,
  request,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../../test/workerd-fixtures.ts';
import { exportFile } from './audit-export.ts';

const stubOf = (id: string) => bindings.TENANT.getByName(id);
const exported = (id: string, body: object, email = emailOf('auditor')) =>
  asPerson(email, `/v1/tenants/${id}/audit/export`, body);
const lines = (text: string): AuditEntry[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const rename = (id: string) => asPerson(emailOf('admin'), `/v1/tenants/${id}/settings`, { allowRawRsaOaep: true });

/** Fills a chain to a length. */
async function longChain(length: number): Promise<string> {
  const { id } = await seedTenant();
  await rename(id);
  await runInDurableObject(stubOf(id), (_object, { storage }) => {
    storage.transactionSync(() => {
      for (let seq = 3; seq <= length; seq++)
        record(storage.sql, id, SYSTEM, seq, { action: 'secret.escrowed', subject: 's', detail: { machine: 'm1' } });
    });
  });
  return id;
}

async function streamed(id: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const worker = exports as unknown as { default: Fetcher };
  const response = await worker.default.fetch(`https://api.example.com/v1/tenants/${id}/audit/export`, {
    method: 'POST',
    headers: {
      'cf-access-jwt-assertion': await accessToken(emailOf('auditor')),
      'content-type': 'application/json',
      origin: PORTAL,
    },
    body: JSON.stringify({ format: 'ndjson' }),
  });
  return (response.body as ReadableStream<Uint8Array>).getReader();
}

describe('an export as NDJSON', () => {
  it('is the chain, an entry a line, verifiable as it is, and its last line says who took it', async () => {
    const id = await longChain(1_204);
    const answer = await exported(id, { format: 'ndjson' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="audit-${id}-1205.ndjson"`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const entries = lines(answer.text);
    expect(verifyChain(entries, { tenant: id })).toMatchObject({ ok: true, head: { seq: 1_205 } });
    expect(entries.at(-1)).toMatchObject({
      action: 'audit.exported',
      detail: { format: 'ndjson' },
      principal: { name: emailOf('auditor') },
    });
  });

  it('holds what the filters let through, and its entry in the chain names them', async () => {
    const id = await longChain(3_000);
    const filters = { action: 'settings.changed', from: 0, text: 'ALLOW' } as const;
    expect(lines((await exported(id, { format: 'ndjson', ...filters })).text).map((one) => one.seq)).toEqual([2]);
    const own = lines((await exported(id, { format: 'ndjson', action: 'audit.exported' })).text);
    expect(own.map((entry) => entry.detail)).toEqual([
      { format: 'ndjson', ...filters },
      { format: 'ndjson', action: 'audit.exported' },
    ]);
    expect((await exported(id, { format: 'ndjson', machine: 'nobody', outcome: 'refused' })).text).toBe('');
  });

  it('is fetched a page at a time as it is read, and holds nothing recorded after it began', async () => {
    const id = await longChain(1_204);
    const principal = { kind: 'person', id: 'u2', name: emailOf('auditor'), role: 'auditor' } as const;
    const caller = { tenant: id, principal, requestId: 'r', ip: null, userAgent: null };
    const reader = exportFile(stubOf(id), caller, { format: 'ndjson' }, 1_204).body.getReader();
    const pages: number[] = [];
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      pages.push(lines(new TextDecoder().decode(part.value)).length);
      // An entry recorded now would be in the next page if that were fetched ahead or had no end.
      await rename(id);
    }
    expect(pages).toEqual([500, 500, 204]);
  });

  it('breaks off when its reader may read no longer, so that half a file is not taken for a whole one', async () => {
    const id = await longChain(1_204);
    const reader = await streamed(id);
    await reader.read();
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/people/u2/remove`, {});
    await expect(async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read());
    }).rejects.toThrow();
  });

  it('is refused to engineers, and the refusal is on record', async () => {
    const id = await longChain(3);
    expect((await exported(id, { format: 'ndjson' }, emailOf('engineer'))).json.code).toBe('role_forbids');
    expect((await exported(id, { format: 'xml' })).json).toMatchObject({
      code: 'invalid_body',
      errors: [{ field: 'format' }],
    });
    expect(lines((await exported(id, { format: 'ndjson' })).text).map((entry) => entry.action)).toContain(
      'access.refused',
    );
  });
});

describe('an export as CSV', () => {
  it('has a heading and a line an entry', async () => {
    const id = await longChain(3);
    const { text, headers } = await exported(id, { format: 'csv' });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const rows = text.split('\r\n');
    const columns = ['seq', 'at', 'principalKind', 'principalId', 'principalName', 'action', 'subject', 'outcome'];
    const named = ['reason', 'hostnameNow', 'clientNow', 'serialNow', 'machine', 'kind', 'name', 'version', 'code'];
    expect(`${rows[0]}\r\n`).toBe(csvLine([...columns, ...named, 'detail', 'ip', 'userAgent', 'previousHash', 'hash']));
    expect(rows[2]).toMatch(/^"2","\d{4}-\d\d-\d\dT[\d:.]+Z","person","u0","admin@example\.com","settings\.changed",/);
    expect(rows).toHaveLength(1 + 4 + 1);
  });

  it('says what the PC and the secret are called, because who is asked knows no ids', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = crypto.randomUUID();
    await asMachine(token, '/v1/report', nextReport(pc({ hostname: 'NGL-LT-0010', client: 'Bakery' }), machine));
    const { json } = await asMachine<Receipt>(token, '/v1/secret', await sealedSecret(id, keyring, machine));
    await asPerson(emailOf('engineer'), `/v1/tenants/${id}/secrets/${json.secretId}/reveal`, {
      reason: 'INC-1 Locked',
    });
    const { text } = await exported(id, { format: 'csv', action: 'secret.revealed' });
    const [head = '', line = ''] = text.replace(/^\ufeff/, '').split('\r\n');
    const cells = Object.fromEntries(head.split(',').map((name, at) => [name, line.split(',')[at]]));
    expect(cells).toMatchObject({
      '"reason"': '"INC-1 Locked"',
      '"hostnameNow"': '"NGL-LT-0010"',
      '"clientNow"': '"Bakery"',
      '"serialNow"': '""',
      '"machine"': `"${machine}"`,
      '"kind"': '"local_admin_password"',
      '"name"': '"Administrator"',
      '"version"': '"1"',
    });
  });
});

it('OpenAPI says that the export is a file of one of two media types', async () => {
  type Document = { paths: Record<string, { post: { responses: { 200: { content: object } } } }> };
  const { json } = await request<Document>('GET', '/openapi.json');
  expect(json.paths['/v1/tenants/{tenant}/audit/export']?.post.responses[200].content).toEqual({
    'application/x-ndjson': { schema: { type: 'string' } },
    'text/csv': { schema: { type: 'string' } },
  });
});
