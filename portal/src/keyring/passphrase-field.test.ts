import { afterEach, expect, it } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { PassphraseField } from './passphrase-field.ts';
import './passphrase-field.ts';

const OWN = 'orbit velvet canyon sample drift';

afterEach(() => document.body.replaceChildren());

it('shows in no green what will not do, however strong it is: somebody’s own passphrase as the team’s', async () => {
  const element = document.createElement('passphrase-field') as PassphraseField;
  element.other = OWN;
  document.body.append(element);
  await element.updateComplete;
  const field = element.renderRoot.querySelector('#first') as HTMLInputElement;
  const type = async (text: string) => {
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await element.updateComplete;
  };
  const bars = () => element.renderRoot.querySelectorAll('.meter .on').length;
  await type(`${OWN} again`);
  await until(() => expect(bars()).toBe(4));
  await type(OWN);
  await until(() =>
    expect(element.renderRoot.querySelector('.strength.wrong')?.textContent).toContain('your own passphrase'),
  );
  expect([bars(), field.getAttribute('aria-invalid')]).toEqual([0, 'true']);
});
