import { expect, test } from 'vitest';
import type { StoredEvent } from '../../../schema/report.ts';
import { dayOf, exactTime } from '../ui/words.ts';
import type { EventList } from './event-list.ts';
import './event-list.ts';

const event = (seq: number, more: Partial<StoredEvent>): StoredEvent => ({
  seq,
  at: seq,
  receivedAt: seq,
  level: 'info',
  type: 'message',
  phase: null,
  message: `event ${seq}`,
  data: null,
  ...more,
});

test('an event that is not as it was sent says so, and what of it; lines of one message stay lines', async () => {
  const list = document.createElement('event-list') as EventList;
  list.events = [
    event(1, { message: 'line 1\nline 2' }),
    event(2, { mended: ['message', 'data'] }),
    event(3, { mended: ['lost'], level: 'warning', message: 'An event was lost' }),
  ];
  document.body.append(list);
  await list.updateComplete;
  const said = [...list.renderRoot.querySelectorAll('li')].map((line) => line.querySelector('.mended')?.textContent);
  expect(said).toEqual([undefined, 'Not as it was sent, but cleaned or cut: message, details', undefined]);
  expect(list.renderRoot.querySelector<HTMLElement>('.text')?.innerText).toBe('line 1\nline 2');
  list.remove();
});

test('an event of a wrong clock stands at its receipt, and says what the PC’s clock did', async () => {
  const list = document.createElement('event-list') as EventList;
  const [own, received] = [Date.UTC(2016, 0, 1), Date.UTC(2026, 5, 1)];
  list.events = [event(1, { at: own, receivedAt: received, takenAt: received })];
  document.body.append(list);
  await list.updateComplete;
  expect(list.renderRoot.querySelector('li time')?.getAttribute('datetime')).toBe(new Date(received).toISOString());
  expect(list.renderRoot.querySelector('li .mended')?.textContent).toBe(`By the PC’s clock: ${exactTime(own)}`);
  list.remove();
});

test('a run whose events were removed says so and when, in place of an empty list, and above what came since', async () => {
  const list = document.createElement('event-list') as EventList;
  const prunedAt = new Date(2027, 2, 3, 12).getTime();
  Object.assign(list, { prunedAt, from: 3_001, phases: [] });
  document.body.append(list);
  await list.updateComplete;
  const said = () => list.renderRoot.textContent?.replace(/\s+/g, ' ') ?? '';
  expect(said()).toContain(`The events of this run were removed on ${dayOf(prunedAt)}, as the tenant’s settings say.`);
  expect(said()).not.toContain('No events yet');
  expect(said()).not.toContain('Read earlier ones');
  list.events = [event(5_001, {})];
  await list.updateComplete;
  expect(said()).toContain(`Earlier events of this run were removed on ${dayOf(prunedAt)}`);
  expect(said()).toContain('event 5001');
  list.prunedAt = null;
  list.events = [];
  await list.updateComplete;
  expect(said()).toContain('No events yet.');
  list.remove();
});
