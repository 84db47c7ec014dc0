// `npm run tail` against a stream made from the documented format of `wrangler tail`, whole and in its parts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { visible } from '../../schema/shown-text.ts';
import { root } from '../lib/run.ts';
import { entriesOf } from './entry.ts';
import { isShown } from './filter.ts';
import { Joiner, type Row, WAIT_MS } from './join.ts';
import { JsonLines } from './json-lines.ts';
import { following, tailArguments } from './source.ts';
import { alarmLine, item, OTHER, objectLine, requestLine, STREAM, TENANT } from './stream.ts';
import { coloured, header, plain, tableRow } from './table.ts';

const NOW = 1_790_000_000_000;

/** Runs the command with the stream on its standard input. */
async function tail(args: readonly string[], stream: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['dev/tail.ts', ...args], { cwd: root, env: { ...process.env, ...env } });
  const closed = once(child, 'close');
  child.stdin.end(stream);
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { out, errors, code: (await closed)[0] as number };
}

const rowsIn = (stream: string, joiner = new Joiner()): Row[] => {
  const objects = new JsonLines();
  const rows = stream
    .split('\n')
    .flatMap((line) => entriesOf(objects.take(line)).flatMap((one) => joiner.take(one, NOW)));
  return [...rows, ...joiner.rest()];
};

it.each([
  ['production', '--env='],
  ['staging', '--env=staging'],
] as const)(
  'asks wrangler for %s by %s: production is the top level of wrangler.toml, as it is for a deploy',
  (name, flag) => {
    expect(tailArguments(name)).toEqual(['tail', '--format', 'json', flag]);
  },
);

