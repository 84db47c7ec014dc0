// Deciding about deliveries, silences and expiries, by tables: no clock, no network.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../schema/notice.ts';
import { STALLED_AFTER_MS } from '../fleet/run-state.ts';
import { decideStalled, type RunningRun } from '../fleet/stalled.ts';
import { decideExpiring, TOLD_BEFORE_MS } from '../tokens/expiring.ts';
import { lineOf, payloadOf } from './payloads.ts';
import { backOffMs, isRefused, outcomeOf, REFUSED_TRIES, retryAfterMs, waitMs } from './retries.ts';
import { newSecret, signed } from './signatures.ts';

const [SECOND, HOUR, DAY] = [1000, 3_600_000, 24 * 3_600_000];

describe('the back-off', () => {
  it.each([
    [1, 30 * SECOND],
    [2, 60 * SECOND],
    [3, 120 * SECOND],
    [8, 64 * 60 * SECOND],
    [10, 256 * 60 * SECOND],
    [11, 6 * HOUR],
    [50, 6 * HOUR],
    [5000, 6 * HOUR],
  ])('after %i failures in a row is %i ms, doubling from 30 s and never more than 6 h', (failures, ms) => {
    expect(backOffMs(failures)).toBe(ms);
  });
});

describe('a receiver’s answer', () => {
  it.each([
    ...[200, 204, 299].map((status) => [status, true, null] as const),
    ...[300, 301, 307, 399].map((status) => [status, false, 'redirected'] as const),
    [410, false, 'gone'] as const,
    ...[400, 401, 403, 404, 405, 413, 422, 451, 499].map((status) => [status, false, 'turned_down'] as const),
    ...[408, 425, 429, 500, 502, 503, 504, 599].map((status) => [status, false, 'failed'] as const),
  ])('of %i counts as delivered: %s (%s), and more than that nobody is told', (status, delivered, fault) => {
    expect(outcomeOf(status)).toEqual({ delivered, fault });
  });
});

describe('a notice that its receiver answers', () => {
  it.each([
    ['turned_down', true] as const,
    ...(['failed', 'redirected', 'timed_out', 'unreachable', 'not_allowed', null] as const).map(
      (fault) => [fault, false] as const,
    ),
  ])(
    'with %s is given up after five tries: %s, because only a refusal for good is the notice’s own',
    (fault, refused) => {
      expect(isRefused(fault, REFUSED_TRIES)).toBe(refused);
      expect(isRefused(fault, REFUSED_TRIES - 1)).toBe(false);
      expect(isRefused(fault, 1000)).toBe(refused);
    },
  );
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    ['120', 120 * SECOND],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:02:00 GMT', 120 * SECOND],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['Thu Jan  1 00:02:00 2026', 120 * SECOND],
    ['999999999', DAY],
    ['Fri, 01 Jan 2027 00:00:00 GMT', DAY],
    // As Discord has sent it, and as it looks where two parties each added one.
    ['1.5', 1_500],
    ['0.001', 1],
    ['2814, 2', 2_814 * SECOND],
    // None of these is a date, though a browser would make one of each.
    ['-5', null],
    ['soon 5', null],
    ['', null],
    ['soon', null],
    [null, null],
  ])('%s is %s ms, a day at most, and nothing where it says nothing', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  it.each([
    [1, null, 30 * SECOND],
    [1, 2 * SECOND, 2 * SECOND],
    [1, 0, SECOND],
    [2, 2 * SECOND, 60 * SECOND],
    [2, HOUR, HOUR],
    [20, DAY, DAY],
  ])(
    'after %i failures, asked for %s ms, the next try comes after %i ms: never sooner than asked',
    (failures, asked, ms) => {
      expect(waitMs(failures, asked)).toBe(ms);
    },
  );
});

