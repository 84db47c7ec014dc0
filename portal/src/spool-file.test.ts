import { expect, test } from 'vitest';
import { ApiProblem } from './api/http.ts';
import { readSpool, readSpoolFile, upload } from './spool-file.ts';

const machine = crypto.randomUUID();
const run = crypto.randomUUID();
const report = (events: unknown[]) =>
  JSON.stringify({
    report: { machine: { id: machine, hostname: 'PC-1' }, run: { id: run, startedAt: 1, phases: ['apps'] }, events },
  });
const secret = JSON.stringify({
  secret: {
    ...{ machine, run, kind: 'other', eid: crypto.randomUUID(), ref: { label: 'x' }, sealed: 'a.b.c.d.e' },
  },
});
const event = { seq: 1, at: 1, message: 'm' };

test('a spool file is told by its machine, its runs, events and secrets', () => {
  expect(readSpool(`${report([event, { ...event, seq: 2 }])}\n${secret}\n`)).toMatchObject({
    ...{ machines: [{ id: machine, hostname: 'PC-1' }], runs: 1, events: 2, secrets: 1, damaged: 0 },
  });
});

test('a line that was cut off costs itself alone, because a stick may be pulled while it is written', () => {
  expect(readSpool(`${report([event])}\n${secret.slice(0, 40)}`)).toMatchObject({ events: 1, secrets: 0, damaged: 1 });
});

test('any other file is none, in words', async () => {
  for (const text of ['', 'hello', '{}', '[1]', '{"secret":{"plaintext":"x"}}', '\u0000\u0001'])
    expect(await readSpoolFile(new File([text], 'x'))).toMatch(/not a spool file/);
});

test('a line that is refused does not stop the rest; an API that cannot be reached does', async () => {
  const file = readSpool(`${report([event])}\n${secret}\n${report([{ ...event, seq: 2 }])}`);
  if (!file) throw new Error('it is one');
  const sent: string[] = [];
  const answer = { accepted: 1, duplicates: 0, rejected: [] };
  const hands = (code: string) => ({
    report: async () => {
      sent.push('report');
      return answer;
    },
    secret: async () => {
      throw new ApiProblem(code, 'No.');
    },
  });
  expect(await upload(file, hands('unknown_kid'), () => {})).toMatchObject({ done: 3, events: 2, refused: [/No\./] });
  await expect(upload(file, hands('unreachable'), () => {})).rejects.toThrow('No.');
  expect(sent).toHaveLength(3);
});
