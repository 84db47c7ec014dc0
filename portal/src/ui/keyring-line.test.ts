import { expect, it } from 'vitest';
import type { FingerprintText } from './fingerprint-text.ts';
import type { KeyringLine } from './keyring-line.ts';
import './fingerprint-text.ts';
import './keyring-line.ts';

it('spells a fingerprint as it stands everywhere else, because two people compare the one with the other', async () => {
  const fingerprint = 'DYXHz8CDv0nHNzdQxC-tL396DuZBFcp96-QdYXHz8CD';
  const text = document.createElement('fingerprint-text') as FingerprintText;
  const line = document.createElement('keyring-line') as KeyringLine;
  text.fingerprint = line.fingerprint = fingerprint;
  document.body.append(text, line);
  await Promise.all([text.updateComplete, line.updateComplete]);
  const groups = (of: FingerprintText | KeyringLine) =>
    [...of.renderRoot.querySelectorAll('.group')].map((group) => group.textContent);
  expect(groups(text).slice(0, 3)).toEqual(['DYXH', 'z8CD', 'v0nH']);
  expect(groups(line)).toEqual(groups(text));
  // A selection copies the thumbprint as it is.
  expect(line.renderRoot.querySelector('dd')?.textContent).toBe(fingerprint);
  for (const one of [text, line]) one.remove();
});
