// A tenant of the bench: its people, a token a connection, its keyring, and limits that the load does not meet.
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'undici';
import { Keeper } from '../../portal/vault/keeper.ts';
import { LIVE_ACK } from '../../schema/facts/live-socket.ts';
import type { RsaPublicJwk } from '../../schema/jwk.ts';
import { LIMITS } from '../../schema/limit-table.ts';
import type { LiveMessage } from '../../schema/live.ts';
import type { MachineSummary } from '../../schema/machine.ts';
import { newToken, OPERATOR_EMAIL } from '../stand/demo-data.ts';
import { CONNECTIONS } from './generator.ts';
import { asPerson, headersOf, type Product } from './product.ts';

const ADMIN = 'admin@example.com';
/** So many people, each revealing as often as a tenant can allow, that no round of reveals meets a budget. */
const ENGINEERS = 256;
const REVEAL_BUDGET = { perMinute: 100, perHour: 1_000, perDay: 2_000 };

export type BenchTenant = {
  id: string;
  admin: string;
  engineers: readonly string[];
  /** One a connection, as the sticks of so many benches. */
  tokens: readonly string[];
  key: { kid: string; jwk: RsaPublicJwk };
};

/** Writes people and tokens into the index, as the set-up guide does, and does the first-time set-up. */
export async function newTenant(product: Product): Promise<BenchTenant> {
  const id = randomUUID();
  const engineers = Array.from({ length: ENGINEERS }, (_, index) => `engineer-${index}@example.com`);
  const tokens = Array.from({ length: CONNECTIONS }, newToken);
  const { database } = product;
  const user = database.prepare('INSERT INTO users (id, tenant_id, email, role) VALUES (?, ?, ?, ?)');
  const token = database.prepare(
    'INSERT INTO api_tokens (id, tenant_id, token_prefix, token_hash, token_salt, label) VALUES (?, ?, ?, ?, ?, ?)',
  );
  await database.batch([
    database.prepare('INSERT INTO tenants (id, name) VALUES (?, ?)').bind(id, 'Bench'),
    user.bind(randomUUID(), id, ADMIN, 'admin'),
    ...engineers.map((email) => user.bind(randomUUID(), id, email, 'engineer')),
    ...tokens.map(({ prefix, hash, salt }, index) =>
      token.bind(randomUUID(), id, prefix, hash, salt, `bench ${index}`),
    ),
  ]);
  await asPerson(product, OPERATOR_EMAIL, `/v1/operator/tenants/${id}/limits`, {
    tokenRequests: LIMITS.tokenRequests.max,
    tokenBytes: LIMITS.tokenBytes.max,
    tokenMachines: LIMITS.tokenMachines.max,
  });
  await asPerson(product, ADMIN, `/v1/tenants/${id}/settings`, {
    revealBudget: REVEAL_BUDGET,
  });
  const draft = await new Keeper().draftSetUp({
    tenant: id,
    email: ADMIN,
    passphrase: randomUUID(),
    teamPassphrase: null,
  });
  if (!draft.ok) throw new Error(`set-up: ${draft.message}`);
  await asPerson(product, ADMIN, `/v1/tenants/${id}/keyring`, draft.write);
  const [key] = draft.write.escrowKeys;
  if (key === undefined) throw new Error('a keyring has an escrow key');
  return {
    id,
    admin: ADMIN,
    engineers,
    tokens: tokens.map(({ token: text }) => text),
    key: { kid: key.kid, jwk: key.jwk },
  };
}

export type LiveSocket = {
  /** How many messages came. */
  heard: () => number;
  /** Answers once a machine was told of that is as wanted. */
  until: (wanted: (machine: MachineSummary) => boolean) => Promise<void>;
  close: () => void;
};

/** A browser on the fleet page: it acknowledges what it hears. Answers once it was said hello to. */
export async function openLive(product: Product, tenant: Pick<BenchTenant, 'id' | 'admin'>): Promise<LiveSocket> {
  const { host } = new URL(product.url);
  const headers = await headersOf(product, tenant.admin);
  const socket = new WebSocket(`ws://${host}/v1/tenants/${tenant.id}/live`, { headers });
  const machines = new Map<string, MachineSummary>();
  let heard = 0;
  let woken = () => {};
  await new Promise<void>((greeted, refused) => {
    socket.addEventListener('error', () => refused(new Error('the live socket was refused')));
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as LiveMessage;
      if (message.type === 'hello') return greeted();
      heard += 1;
      socket.send(LIVE_ACK + message.cursor);
      if (message.type === 'machines') for (const machine of message.machines) machines.set(machine.id, machine);
      woken();
    });
  });
  return {
    heard: () => heard,
    until: async (wanted) => {
      while (![...machines.values()].some(wanted))
        await new Promise<void>((wake) => {
          woken = wake;
        });
    },
    close: () => socket.close(),
  };
}
