// One bad item stops no good one, and is not buried itself: what PCs, power cuts, golden images and proxies do to an engine (docs/field-cases.md).
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunEvent } from '../schema/report.ts';
import { SpoolLine } from '../schema/spool.ts';
import { Engine, type EngineOptions } from './client.ts';
import { type Fault, newEscrowKey, newFolder, newRoot, publicKeyAnswer, startServer, stateKey } from './fixtures.ts';
import { Spool } from './spool.ts';

const MACHINE = { id: crypto.randomUUID(), hostname: 'PC-1' };
const REF = { account: 'Administrator' };
/** More than six tries. */
const FOR_LONG = 30;
let answer: unknown;
let server: Awaited<ReturnType<typeof startServer>>;
let spoolDir: string;
let notices: string[];

beforeAll(async () => {
  const [root, key] = [await newRoot(), await newEscrowKey()];
  answer = publicKeyAnswer(key, [await stateKey(root, 'acme', key.kid)]);
});
beforeEach(async () => {
  server = await startServer(() => answer);
  spoolDir = newFolder();
  notices = [];
});
afterEach(() => server.close());

const engine = (more: Partial<EngineOptions> = {}) =>
  new Engine({
    apiOrigin: server.origin,
    token: 'tok_x',
    spoolDir,
    machine: MACHINE,
    sleep: async () => {},
    onNotice: (text) => notices.push(text),
    ...more,
  });
const newRun = () => ({ id: crypto.randomUUID(), startedAt: 1, phases: ['preflight'] });
const fileOf = (run: { id: string }, ending = 'ndjson') => path.join(spoolDir, 'runs', `${run.id}.${ending}`);
const stored = (run: string) => [...(server.stored.get(run)?.values() ?? [])].map((line) => JSON.parse(line));
const begin = (one: Engine, messages: readonly unknown[], run = newRun()) => {
  one.startRun(run);
  for (const message of messages) one.event(run.id, { message });
  return run;
};

describe('an event', () => {
  it('is kept whatever its message is, and fits an older server too: nothing throws at whoever provisions', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const messages = ['a\r\nb', '\u001b[31mred', 'nul\0', '', null, undefined, 'x'.repeat(5_000), 7, { a: 1 }];
    const odd = [...messages, new Error('it broke'), circular, 10n, Symbol('s'), () => 1, '\ud83d'];
    const one = engine();
    const run = begin(one, odd);
    one.event(run.id, {
      message: 'data',
      data: { nested: { deep: [1] }, list: [1, null], big: 'y'.repeat(20_000), circular },
    });
    one.event(run.id, { message: 'no phase', type: 'phase_started' });
    one.event(run.id, { message: 'odd phase', type: 'phase_started', phase: 'Local Admin' });
    expect(await one.flush()).toMatchObject({ ok: true, sent: odd.length + 3, rejected: 0 });
    const kept = stored(run.id);
    const whole = kept.filter((event) => event.message !== 'no phase');
    for (const event of whole) expect(RunEvent.safeParse(event).error).toBeUndefined();
    expect(kept[0]).toMatchObject({ message: 'a\nb' });
    expect(kept[0].mended).toBeUndefined();
    expect(kept[1]).toMatchObject({ message: 'red', mended: ['message'] });
    expect(kept[6].message).toHaveLength(4096);
    expect(kept[9]).toMatchObject({ message: 'it broke' });
    expect(kept.at(-1)).toMatchObject({ phase: 'local_admin', mended: ['phase'] });
  });

  it('of a PC that says nothing of its serial, or says it oddly, is sent in an envelope that any server takes', async () => {
    const one = engine({ machine: { ...MACHINE, serial: '', model: null as never, client: 'a\u0000b' } });
    begin(one, ['x']);
    expect(
      JSON.parse(
        readFileSync(
          path.join(
            spoolDir,
            'runs',
            readdirSync(path.join(spoolDir, 'runs')).find((name) => name.endsWith('.json')) ?? '',
          ),
          'utf8',
        ),
      ).machine,
    ).toEqual({ ...MACHINE, client: 'a\ufffdb' });
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
  });
});

