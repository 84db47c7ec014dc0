import { html } from 'lit';
import { afterEach, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { ConfirmDialog, type Confirmed } from './confirm-dialog.ts';
import type { ProblemNote } from './problem-note.ts';

/** What it has fired, in order. */
const heard: string[] = [];

async function open(props: Partial<ConfirmDialog> = {}): Promise<ConfirmDialog> {
  heard.length = 0;
  const element = Object.assign(new ConfirmDialog(), {
    heading: 'Suspend Acme?',
    action: 'Suspend',
    words: html`<label for="reason">Why?</label><input id="reason" name="reason" required autofocus />`,
    ...props,
  });
  element.addEventListener('closed', () => heard.push('closed'));
  element.addEventListener('confirmed', (event) => heard.push(`${(event as Confirmed).detail.get('reason')}`));
  document.body.append(element);
  await element.updateComplete;
  return element;
}

const inside = <T extends HTMLElement>(element: ConfirmDialog, selector: string): T => {
  const found = element.renderRoot.querySelector<T>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};
const reason = (element: ConfirmDialog) => inside<HTMLInputElement>(element, '#reason');
const press = (element: ConfirmDialog, which: string) => inside<HTMLButtonElement>(element, which).click();

afterEach(() => document.body.replaceChildren());

it('asks what its caller asks, and gives the field the focus', async () => {
  const element = await open();
  expect(inside(element, 'h1').textContent).toBe('Suspend Acme?');
  expect(inside(element, '.primary').textContent).toBe('Suspend');
  expect(element.shadowRoot?.activeElement).toBe(reason(element));
});

it('says what was typed, and stays: its caller takes it away when the act has begun, or is done', async () => {
  const element = await open();
  reason(element).value = 'unpaid';
  press(element, '.primary');
  expect(heard).toEqual(['unpaid']);
  expect(inside<HTMLDialogElement>(element, 'dialog').open).toBe(true);
});

it('confirms nothing that is not said, and nothing while an act works, however it is sent', async () => {
  const silent = await open();
  press(silent, '.primary');
  expect(heard).toEqual([]);
  silent.remove();
  const busy = await open({ busy: true });
  reason(busy).value = 'unpaid';
  press(busy, '.primary');
  inside<HTMLFormElement>(busy, 'form').requestSubmit();
  expect(heard).toEqual([]);
});

it('is closed once by Cancel, and confirms nothing then', async () => {
  const element = await open();
  reason(element).value = 'unpaid';
  press(element, 'button[type=button]');
  await until(() => expect(heard).toEqual(['closed']));
});

it('says why it was not done, where it stays open', async () => {
  const element = await open({ failure: new Error('Not for whoever has revealed it.') });
  const note = inside<ProblemNote>(element, 'problem-note');
  await note.updateComplete;
  expect(note.renderRoot.querySelector('[role=alert]')?.textContent?.trim()).toBe('Not for whoever has revealed it.');
});