describe('the signature', () => {
  const sent = { notice: 'n-1', body: '{"a":1}' };
  it('of a webhook made before is HMAC-SHA256 over instant and body, so that neither can be exchanged', () => {
    const of = (text: string) => createHmac('sha256', 'key').update(text).digest('hex');
    expect(signed('totl', 'key', sent, 1234)).toEqual({
      'totl-notice': 'n-1',
      'totl-signature': `t=1234,v1=${of('1234.{"a":1}')}`,
    });
  });

  // The example of the specification, Standard Webhooks 1.0.
  it('of Standard Webhooks is that of its specification’s own example', () => {
    const example = { notice: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
    expect(signed('standard', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', example, 1_614_265_330_000)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('has a secret of 32 bytes of its own each time', () => {
    expect(Buffer.from(newSecret().replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
    expect(newSecret()).not.toBe(newSecret());
  });
});

describe('a notice in the form of its receiver', () => {
  const hostile = 'PC <!here> @everyone [x](https://evil) *b* \u{202e}gpj\nnext';
  const notice: Notice = {
    id: 'n-1',
    kind: 'run_failed',
    tenant: 't-1',
    at: 1,
    about: { machine: 'm-1', hostname: hostile, phase: 'bitlocker', further: 3 },
  };
  const text = JSON.stringify(notice);
  const portal = 'https://portal.example';

  it('is the JSON itself where nothing else is known of it', () => {
    expect(payloadOf('generic', text, portal)).toBe(text);
  });

  it('is one line for Slack, in which what a PC calls itself begins no mention and no link', () => {
    const { text: line } = JSON.parse(payloadOf('slack', text, portal));
    expect(line).toBe(
      'A run failed: PC &lt;!here&gt; @everyone [x](https://evil) *b* ⟨U+202E⟩gpj⟨U+000A⟩next, in phase bitlocker, and 3 more\n<https://portal.example/t/t-1/machines/m-1|Open in TotlProvision>',
    );
  });

  it('rings nobody’s bell in Discord, and has no markup but our own link', () => {
    const { content, allowed_mentions } = JSON.parse(payloadOf('discord', text, portal));
    expect(allowed_mentions).toEqual({ parse: [] });
    expect(content).toContain('\\<\\!here\\> \\@everyone \\[x\\]\\(https\\://evil\\) \\*b\\*');
    expect(content).toMatch(/\n\[Open in TotlProvision\]\(<https:\/\/portal\.example\/t\/t-1\/machines\/m-1>\)$/);
    expect(content.length).toBeLessThan(2000);
  });

  it('is an adaptive card for Teams, whose text knows no markup', () => {
    const { type, attachments } = JSON.parse(payloadOf('teams', text, portal));
    expect(type).toBe('message');
    expect(attachments).toMatchObject([
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: lineOf(notice) }] }],
          actions: [{ type: 'Action.OpenUrl', url: 'https://portal.example/t/t-1/machines/m-1' }],
        },
      },
    ]);
  });

  it.each([
    ['key_rotated', { kid: 'k' }, 'The escrow key was rotated', 'keys'],
    ['token_expiring', { token: 't', expiresAt: 0 }, 'A machine token is about to expire: on 1970-01-01', 'tokens'],
    [
      'storage_low',
      { limit: 'storage', used: 8, value: 10 },
      'The storage is nearly full: storage: 8 of 10',
      'settings',
    ],
    ['person_removed', { person: 'p' }, 'A person was removed', 'people'],
    ['recovery_used', { by: 'u' }, 'Somebody unlocked with the recovery sheets', 'recovery'],
    ['test', { by: 'u' }, 'Test notice', 'notices'],
  ] as const)('of %s says what a person has to know, and leads to where more is said', (kind, about, line, place) => {
    const { text: said } = JSON.parse(payloadOf('slack', JSON.stringify({ ...notice, kind, about }), portal));
    expect(said).toBe(`${line}\n<https://portal.example/t/t-1/${place}|Open in TotlProvision>`);
  });
});

describe('a silent run', () => {
  const now = 100 * DAY;
  type Of = 'this' | 'earlier' | null;
  const run = (silentMs: number, told: Of = null, marked: Of = told): RunningRun => {
    const heardAt = now - silentMs;
    const of = (which: Of) => (which === 'this' ? heardAt : which === 'earlier' ? heardAt - DAY : null);
    return { run: `${silentMs}`, machine: 'm', hostname: null, heardAt, toldOf: of(told), markedOf: of(marked) };
  };
  const [three, four] = [`${STALLED_AFTER_MS}`, `${4 * HOUR}`];
  it.each<[string, RunningRun[], string[], string[], number | null]>([
    ['nothing runs', [], [], [], null],
    ['it spoke just now', [run(0)], [], [], now + STALLED_AFTER_MS],
    ['it is quiet for less than three hours', [run(STALLED_AFTER_MS - 1)], [], [], now + 1],
    ['three hours are over', [run(STALLED_AFTER_MS)], [three], [three], null],
    ['it was told of and marked already', [run(STALLED_AFTER_MS, 'this')], [], [], null],
    ['it was told of and its row lost the mark', [run(STALLED_AFTER_MS, 'this', null)], [], [three], null],
    ['it was marked by another change of its row, and not told of', [run(4 * HOUR, null, 'this')], [four], [], null],
    ['it spoke since it was told of', [run(HOUR, 'earlier')], [], [], now + 2 * HOUR],
    ['it fell silent again', [run(4 * HOUR, 'earlier', null)], [four], [four], null],
    ['one is silent and two are not', [run(4 * HOUR), run(HOUR), run(2 * HOUR)], [four], [four], now + HOUR],
    ['the server’s own clock went back', [run(-HOUR)], [], [], now + HOUR + STALLED_AFTER_MS],
  ])('is found where %s', (_where, running, tell, mark, lookAgainAt) => {
    const decided = decideStalled(running, now);
    const names = (some: RunningRun[]) => some.map((one) => one.run);
    expect([names(decided.tell), names(decided.mark), decided.lookAgainAt]).toEqual([tell, mark, lookAgainAt]);
  });
});

describe('a token that expires', () => {
  const now = 100 * DAY;
  const [early, late] = TOLD_BEFORE_MS;
  const told = (beforeMs: number, expiresAt: number) => [{ token: 't', expiresAt, beforeMs }];
  it.each<[string, number, ReturnType<typeof told>, number[]]>([
    ['in a month is not told of', now + 30 * DAY, [], []],
    ['in two weeks is', now + early, [], [early]],
    ['in two weeks is told of once', now + early, told(early, now + early), []],
    ['in ten days, seen late, is told of', now + 10 * DAY, [], [early]],
    ['in two days is told of again', now + late, told(early, now + late), [late]],
    ['in two days, told of that, is not', now + late, told(late, now + late), []],
    ['in a day, never seen before, is told of once', now + DAY, [], [late]],
    ['already is not', now, [], []],
    ['later than it did, since its date was moved, is told of anew', now + early, told(early, now + 20 * DAY), [early]],
  ])('%s', (_when, expiresAt, known, warnings) => {
    expect(decideExpiring([{ id: 't', expiresAt }], known, now).map((one) => one.beforeMs)).toEqual(warnings);
  });
});
