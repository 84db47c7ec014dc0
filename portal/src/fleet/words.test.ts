import { expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import type { FleetCounts, Hour } from '../../../schema/machine.ts';
import { clockWords } from '../machine/clock-words.ts';
import { exactTime } from '../ui/words.ts';
import { everyMachine, fleetCsv } from './csv.ts';
import { machine, pageOf, started } from './fixtures.ts';
import { lastHours, runsPerDay, withReadAgain } from './runs-per-day.ts';
import { isFiltered, questionOfUrl, urlOfQuestion } from './url.ts';
import { attentionWords, newsBetween, statusWords } from './words.ts';

const HOUR = 3_600_000;
const QUARTER = HOUR / 4;
/** Has the browser be in a time zone; '': in its own. */
const inZone = (timezoneId: string) =>
  (cdp() as unknown as { send: (what: string, how: object) => Promise<unknown> }).send(
    'Emulation.setTimezoneOverride',
    { timezoneId },
  );
const NOW = new Date(2026, 2, 18, 15, 30).getTime();

test('a filter comes back from its URL as it went in, and nonsense in a URL is no filter', () => {
  const asked = '?q=hdn&status=stalled&client=Fenwick+%26+Shaw&attention=yes&toRotate=yes&shelf=archived&sort=hostname';
  expect(urlOfQuestion(questionOfUrl(asked))).toBe(asked);
  expect(questionOfUrl('?status=odd&shelf=merged&sort=size&attention=no')).toEqual({
    sort: 'attention',
    shelf: 'fleet',
    q: '',
  });
  expect(urlOfQuestion(questionOfUrl(''))).toBe('');
  expect([isFiltered(questionOfUrl('?sort=hostname')), isFiltered(questionOfUrl('?client=A'))]).toEqual([false, true]);
});

test('a silent run is called stalled, and each reason is said in words, the failed phase by its name', () => {
  const silent = { ...started('a', 1), silentSince: NOW - 5.5 * HOUR, attention: ['stalled' as const] };
  expect(statusWords(silent)[0]).toBe('Stalled');
  expect(attentionWords(silent, NOW)).toEqual(['Silent 5 h 30 min']);
  const failed = {
    ...started('b', 1, { status: 'failed', phase: 'rmm' }),
    toRotate: 2,
    attention: ['run_failed' as const],
  };
  expect(attentionWords(failed, NOW)).toEqual(['Failed in RMM agent', '2 to rotate']);
  const said = { ...failed, run: { ...failed.run, error: 'Exit code 1603\u202e' } } as typeof failed;
  expect(attentionWords(said, NOW)[0]).toBe('Exit code 1603⟨U+202E⟩');
});

test('news are said of what grew, and of nothing else', () => {
  const counts = (succeeded: number, failed: number): FleetCounts => ({
    machines: 5,
    runs: { running: 1, succeeded, failed, abandoned: 0 },
    attention: failed,
    stalled: 0,
    archived: 0,
    aside: 0,
    toRotate: 0,
    rotating: 0,
    secrets: 9,
  });
  expect(newsBetween(counts(1, 0), counts(3, 1))).toBe('PCs: 2 succeeded, 1 failed, 1 more in need of attention.');
  expect(newsBetween(counts(3, 1), counts(3, 0))).toBe('');
});

test('hours are added up to days of the reader’s calendar, with empty days in their place', () => {
  const hour = (at: number, begun: number, succeeded: number, failed: number): Hour => ({
    at,
    started: begun,
    succeeded,
    failed,
  });
  const midnight = new Date(2026, 2, 18).getTime();
  const hours = [hour(midnight - 48 * HOUR, 9, 1, 1), hour(midnight - HOUR, 4, 1, 1), hour(midnight, 1, 2, 0)];
  expect(runsPerDay(hours, 3, NOW).map(({ succeeded, failed, other }) => [succeeded, failed, other])).toEqual([
    [1, 1, 7],
    [1, 1, 2],
    [2, 0, 0],
  ]);
  expect(runsPerDay(hours, 30, NOW)).toHaveLength(30);
  expect(lastHours(hours, 24, NOW)).toEqual({ started: 5, succeeded: 3, failed: 1 });
});

test('a day that is read again stands in place of what was known of it, and none that came to nothing takes anything away', () => {
  const at = (hour: number, begun = 1): Hour => ({ at: hour, started: begun, succeeded: 0, failed: 0 });
  expect(withReadAgain([at(1), at(2), at(3)], [at(2, 5), at(4)])).toEqual([at(1), at(2, 5), at(4)]);
  expect(withReadAgain([at(1), at(2)], [at(3)])).toEqual([at(1), at(2), at(3)]);
  expect(withReadAgain([at(1)], [])).toEqual([at(1)]);
});

test.each([
  ['Asia/Kolkata', Date.UTC(2026, 2, 17, 18, 30)],
  ['Asia/Kathmandu', Date.UTC(2026, 2, 17, 18, 15)],
  ['America/St_Johns', Date.UTC(2026, 2, 18, 2, 30)],
])('in %s, where days begin within an hour, each run counts on its own day', async (timezoneId, midnight) => {
  await inZone(timezoneId);
  try {
    const quarter = (at: number): Hour => ({ at, started: 1, succeeded: 1, failed: 0 });
    const days = runsPerDay([quarter(midnight - QUARTER), quarter(midnight)], 2, midnight + HOUR);
    expect(days.map(({ at, succeeded }) => [at, succeeded])).toEqual([
      [midnight - 24 * HOUR, 1],
      [midnight, 1],
    ]);
  } finally {
    await inZone('');
  }
});

test('a clock that was wrong is told with both instants, and by how much where that is known', () => {
  const startedAt = NOW;
  const own = NOW - 3650 * 24 * HOUR;
  const words = (skewMs: number | null, said = own) => clockWords({ startedAt, clock: { startedAt: said, skewMs } });
  expect(words(NOW - own)).toBe(
    'The PC’s clock was 10 years behind. Where it was, the times here are those at which the reports came in. ' +
      `By its own clock the run began ${exactTime(own)}.`,
  );
  expect(words(-9 * HOUR)).toContain('was 9 h ahead.');
  expect(words(5 * 24 * HOUR, startedAt)).toBe(
    'The PC’s clock was 5 days behind. Where it was, the times here are those at which the reports came in.',
  );
  expect(words(null)).toContain('The PC’s clock was wrong.');
  expect([clockWords({ startedAt, clock: null }), clockWords({ startedAt })]).toEqual([null, null]);
});

test('the CSV is written by the one writer, which disarms formulas, and says instants in UTC', () => {
  const odd = machine('m-1', {
    hostname: '=HYPERLINK("x")',
    client: 'Fenwick, "Shaw"',
    lastEventAt: Date.UTC(2026, 0, 2),
  });
  const [head, line, end] = fleetCsv([odd], NOW).split('\r\n');
  expect(head).toMatch(/^\ufeff"machine","hostname","client","serial",/);
  expect(line).toContain(`"m-1","'=HYPERLINK(""x"")","Fenwick, ""Shaw""","S-m-1"`);
  expect(line).toContain('2026-01-02T00:00:00.000Z');
  expect(end).toBe('');
});

test('nothing in a name steers the line of a file that it stands in', () => {
  const steering = { ...machine('m-2'), hostname: 'RECEPTION-\u202e10-CP', client: 'a\u2028b', model: 'x\u0000y' };
  const [, line = ''] = fleetCsv([steering], NOW).split('\r\n');
  expect(line).toContain('"RECEPTION-⟨U+202E⟩10-CP","a⟨U+2028⟩b"');
  expect(/[\p{Cc}\p{Cf}\u2028]/u.test(line)).toBe(false);
});

test('all pages go into one file, each machine once; a stopped one gives nothing rather than a part', async () => {
  const pages: Record<string, ReturnType<typeof pageOf>> = {
    first: pageOf([machine('a')], 'x'),
    x: pageOf([], 'y'),
    y: pageOf([machine('a'), machine('b')]),
  };
  const page = async (after: string | null) => pages[after ?? 'first'] ?? pageOf([]);
  const counts: number[] = [];
  const all = await everyMachine(page, (count) => counts.push(count), new AbortController().signal);
  expect(all?.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(counts).toEqual([1, 1, 2]);
  const stop = new AbortController();
  expect(await everyMachine(page, () => stop.abort(), stop.signal)).toBe(null);
});
