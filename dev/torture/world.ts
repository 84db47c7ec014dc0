// Two tenants with something of everything, and everybody who may come, in every role: for generated requests. What the second one has is
// known word for word, so that a byte of it in a stranger's answer is found.
import { randomUUID } from 'node:crypto';
import { seal } from '../../engine/seal.ts';
import type { Keyring, PublicKeyAnswer } from '../../schema/keyring.ts';
import type { Limits } from '../../schema/limits.ts';
import type { PeopleList } from '../../schema/person.ts';
import type { Receipt } from '../../schema/secret.ts';
import type { IssuedToken } from '../../schema/token.ts';
import type { WebhookMade } from '../../schema/webhook.ts';
import { asMachine, asPerson, headersOf, type Product } from '../bench/product.ts';
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';
import type { Ids } from './malice.ts';
import type { Operation } from './operations.ts';
import { newTenant, type Tenant } from './tenant.ts';

/** `foreign`: what they must never be told. `own`: their credentials. */
export type Visitor = {
  name: string;
  headers: Record<string, string>;
  foreign: readonly string[];
  own: readonly string[];
};

type Furnished = { tenant: Tenant; ids: Record<string, string>; canaries: string[]; revoked: string };

/** A tenant with a machine, a run, a secret, a person, a token and a webhook, each with a word of its own. */
async function furnished(product: Product, domain: string, limits: Partial<Limits>): Promise<Furnished> {
  const tenant = await newTenant(product, { domain, tokens: 2, limits });
  const [token = '', spare = ''] = tenant.tokens.map((one) => one.token);
  const [machine, run, eid] = [randomUUID(), randomUUID(), randomUUID()];
  const word = randomUUID().slice(0, 8).toUpperCase();
  const hostname = `PC-${word}`;
  const message = `Said only at ${domain} ${word}`;
  const about = {
    machine: { id: machine, hostname, client: `Client ${word}` },
    run: { id: run, startedAt: Date.now() },
  };
  await asMachine(product, token, '/v1/report', {
    ...about,
    events: [{ seq: 1, at: Date.now(), type: 'message', message }],
  });
  const key = await asMachine<PublicKeyAnswer>(product, token, '/v1/tenant/pubkey');
  const bound = { machine, run, kind: 'local_admin_password', eid, ref: { account: `admin ${word}` } } as const;
  const sealed = await seal({
    kid: key.kid,
    jwk: key,
    tenant: tenant.id,
    ...bound,
    iat: Math.floor(Date.now() / 1000),
    plaintext: word,
  });
  const { secretId } = await asMachine<Receipt>(product, token, '/v1/secret', { ...bound, sealed });
  const as = <T>(route: string, body?: unknown) =>
    asPerson<T>(product, tenant.admin, `/v1/tenants/${tenant.id}/${route}`, body);
  const leaver = `leaver-${word.toLowerCase()}@${domain}`;
  await as('people', { email: leaver, role: 'engineer' });
  const { people } = await as<PeopleList>('people');
  const person = people.find(({ email }) => email === leaver)?.id ?? '';
  const issued = await as<IssuedToken>('tokens', { label: `Token ${word}`, expiresAt: null, fingerprint: null });
  const gone = await as<IssuedToken>('tokens', { label: `Gone ${word}`, expiresAt: null, fingerprint: null });
  await as(`tokens/${gone.id}/revoke`, {});
  // Nothing gets there: the Worker's network ends at this machine.
  const hook = {
    url: `https://hook-${word.toLowerCase()}.example.com/`,
    label: `Hook ${word}`,
    kinds: ['key_destroyed'],
  };
  const { webhook } = await as<WebhookMade>('webhooks', hook);
  const { unlockers } = await as<Keyring>('keyring');
  const ids = {
    tenant: tenant.id,
    machine,
    run,
    secret: secretId,
    token: issued.id,
    person,
    webhook: webhook.id,
    unlocker: unlockers[0]?.id ?? '',
    recovery: unlockers.at(-1)?.id ?? '',
    grant: randomUUID(),
  };
  const canaries = [hostname, `Client ${word}`, message, leaver, `Token ${word}`, `Hook ${word}`, sealed, token, spare];
  return { tenant, ids, canaries, revoked: gone.token };
}

