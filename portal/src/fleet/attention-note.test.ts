// Why a machine needs a look, in a browser: each reason with the word that somebody has, and which word is whose.
import { afterEach, expect, it } from 'vitest';
import type { Machine } from '../../../schema/machine.ts';
import type { AttentionNote, MarkWanted } from './attention-note.ts';
import './attention-note.ts';

afterEach(() => document.body.replaceChildren());

async function show(more: Partial<Machine>, person: Partial<AttentionNote> = {}): Promise<AttentionNote> {
  const element = document.createElement('attention-note') as AttentionNote;
  const attention = more.marks?.map(({ mark }) => mark) ?? [];
  const machine = { run: null, history: [], marks: [], split: null, clonedBy: null, toRotate: 0, ...more, attention };
  Object.assign(element, { machine, acting: true, splitting: true, now: 0, ...person });
  document.body.append(element);
  await element.updateComplete;
  return element;
}
const buttons = (element: AttentionNote) => [...element.renderRoot.querySelectorAll('button')];
const words = (element: AttentionNote) => buttons(element).map((one) => one.textContent?.trim());
const CLONED: Partial<Machine> = { clonedBy: 'turns', marks: [{ mark: 'cloned', of: '7' }] };

it('has a word for each mark but for what is to be rotated, which is said of each secret', async () => {
  const element = await show({
    marks: [
      { mark: 'run_failed', of: 'r/1' },
      { mark: 'to_be_rotated', of: '' },
      { mark: 'odd_hostname', of: '4711' },
    ],
  });
  expect(words(element)).toEqual(['Acknowledge', 'Acknowledge']);
  expect(buttons(element)[1]?.getAttribute('aria-label')).toBe(
    'Acknowledge: Its name is none that Windows lets a PC have',
  );
  const wanted = new Promise<Event>((done) => element.addEventListener('mark-seen', done));
  buttons(element)[1]?.click();
  expect(((await wanted) as MarkWanted).detail).toEqual({ mark: 'odd_hostname', of: '4711' });
});

it('asks whether it is one PC or several where several may have an id; that it is several is an admin’s to say', async () => {
  const element = await show(CLONED);
  expect(element.renderRoot.textContent).toContain('Two of its runs are heard by turns');
  expect(words(element)).toEqual(['They are several', 'It is one PC']);
  const wanted = new Promise<Event>((done) => element.addEventListener('split-wanted', done));
  buttons(element)[0]?.click();
  expect(((await wanted) as MarkWanted).detail).toEqual({ mark: 'cloned', of: '7' });
  expect(words(await show(CLONED, { splitting: false }))).toEqual(['It is one PC']);
  expect(words(await show(CLONED, { acting: false }))).toEqual([]);
});

it('says who has said that it is several, and how that ends', async () => {
  const element = await show({ split: { at: 0, by: 'admin@example.com', of: '7' } });
  expect(element.renderRoot.textContent).toContain('Several PCs have this ID');
  expect(words(element)).toEqual(['It is one PC']);
});

it('waits while an act of the page works', async () => {
  const element = await show(CLONED, { busy: true });
  expect(buttons(element).every(({ disabled }) => disabled)).toBe(true);
});
