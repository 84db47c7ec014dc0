// A text file as Windows saves it: UTF-8 with or without a byte order mark, or UTF-16, which Windows PowerShell writes by itself.

/**
 * `exact`: its bytes are text; otherwise it was saved in another encoding, or is damaged, and U+FFFD stands for
 * everything that is not text.
 */
export type TextFile = { text: string; exact: boolean };

/** The Unicode encoding of a file, judged by its beginning: UTF-16 has a mark, or zeros beside every Latin letter. */
export function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second, third, fourth] = bytes;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && third !== 0 && fourth === 0))
    return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && third === 0 && fourth !== 0))
    return 'utf-16be';
  return 'utf-8';
}

/** The byte that `copy a+b` on Windows appends to the joined files. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is what it finds
const END_MARKS = /\u001a+$/;

/**
 * Reads a file's bytes. Marks at the beginning of a line are dropped: a file joined from several has them anywhere.
 * Half a character at the end, where a file was cut off, is dropped too.
 */
export function readTextFile(bytes: Uint8Array): TextFile {
  const decode = (fatal: boolean): string =>
    new TextDecoder(encodingOf(bytes), { fatal, ignoreBOM: false })
      .decode(bytes, { stream: true })
      .replace(/^\ufeff/gm, '')
      .replace(END_MARKS, '');
  try {
    return { text: decode(true), exact: true };
  } catch {
    return { text: decode(false), exact: false };
  }
}
