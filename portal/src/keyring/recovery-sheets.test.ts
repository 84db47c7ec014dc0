import { afterEach, expect, it } from 'vitest';
import { formatRecoveryCode } from '../../vault/recovery-code.ts';
import { CLIPBOARD_CHANGED, CLIPBOARD_WORDS } from '../core/brief-clipboard.ts';
import type { RecoverySheets } from './recovery-sheets.ts';
import './recovery-sheets.ts';

const code = (index: number): string =>
  formatRecoveryCode({ setId: '0a0b0c0d', threshold: 2, index, secret: new Uint8Array(16).fill(index) });

async function open(count: number) {
  const element = document.createElement('recovery-sheets') as RecoverySheets;
  const codes = Array.from({ length: count }, (_, place) => code(place + 1));
  element.sheets = { setId: '0a0b0c0d', codes, threshold: 1, fingerprint: 'f'.repeat(43) };
  let typedBack = 0;
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  element.addEventListener('typed-back', () => {
    typedBack += 1;
    resolve();
  });
  document.body.append(element);
  await element.updateComplete;
  const root = element.renderRoot as ShadowRoot;
  const field = () => root.querySelector<HTMLInputElement>('#code');
  const type = (text: string) => {
    const input = field();
    if (input) input.value = text;
  };
  const form = root.querySelector('form') as HTMLFormElement;
  /** Presses several times in one turn, before anything is drawn. Enter in the field comes here too. */
  const press = (times = 1) => {
    for (let time = 0; time < times; time += 1)
      form.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
  };
  const text = (selector: string) => root.querySelector(selector)?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';
  /** Waits until the page says so; the vault may first have to start. */
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((done) => {
      const look = () => {
        if (!holds()) return;
        drawn.disconnect();
        done();
      };
      const drawn = new MutationObserver(look);
      drawn.observe(root, { childList: true, subtree: true, attributes: true, characterData: true });
      look();
    });
  const compared = async (): Promise<void> => {
    // The effect of the press is drawn first.
    await element.updateComplete;
    await until(() => form.querySelector<HTMLButtonElement>('.primary')?.disabled === false);
  };
  return {
    element,
    root,
    field,
    type,
    press,
    compared,
    kept: () => root.querySelectorAll('.kept').length,
    label: () => text('label'),
    alert: () => text('[role=alert]'),
    typedBack: () => typedBack,
    sent,
  };
}

afterEach(() => document.body.replaceChildren());

it('counts one sheet as typed back however often it is pressed while its code is compared', async () => {
  const { type, press, compared, kept, label } = await open(3);
  type(code(1));
  press(2);
  type(code(2));
  press(2);
  await compared();
  expect([kept(), label()]).toEqual([1, 'Type the code of sheet 2 of 3 back, from where you kept it']);
});

it('takes a code at once and keeps what is typed while it is compared: that is the next sheet’s', async () => {
  const { element, field, type, press, compared, kept, label } = await open(3);
  const before = field();
  before?.focus();
  type(code(1));
  press();
  expect(field()?.value).toBe('');
  await element.updateComplete;
  expect(label()).toBe('Type the code of sheet 2 of 3 back, from where you kept it');
  type('half of the sec');
  await compared();
  expect([kept(), field()?.value]).toEqual([1, 'half of the sec']);
  expect(element.shadowRoot?.activeElement).toBe(before);
});

it('says which sheet’s code was wrong, and puts it back to be mended', async () => {
  const { field, type, press, compared, kept, alert, label } = await open(2);
  type(code(2));
  press();
  await compared();
  expect(alert()).toBe('That is not the code of sheet 1 of 2. Check it group by group.');
  expect([kept(), field()?.value]).toEqual([0, code(2)]);
  expect(label()).toBe('Type the code of sheet 1 of 2 back, from where you kept it');
});

it('puts a wrong code back over nothing that was typed since', async () => {
  const { field, type, press, compared, alert } = await open(2);
  type('ABCD');
  press();
  type('the next one');
  await compared();
  expect(alert()).toContain('sheet 1 of 2');
  expect(field()?.value).toBe('the next one');
});

it('sends the last sheet once, and lets nothing be typed into it that would be lost', async () => {
  const { element, field, type, press, typedBack, sent } = await open(1);
  type(code(1));
  press(3);
  await element.updateComplete;
  expect([field()?.readOnly, field()?.value]).toEqual([true, code(1)]);
  await sent;
  element.busy = true;
  press(2);
  await element.updateComplete;
  expect(typedBack()).toBe(1);
});

it('says what becomes of the clipboard once a sheet is copied, because what is in it opens everything', async () => {
  const { element, root } = await open(1);
  root.querySelector<HTMLButtonElement>('[aria-label="Copy recovery sheet"]')?.click();
  const said = () => root.querySelector('.clipboard')?.textContent ?? '';
  while (said() === '') await new Promise(requestAnimationFrame);
  expect(Object.values(CLIPBOARD_WORDS)).toContain(said());
  window.dispatchEvent(new CustomEvent(CLIPBOARD_CHANGED, { detail: 'emptied' }));
  await element.updateComplete;
  expect(said()).toBe(CLIPBOARD_WORDS.emptied);
});

it('takes the whole sheet as it is copied, whose lines a field joins, and says at the field where it is another', async () => {
  const { element, field, type, press, compared, alert, typedBack, sent } = await open(1);
  const sheet = (at: number) => `TotlProvision recovery sheetTenant: AcmeMade: 20:35 PMCode: ${code(at)}`;
  type(sheet(2));
  press();
  await compared();
  expect(alert()).toContain('That is not this code');
  expect([field()?.getAttribute('aria-invalid'), element.shadowRoot?.activeElement]).toEqual(['true', field()]);
  type(sheet(1));
  press();
  await sent;
  expect(typedBack()).toBe(1);
});

it('says of the first sheet that it replaces nothing, since there is none to destroy', async () => {
  const { element, root } = await open(1);
  const replaces = async () => {
    await element.updateComplete;
    const paper = root.querySelector('recovery-paper');
    await paper?.updateComplete;
    return paper?.renderRoot.textContent?.includes('Every earlier sheet. Destroy those.');
  };
  expect(await replaces()).toBe(false);
  element.renews = true;
  expect(await replaces()).toBe(true);
});
