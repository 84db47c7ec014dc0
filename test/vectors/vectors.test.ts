// Published vectors against our own ways to open, verify and hash, in Node, in Chromium and in workerd. Where our verdict differs from theirs,
// a row of docs/vectors.md says why; a row for a case that does not differ is as wrong as a missing one.
import { describe, expect, it } from 'vitest';
import page from '../../docs/vectors.md?raw';
import { hashEntry } from '../../schema/chain.ts';
import { readSealed } from '../../schema/jwe.ts';
import { thumbprint } from '../../schema/jwk.ts';
import { sha256Hex, verifyManifest, verifyStatement } from '../../schema/signed.ts';
import { CIPHERS } from './ciphers.ts';
import canonical from './data/rfc8785.json';
import { DOCUMENTS, TEXTS } from './documents.ts';
import { KEY_AGREEMENT } from './key-agreement.ts';
import { bytesOf, ours } from './suite.ts';

const SUITES = [...CIPHERS, KEY_AGREEMENT, ...DOCUMENTS];

/** The rows of the page's table of differences: suite, cases, theirs, ours. */
const rows = page
  .split('## Where our verdict differs')[1]
  ?.split('\n')
  .filter((line) => /^\| [^|-]/.test(line))
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** `3, 7–9` as four ids. */
const idsOf = (cell: string): string[] =>
  cell.split(', ').flatMap((part) => {
    const [, from, to] = /^(\d+)–(\d+)$/.exec(part) ?? [];
    if (from === undefined || to === undefined) return [part];
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, place) => String(Number(from) + place));
  });

const explained = (suite: string): string[] =>
  (rows ?? [])
    .filter((cells) => cells[1] === suite)
    .flatMap(([, , ids = '', theirs, own]) => idsOf(ids).map((id) => `${id} ${theirs} ${own}`));

describe('published vectors', () => {
  it.each(SUITES)('$name: each verdict is theirs, or the page says why it is another', async ({ name, cases }) => {
    const differing = await Promise.all(
      cases.map(async (one) => {
        const own = await ours(one);
        return own === one.theirs ? [] : [`${one.id} ${one.theirs} ${own}`];
      }),
    );
    expect(cases.length).toBeGreaterThan(10);
    expect(differing.flat().toSorted()).toEqual(explained(name).toSorted());
  });

  it('the page’s rows are of these suites', () => {
    const names = new Set(SUITES.map(({ name }) => name));
    expect(rows?.map((cells) => cells[1] ?? '').filter((name) => !names.has(name))).toEqual([]);
    expect(rows?.length).toBeGreaterThan(0);
  });

  it('none of their documents passes for one of ours, because ours have exactly our header', async () => {
    for (const compact of [...TEXTS.jwe, ...TEXTS.cookbook]) expect(readSealed(compact)).toMatchObject({ ok: false });
    for (const compact of [...TEXTS.jws, ...TEXTS.cookbook]) {
      expect(await verifyStatement(compact)).toMatchObject({ ok: false });
      expect(await verifyManifest(compact)).toMatchObject({ ok: false });
    }
  });
});

/** What `hashEntry` hashes any JSON value as. */
const hashOf = (value: unknown): string => hashEntry(value as Parameters<typeof hashEntry>[0]);

describe('canonical JSON', () => {
  it.each(canonical.vectors)(
    '$name is hashed in the form that RFC 8785’s author publishes',
    async ({ input, outhex }) => {
      expect(hashOf(JSON.parse(input))).toBe(await sha256Hex(new TextDecoder().decode(bytesOf(outhex))));
    },
  );

  it.each(canonical.numbers as [string, string | null][])(
    'the double %s is written as in RFC 8785, appendix B',
    async (bits, written) => {
      const number = new DataView(bytesOf(bits).buffer).getFloat64(0);
      if (written === null) expect(() => hashOf([number])).toThrow();
      else expect(hashOf([number])).toBe(await sha256Hex(`[${written}]`));
    },
  );
});

it('a key’s thumbprint is that of RFC 7638, section 3.1', async () => {
  const { n, e, thumbprint: published } = canonical.rfc7638;
  expect(await thumbprint({ kty: 'RSA', n, e: e as 'AQAB' })).toBe(published);
});
