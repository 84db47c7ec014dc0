// A command never repeats a secret lent to it, least of all when it cannot read it.
import { afterEach, expect, it, vi } from 'vitest';
import { targetOf } from '../operate/as-operator.ts';
import { tokenIn } from './credentials.ts';

afterEach(() => vi.unstubAllEnvs());

const TOKEN = 'tok_canary';

it('takes a token alone, or the one of an engine.json', () => {
  expect(tokenIn(TOKEN)).toBe(TOKEN);
  expect(tokenIn(JSON.stringify({ apiOrigin: 'https://api.example.com', token: TOKEN }))).toBe(TOKEN);
});

it.each([`{"token": ${TOKEN}}`, `{"token": "${TOKEN}`, `{"token": ["${TOKEN}"]}`, `${TOKEN} ${TOKEN}`])(
  'says of %s that there is no token in it, and not what stands there',
  (text) => {
    expect(() => tokenIn(text)).toThrow(/^There is no machine token in it/);
  },
);

it('does not repeat an Access token that no header takes', async () => {
  vi.stubEnv('ACCESS_TOKEN', 'canary\ncanary');
  const asked = targetOf({ local: false, remote: true, api: 'https://a', portal: 'https://p', port: '1' });
  await expect(asked).rejects.toThrow(/^ACCESS_TOKEN is not a token: [^\n]*$/);
});
