// Bodies as scripts and shells send them by default: accepted where their meaning is certain, otherwise refused with an
// explanation.
import { beforeEach, expect, it } from 'vitest';
import type { ReportAnswer } from '../schema/report.ts';
import type { Receipt } from '../schema/secret.ts';
import {
  asMachine,
  asPerson,
  emailOf,
  event,
  newMachine,
  newRun,
  request,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../test/workerd-fixtures.ts';

let tenant: TestTenant & { keyring: TestKeyring };
let pc: ReturnType<typeof newMachine>;
beforeEach(async () => {
  tenant = await seedReadyTenant();
  pc = newMachine();
});

const NDJSON = 'application/x-ndjson';
const send = <T>(path: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
  request<T>('POST', path, { authorization: `Bearer ${tenant.token}`, 'content-type': type }, body);
const utf16 = (text: string) => new Uint8Array(Uint16Array.from(`\ufeff${text}`, (unit) => unit.charCodeAt(0)).buffer);
const lines = () => [{ machine: pc, run: newRun() }, event(1), event(2)].map((line) => JSON.stringify(line));

it('a byte order mark in front, as of a file that PowerShell has written, is no part of a report or a secret', async () => {
  expect((await send<ReportAnswer>('/v1/report', `\ufeff${lines().join('\r\n')}`, NDJSON)).json).toMatchObject({
    accepted: 2,
    rejected: [],
  });
  const secret = JSON.stringify(await sealedSecret(tenant.id, tenant.keyring, pc.id));
  const { json } = await send<Receipt>('/v1/secret', `\ufeff${secret}`);
  expect(json).toMatchObject({ version: 1 });
});

it('a report in UTF-16 is read, and a secret in it is refused by what is wrong, because its letters are part of what is sealed', async () => {
  expect((await send<ReportAnswer>('/v1/report', utf16(lines().join('\r\n')), NDJSON)).json).toMatchObject({
    accepted: 2,
  });
  const secret = JSON.stringify(await sealedSecret(tenant.id, tenant.keyring, pc.id));
  const refused = await send('/v1/secret', utf16(secret));
  expect(refused).toMatchObject({ status: 400, json: { code: 'malformed_json', detail: 'The body must be UTF-8.' } });
  expect((await send<Receipt>('/v1/secret', secret)).json).toMatchObject({ version: 1 });
});

it('a body is read by itself, whatever was wrong with the one before it: a broken letter, a cut one, a byte order mark', async () => {
  const secret = async () => JSON.stringify(await sealedSecret(tenant.id, tenant.keyring, pc.id));
  for (const broken of [
    [0xff, 0xfe],
    [0xe2, 0x82],
    [0xef, 0xbb, 0xbf, 0xe2, 0x82],
    [0xef, 0xbb, 0xbf],
  ]) {
    expect((await send('/v1/secret', new Uint8Array(broken))).status).toBe(400);
    expect((await send<Receipt>('/v1/secret', await secret())).status).toBe(201);
    expect((await send<Receipt>('/v1/secret', `\ufeff${await secret()}`)).status).toBe(201);
  }
});

it('a report whose line ends `curl -d` has taken out is refused with what it should be, and nothing of it is kept', async () => {
  const [head = '', ...events] = lines();
  const refused = await send('/v1/report', [head, ...events].join(''), NDJSON);
  expect(refused).toMatchObject({ status: 400, json: { code: 'malformed_json' } });
  expect((refused.json as { detail: string }).detail).toMatch(/Line 1/);
  const found = await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/machines/${pc.id}`);
  expect(found.status).toBe(404);
  expect((await send<ReportAnswer>('/v1/report', [head, ...events].join('\n'), NDJSON)).json).toMatchObject({
    accepted: 2,
  });
});

it('a serial number that is digits and came as a number is the serial number, and the report is kept', async () => {
  const machine = { ...pc, serial: 80417733, model: true };
  const answer = await asMachine<ReportAnswer>(tenant.token, '/v1/report', {
    machine,
    run: newRun(),
    events: [event(1)],
  });
  expect(answer.json).toMatchObject({ accepted: 1 });
  const { json } = await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/machines/${pc.id}`);
  expect(json).toMatchObject({ serial: '80417733' });
});
