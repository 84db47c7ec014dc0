import { expect, it } from 'vitest';
import { readTextFile } from './text-file.ts';

const TEXT = '{"a":"ü€\u{1f511}\ufffd"}\r\n{"b":1}\n';
const utf16 = (text: string, isBig: boolean): Uint8Array => {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), !isBig);
  return bytes;
};
const utf8 = (text: string) => new TextEncoder().encode(text);

it.each([
  ['UTF-8', utf8(TEXT)],
  ['UTF-8 with a mark', utf8(`\ufeff${TEXT}`)],
  ['UTF-16, as Out-File of Windows PowerShell writes it', utf16(`\ufeff${TEXT}`, false)],
  ['UTF-16 with its bytes the other way round', utf16(`\ufeff${TEXT}`, true)],
  ['UTF-16 without a mark', utf16(TEXT, false)],
  ['UTF-16 without a mark, the other way round', utf16(TEXT, true)],
])('a file in %s is read, a U+FFFD that somebody wrote is kept', (_what, bytes) => {
  expect(readTextFile(bytes)).toEqual({ text: TEXT, exact: true });
});

it('a file that was saved in a code page is not exact', () => {
  const ansi = Uint8Array.from('{"a":"ü"}', (letter) => letter.charCodeAt(0));
  expect(readTextFile(ansi)).toEqual({ text: '{"a":"\ufffd"}', exact: false });
  expect(readTextFile(utf8(TEXT).subarray(0, 7))).toEqual({ text: '{"a":"', exact: true });
  expect(readTextFile(new Uint8Array())).toEqual({ text: '', exact: true });
});

it('marks between lines go, as of files that were put together', () => {
  expect(readTextFile(utf8('\ufeffa\n\ufeffb')).text).toBe('a\nb');
});

it('the end mark that `copy a+b` of Windows puts behind is no text, and one within is left to who reads it', () => {
  expect(readTextFile(utf8('{"a":1}\n\u001a'))).toEqual({ text: '{"a":1}\n', exact: true });
  expect(readTextFile(utf8('{"a":1}\n{"b":2}\n\u001a\u001a')).text).toBe('{"a":1}\n{"b":2}\n');
  expect(readTextFile(utf8('a\u001ab')).text).toBe('a\u001ab');
});