describe('the stream', () => {
  it('gives one row a request with what its object did, whichever part came first, and one for everything else', () => {
    const rows = rowsIn(STREAM);
    expect(rows.map(({ line }) => line.event)).toEqual([
      'request',
      'request',
      'request',
      'alarm',
      'socket',
      'fault',
      'request',
      'platform',
      'platform',
      'platform',
      'platform',
    ]);
    expect(rows[0]).toMatchObject({ line: { requestId: 'r1' }, calls: [{ rowsWritten: 102 }], cpuMs: 4 });
    expect(rows[1]).toMatchObject({ line: { requestId: 'r2' }, calls: [{ call: 'recordRefusal', rowsWritten: 1 }] });
    const said = rows.flatMap(({ line }) => (line.event === 'platform' ? [line.says] : []));
    expect(said).toEqual([
      'TypeError: no\u001b[2J such thing',
      'a request ended with exceededCpu',
      'a request ended with canceled',
      'Tail is currently in sampling mode.',
    ]);
    // The platform tells URLs and headers, and we leave them there.
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  it('is read the same where every item is one line, and goes on behind one that was cut off', () => {
    const [first = '', second = ''] = [
      item({ logs: [requestLine('a', { objectCalls: 0 })] }),
      item({ logs: [alarmLine()] }),
    ];
    const oneLine = (text: string) => JSON.stringify(JSON.parse(text));
    const cut = first.slice(0, first.length / 2);
    const stream = [oneLine(first), cut, second, oneLine(first).slice(0, 40), oneLine(second)].join('\n');
    expect(rowsIn(stream).map(({ line }) => line.event)).toEqual(['request', 'alarm', 'alarm']);
  });

  it('takes a stand’s own lines, between whatever else it prints', () => {
    const stream = [
      'TotlProvision is up.',
      JSON.stringify(objectLine('a')),
      'fleet: {',
      JSON.stringify(requestLine('a')),
    ];
    expect(rowsIn(stream.join('\n'))).toMatchObject([{ line: { event: 'request' }, calls: [{ call: 'report' }] }]);
  });
});

describe('the join', () => {
  it('shows after a moment what waits in vain, and holds no more than it must over fifty thousand requests', () => {
    const joiner = new Joiner();
    joiner.take({ line: requestLine('lost'), cpuMs: null }, NOW);
    joiner.take({ line: objectLine('late'), cpuMs: null }, NOW);
    expect(joiner.overdue(NOW + WAIT_MS - 1)).toEqual([]);
    expect(joiner.overdue(NOW + WAIT_MS).map(({ line }) => line.event)).toEqual(['request', 'object']);
    expect(joiner.waiting).toBe(0);
    let [shown, most] = [0, 0];
    for (let n = 0; n < 50_000; n++) {
      shown += joiner.take({ line: requestLine(`r${n}`), cpuMs: null }, NOW).length;
      most = Math.max(most, joiner.waiting);
    }
    expect(most).toBeLessThanOrEqual(5_000);
    expect(shown + joiner.rest().length).toBe(50_000);
  });
});

describe('the filters', () => {
  const rows = rowsIn(STREAM);
  const ids = (filter: Parameters<typeof isShown>[1]) =>
    rows.filter((row) => isShown(row, filter)).map(({ line }) => ('requestId' in line ? line.requestId : line.event));
  const LOUD = ['r4', 'platform', 'platform', 'platform'];
  it('pick rows by tenant, route, status, slowness, refusals and alarms, and never hide a fault of the tenant', () => {
    expect(ids({ tenant: OTHER.slice(0, 6) })).toEqual(['r3', 'platform', 'platform', 'platform']);
    expect(ids({ tenant: TENANT, refusals: true })).toEqual(['r2', 'r4', 'r4', 'platform', 'platform', 'platform']);
    expect(ids({ route: 'reveal' })).toEqual(['r2', ...LOUD]);
    expect(ids({ route: 'POST /v1/report', status: '200' })).toEqual(['r1', 'r3', ...LOUD]);
    expect(ids({ status: '4xx' })).toEqual(['r2', ...LOUD]);
    expect(ids({ slow: 500 })).toEqual(['r3', ...LOUD]);
    expect(ids({ alarms: true })).toEqual(['alarm', ...LOUD]);
  });
});

describe('the table', () => {
  it('is never wider than the terminal, whatever its width, and drops the least telling columns first', () => {
    const rows = rowsIn(STREAM).filter(({ line }) => line.event !== 'fault' && line.event !== 'platform');
    for (const width of [40, 60, 80, 100, 132, 200])
      for (const text of [header(width, plain), ...rows.map((row) => tableRow(row, width, plain))])
        expect(text.length, `${width}: ${text}`).toBeLessThanOrEqual(width);
    expect(header(60, plain).split(/ +/)).toEqual(['time', 'tenant', 'what', 'status', 'ms']);
    expect(header(132, plain)).toMatch(/who +status code +ms object +cpu +read written$/);
    expect(tableRow(rows[0] as Row, 132, plain)).toMatch(/POST \/v1\/report +machine t1 +200 · +20 +9 +4 +31 +102$/);
    expect(tableRow(rows[0] as Row, 200, plain)).toContain(TENANT);
  });

  it('shows faults loudly with their stack and id, and lets nobody’s words steer the terminal', () => {
    const loud = rowsIn(STREAM).filter(({ line }) => line.event === 'fault' || line.event === 'platform');
    const texts = loud.map((row) => tableRow(row, 100, coloured));
    expect(texts[0]).toContain('r4');
    expect(texts[0]).toContain('at here');
    expect(texts[0]).toContain('\u001b[1;37;41m!! ');
    expect(texts[1]).toContain('no⟨U+001B⟩[2J such thing');
    expect(visible('a\u202eb\u2066c\n\td', { lines: true })).toBe('a⟨U+202E⟩b⟨U+2066⟩c\n\td');
    expect(texts[2]).toContain('exceededCpu');
  });
});

describe('the command', () => {
  it('writes filtered JSON lines where it is piped, and a table without colour with --table', async () => {
    const json = await tail(['-', '--route', 'reveal'], STREAM);
    expect(json).toMatchObject({ code: 0, errors: '' });
    const lines = json.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ event: 'request', requestId: 'r2', calls: [{ rowsWritten: 1 }] });
    const table = await tail(['--table', '--refusals'], STREAM);
    expect(table.out).not.toContain('\u001b');
    expect(table.out).toMatch(/^time +tenant/);
    expect(table.out).toContain('role_forbids');
    expect(table.out).not.toContain('alarm: head');
  });

  it('names our file and line in a fault where --map says which build wrote it, and only there', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-map-'));
    const map = path.join(folder, 'index.js.map');
    // The first place of the bundle is the third line and fifth column of ours.
    const source = path.relative(folder, path.join(root, 'objects/ours.ts'));
    writeFileSync(map, JSON.stringify({ version: 3, sources: [source], names: [], mappings: 'AAEI' }));
    const stack = 'Error: it broke\n    at enter (index.js:1:1)\n    at async index.js:1:1';
    const stream = item({ logs: [{ event: 'fault', at: NOW, requestId: 'r4', alarmId: null, tenant: TENANT, stack }] });
    const stackOf = async (args: readonly string[]) => JSON.parse((await tail(['-', ...args], stream)).out).stack;
    expect(await stackOf(['--map', map])).toBe(
      'Error: it broke\n    at enter (objects/ours.ts:3:5)\n    at async objects/ours.ts:3:5',
    );
    expect(await stackOf([])).toBe(stack);
    rmSync(folder, { recursive: true });
  });

  it('says in one sentence what is wrong with a command, or where there is no log', async () => {
    expect(await tail(['--slow', 'x'], '')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('--slow must be'),
    });
    expect(await tail(['--nonsense'], '')).toMatchObject({ code: 2 });
    expect(await tail(['--map', 'no-such-map'], '')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('no file no-such-map'),
    });
    expect(await tail(['no-such-file'], '')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('no log at no-such-file'),
    });
  });

  it('follows a log that grows and is begun anew, until it is stopped', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-tail-'));
    const file = path.join(folder, 'log.ndjson');
    writeFileSync(file, 'one\ntw');
    const source = following(file);
    const lines = source.lines[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    expect(await next()).toBe('one');
    appendFileSync(file, 'o\nthree\n');
    expect([await next(), await next()]).toEqual(['two', 'three']);
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'four\n');
    expect(await next()).toBe('four');
    const last = lines.next();
    source.stop();
    expect((await last).done).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