export class World {
  readonly #visitors: readonly Visitor[];
  readonly #own: Furnished;
  readonly #other: Furnished;
  /** Suspended, limited and restored by operators. */
  readonly #victim: Tenant;

  private constructor(own: Furnished, other: Furnished, victim: Tenant, visitors: readonly Visitor[]) {
    this.#own = own;
    this.#other = other;
    this.#victim = victim;
    this.#visitors = visitors;
  }

  static async make(product: Product, limits: Partial<Limits>): Promise<World> {
    const number = randomUUID().slice(0, 8);
    const own = await furnished(product, `own-${number}.example`, limits);
    const other = await furnished(product, `other-${number}.example`, limits);
    const victim = await newTenant(product, { domain: `victim-${number}.example`, tokens: 1, limits });
    const asks = async (email: string) => headersOf(product, email);
    const person = async (name: string, email: string, foreign: readonly string[]): Promise<Visitor> => {
      const headers = await asks(email);
      return { name, headers, foreign, own: [headers['cf-access-jwt-assertion'] ?? ''] };
    };
    const machine = (name: string, token: string, foreign: readonly string[]): Visitor => ({
      name,
      headers: { authorization: `Bearer ${token}`, 'cf-connecting-ip': '192.0.2.7' },
      foreign,
      own: [token],
    });
    const [token = ''] = own.tenant.tokens.map((one) => one.token);
    const everybodys = [...own.canaries, ...other.canaries];
    const wrongOrigin = await person('an admin on another site', own.tenant.admin, other.canaries);
    const visitors = [
      await person('an admin', own.tenant.admin, other.canaries),
      await person('an engineer', own.tenant.engineer, other.canaries),
      await person('an auditor', own.tenant.auditor, other.canaries),
      await person('the other tenant’s admin', other.tenant.admin, own.canaries),
      await person('a stranger', `stranger@${number}.example`, everybodys),
      await person('an operator', OPERATOR_EMAIL, everybodys),
      {
        ...wrongOrigin,
        foreign: other.canaries,
        headers: { ...wrongOrigin.headers, origin: 'https://elsewhere.example' },
      },
      machine('an engine', token, other.canaries),
      machine('the other tenant’s engine', other.tenant.tokens[0]?.token ?? '', own.canaries),
      machine('an engine with a revoked token', own.revoked, everybodys),
      machine('somebody with a made-up token', `tok_${'A'.repeat(32)}`, everybodys),
      { name: 'nobody', headers: {}, foreign: everybodys, own: [] },
    ];
    return new World(own, other, victim, visitors);
  }

  /** Those it is for come as often as all others together. */
  visitorsOf(who: string): readonly Visitor[] {
    const fits = (name: string) =>
      who === 'machine'
        ? name === 'an engine'
        : who === 'operator'
          ? name === 'an operator'
          : /^an (admin|engineer|auditor)$/.test(name);
    const meant = this.#visitors.filter(({ name }) => fits(name));
    const others = this.#visitors.length - meant.length;
    return [...this.#visitors, ...Array.from({ length: Math.floor(others / meant.length) }, () => meant).flat()];
  }

  idsFor({ who }: Operation): Ids {
    const names = Object.keys(this.#own.ids);
    const all = Object.fromEntries(
      names.map((name) => [name, [this.#own.ids[name] ?? '', this.#own.ids[name] ?? '', this.#other.ids[name] ?? '']]),
    );
    // What operators do to a tenant is done to one that nobody else asks for.
    return who === 'operator' ? { ...all, tenant: [this.#victim.id] } : all;
  }
}
