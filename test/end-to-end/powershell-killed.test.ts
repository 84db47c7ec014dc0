// A PC that provisions itself with PowerShell and is killed at random points, and one that is apart from the server: nothing is lost, nothing is
// there twice, and no plaintext is on its disk. KILL_ROUNDS and KILL_SEED choose other points, and more of them.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { whyNoPowerShell } from '../../dev/lib/powershell.ts';
import { asPerson } from '../../dev/stand/as-person.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { chance } from '../../engine/simulator/random.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { BulkPage } from '../../schema/bulk.ts';
import { type Keyring, PublicKeyAnswer } from '../../schema/keyring.ts';
import type { EventPage, StoredEvent } from '../../schema/report.ts';
import type { Revealed, SecretList } from '../../schema/secret.ts';
import { type Ended, lastLine, runScript } from '../foreign/bench-pc.ts';
import { onPage, openBrowser, picture } from '../support/browser.ts';
import { bytesUnder, findIn, textCanary } from '../support/canary.ts';
import { ADMIN_PASSPHRASE, askReveal, signIn, unlock } from '../support/story.ts';
import { newCertificate, startProxy, startTlsFront } from '../support/tls-way.ts';

const ADMIN = 'admin@example.com';
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 3);
const SEED = Number(process.env.KILL_SEED ?? 20261128);

let stateDir: string;
let stand: Stand;
let browser: Browser;
let fingerprint: string;
const vault = new Keeper();

