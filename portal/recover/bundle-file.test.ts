// A bundle as it comes back from years on a stick, in a mailbox or in an editor: on the day it is needed there is no
// other.
import { expect, it } from 'vitest';
import exitBundle from '../../schema/vectors/exit.bundle?raw';
import keyring from '../../schema/vectors/keyring.json';
import succession from '../../schema/vectors/succession.json';
import { readBundleHead } from '../vault/bundle.ts';
import { isFault } from '../vault/fault.ts';
import { must } from '../vault/fixtures.ts';
import { openContents, readBundleFile } from './contents.ts';

const utf16 = (text: string) => new Blob([Uint16Array.from(text, (unit) => unit.charCodeAt(0))]);
const crlf = exitBundle.replaceAll('\n', '\r\n');

it.each([
  ['as it was made', new Blob([exitBundle])],
  ['with a byte order mark', new Blob([`\ufeff${exitBundle}`])],
  ['with the line ends of Windows', new Blob([crlf])],
  ['in UTF-16, with a mark', utf16(`\ufeff${crlf}`)],
  ['in UTF-16, without one', utf16(exitBundle)],
  ['with empty lines behind it', new Blob([`${exitBundle}\r\n\r\n`])],
  ['with the end mark of DOS behind it', new Blob([`${exitBundle}\u001a`])],
])('a bundle that was saved %s is whole', async (_how, file) => {
  const text = await readBundleFile(file);
  expect(must(readBundleHead(text))).toMatchObject({ tenant: keyring.tenant });
  expect(text.replaceAll('\r\n', '\n').trimEnd()).toBe(exitBundle.trimEnd());
});

it('opens like any other, with every secret in it, where it was saved anew', async () => {
  const proof = {
    unlocker: succession.unlockers.passphrase,
    secret: keyring.passphrase,
    confirmedRoot: succession.fingerprint,
  };
  const open = async (file: Blob) => openContents(await readBundleFile(file), proof);
  const [asMade, anew] = [await open(new Blob([exitBundle])), await open(utf16(`\ufeff${crlf}`))];
  if (isFault(asMade) || isFault(anew)) throw new Error('both open');
  expect(anew.secrets).toBeGreaterThan(0);
  expect([anew.secrets, anew.malformed, anew.machines]).toEqual([asMade.secrets, 0, asMade.machines]);
});
