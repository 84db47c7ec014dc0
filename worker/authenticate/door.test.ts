// The door with the platform's own rate limits, in front of the whole Worker.
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { bindings, request, seedReadyTenant, seedTenant } from '../../test/workerd-fixtures.ts';
import worker from '../index.ts';
import { addressKey } from './door.ts';

const PATH = '/v1/tenant/pubkey';
/** Each test has an address of its own: the platform's windows outlast a test. */
const newAddress = () => `2001:db8:${crypto.randomUUID().slice(0, 4)}:${crypto.randomUUID().slice(0, 4)}::1`;
const guess = () => `tok_${crypto.randomUUID().replaceAll('-', '')}`;

const knock = (token: string, ip: string) =>
  request<{ code: string; retryAfterSeconds?: number }>('GET', PATH, {
    authorization: `Bearer ${token}`,
    'cf-connecting-ip': ip,
  });

/** Guesses until the door says so. Bounded by the limit that wrangler.toml sets. */
async function guessTooOften(ip: string) {
  for (let tries = 0; tries < 250; tries++) {
    const answer = await knock(guess(), ip);
    if (answer.status === 429) return answer;
    expect(answer.json.code).toBe('invalid_token');
  }
  throw new Error('the door never said that it was too often');
}

describe('the door', () => {
  it('refuses an address that guesses with 429 and when to come again, and asks the index nothing more for it', async () => {
    const ip = newAddress();
    const first = await guessTooOften(ip);
    expect(first.json.code).toBe('too_many_guesses');
    expect(Number(first.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(first.json.retryAfterSeconds).toBe(Number(first.headers.get('retry-after')));
    await knock(guess(), ip);
    await bindings.INDEX_DB.exec('DROP TABLE api_tokens');
    for (let i = 0; i < 20; i++) expect((await knock(guess(), ip)).json.code).toBe('too_many_guesses');
  });

  it('lets a true token in from an address where somebody else goes on guessing, because an office has one address', async () => {
    const { token } = await seedReadyTenant();
    const ip = newAddress();
    await guessTooOften(ip);
    for (let i = 0; i < 5; i++) {
      expect((await knock(guess(), ip)).status).toBe(429);
      expect((await knock(token, ip)).status).toBe(200);
    }
    // A guess under a used prefix costs the index nothing either.
    await bindings.INDEX_DB.exec('DROP TABLE api_tokens');
    const near = `${token.slice(0, 8)}${guess().slice(8)}`;
    expect((await knock(near, ip)).json.code).toBe('too_many_guesses');
    expect((await knock(token, ip)).status).toBe(200);
  });

  it('tells a token that ended why, however often it asks, and counts it as a guess', async () => {
    const { token } = await seedTenant();
    await bindings.INDEX_DB.exec('UPDATE api_tokens SET revoked_at = 1');
    const ip = newAddress();
    for (let i = 0; i < 110; i++) expect((await knock(token, ip)).json.code).toBe('token_revoked');
    expect((await knock(guess(), ip)).json.code).toBe('too_many_guesses');
  });

  it('refuses a token that asks a thousand times within ten seconds, and no other', async () => {
    const [busy, other] = [await seedReadyTenant(), await seedReadyTenant()];
    const { hash } = (await bindings.INDEX_DB.prepare('SELECT token_hash AS hash FROM api_tokens WHERE tenant_id = ?')
      .bind(busy.id)
      .first<{ hash: string }>()) ?? { hash: '' };
    let answer = await knock(busy.token, newAddress());
    // The window may end between the last count and the request: then it is filled again.
    while (answer.status !== 429) {
      while ((await bindings.TOKEN_REQUESTS?.limit({ key: hash }))?.success);
      answer = await knock(busy.token, newAddress());
    }
    expect(answer.json).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 10 });
    expect((await knock(other.token, newAddress())).status).toBe(200);
  });

  it('stands open where no rate limit is bound, so that an older wrangler.toml deploys', async () => {
    const { token } = await seedReadyTenant();
    const { TOKEN_REQUESTS: _requests, FAILED_CREDENTIALS: _failures, ...without } = env as typeof bindings;
    const ask = (bearer: string) =>
      worker.fetch?.(
        new Request(`https://api.example.com${PATH}`, { headers: { authorization: `Bearer ${bearer}` } }) as never,
        without as never,
      ) as Promise<Response>;
    expect((await ask(token)).status).toBe(200);
    for (let i = 0; i < 110; i++) expect((await ask(guess())).status).toBe(401);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    [null, 'unknown'],
  ])('counts %s under %s, because whoever has one IPv6 address has its /64', (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });
});
