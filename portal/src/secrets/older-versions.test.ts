// Versions that a list leaves out, read from either end: each once and none skipped, also where new ones come in between two readings.
import { describe, expect, it } from 'vitest';
import type { ListedVersion, VersionPage, VersionsQuery } from '../../../schema/secret.ts';
import type { ListedPart } from '../api/machines.ts';
import { OlderVersions } from './older-versions.ts';

const PAGE = 3;
const version = (number: number): ListedVersion => ({
  version: number,
  kid: 'k',
  format: 'jwe',
  bound: true,
  run: null,
  by: null,
  uploadedBy: null,
  eid: `e${number}`,
  escrowedAt: number,
  sha256: 's',
  unopenable: false,
  verifiedAt: null,
  finding: null,
  order: null,
  sealedAt: 0,
  hostname: null,
  counts: true,
  escrowedBy: 'engine',
  confirmedBy: null,
  serial: null,
  aside: null,
});

/** A secret with so many versions, as the server pages it. */
function secret() {
  const held = { latest: 10, failure: null as unknown };
  const versions = async (
    _tenant: string,
    _secret: string,
    _part: ListedPart,
    order: VersionsQuery['order'],
    after?: number,
  ) => {
    if (held.failure) throw held.failure;
    const all = Array.from({ length: held.latest }, (_, i) => i + 1);
    const inOrder = order === 'newest' ? all.toReversed() : all;
    const rest = inOrder.filter((one) => after === undefined || (order === 'newest' ? one < after : one > after));
    const answer: VersionPage = { versions: rest.slice(0, PAGE).map(version), next: rest[PAGE - 1] ?? null };
    return answer;
  };
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const older = new OlderVersions(host, () => 'acme', 'standing', versions);
  const known = () => older.known.get('s');
  return { held, older, known, numbers: (end: 'older' | 'first') => known()?.[end].map((one) => one.version) };
}

describe('versions that the list leaves out', () => {
  it('go on where it ends, and begin where the secret began, and neither end shows what the other does', async () => {
    const { older, numbers } = secret();
    await older.more('s', 'older', 9);
    await older.more('s', 'first', 9);
    expect([numbers('older'), numbers('first')]).toEqual([
      [8, 7, 6],
      [1, 2, 3],
    ]);
    await older.more('s', 'older', 9);
    expect([numbers('older'), numbers('first')]).toEqual([
      [8, 7, 6, 5, 4],
      [1, 2, 3],
    ]);
  });

  it('are read without a gap where newer ones have pushed some out of the list', async () => {
    const { held, older, numbers } = secret();
    await older.more('s', 'older', 9);
    held.latest = 12;
    // The list of the two newest now ends with 11.
    await older.more('s', 'older', 11);
    expect(numbers('older')).toEqual([10, 9, 8, 7, 6]);
    await older.more('s', 'older', 11);
    expect(numbers('older')).toEqual([10, 9, 8, 7, 6, 5, 4, 3]);
  });

  it('stay where a reading fails, which is said', async () => {
    const { held, older, known, numbers } = secret();
    await older.more('s', 'older', 9);
    held.failure = new Error('gone');
    await older.more('s', 'older', 9);
    expect([numbers('older'), known()?.failure, known()?.reading]).toEqual([[8, 7, 6], held.failure, false]);
  });

  it('of the machine before are left, where another one is shown before they come', async () => {
    const { older, known } = secret();
    const reading = older.more('s', 'older', 9);
    older.forget();
    await reading;
    expect(known()).toBeUndefined();
  });
});
