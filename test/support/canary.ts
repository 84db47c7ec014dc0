// Canaries: secrets looked for, in every encoding they might leak in, in every byte of a place.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** `name` is said when it is found; the value never is. */
export type Canary = { name: string; needles: Buffer[] };

/** Base64 of bytes at each of the three offsets they may have in a longer text, without the characters their neighbours share. */
function base64Cores(bytes: Buffer, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString(encoding)
      .replaceAll('=', '');
    return text.slice(offset === 0 ? 0 : offset + 1, -1);
  });
}

/** A canary from text: as UTF-8 and UTF-16, in JSON, in a URL, in hex and base64. */
export function textCanary(name: string, text: string): Canary {
  const utf8 = Buffer.from(text, 'utf8');
  const texts = [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    new URLSearchParams([['', text]]).toString().slice(1),
  ];
  return { name, needles: [...texts.map((one) => Buffer.from(one)), Buffer.from(text, 'utf16le'), ...encoded(utf8)] };
}

/** A canary from raw bytes, such as a key: as they are, in hex and base64. */
export const bytesCanary = (name: string, bytes: Uint8Array): Canary => {
  const buffer = Buffer.from(bytes);
  return { name, needles: [buffer, ...encoded(buffer)] };
};

const encoded = (bytes: Buffer): Buffer[] =>
  [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Cores(bytes, 'base64'),
    ...base64Cores(bytes, 'base64url'),
  ].map((text) => Buffer.from(text));

/** The names of the canaries that a place holds. */
export const findIn = (place: Buffer, canaries: readonly Canary[]): string[] =>
  canaries.filter(({ needles }) => needles.some((needle) => place.includes(needle))).map(({ name }) => name);

/** All bytes of all files under a folder, deleted rows in free pages and write-ahead logs included. */
export function bytesUnder(folder: string): Buffer {
  const parts: Buffer[] = [];
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    parts.push(statSync(file).isDirectory() ? bytesUnder(file) : readFileSync(file));
  }
  return Buffer.concat(parts);
}
