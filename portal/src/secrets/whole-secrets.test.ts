// Text pasted into a secret's field is kept whole, or reported as not taken: a field that cuts or joins it makes
// another secret of it.
import type { LitElement } from 'lit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HandDialog, SecretGiven } from './hand-dialog.ts';
import './hand-dialog.ts';
import type { PassphraseField } from '../keyring/passphrase-field.ts';
import '../keyring/passphrase-field.ts';

afterEach(() => document.body.replaceChildren());

async function show<E extends LitElement>(name: string): Promise<E> {
  const element = document.createElement(name) as E;
  document.body.append(element);
  await element.updateComplete;
  return element;
}

/** As a person does, whose browser respects the field's maximum length. */
async function enter(element: LitElement, id: string, text: string): Promise<string> {
  const field = element.renderRoot.querySelector(`#${id}`) as HTMLInputElement;
  field.focus();
  field.select();
  document.execCommand('insertText', false, text);
  await element.updateComplete;
  return field.value;
}

async function paste(element: LitElement, id: string, text: string): Promise<boolean> {
  const field = element.renderRoot.querySelector(`#${id}`) as HTMLInputElement;
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  const taken = field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true, bubbles: true }));
  await element.updateComplete;
  return taken;
}

const alerts = (element: LitElement) =>
  [...element.renderRoot.querySelectorAll('[role=alert]')].map((one) => one.textContent?.trim());

describe('a passphrase', () => {
  it('that is longer than any is refused in words and not cut, because the whole of it would open nothing', async () => {
    const element = await show<PassphraseField>('passphrase-field');
    const long = 'correct horse battery staple '.repeat(10);
    for (const id of ['first', 'second']) expect(await enter(element, id, long)).toBe(long);
    expect(element.value).toBeNull();
    expect(element.renderRoot.querySelector('#strength')?.textContent).toContain(
      'At most 256 characters; these are 290.',
    );
  });
});

describe('a secret added by hand', () => {
  const given = (element: HandDialog): string[] => {
    const plaintexts: string[] = [];
    element.addEventListener('secret-given', (event) => plaintexts.push((event as SecretGiven).detail.plaintext));
    return plaintexts;
  };
  const submit = (element: HandDialog) => element.renderRoot.querySelector('form')?.requestSubmit();

  it('that is longer than a field takes is refused in words and not cut', async () => {
    const element = await show<HandDialog>('hand-dialog');
    const plaintexts = given(element);
    for (const id of ['first', 'second']) expect(await enter(element, id, 'x'.repeat(4_097))).toHaveLength(4_097);
    expect(alerts(element)).toEqual(['At most 4096 characters; these are 4097.']);
    submit(element);
    for (const id of ['first', 'second']) await enter(element, id, 'x'.repeat(4_096));
    expect(alerts(element)).toEqual([]);
    submit(element);
    expect(plaintexts.map((one) => one.length)).toEqual([4_096]);
  });

  it('of several lines is not taken, because a field joins them; a line end behind the last one is the copying’s own', async () => {
    const element = await show<HandDialog>('hand-dialog');
    expect(await paste(element, 'first', 'one line')).toBe(true);
    expect(await paste(element, 'first', 'one line\r\n')).toBe(true);
    expect(alerts(element)).toEqual([]);
    for (const text of ['the first line\nthe second\n', 'a\rb', 'a\r\n\r\n']) {
      expect(await paste(element, 'first', text)).toBe(false);
      expect(alerts(element)[0]).toContain('has several lines');
    }
    await enter(element, 'first', 'typed');
    expect(alerts(element)).toEqual([]);
  });

  it('that stands in its name too is not handed over, because a name is listed in clear: it says so at the field', async () => {
    const element = await show<HandDialog>('hand-dialog');
    const plaintexts = given(element);
    const account = element.renderRoot.querySelector('#account') as HTMLInputElement;
    account.value = 'local t0p-Secret';
    for (const id of ['first', 'second']) await enter(element, id, 't0p-Secret');
    submit(element);
    await element.updateComplete;
    expect([plaintexts, account.getAttribute('aria-invalid')]).toEqual([[], 'true']);
    expect(alerts(element).join()).toContain('has the secret in it');
    account.value = 'local';
    submit(element);
    expect(plaintexts).toEqual(['t0p-Secret']);
  });

  it('that is a recovery password is its digits, however the lines of what it was copied from were broken', async () => {
    const element = await show<HandDialog>('hand-dialog');
    const kind = element.renderRoot.querySelector('#kind') as HTMLSelectElement;
    kind.value = 'bitlocker_recovery_key';
    kind.dispatchEvent(new Event('change'));
    await element.updateComplete;
    expect(await paste(element, 'first', '111111-222222-333333-\r\n444444-555555-666666')).toBe(true);
  });
});