describe('a spool after a power cut', () => {
  const afterwards = async (spoil: (lines: string[]) => string) => {
    const one = engine();
    const run = begin(one, ['one', 'two', 'three', 'four', 'five']);
    const lines = readFileSync(fileOf(run), 'utf8').split('\n');
    writeFileSync(fileOf(run), spoil(lines));
    const later = engine();
    expect(await later.flush()).toMatchObject({ ok: true, setAside: 0 });
    return stored(run.id).sort((a, b) => a.seq - b.seq);
  };
  const LOST = expect.stringContaining('lost on this PC');

  it.each([
    ['zeros in the middle', (lines: string[]) => lines.with(2, '\0'.repeat(lines[2]?.length ?? 0)).join('\n'), [3]],
    ['zeros over an end of a line', (lines: string[]) => lines.toSpliced(1, 2, '\0'.repeat(100)).join('\n'), [2, 3]],
    ['no first event', (lines: string[]) => lines.slice(1).join('\n'), [1]],
    ['no first events, and a gap', (lines: string[]) => lines.toSpliced(3, 1).slice(2).join('\n'), [1, 2, 4]],
    ['half a line', (lines: string[]) => lines.with(1, lines[1]?.slice(0, 20) ?? '').join('\n'), [2]],
  ])('that left %s goes on: what is lost is said in its place', async (_what, spoil, lost) => {
    const kept = await afterwards(spoil);
    expect(kept.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(kept.filter((event) => event.mended).map((event) => event.seq)).toEqual(lost);
    for (const event of kept)
      if (event.mended) expect(event).toMatchObject({ message: LOST, level: 'warning', mended: ['lost'] });
    expect(notices.join()).toMatch(/lost before being sent/);
  });

  it('that left zeros before a whole line loses nothing of that line', async () => {
    const kept = await afterwards((lines) => lines.with(2, `${'\0'.repeat(40)}${lines[2]}`).join('\n'));
    expect(kept.map((event) => event.message)).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  it('does not call lost what the server has, and gives no number twice that the server knows', async () => {
    const one = engine();
    const run = begin(one, ['one', 'two', 'three']);
    await one.flush();
    writeFileSync(fileOf(run), '\0'.repeat(300));
    const later = engine();
    later.event(run.id, { message: 'after' });
    expect(await later.flush()).toMatchObject({ ok: true, sent: 1, rejected: 0 });
    expect(stored(run.id).map((event) => [event.seq, event.message])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
      [4, 'after'],
    ]);
  });

  it('without a run’s envelope sends what is left of the run in a plain one', async () => {
    const run = begin(engine(), ['one', 'two']);
    writeFileSync(fileOf(run, 'json'), '\0'.repeat(120));
    expect(await engine().flush()).toMatchObject({ ok: true, sent: 2 });
    expect(stored(run.id)).toHaveLength(2);
  });
});

describe('a run that cannot go on', () => {
  it.each<[string, Fault]>([
    ['refused for what it is', { refuse: 'invalid_body' }],
    ['too large for the server', { refuse: 'body_too_large' }],
  ])(
    'is set aside and told where it is %s; the other runs go on, and it is tried again by the next engine',
    async (_what, fault) => {
      const one = engine();
      const bad = begin(one, ['bad']);
      await one.flush();
      one.event(bad.id, { message: 'worse' });
      const good = begin(one, ['good']);
      const isFirst = new Spool(spoolDir).runs()[0]?.id === bad.id;
      server.faults.push(...(isFirst ? [fault] : ['none' as const, fault]));
      expect(await one.flush()).toMatchObject({ ok: true, sent: 1, setAside: 1 });
      expect(stored(good.id)).toHaveLength(1);
      expect(notices.join()).toContain(`a run was set aside: ${bad.id}`);
      const asked = server.requests();
      expect(await one.flush()).toMatchObject({ ok: true, sent: 0, setAside: 0 });
      expect(server.requests()).toBe(asked);
      const file = path.join(newFolder(), 'pc.spool.ndjson');
      expect(one.exportSpool(file)).toBe(1);
      expect(await engine().flush()).toMatchObject({ ok: true, sent: 1, setAside: 0 });
      expect(stored(bad.id)).toHaveLength(2);
    },
  );

  it('because the server goes nowhere with it is set aside after a few rounds', async () => {
    const one = engine();
    begin(one, ['x']);
    const stuck = { status: 200, json: { accepted: 0, duplicates: 0, rejected: [], nextSeq: 1 } };
    server.faults.push(...Array<Fault>(9).fill(stuck));
    expect(await one.flush()).toMatchObject({ ok: true, setAside: 1 });
    expect(server.requests()).toBeLessThan(5);
  });

  it('that a golden image brought goes on as one of this PC’s own, its unsent events with it, and the secret is sent', async () => {
    const image = engine();
    const run = begin(image, ['of the image']);
    await image.flush();
    // Cloned: the spool is the same, the PC is another.
    const clone = engine({ machine: { id: crypto.randomUUID(), hostname: 'CLONE' } });
    clone.startRun(run);
    clone.event(run.id, { message: 'of the clone' });
    server.faults.push({ refuse: 'run_conflict' });
    expect(await clone.flush()).toMatchObject({ ok: true, sent: 1 });
    clone.event(run.id, { message: 'later' });
    await clone.flush();
    const [own] = [...server.stored.keys()].filter((id) => id !== run.id);
    expect(stored(own ?? '').map((event) => [event.seq, event.message])).toEqual([
      [1, 'of the clone'],
      [2, 'later'],
    ]);
    expect(await clone.escrow(run.id, 'local_admin_password', REF, 'p')).toMatchObject({ ok: true });
    expect(JSON.parse([...server.secrets.values()][0]?.body ?? '').run).toBe(own);
    // The same holds after a restart, and it can be closed under the name that its caller knows.
    const restarted = engine({ machine: { id: crypto.randomUUID(), hostname: 'CLONE' } });
    restarted.event(run.id, { message: 'restarted' });
    expect(await restarted.flush()).toMatchObject({ ok: true, sent: 1 });
    restarted.closeRun(run.id);
    expect(readdirSync(path.join(spoolDir, 'runs'))).toEqual([]);
  });

  it('as any PC’s own is set aside, and makes no further ones', async () => {
    const one = engine();
    begin(one, ['x']);
    server.faults.push({ refuse: 'run_conflict' }, { refuse: 'run_conflict' });
    expect(await one.flush()).toMatchObject({ ok: true, sent: 0, setAside: 1 });
    expect(one.openRuns()).toHaveLength(2);
  });
});

describe('an answer of somebody else', () => {
  const blocked = (status: number, json: unknown = { code: status, error: 'blocked by policy' }): Fault => ({
    status,
    json,
  });
  const FOREIGN: [string, Fault][] = [
    ...[400, 401, 403, 404, 407, 409, 413, 422].map((status): [string, Fault] => [
      `JSON with ${status}`,
      blocked(status),
    ]),
    ['a code like ours', blocked(403, { code: 'tenant_suspended' })],
    ['a problem of its own', blocked(409, { type: 'about:blank', code: 'kid_destroyed', status: 409 })],
    [
      'our problem with a code that this engine does not know',
      blocked(409, { type: 'urn:totlprovision:problem:x', code: 'x' }),
    ],
    ['a success that is none', blocked(200, { ok: true })],
    ['a list', blocked(200, [])],
    ['a way elsewhere', { status: 302, json: {}, headers: { location: 'http://127.0.0.1:1/portal' } }],
  ];

  it.each(FOREIGN)('is taken for no network: %s', async (_what, fault) => {
    const one = engine();
    const run = begin(one, ['x']);
    server.faults.push('none', ...Array<Fault>(FOR_LONG).fill(fault));
    expect(await one.escrow(run.id, 'local_admin_password', REF, 'p')).toMatchObject({ ok: false, code: 'offline' });
    expect(await one.flush()).toMatchObject({ ok: false, code: 'offline' });
    expect(await one.tenantKey()).toMatchObject({ ok: false, code: 'offline' });
    server.faults.length = 0;
    expect(new Spool(spoolDir).secrets()).toHaveLength(1);
    expect(existsSync(path.join(spoolDir, 'secrets/set-aside'))).toBe(false);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1, receipts: 1 });
  });

  it('to one thing alone, as of a filter that takes offence at it, stops nothing else', async () => {
    const one = engine();
    const run = begin(one, ['x']);
    for (let count = 0; count < 2; count++) {
      server.faults.push('none', ...Array<Fault>(6).fill(blocked(403)));
      await one.escrow(run.id, 'local_admin_password', REF, 'p');
    }
    server.faults.push(...Array<Fault>(6).fill(blocked(403)));
    expect(await one.flush()).toMatchObject({ ok: false, code: 'offline' });
    expect([server.secrets.size, stored(run.id).length]).toEqual([1, 1]);
  });
});

