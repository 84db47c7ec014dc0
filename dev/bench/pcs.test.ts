// What the bench fires is what engines send: the product's own schemas take it as it is.
import { expect, it } from 'vitest';
import { ReportAsSent } from '../../schema/report.ts';
import { EscrowRequest } from '../../schema/secret.ts';
import { PC_EVENTS, PC_REPORTS, PC_SECRETS } from './design.ts';
import { REPORTS_A_RUN, reportLanes, reportsOf, secretLanes, secretsOf } from './pcs.ts';

const SAMPLE = `${Buffer.from('{"alg":"RSA-OAEP-256"}').toString('base64url')}.a.b.c.d`;
const tokens = ['tok_one', 'tok_two'];
const json = (body: Uint8Array) => JSON.parse(new TextDecoder().decode(body));

it('sends a PC’s forty events in twelve reports, in order, and each fits the schema', () => {
  const reports = reportsOf(PC_REPORTS);
  for (const report of reports) ReportAsSent.parse(JSON.parse(JSON.stringify(report)));
  const events = reports.flatMap((report) => report.events);
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: PC_EVENTS }, (_, index) => index + 1));
  expect([reports.length, events.length, events[0]?.type, events.at(-1)?.type]).toEqual([
    12,
    40,
    'run_started',
    'run_succeeded',
  ]);
});

it('sends a run longer than any story too, and one shorter', () => {
  for (const size of [1, 500]) {
    const reports = reportsOf(Array.from({ length: 12 }, () => size));
    for (const report of reports) ReportAsSent.parse(JSON.parse(JSON.stringify(report)));
    expect(reports.at(-1)?.events.at(-1)).toMatchObject({ seq: 12 * size, type: 'run_succeeded' });
  }
});

it('gives each connection PCs of its own with its own token, because a report waits for the one before it', () => {
  const lanes = reportLanes(tokens, 1, REPORTS_A_RUN + 1);
  const machines = lanes.map((lane) => [...new Set(lane.map(({ body }) => json(body).machine.id))]);
  expect(new Set(machines.flat()).size).toBe(4);
  expect(lanes.map((lane) => [lane.length, lane[0]?.headers.authorization])).toEqual([
    [13, 'Bearer tok_one'],
    [13, 'Bearer tok_two'],
  ]);
});

it('hands over two secrets of a PC whose header says what the body says', () => {
  const secrets = secretsOf(SAMPLE, crypto.randomUUID(), crypto.randomUUID());
  expect(secrets).toHaveLength(PC_SECRETS);
  for (const secret of secrets) {
    const { sealed, format, ...bound } = EscrowRequest.parse(secret);
    expect(format).toBe('jwe');
    const [head = ''] = sealed.split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject(bound);
  }
});

it('has every PC report before its secrets come', () => {
  const { before, lanes } = secretLanes(tokens, SAMPLE, 4);
  const bodies = (of: typeof lanes) => of.flat().map(({ body }) => json(body));
  const reported = new Set(bodies(before).map(({ machine }) => machine.id));
  expect(new Set(bodies(lanes).map(({ machine }) => machine))).toEqual(reported);
  expect(reported.size).toBe(4);
});
