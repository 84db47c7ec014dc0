// A bundle is opened when the server is gone or has turned: its answers on the day the bundle was made must not decide
// whether it opens.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Keyring } from '../../schema/keyring.ts';
import type { MachineSummary } from '../../schema/machine.ts';
import type { Revealed } from '../../schema/secret.ts';
import { openContents, toCsv } from '../recover/contents.ts';
import { exactTime, refWords } from '../src/ui/words.ts';
import { BundleWriter } from './bundle.ts';
import type { BundlePart, SetUpDraft } from './contract.ts';
import { keyringOf, makeTenant, must, sealedRecord, unlockerAt, unlockInput } from './fixtures.ts';
import { Keeper } from './keeper.ts';
import { trustKeyring } from './trust.ts';

const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2_ünï' } as const;

let draft: SetUpDraft;
let first: Keyring;
let record: Revealed;
let machine: MachineSummary;
const input = () => unlockInput(first, unlockerAt(draft.write, 1), draft.recoveryCode);

beforeAll(async () => {
  draft = await makeTenant();
  first = keyringOf(draft);
  record = await sealedRecord(first, password);
  machine = {
    id: record.machine,
    hostname: 'ACM-LT-0142',
    serial: null,
    manufacturer: null,
    model: null,
    osVersion: null,
    client: null,
    enrolledAt: 1,
    lastEventAt: null,
    secrets: 1,
    toRotate: 0,
    attention: [],
    silentSince: null,
    shelf: 'fleet',
    run: null,
  };
});

type Loose = Record<string, unknown>;
/** Malformed rows that a server may put beside a good machine and a good secret, each by itself. */
const bad = (): [string, Loose[], Loose[]][] => {
  const { version } = record;
  return [
    ['a machine whose name is a number', [{ ...machine, id: 'x', hostname: 5 }], []],
    ['a machine that is nothing', [null as unknown as Loose], []],
    ['a secret that is nothing', [], [null as unknown as Loose]],
    ['a secret without a version', [], [{ ...record, version: undefined }]],
    ['a secret of no instant', [], [{ ...record, version: { ...version, escrowedAt: 1e20 } }]],
    ['a secret of an unknown kind', [], [{ ...record, kind: '__proto__' }]],
    ['a secret without a ref', [], [{ ...record, ref: null }]],
    ['a secret whose ciphertext is a list', [], [{ ...record, sealed: [] }]],
  ];
};
const partsWith = (machines: Loose[], secrets: Loose[]): BundlePart[] => [
  { kind: 'machines', machines: [machine, ...machines] as MachineSummary[] },
  { kind: 'secrets', secrets: [...secrets, record] as Revealed[] },
  { kind: 'audit', entries: [] },
];

describe('a hostile server’s word in a bundle', () => {
  it('is refused while the bundle is made, because nobody would notice before it is needed', async () => {
    const keeper = new Keeper();
    const { bundle } = must(await keeper.beginBundle({ ...input(), name: 'Acme' }));
    for (const part of partsWith([], []))
      expect(await keeper.bundlePart(bundle, part), part.kind).toMatchObject({ ok: true });
    for (const [name, machines, secrets] of bad()) {
      const answers = await Promise.all(partsWith(machines, secrets).map((part) => keeper.bundlePart(bundle, part)));
      expect(
        answers.filter((one) => !one.ok),
        name,
      ).toEqual([{ ok: false, code: 'malformed', message: expect.any(String) }]);
    }
    for (const nothing of [null, [], {}] as unknown as BundlePart[])
      expect(await keeper.bundlePart(bundle, nothing)).toMatchObject({ ok: false, code: 'malformed' });
  });

  it('does not keep the rest of a bundle from being opened, found and saved, where one was made with it', async () => {
    const trusted = must(await trustKeyring(input()));
    for (const [name, machines, secrets] of bad()) {
      const writer = must(BundleWriter.begin(trusted, first, 'Acme'));
      const parts = [...partsWith(machines, []), { kind: 'secrets', secrets }, { kind: 'audit' }, { kind: 'machines' }];
      // The writer itself is used, as an older one would have accepted it; a row that it cannot write at all is in no
      // bundle.
      const lines = (parts as BundlePart[]).flatMap((part) => {
        try {
          return [must(writer.part(part))];
        } catch {
          return [];
        }
      });
      const contents = must(await openContents([writer.head, ...lines, writer.end()].join(''), input()));
      const held = contents.machines.find((one) => one.machine.id === machine.id);
      const shown = held?.secrets.map((one) => [refWords(one.ref), exactTime(one.version.escrowedAt)]);
      expect(shown?.length, name).toBeGreaterThanOrEqual(1);
      const { csv } = await toCsv(contents, refWords, () => {});
      expect(csv, name).toContain(password.plaintext);
    }
  });
});
