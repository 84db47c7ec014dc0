import { expect, it } from 'vitest';
import { tryEach } from './trying.ts';

const proof = { unlocker: 'own', secret: 'horse', orOf: ['team', 'other'] };
/** What an unlocker answers, and which were tried. */
const asked = (answers: Record<string, string>, tried: string[]) => async (one: { unlocker: string }) => {
  tried.push(one.unlocker);
  const code = answers[one.unlocker] ?? '';
  return code === '' ? { ok: true } : { ok: false, code };
};
const { signal } = new AbortController();

it('tries a passphrase against each unlocker that it may be of, until one opens', async () => {
  const tried: string[] = [];
  const done = await tryEach(proof, asked({ own: 'wrong_passphrase' }, tried), signal);
  expect(done).toEqual({ result: { ok: true }, proof: { unlocker: 'team', secret: 'horse' } });
  expect(tried).toEqual(['own', 'team']);
});

it('stops at what is not a wrong passphrase: a keyring that is not trusted is not tried again and again', async () => {
  const tried: string[] = [];
  const done = await tryEach(proof, asked({ own: 'keyring_untrusted' }, tried), signal);
  expect(done.result).toEqual({ ok: false, code: 'keyring_untrusted' });
  expect(tried).toEqual(['own']);
});

it('tries nothing more for a person who has cancelled', async () => {
  const tried: string[] = [];
  await tryEach(proof, asked({ own: 'wrong_passphrase' }, tried), AbortSignal.abort());
  expect(tried).toEqual(['own']);
});
