import { LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { afterEach, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { until } from '../../../test/support/until.ts';
import { OneAct } from '../core/one-act.ts';
import { STAYS_MS, type ToastNote, toastOf } from './toast-note.ts';

@customElement('toast-host')
class Host extends LitElement {
  readonly act = new OneAct(this);
  override render() {
    return toastOf(this.act);
  }
}

/** What was done, and was asked to be undone so often. */
async function done(undo: () => Promise<string> = async () => 'Desk goes on.') {
  const host = new Host();
  document.body.append(host);
  let asked = 0;
  await host.act.do(async () => ({
    words: 'Desk is paused.',
    undo: () => {
      asked += 1;
      return undo();
    },
  }));
  await host.updateComplete;
  const toast = host.renderRoot.querySelector('toast-note') as ToastNote;
  await toast.updateComplete;
  const button = () => toast.renderRoot.querySelector('button');
  const words = () => toast.renderRoot.querySelector('[role=status]')?.textContent?.replaceAll(/\s+/g, ' ').trim();
  return { host, toast, button, words, asked: () => asked };
}

afterEach(() => document.body.replaceChildren());

it('speaks into a region that stood there empty, and is undone once however often its button is pressed', async () => {
  const { host, button, words, asked } = await done();
  expect(words()).toBe('Desk is paused. UndoZ');
  const pressed = button();
  pressed?.click();
  pressed?.click();
  await until(() => expect(words()).toBe('Desk goes on.'));
  expect([asked(), button(), host.act.busy]).toEqual([1, null, false]);
});

it('is undone by one key from anywhere on the page, and only while there is something to undo', async () => {
  const { words, asked } = await done();
  await userEvent.keyboard('z');
  await until(() => expect(words()).toBe('Desk goes on.'));
  await userEvent.keyboard('z');
  expect(asked()).toBe(1);
});

it('says that it was not undone, and why, and can be asked again', async () => {
  let works = false;
  const { host, button, words } = await done(async () => {
    if (!works) throw new Error('Ask an admin.');
    return 'Desk goes on.';
  });
  button()?.click();
  await until(() => expect(host.act.busy).toBe(false));
  expect((host.act.failure as Error).message).toBe('It was not undone. Ask an admin.');
  await until(() => expect(words()).toBe('Desk is paused. UndoZ'));
  works = true;
  button()?.click();
  await until(() => expect(words()).toBe('Desk goes on.'));
  expect(host.act.failure).toBe(null);
});

it('is gone with the next act: what came before it is no longer what was just done', async () => {
  const { host, toast, words } = await done();
  await host.act.do(async () => 'Something else.');
  await host.updateComplete;
  await toast.updateComplete;
  expect(words()).toBe('Something else.');
});

it('ends with the words of an act that cannot be undone, because they would outlive what they speak of', async () => {
  const { host, toast, words } = await done();
  toast.staysMs = 1;
  await host.act.do(async () => 'Added.');
  await until(() => expect([words(), host.act.said]).toEqual(['', '']));
});

it('stays while a pointer or the focus is at it, however long, and for ten seconds else', async () => {
  expect(STAYS_MS).toBeGreaterThanOrEqual(10_000);
  const [focused, hovered, alone] = [await done(), await done(), await done()];
  focused.button()?.focus();
  // Each lies over the one before it.
  Object.assign(hovered.toast.style, { top: '0', bottom: 'auto' });
  await userEvent.hover(hovered.button() as HTMLButtonElement);
  // Their time is over before that of the last.
  for (const { toast } of [focused, hovered, alone]) {
    toast.staysMs = 1;
    toast.passing = { words: 'Desk is paused.', undo: async () => '' };
    await toast.updateComplete;
  }
  await until(() => expect(alone.words()).toBe(''));
  expect([focused.words(), hovered.words()]).toEqual(['Desk is paused. UndoZ', 'Desk is paused. UndoZ']);
  focused.button()?.blur();
  await until(() => expect(focused.words()).toBe(''));
  await userEvent.unhover(hovered.button() as HTMLButtonElement);
  await until(() => expect(hovered.words()).toBe(''));
});
