// Which version of a bundle a PC had: by the server's word where the bundle has it, by the header where the bundle is
// older than that.
import { base64urlnopad } from '@scure/base';
import { expect, it } from 'vitest';
import type { Revealed } from '../../schema/secret.ts';
import { standings } from './standing.ts';

const NOW = 1_790_000_000_000;
type About = Partial<Revealed['version']> & Partial<Pick<Revealed, 'machine' | 'ref' | 'kind' | 'goneAt' | 'pc'>>;

function held({
  machine = 'm',
  kind = 'local_admin_password',
  ref = { account: 'A' },
  goneAt,
  pc,
  ...version
}: About): Revealed {
  return {
    id: 's',
    machine,
    kind,
    ref,
    goneAt,
    pc,
    sealed: '',
    auditSeq: 1,
    version: {
      version: 1,
      kid: 'k',
      format: 'jwe',
      bound: true,
      run: 'r',
      by: null,
      uploadedBy: null,
      eid: 'e',
      escrowedAt: NOW,
      order: null,
      sealedAt: NOW,
      hostname: null,
      counts: true,
      sha256: '',
      unopenable: false,
      verifiedAt: null,
      finding: null,
      ...version,
    },
  };
}

/** One whose bundle was made before instants were kept: its header says when, in seconds. */
function older(iat: number, uploadedBy: string | null = null): Revealed {
  const header = {
    alg: 'RSA-OAEP-256',
    enc: 'A256GCM',
    kid: 'A'.repeat(43),
    typ: 'totl-secret+jwe',
    tenant: 't',
    machine: crypto.randomUUID(),
    run: crypto.randomUUID(),
    kind: 'local_admin_password',
    eid: crypto.randomUUID(),
    iat,
    ref: { account: 'A' },
  };
  const segments = [
    new TextEncoder().encode(JSON.stringify(header)),
    ...[384, 12, 5, 16].map((n) => new Uint8Array(n)),
  ];
  const one = held({ run: crypto.randomUUID(), uploadedBy });
  const { order: _order, sealedAt: _sealedAt, counts: _counts, hostname: _hostname, ...version } = one.version;
  return {
    ...one,
    sealed: segments.map((bytes) => base64urlnopad.encode(bytes)).join('.'),
    version: version as Revealed['version'],
  };
}

const alone = (id: string) => id;
const words = (secrets: Revealed[], keptAs = alone) => {
  const found = standings(secrets, keptAs);
  return secrets.map((one) => found.get(one));
};

it('is each PC’s own, where several had one id', () => {
  const [a, b] = [held({ pc: 'a', run: 'a', sealedAt: NOW - 5_000 }), held({ pc: 'b', run: 'b' })];
  expect(words([a, b, held({ pc: 'b', run: 'c', sealedAt: NOW - 9_000 })])).toEqual(['offered', 'offered', 'earlier']);
});

it('is the latest sealed, whatever number it came under', () => {
  expect(words([held({ version: 2, sealedAt: NOW - 5_000 }), held({ version: 1, sealedAt: NOW })])).toEqual([
    'earlier',
    'current',
  ]);
});

it('is one of several where nobody can say when one was sealed, or a person brought one', () => {
  expect(words([held({ sealedAt: null }), held({})])).toEqual(['offered', 'offered']);
  expect(words([held({ sealedAt: NOW + 1_000, counts: false }), held({})])).toEqual(['offered', 'offered']);
});

it('is one over all ids of a PC', () => {
  const secrets = [held({ machine: 'old', sealedAt: NOW - 1_000 }), held({ machine: 'new' })];
  expect(words(secrets)).toEqual(['current', 'current']);
  expect(words(secrets, () => 'new')).toEqual(['earlier', 'current']);
});

it('is no protector that is gone while one of its volume is there', () => {
  const key = (protectorId: string, volume: string, goneAt: number | null) =>
    held({ kind: 'bitlocker_recovery_key', ref: { protectorId, volume }, goneAt });
  expect(words([key('a', 'C:', NOW), key('b', 'c:', null), key('d', 'D:', NOW)])).toEqual([
    'earlier',
    'current',
    'current',
  ]);
});

it('is read off the headers of a bundle of before', () => {
  expect(words([older(NOW / 1000 - 60), older(NOW / 1000), older(NOW / 1000 - 30, 'somebody')])).toEqual([
    'earlier',
    'current',
    'earlier',
  ]);
  // After its receipt nothing was sealed.
  expect(words([older(NOW / 1000 + 3_600), older(NOW / 1000)])).toEqual(['offered', 'offered']);
});
