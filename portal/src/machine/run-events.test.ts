import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../schema/report.ts';
import type { EventList } from './event-list.ts';
import './event-list.ts';
import { ALL_EVENTS, cutAtMatches, filtered } from './event-filter.ts';

const event = (seq: number, part: Partial<StoredEvent> = {}): StoredEvent => ({
  seq,
  at: seq * 1000,
  receivedAt: seq * 1000,
  level: 'info',
  type: 'message',
  phase: 'apps',
  message: `line ${seq}`,
  data: null,
  ...part,
});
const many = (from: number, to: number): StoredEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index));

describe('the filter', () => {
  const events = [
    event(1, { level: 'debug', message: 'Removed Xbox' }),
    event(2, {
      level: 'error',
      phase: 'office',
      message: 'Ended',
      data: { exitCode: 1603, log: 'C:\\Temp\\Office.log' },
    }),
    event(3, { level: 'warning', message: 'retry (1618)' }),
  ];
  const seqs = (part: Partial<typeof ALL_EVENTS>) => filtered(events, { ...ALL_EVENTS, ...part }).map(({ seq }) => seq);

  it('takes a level as that and what is worse, a phase, and text of either case in message and data', () => {
    expect(seqs({ level: 'warning' })).toEqual([2, 3]);
    expect(seqs({ phase: 'office' })).toEqual([2]);
    expect(seqs({ text: ' xBOX ' })).toEqual([1]);
    expect(seqs({ text: '1603' })).toEqual([2]);
    expect(seqs({ text: 'temp\\office' })).toEqual([2]);
    expect(seqs({ text: '16', level: 'error' })).toEqual([2]);
  });

  it('marks what was searched for as text, never as an expression', () => {
    expect(cutAtMatches('retry (1618) (1618)', '(1618)')).toEqual([
      ['retry ', false],
      ['(1618)', true],
      [' ', false],
      ['(1618)', true],
    ]);
    expect(cutAtMatches('anything', '.*')).toEqual([['anything', false]]);
  });
});

describe('the list', () => {
  let list: EventList;
  const scroller = () => list.renderRoot.querySelector('ol') as HTMLOListElement;
  const atEnd = () => scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight < 2;
  const show = async (events: StoredEvent[]) => {
    list.events = events;
    await list.updateComplete;
  };
  const scrollTo = async (top: number) => {
    const scrolled = new Promise((done) => scroller().addEventListener('scroll', done, { once: true }));
    scroller().scrollTop = top;
    await scrolled;
    await list.updateComplete;
  };
  const topRow = () => {
    const top = scroller().getBoundingClientRect().top;
    const row = [...scroller().children].find((one) => one.getBoundingClientRect().bottom > top + 1);
    return [
      row?.querySelector('.message')?.textContent?.trim(),
      Math.round((row?.getBoundingClientRect().top ?? 0) - top),
    ];
  };

  beforeEach(async () => {
    list = document.createElement('event-list') as EventList;
    document.body.append(list);
    await show(many(1, 300));
  });
  afterEach(() => list.remove());

  it('follows the newest while its reader is there', async () => {
    expect(atEnd()).toBe(true);
    await show(many(1, 320));
    expect(atEnd()).toBe(true);
    expect(list.renderRoot.querySelector('.jump')).toBe(null);
  });

  it('never moves what is read: new ones are counted, and a button leads to them', async () => {
    await scrollTo(1_000);
    const before = topRow();
    await show(many(1, 303));
    expect(topRow()).toEqual(before);
    const jump = list.renderRoot.querySelector<HTMLButtonElement>('.jump');
    expect(jump?.innerText).toContain('3 new events');
    jump?.click();
    await list.updateComplete;
    expect(atEnd()).toBe(true);
    expect(list.renderRoot.querySelector('.jump')).toBe(null);
  });

  it('stays where its reader is when earlier events come in above', async () => {
    await show(many(200, 500));
    await scrollTo(900);
    const before = topRow();
    await show(many(1, 500));
    expect(topRow()).toEqual(before);
  });

  it('tells apart nothing yet, nothing like that, and a failure, which is never an empty list', async () => {
    const text = () => (list.renderRoot as unknown as { textContent: string }).textContent;
    await show([]);
    expect(text()).toContain('No events yet');
    list.failure = new Error('The API cannot be reached.');
    await list.updateComplete;
    expect(text()).not.toContain('No events yet');
    list.failure = null;
    await show(many(1, 3));
    const search = list.renderRoot.querySelector('input') as HTMLInputElement;
    search.value = 'line 2';
    search.dispatchEvent(new Event('input'));
    await list.updateComplete;
    expect(list.renderRoot.querySelectorAll('mark')).toHaveLength(1);
    search.value = 'no such line';
    search.dispatchEvent(new Event('input'));
    await list.updateComplete;
    expect(text()).toContain('No event is like that');
  });
});
