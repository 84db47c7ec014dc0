import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mendEvent } from './mend-event.ts';
import { mendEnvelope, mendReport } from './mend-report.ts';
import { EVENT_MAX_BYTES, ReportEnvelope, RunEvent } from './report.ts';

const NOW = 1_790_000_000_000;
const mended = (value: Record<string, unknown>): RunEvent => {
  const result = mendEvent({ seq: 1, at: NOW, message: 'm', ...value }, NOW + 5);
  if ('refused' in result) throw new Error(`refused: ${result.refused.field}`);
  return result.event;
};

/** Of the event as JSON in UTF-8. */
const bytesOf = (one: RunEvent): number => new TextEncoder().encode(JSON.stringify(one)).length;

describe('an event', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['Windows line ends', { message: 'line 1\r\nline 2\rline 3' }, { message: 'line 1\nline 2\nline 3' }],
    [
      'colours of a terminal',
      { message: '\u001b[1;31mred\u001b[0m \u001b]0;title\u0007end' },
      { message: 'red end', mended: ['message'] },
    ],
    ['NUL and its kin', { message: 'a\0b\u007fc' }, { message: 'a\ufffdb\ufffdc', mended: ['message'] }],
    ['a U+FFFD that the PC wrote', { message: 'a\ufffdb' }, { message: 'a\ufffdb' }],
    ['half a surrogate pair', { message: 'a\ud83d' }, { message: 'a\ufffd', mended: ['message'] }],
    ['no message', { message: '' }, { message: '(no message)', mended: ['message'] }],
    ['null for a message', { message: null }, { message: '(no message)', mended: ['message'] }],
    ['a number for a message', { message: 1603 }, { message: '1603', mended: ['message'] }],
    ['an object for a message', { message: { text: 'x' } }, { message: '{"text":"x"}', mended: ['message'] }],
    [
      'members that are null or empty',
      { level: null, type: '', phase: '', data: null },
      { level: 'info', type: 'message' },
    ],
    ['a level of another logger', { level: 'Warn' }, { level: 'warning' }],
    ['a level that nobody knows', { level: 'loud' }, { level: 'info', mended: ['level'] }],
    ['a phase as people write it', { phase: 'Büro-Apps 2' }, { phase: 'buro_apps_2', mended: ['phase'] }],
    ['a phase event without its phase', { type: 'phase_succeeded' }, { type: 'phase_succeeded', mended: ['phase'] }],
    ['a date as Windows PowerShell 5.1 writes it', { at: '/Date(1790000000123)/' }, { at: NOW + 123 }],
    [
      'one that it makes an object of',
      { at: { value: '/Date(1790000000123)/', DisplayHint: 2, DateTime: 'x' } },
      { at: NOW + 123 },
    ],
    [
      'a date of PowerShell 7',
      { at: '2026-09-21T14:13:20.1234567+00:00' },
      { at: Date.UTC(2026, 8, 21, 14, 13, 20, 123) },
    ],
    ['an instant with a fraction', { at: NOW + 0.5 }, { at: NOW }],
    ['an instant without a zone, which could be any', { at: '2026-09-21T14:13:20' }, { at: NOW + 5, mended: ['at'] }],
    ['no instant', { at: null }, { at: NOW + 5, mended: ['at'] }],
    ['nested data', { data: { a: { b: [1] } } }, { data: { a: '{"b":[1]}' }, mended: ['data'] }],
    ['numbers in a list', { data: { codes: [0, 3010] } }, { data: { codes: ['0', '3010'] }, mended: ['data'] }],
    ['a list that 5.1 wraps', { data: { a: { value: ['x'], Count: 1 } } }, { data: { a: ['x'] }, mended: ['data'] }],
    ['data that is a list', { data: ['x'] }, { data: { value: ['x'] }, mended: ['data'] }],
    [
      'controls in data',
      { data: { 'a\0': 'b\u001b[0m', '': 'c' } },
      { data: { 'a\ufffd': 'b', '(empty)': 'c' }, mended: ['data'] },
    ],
  ])('with %s is kept', (_what, value, kept) => {
    expect(mended(value)).toEqual({ seq: 1, at: NOW, level: 'info', type: 'message', message: 'm', ...kept });
  });

  it.each([
    [{ seq: undefined }, null, 'seq'],
    [{ seq: '2' }, null, 'seq'],
    [{ seq: 2.5 }, null, 'seq'],
    [{ seq: 0 }, null, 'seq'],
    [{ seq: 2 ** 53 }, null, 'seq'],
    [{ seq: 2, type: 'nonsense' }, 2, 'type'],
    [{ seq: 2, type: 7 }, 2, 'type'],
  ])('without an identity is refused: %o', (value, seq, field) => {
    expect(mendEvent({ at: NOW, message: 'm', ...value }, NOW)).toMatchObject({ refused: { seq, field } });
  });

  it('is cut to its limits, and ends so that people see it', () => {
    const { message, mended: names } = mended({ message: 'x'.repeat(4097) });
    expect([message.length, message.at(-1), names]).toEqual([4096, '…', ['message']]);
    expect(mended({ message: `${'x'.repeat(4094)}\u{1f511}yz` }).message).toBe(`${'x'.repeat(4094)}…`);
    const data = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, '\u4e00'.repeat(4000)]));
    const large = mended({ message: '\u4e00'.repeat(4096), data });
    expect(large.message).toHaveLength(4096);
    expect(large.mended).toEqual(['data']);
    expect(mended({ data: { list: Array.from({ length: 100 }, () => 'x') } }).data?.list).toHaveLength(64);
    expect(mended({ data: { a: 'x'.repeat(5000) } }).data?.a).toHaveLength(4096);
  });

  it('of a message alone is cut too where its characters are of four bytes, because an event has 16 KiB whatever it says', () => {
    const once = mended({ message: '\u{1f511}'.repeat(4096) });
    expect(bytesOf(once)).toBeLessThanOrEqual(EVENT_MAX_BYTES);
    expect(once.mended).toEqual(['message']);
    expect(mended(once)).toEqual(once);
    const fit = { seq: 1, at: NOW, level: 'info', type: 'message', message: '\u{1f511}'.repeat(4000) };
    expect(mended(fit)).toEqual(fit);
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('', '\r\n', '\0', '\u001b[', '\ud800'),
  );
  const anything = fc.oneof(
    fc.jsonValue() as fc.Arbitrary<unknown>,
    text,
    fc.constantFrom(undefined, '/Date(1)/', '2026-01-01'),
  );
  const odd = fc.record(
    { at: anything, level: anything, phase: anything, message: anything, data: anything, mended: anything },
    { requiredKeys: [] },
  );

  it('has a date as ISO 8601 has it, in its message and in its data, and one that is none as text', () => {
    const at = new Date(Date.UTC(2026, 10, 28, 2, 3, 4));
    const mended = mendEvent({ seq: 1, type: 'message', message: at, data: { at, none: new Date(Number.NaN) } }, NOW);
    expect(mended).toMatchObject({
      event: { message: '2026-11-28T02:03:04.000Z', data: { at: '2026-11-28T02:03:04.000Z', none: 'null' } },
    });
  });

  it('of any kind with a seq and a type is kept in the form of every other, within its size, and is not mended twice', () => {
    fc.assert(
      fc.property(odd, fc.constantFrom('message', 'reboot', 'run_failed'), (value, type) => {
        const once = mended({ ...value, type });
        expect(RunEvent.parse(once)).toEqual(once);
        expect(bytesOf(once)).toBeLessThanOrEqual(EVENT_MAX_BYTES);
        expect(mended(once)).toEqual(once);
        // As text, because that is what is sent and kept: JSON.stringify writes -0 as 0.
        expect(JSON.stringify(mended(JSON.parse(JSON.stringify(once))))).toBe(JSON.stringify(once));
      }),
    );
  });
});