describe('a secret', () => {
  const setAside = async (one: Engine, code: 'header_mismatch' | 'unknown_kid' | 'kid_destroyed' | 'run_conflict') => {
    server.faults.push('none', { refuse: code });
    return one.escrow(newRun().id, 'local_admin_password', REF, 'p');
  };

  it.each(['header_mismatch', 'unknown_kid', 'kid_destroyed', 'run_conflict'] as const)(
    'refused with %s is set aside and told, is in the exported file, and is tried again by the next engine',
    async (code) => {
      const one = engine();
      expect(await setAside(one, code)).toMatchObject({ ok: false });
      expect(notices.join()).toContain(code);
      expect(await one.flush()).toMatchObject({ ok: true, receipts: 0 });
      const file = path.join(newFolder(), 'pc.spool.ndjson');
      expect(one.exportSpool(file)).toBe(1);
      expect(SpoolLine.parse(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({
        secret: { kind: 'local_admin_password' },
      });
      expect(await engine().flush()).toMatchObject({ ok: true, receipts: 1 });
      expect(server.secrets.size).toBe(1);
    },
  );

  it('never waits for reports, nor reports for the tenant’s key, nor one secret for another that is over its quota', async () => {
    const one = engine();
    const run = begin(one, ['x']);
    for (let count = 0; count < 2; count++) {
      server.faults.push('none', ...Array<Fault>(6).fill('drop-before'));
      await one.escrow(run.id, 'local_admin_password', REF, 'p');
    }
    server.faults.push({ refuse: 'no_tenant_key' });
    expect(await one.flush()).toMatchObject({ ok: false, code: 'no_tenant_key' });
    expect(stored(run.id)).toHaveLength(1);
    server.faults.push(...Array<Fault>(6).fill({ refuse: 'secret_quota_exceeded' }));
    await one.flush();
    expect(server.secrets.size).toBe(1);
  });

  it('that was damaged on disk stays aside, and stops nothing', async () => {
    const one = engine();
    writeFileSync(path.join(spoolDir, 'secrets', `${crypto.randomUUID()}.json`), '\0'.repeat(900));
    const run = begin(one, ['x']);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
    expect(await engine().flush()).toMatchObject({ ok: true });
    expect(readdirSync(path.join(spoolDir, 'secrets/set-aside'))).toHaveLength(1);
    expect(stored(run.id)).toHaveLength(1);
  });
});

describe('two processes on one spool', () => {
  const WRITER = `
    import { Engine } from ${JSON.stringify(path.join(import.meta.dirname, 'client.ts'))};
    const [spoolDir, run, name] = process.argv.slice(-3);
    const machine = { id: '${MACHINE.id}', hostname: 'PC-1' };
    const engine = new Engine({ apiOrigin: 'http://127.0.0.1:1', token: 'tok_x', spoolDir, machine });
    for (let count = 0; count < 100; count++) engine.event(run, { message: name + count });`;

  it('exclude each other: each event of both has a number of its own, and is whole', async () => {
    const run = begin(engine(), []);
    const write = (name: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', WRITER, spoolDir, run.id, name]);
    await Promise.all([write('a'), write('b')]);
    const events = new Spool(spoolDir).run(run.id)?.events ?? [];
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    const wanted = ['a', 'b'].flatMap((name) => Array.from({ length: 100 }, (_, index) => `${name}${index}`));
    expect(events.map(({ message }) => message).sort()).toEqual(wanted.sort());
  });

  it('do not wait for one that was killed while it wrote', () => {
    const one = engine();
    const run = begin(one, ['before']);
    appendFileSync(path.join(spoolDir, 'lock'), 'left behind');
    one.event(run.id, { message: 'after' });
    expect(new Spool(spoolDir).run(run.id)?.events).toHaveLength(2);
    expect(existsSync(path.join(spoolDir, 'lock'))).toBe(false);
  });

  it('that write and drop the same run do not trip over each other', async () => {
    const one = engine();
    const run = begin(one, ['x']);
    await one.flush();
    rmSync(fileOf(run, 'next'));
    const [first, second] = await Promise.all([engine().flush(), engine().flush()]);
    expect([first.ok, second.ok]).toEqual([true, true]);
  });
});
