import { afterEach, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../schema/default-settings.ts';
import type { EventsKept, EventsKeptGiven } from './events-kept.ts';
import './events-kept.ts';

afterEach(() => document.body.replaceChildren());

async function show(eventsKeptDays: number | null, editable = true) {
  const settings = { ...DEFAULT_SETTINGS, eventsKeptDays };
  const element = Object.assign(document.createElement('events-kept') as EventsKept, { settings, editable });
  const given: (number | null | undefined)[] = [];
  element.addEventListener('events-kept-given', (event) =>
    given.push((event as EventsKeptGiven).detail.eventsKeptDays),
  );
  document.body.append(element);
  await element.updateComplete;
  return { element, given };
}

const field = (element: EventsKept, selector: string) => element.renderRoot.querySelector<HTMLInputElement>(selector);
const dialog = (element: EventsKept) => element.renderRoot.querySelector('confirm-dialog');

async function choose(element: EventsKept, days: number | null): Promise<void> {
  const [limited, without] = element.renderRoot.querySelectorAll<HTMLInputElement>('input[type=radio]');
  (days === null ? without : limited)?.click();
  await element.updateComplete;
  const input = field(element, '#days');
  if (input && days !== null) {
    input.value = String(days);
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  element.renderRoot.querySelector('form')?.requestSubmit();
  await element.updateComplete;
}

it('asks once more before events go that would have stayed, and says what goes, what stays, and that there is no way back', async () => {
  const { element, given } = await show(400);
  await choose(element, 90);
  expect(given).toEqual([]);
  const asked = dialog(element);
  await asked?.updateComplete;
  const words = asked?.renderRoot.textContent?.replace(/\s+/g, ' ');
  expect(words).toContain('more than 90 days are removed, beginning now. This cannot be undone');
  expect(words).toContain('Runs, machines, secrets and the audit stay.');
  asked?.renderRoot.querySelector('form')?.requestSubmit();
  await element.updateComplete;
  expect([given, dialog(element)]).toEqual([[90], null]);
});

it('has nothing removed where its reader does not confirm', async () => {
  const { element, given } = await show(null);
  await choose(element, 3_000);
  dialog(element)?.renderRoot.querySelector('dialog')?.close();
  await expect.poll(() => dialog(element)).toBeNull();
  expect(given).toEqual([]);
});

it.each([
  [90, 400],
  [400, null],
])('asks nothing where they are kept for longer: %j days, then %j', async (before, after) => {
  const { element, given } = await show(before);
  await choose(element, after);
  expect([given, dialog(element)]).toEqual([[after], null]);
});

it('lets no number be given that the server refuses', async () => {
  const { element, given } = await show(400);
  await choose(element, 29);
  expect([given, dialog(element), field(element, '#days')?.validity.rangeUnderflow]).toEqual([[], null, true]);
});

it('keeps what is typed when the settings are read anew, and shows what somebody else has changed', async () => {
  const { element } = await show(400);
  const input = field(element, '#days');
  if (!input) throw new Error('there is a field for the days');
  input.value = '120';
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  element.settings = { ...DEFAULT_SETTINGS, eventsKeptDays: 300 };
  await element.updateComplete;
  expect(field(element, '#days')?.value).toBe('120');
  const { element: other } = await show(400);
  other.settings = { ...DEFAULT_SETTINGS, eventsKeptDays: null };
  await other.updateComplete;
  expect(field(other, '#days')).toBeNull();
});

it('shows whoever is no admin how it is, and changes nothing for them', async () => {
  const { element } = await show(400, false);
  expect(element.renderRoot.querySelector('fieldset')?.disabled).toBe(true);
  expect(element.renderRoot.querySelector('button')).toBeNull();
  expect(field(element, '#days')?.value).toBe('400');
});