before(async () => {
  assert.equal(await whyNoPowerShell(), null);
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-killed-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  browser = await openBrowser();
  const { tenant } = stand.demo;
  const draft = await vault.draftSetUp({ tenant, email: ADMIN, passphrase: ADMIN_PASSPHRASE, teamPassphrase: null });
  assert.ok(draft.ok);
  await asPerson(stand, ADMIN, 'keyring', draft.write);
  fingerprint = draft.fingerprint;
  const keyring = await asPerson<Keyring>(stand, ADMIN, 'keyring');
  const unlocker = draft.write.unlockers[0]?.id ?? '';
  assert.ok((await vault.unlock({ tenant, keyring, unlocker, secret: ADMIN_PASSPHRASE, seen: null })).ok);
});
after(async () => {
  await vault.lock();
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** The engine's file, for a server at another address or with the key to seal to without one. */
function configuration(name: string, more: Record<string, unknown> = {}): string {
  const file = path.join(stateDir, name);
  const { token } = stand.demo;
  const members = { apiOrigin: stand.addresses.api, token, fingerprint, minEpoch: 1, ...more };
  writeFileSync(file, JSON.stringify(members), { mode: 0o600 });
  return file;
}

const namesIn = (folder: string, ending: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ending)) : [];

/** What a spool says after a kill: its whole lines by run and number, the sealed secrets that wait, and all its bytes. */
function photograph(spool: string) {
  const events = new Map<string, Map<number, string>>();
  for (const name of namesIn(path.join(spool, 'runs'), '.ndjson')) {
    const text = readFileSync(path.join(spool, 'runs', name), 'utf8');
    const lines = text.split('\n').slice(0, -1);
    events.set(name.replace('.ndjson', ''), new Map(lines.map((line) => [JSON.parse(line).seq, line])));
  }
  const waiting = namesIn(path.join(spool, 'secrets'), '.json').map((name) => name.replace('.json', ''));
  return { events, waiting, bytes: bytesUnder(spool) };
}

async function storedEvents(run: string): Promise<StoredEvent[]> {
  const stored: StoredEvent[] = [];
  for (let next: number | null = 0; next !== null; ) {
    const page: EventPage = await asPerson<EventPage>(stand, ADMIN, `runs/${run}/events?after=${next}`);
    stored.push(...page.events);
    next = page.next;
  }
  return stored;
}

async function everyCiphertext(): Promise<Revealed[]> {
  const found: Revealed[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last ? { secret: last.id, version: last.version.version } : null;
    const { items } = await asPerson<BulkPage>(stand, ADMIN, 'ciphertexts/page', { purpose: 'health', after });
    if (items.length === 0) return found;
    found.push(...items);
  }
}

async function opened(item: Revealed): Promise<string> {
  const found = await vault.open(item);
  assert.ok(found.ok, item.id);
  return found.plaintext;
}

const applied = ({ err }: Ended): string[] => [...err.matchAll(/^applied (.+)$/gm)].map(([, text]) => text ?? '');

test(`a PC killed ${ROUNDS} times and started again loses no event and no secret, sends none twice, and leaves no plaintext (seed ${SEED})`, async () => {
  const spool = path.join(stateDir, 'killed');
  const run = (...more: string[]) =>
    runScript('killed-pc.ps1', ['-ConfigurationPath', configuration('killed.json'), '-SpoolPath', spool, ...more]);
  const first = await run();
  lastLine(first);
  const hits: [string, number][] = Object.entries(JSON.parse(first.out.trim().split('\n').at(-2) ?? '{}'));
  assert.ok(hits.length > 100, String(hits.length));
  const { between, pick } = chance(SEED);
  const rounds = [first];
  const photographs = [photograph(spool)];
  for (let round = 0; round < ROUNDS; round++) {
    // Each statement is as likely as any other, however often it is come to.
    const [place, times] = pick(hits);
    const ended = await run('-At', place, '-Times', String(between(1, times)));
    assert.ok(ended.killed || ended.code === 0, `${place}: ${ended.err}`);
    rounds.push(ended);
    photographs.push(photograph(spool));
  }
  assert.ok(rounds.some(({ killed }) => killed));
  const [place] = pick(hits);
  const last = await run('-At', place, '-Times', '1000000');
  lastLine(last);
  rounds.push(last);

  const runs = new Set(photographs.flatMap(({ events }) => [...events.keys()]));
  for (const id of runs) {
    const stored = await storedEvents(id);
    assert.deepEqual(
      stored.map(({ seq }) => seq),
      stored.map((_, index) => index + 1),
      id,
    );
    assert.ok(
      stored.every(({ mended }) => mended === undefined),
      'an event of it is lost',
    );
    for (const { events } of photographs)
      for (const [seq, line] of events.get(id) ?? []) {
        const { at, message, type } = JSON.parse(line);
        const found = stored[seq - 1];
        assert.deepEqual([found?.at, found?.message, found?.type], [at, message, type]);
      }
  }

  assert.deepEqual(photograph(spool).waiting, []);
  const machine = readFileSync(path.join(spool, 'machine-id'), 'utf8');
  const own = (await everyCiphertext()).filter((item) => item.machine === machine);
  const eids = own.map(({ version }) => version.eid);
  assert.equal(new Set(eids).size, eids.length, 'a secret is there twice');
  const receipts = namesIn(path.join(spool, 'receipts'), '.json').map((name) => name.replace('.json', ''));
  assert.deepEqual(receipts.toSorted(), eids.toSorted());
  for (const { waiting } of photographs)
    assert.deepEqual(
      waiting.filter((eid) => !eids.includes(eid)),
      [],
    );

  const plaintexts = await Promise.all(own.map(opened));
  const changes = rounds.flatMap(applied);
  assert.deepEqual(
    changes.filter((text) => !plaintexts.includes(text)),
    [],
  );
  const { secrets } = await asPerson<SecretList>(stand, ADMIN, `machines/${machine}/secrets?kind=local_admin_password`);
  assert.equal(secrets.length, 1);
  const offered = own.find(({ version }) => version.eid === secrets[0]?.offered[0]?.eid);
  assert.equal(
    offered && (await opened(offered)),
    changes.findLast((text) => text.length === 24),
  );

  const canaries = [...plaintexts, stand.demo.token].map((text, index) => textCanary(`plaintext ${index}`, text));
  for (const { bytes } of [...photographs, photograph(spool)]) assert.deepEqual(findIn(bytes, canaries), []);
  console.log(
    `killed ${rounds.filter(({ killed }) => killed).length} of ${ROUNDS}, ${hits.length} statements, ${runs.size} runs, ${own.length} secrets`,
  );
});

test('a PC that is offline seals to the key in its file, and its exported spool is uploaded in the portal and reveals what it sealed', async () => {
  const authorization = `Bearer ${stand.demo.token}`;
  const answer = await fetch(`${stand.addresses.api}/v1/tenant/pubkey`, { headers: { authorization } });
  const tenantKey = PublicKeyAnswer.parse(await answer.json());
  // Nobody listens on port 1.
  const file = configuration('offline.json', { apiOrigin: 'http://127.0.0.1:1', tenantKey });
  const [spool, copy] = [path.join(stateDir, 'offline'), path.join(stateDir, 'pc.spool.ndjson')];
  const ended = await runScript('apart-pc.ps1', ['-ConfigurationPath', file, '-SpoolPath', spool, '-ExportPath', copy]);
  const said = lastLine<{ machine: string; secret: string; escrow: string; report: string; lines: number }>(ended);
  assert.deepEqual([said.escrow, said.report, said.lines], ['offline', 'offline', 2]);
  const canaries = [textCanary('plaintext', said.secret), textCanary('token', stand.demo.token)];
  assert.deepEqual(findIn(Buffer.concat([bytesUnder(spool), readFileSync(copy)]), canaries), []);

  await onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN);
    await page.getByRole('link', { name: 'Upload an offline report' }).click();
    await page.getByLabel('Spool file').setInputFiles(copy);
    await page.getByText('In this file: 1 event of 1 run, and 1 sealed secret.').waitFor();
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByText('Saved: 1 event and 1 secret', { exact: false }).waitFor();
    await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${said.machine}`);
    await askReveal(page, /^Reveal local administrator password/, 'Carried by hand');
    await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    await page.locator('.plain').waitFor();
    assert.equal(await page.locator('.plain').innerText(), said.secret);
    await picture(page, 'powershell-offline');
  });
});

test('a PC behind a proxy with a password escrows through its tunnel, and shows it and a false server nothing', async () => {
  const [right, wrong] = await Promise.all([newCertificate(stateDir, 'right'), newCertificate(stateDir, 'wrong')]);
  const front = await startTlsFront(right, stand.addresses.api);
  const proxy = await startProxy('bench', 'Pr0xy-kq7');
  try {
    const file = configuration('proxy.json', { apiOrigin: front.origin });
    const send = async (name: string, trusted: string, more: string[] = []) => {
      const args = [
        '-ConfigurationPath',
        file,
        '-SpoolPath',
        path.join(stateDir, name),
        '-Proxy',
        proxy.address,
        ...more,
      ];
      const env = { SSL_CERT_FILE: trusted, PROXY_PASSWORD: 'Pr0xy-kq7' };
      return lastLine<{ version: number; escrow: string; report: string; secret: string }>(
        await runScript('apart-pc.ps1', args, env),
      );
    };
    const through = await send('through', right.cert, ['-ProxyUser', 'bench']);
    assert.deepEqual([through.version, through.escrow, through.report], [1, '', '']);
    assert.deepEqual(front.asked, ['/v1/tenant/pubkey', '/v1/secret', '/v1/report']);
    assert.equal(proxy.counts().tunnels, 3);

    const unknown = await send('unknown', right.cert);
    assert.deepEqual([unknown.escrow, unknown.report], ['offline', 'offline']);
    const untrusted = await send('untrusted', wrong.cert, ['-ProxyUser', 'bench']);
    assert.deepEqual([untrusted.escrow, untrusted.report], ['offline', 'offline']);
    assert.equal(front.asked.length, 3);
    assert.ok(proxy.counts().refused > 0 && proxy.counts().tunnels > 3);
    assert.deepEqual(
      findIn(proxy.seen(), [textCanary('token', stand.demo.token), textCanary('secret', through.secret)]),
      [],
    );
  } finally {
    await Promise.all([proxy.close(), front.close()]);
  }
});
