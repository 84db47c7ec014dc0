// The re-sealing that a leaver's act goes on with, against a server that lies: it stops in words, and uploads nothing.
import { wrap } from 'comlink';
import type { ReactiveControllerHost } from 'lit';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Revealed } from '../../../schema/secret.ts';
import type { SetUpDraft, Vault } from '../../vault/contract.ts';
import { bent, keyringOf, makeTenant, sealedRecord, TENANT, unlockerAt } from '../../vault/fixtures.ts';
import workerUrl from '../../vault/keeper.worker.ts?worker&url';
import { OneAct } from '../core/one-act.ts';
import { Resealing } from './resealing.ts';

const host: ReactiveControllerHost = {
  addController: () => {},
  removeController: () => {},
  requestUpdate: () => {},
  updateComplete: Promise.resolve(true),
};
const resealing = new Resealing(host, {
  tenant: () => TENANT,
  acts: new OneAct(host),
  rotation: () => null,
  show: () => {},
});

let draft: SetUpDraft;
let evil: SetUpDraft;
let record: Revealed;
let kid: string;
/** What the server answers, the routes that were asked, and what happens as one is. */
let keyring: Keyring;
let activeKid: string;
let asked: string[];
let onAsked: () => void;

beforeAll(async () => {
  [draft, evil] = [await makeTenant(), await makeTenant()];
  record = await sealedRecord(keyringOf(draft), {
    kind: 'local_admin_password',
    ref: { account: 'A' },
    plaintext: 'kq7',
  });
  kid = record.version.kid;
});
beforeEach(() => {
  [keyring, activeKid, asked, onAsked] = [keyringOf(draft), kid, [], () => {}];
  const left = [record];
  vi.stubGlobal('fetch', async (address: string | URL | Request) => {
    const route = new URL(address instanceof Request ? address.url : String(address)).pathname.split(TENANT)[1] ?? '';
    if (route === '/overview') return Response.json({ keyState: 'ready' });
    asked.push(route);
    onAsked();
    if (route === '/keyring') return Response.json(keyring);
    if (route === '/rotation/page') return Response.json({ activeKid, items: left.splice(0) });
    return Response.json({ resealed: 1, passedOver: 0 });
  });
});
afterEach(() => vi.unstubAllGlobals());

const proof = () => ({ unlocker: unlockerAt(draft.write, 1), secret: draft.recoveryCode });
const resealed = (signal = new AbortController().signal, to = kid) => resealing.resealBy(proof(), to, signal);
const isShut = async () => {
  const other = wrap<Vault>(new SharedWorker(workerUrl, { type: 'module', name: 'totl-vault' }).port);
  expect(await other.reseal(record, kid)).toMatchObject({ ok: false, code: 'locked' });
};

it('re-seals by what the act was proven with, and leaves nothing open', async () => {
  expect(await resealed()).toBe('1 re-sealed.');
  expect(asked).toContain('/rotation/reseal');
  await isShut();
});

it('says why a keyring is not to be trusted, because silence would pass an attack for a pause', async () => {
  keyring = bent(keyring, (copy) => {
    copy.manifest = evil.write.manifest;
  });
  await expect(resealed()).rejects.toThrow('tell your operator');
  expect(asked).toEqual(['/keyring']);
});

it('re-seals nothing by a keyring that has another active key than the act has made', async () => {
  const made = evil.write.escrowKeys.at(-1)?.kid ?? '';
  await expect(resealed(undefined, made)).rejects.toThrow('Another escrow key is active');
  expect(asked).toEqual(['/keyring']);
  await isShut();
});

it('stops where the server calls another key active, uploads nothing, and is shut by it', async () => {
  activeKid = evil.write.escrowKeys.at(-1)?.kid ?? '';
  await expect(resealed()).rejects.toThrow('The escrow key was changed');
  expect(asked).not.toContain('/rotation/reseal');
  await isShut();
});

it('asks for nothing where the act has replaced the sheets that it was proven with, because an unlock says it better', async () => {
  keyring = bent(keyring, (copy) => {
    copy.unlockers = copy.unlockers.filter((one) => one.id !== proof().unlocker);
  });
  expect(await resealed()).toBe('');
  expect(asked).toEqual(['/keyring']);
});

it('fetches no secret for a page that was left meanwhile', async () => {
  const left = new AbortController();
  onAsked = () => left.abort();
  expect(await resealed(left.signal)).toBe('');
  expect(asked).toEqual(['/keyring']);
  await isShut();
});
