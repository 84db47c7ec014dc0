import { expect, test } from 'vitest';
import secrets from '../../../schema/vectors/secrets.json';
import { ApiProblem } from '../api/http.ts';
import * as spoolFile from './spool-file.ts';
import { readSpoolFile, upload } from './spool-file.ts';

const readSpool = (text: string) => spoolFile.readSpool(new TextEncoder().encode(text));
const machine = crypto.randomUUID();
const run = crypto.randomUUID();
const report = (events: unknown[]) =>
  JSON.stringify({
    report: { machine: { id: machine, hostname: 'PC-1' }, run: { id: run, startedAt: 1, phases: ['apps'] }, events },
  });
const secret = JSON.stringify({
  secret: {
    machine,
    run,
    kind: 'other',
    eid: crypto.randomUUID(),
    ref: { label: 'x' },
    sealed: 'a.b.c.d.e',
  },
});
const event = { seq: 1, at: 1, message: 'm' };

test('a spool file is told by its machine, its runs, events and secrets', () => {
  expect(readSpool(`${report([event, { ...event, seq: 2 }])}\n${secret}\n`)).toMatchObject({
    machines: [{ id: machine, hostname: 'PC-1' }],
    runs: 1,
    events: 2,
    secrets: 1,
    damaged: 0,
  });
});

test('a line that was cut off costs itself alone, because a stick may be pulled while it is written', () => {
  expect(readSpool(`${report([event])}\n${secret.slice(0, 40)}`)).toMatchObject({ events: 1, secrets: 0, damaged: 1 });
});

test('any other file is none, in words', async () => {
  for (const text of ['', 'hello', '{}', '[1]', '{"secret":{"plaintext":"x"}}', '\u0000\u0001'])
    expect(await readSpoolFile(new File([text], 'x'))).toMatch(/not an offline report/);
});

test('the engine’s configuration file, chosen in its place, is none, and nothing of its token is said or sent', async () => {
  const token = `tok_${'a'.repeat(32)}`;
  for (const text of [JSON.stringify({ apiOrigin: 'https://x', token }), JSON.stringify({ token }, null, 2), token]) {
    const read = await readSpoolFile(new File([text], 'engine.json'));
    expect(read).toMatch(/not an offline report/);
    expect(read).not.toContain('tok_');
  }
});

test('files that `copy a+b` of Windows has put together lose no line and have none too many', () => {
  expect(readSpool(`${report([event])}\n${secret}\n\u001a`)).toMatchObject({ events: 1, secrets: 1, damaged: 0 });
});

test('a PC that says nothing of its serial, or one event by itself, costs no report', () => {
  const odd = {
    machine: { id: machine, hostname: 'PC', serial: null, model: '' },
    run: { id: run, startedAt: 1, phases: 'apps' },
  };
  expect(readSpool(JSON.stringify({ report: { ...odd, events: event } }))).toMatchObject({ events: 1, damaged: 0 });
});

const ansi = (text: string) => new File([Uint8Array.from(text, (letter) => letter.charCodeAt(0))], 'x');
/** As the vectors have it: an account of letters beyond ASCII, which a code page breaks in the line but not in the sealed header. */
const [vector] = secrets.secrets;
const sealedLine = (account: string) => {
  const header = JSON.parse(
    atob((vector?.revealed.sealed ?? '').split('.')[0]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''),
  );
  const { machine: of, run: by, kind, eid } = header;
  return JSON.stringify({
    secret: { machine: of, run: by, kind, eid, ref: { account }, sealed: vector?.revealed.sealed },
  });
};

test('a file that was saved in a code page gives no report, whose broken letters would stand in the place of the PC’s own, but its secrets', async () => {
  const file = ansi(`${report([{ ...event, message: 'ü' }])}\n${report([event])}\n${sealedLine('ünï')}\n`);
  const read = await readSpoolFile(file);
  expect(read).toMatchObject({ secrets: 1, events: 0, garbled: 2, damaged: 0 });
  if (typeof read === 'string') throw new Error(read);
  // Its names are read from the header, which is as it was sealed.
  expect(read.lines).toMatchObject([{ secret: { ref: vector?.revealed.ref } }]);
  expect(await readSpoolFile(ansi(report([{ ...event, message: 'ü' }])))).toMatch(/another encoding/);
});

test('a file with a mark, in UTF-16, or with Windows line ends is read, and a U+FFFD that the PC wrote is kept', async () => {
  const text = `${report([{ ...event, message: 'ü \ufffd' }])}\r\n${secret}\r\n`;
  const marked = `\ufeff${text}`;
  const wide = new Uint8Array(marked.length * 2);
  for (const [index, letter] of [...marked].entries())
    new DataView(wide.buffer).setUint16(index * 2, letter.charCodeAt(0), true);
  for (const bytes of [new TextEncoder().encode(`\ufeff${text}`), wide]) {
    const read = await readSpoolFile(new File([bytes], 'x'));
    expect(read).toMatchObject({ events: 1, secrets: 1, damaged: 0, garbled: 0 });
    expect(JSON.stringify(read)).toContain('ü \ufffd');
  }
});

test('a file that ends within a character has lost its last line alone', () => {
  const bytes = new TextEncoder().encode(`${report([event])}\n${report([{ ...event, message: 'ü' }])}`);
  const cut = bytes.subarray(0, bytes.indexOf(0xc3) + 1);
  expect(spoolFile.readSpool(cut)).toMatchObject({ events: 1, damaged: 1, garbled: 0 });
});

test('secrets go first, an upload that was stopped goes on where it stopped, and a line that the server trips over is noted', async () => {
  const file = readSpool(`${report([event])}\n${secret}\n${report([{ ...event, seq: 2 }])}`);
  if (!file) throw new Error('it is one');
  const sent: string[] = [];
  const answer = { accepted: 1, duplicates: 0, rejected: [] };
  let [stops, trips] = [1, 1];
  const calls = {
    report: async () => {
      sent.push('report');
      if (stops-- > 0) throw new ApiProblem('rate_limited', 'Later.');
      if (trips-- > 0) throw new ApiProblem('internal_error', 'Ours.');
      return answer;
    },
    secret: async () => void sent.push('secret'),
  };
  let so: spoolFile.Uploaded | undefined;
  await expect(upload(file, calls, (now) => (so = now))).rejects.toThrow('Later.');
  expect([sent, so?.done]).toEqual([['secret', 'report'], 1]);
  expect(await upload(file, calls, () => {}, so)).toMatchObject({ done: 3, secrets: 1, events: 1, refused: [/Ours/] });
  expect(sent).toEqual(['secret', 'report', 'report', 'report']);
});

test('a line that is refused does not stop the rest; an API that cannot be reached does', async () => {
  const file = readSpool(`${report([event])}\n${secret}\n${report([{ ...event, seq: 2 }])}`);
  if (!file) throw new Error('it is one');
  const sent: string[] = [];
  const answer = { accepted: 1, duplicates: 0, rejected: [] };
  const calls = (code: string) => ({
    report: async () => {
      sent.push('report');
      return answer;
    },
    secret: async () => {
      throw new ApiProblem(code, 'No.');
    },
  });
  expect(await upload(file, calls('unknown_kid'), () => {})).toMatchObject({ done: 3, events: 2, refused: [/No\./] });
  await expect(upload(file, calls('unreachable'), () => {})).rejects.toThrow('No.');
  // Nothing of the second: its secret, which goes first, reached nobody.
  expect(sent).toHaveLength(2);
});
