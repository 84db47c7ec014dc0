// Everything an engine could not send, as a file that a person carries: complete, in the bodies that the server
// accepts, without a plaintext.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { RunEvent } from '../schema/report.ts';
import { SpoolLine } from '../schema/spool.ts';
import { Engine } from './client.ts';
import { newEscrowKey, newFolder, newRoot, publicKeyAnswer, startServer, stateKey } from './fixtures.ts';

const TENANT = 'acme';
const PLAINTEXT = 'kq7-Vm2-plain';
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  const [root, key] = [await newRoot(), await newEscrowKey()];
  const statement = await stateKey(root, TENANT, key.kid);
  server = await startServer(() => publicKeyAnswer(key, [statement]));
});
beforeEach(() => {
  server.faults.length = 0;
});
afterAll(() => server.close());

const newEngine = () =>
  new Engine({
    apiOrigin: server.origin,
    token: 'tok_x',
    spoolDir: newFolder(),
    sleep: async () => {},
    machine: { id: crypto.randomUUID(), hostname: 'PC' },
  });
const newRun = () => ({ id: crypto.randomUUID(), startedAt: 1, phases: ['preflight'] });
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => SpoolLine.parse(JSON.parse(line)));

it('holds every unsent event in reports of at most 500 and every secret without a receipt, and no plaintext', async () => {
  const engine = newEngine();
  const run = newRun();
  engine.startRun(run);
  for (let count = 1; count <= 1_201; count++) engine.event(run.id, { message: `event ${count}` });
  // The key is fetched; then the network goes, for every try that the engine makes.
  server.faults.push('none', ...Array.from({ length: 50 }, () => 'drop-before' as const));
  const escrowed = await engine.escrow(run.id, 'local_admin_password', { account: 'Administrator' }, PLAINTEXT);
  server.faults.length = 0;
  expect(escrowed).toMatchObject({ ok: false, code: 'offline' });
  const file = path.join(newFolder(), 'pc.spool.ndjson');
  expect(engine.exportSpool(file)).toBe(4);
  const lines = linesOf(file);
  const seqs = lines.flatMap((line) =>
    'report' in line ? line.report.events.map((event) => RunEvent.parse(event).seq) : [],
  );
  expect(seqs).toEqual(Array.from({ length: 1_201 }, (_, index) => index + 1));
  for (const line of lines) if ('report' in line) expect(line.report.events.length).toBeLessThanOrEqual(500);
  // It comes first: in a portal that sends line by line no report is in its way.
  expect(lines[0]).toMatchObject({ secret: { kind: 'local_admin_password', run: run.id } });
  expect(readFileSync(file, 'utf8')).not.toContain(PLAINTEXT);
  expect(statSync(file).mode & 0o077).toBe(0);
});

it('holds only what the server has not acknowledged, and is not written when that is nothing', async () => {
  const engine = newEngine();
  const run = newRun();
  engine.startRun(run);
  engine.event(run.id, { message: 'sent' });
  await engine.flush();
  const file = path.join(newFolder(), 'pc.spool.ndjson');
  expect(engine.exportSpool(file)).toBe(0);
  expect(existsSync(file)).toBe(false);
  engine.event(run.id, { message: 'unsent' });
  expect(engine.exportSpool(file)).toBe(1);
  expect(linesOf(file)).toMatchObject([{ report: { events: [{ seq: 2, message: 'unsent' }] } }]);
});
