// A bundle as it comes back from years on a stick, in a mailbox or in an editor: the day it is needed there is no other.
import { expect, it } from 'vitest';
import exitBundle from '../../schema/vectors/exit.bundle?raw';
import { readBundleHead } from '../vault/bundle.ts';
import { must } from '../vault/fixtures.ts';
import keyring from '../../schema/vectors/keyring.json';
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

it('opens, as its lines end today', async () => {
  const head = must(readBundleHead(exitBundle));
  const [unlocker] = head.keyring.unlockers;
  const proof = { unlocker: unlocker?.id ?? '', secret: keyring.passphrase, confirmedRoot: undefined };
  const opened = await openContents(await readBundleFile(utf16(`\ufeff${crlf}`)), proof);
  // That words are asked to be compared first means that the bundle was read.
  expect('machines' in opened || opened.code).not.toBe('cannot_open');
});