describe('an envelope', () => {
  const machine = { id: crypto.randomUUID(), hostname: 'PC-1' };
  const run = { id: crypto.randomUUID(), startedAt: 1, phases: ['apps'] };
  const parsed = (value: unknown) => ReportEnvelope.parse(mendEnvelope(value, NOW));

  it('that is fit comes out as it went in, with members that a later engine sends', () => {
    const value = { machine, run, sentAt: 7 };
    expect(mendEnvelope(value, NOW)).toBe(value);
    expect(mendEnvelope({ ...value, machine: { ...machine, serial: '' } }, NOW)).toMatchObject({ sentAt: 7 });
  });

  it.each(['serial', 'manufacturer', 'model', 'osVersion', 'client', 'hostname'])(
    'takes a %s that is null or empty for absent',
    (name) => {
      for (const nothing of [null, '', {}, []])
        expect(parsed({ machine: { ...machine, [name]: nothing }, run }).machine).toEqual({
          ...machine,
          [name]: undefined,
        });
    },
  );

  it('reads what is told oddly: numbers, dates, one phase by itself, phases as people write them, none at all', () => {
    const told = { ...run, startedAt: '/Date(5)/', engineVersion: 2.3, phases: 'Local Admin' };
    expect(parsed({ machine: { ...machine, serial: 12345, model: 'x\r\n\0' }, run: told })).toEqual({
      machine: { ...machine, serial: '12345', model: 'x\n\ufffd' },
      run: { ...run, startedAt: 5, engineVersion: '2.3', phases: ['local_admin'] },
    });
    expect(parsed({ machine, run: { ...run, phases: null, startedAt: null } }).run).toMatchObject({
      phases: [],
      startedAt: NOW,
    });
    expect(parsed({ machine, run: { ...run, phases: ['apps', 'Apps', '日本'] } }).run.phases).toEqual(['apps']);
    expect(mendReport({ machine, run, events: { seq: 1 } }, NOW)).toMatchObject({ events: [{ seq: 1 }] });
  });

  it('keeps what a PC says of its volumes, with ids as Windows writes them; a volume that cannot be read whole is left out', () => {
    const id = '1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d';
    const asWindows = `{${id.toUpperCase()}}`;
    const list = [
      { volume: 'C:', protectors: [asWindows, id] },
      { volume: 'D:', protectors: asWindows },
      { volume: 'E:', protectors: [id, 'TPM'] },
      { volume: 'F:', protectors: null },
      { volume: 'G:' },
      { volume: 'H:', protectors: [] },
      null,
    ];
    const kept = [
      { volume: 'C:', protectors: [id, id] },
      { volume: 'D:', protectors: [id] },
      { volume: 'H:', protectors: [] },
    ];
    expect(parsed({ machine, run, sentAt: '/Date(9)/', volumes: { readAt: '/Date(8)/', list } })).toMatchObject({
      sentAt: 9,
      volumes: { readAt: 8, list: kept },
    });
    expect(parsed({ machine, run, volumes: { readAt: 8, list: list[1] } }).volumes?.list).toEqual([kept[1]]);
    for (const unread of [{ list }, { readAt: 'soon', list }, 'C:', { readAt: 8, list: Array(33).fill(kept[0]) }])
      expect(parsed({ machine, run, volumes: unread }).volumes).toBeUndefined();
  });

  it('without an identity is left for the schema to refuse', () => {
    for (const value of [null, 7, [], {}, { machine, run: null }, { machine: { ...machine, id: 'x' }, run }])
      expect(ReportEnvelope.safeParse(mendEnvelope(value, NOW)).success).toBe(false);
  });
});
