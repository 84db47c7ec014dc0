// What the portal's API modules send: each call that has a body, read from their text, so that a new one is noticed.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(import.meta.dirname, '../../portal/src/api');
const CALL = /\b(?:call|download)(?:<[^(]*>)?\(/g;

/** The arguments of a call, as text; `from` is just after its bracket. */
function argumentsAt(text: string, from: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = from;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (depth === 0 && (character === ',' || character === ')')) {
      found.push(text.slice(start, at).trim());
      start = at + 1;
      if (character === ')') return found.filter((one) => one !== '');
    }
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
  }
  throw new Error('a call without an end');
}

/** The path that a call's first argument spells, with a star for each id. */
function pathOf(argument: string, operators: string): string {
  const inner = /^at\(tenant, ['`](.*)['`]\)$/.exec(argument)?.[1];
  const text =
    inner ??
    argument
      .replace(/\$\{TENANTS\}/, operators)
      .replace(/^TENANTS$/, operators)
      .replaceAll('`', '');
  return text.replaceAll(/\$\{[^}]*\}/g, '*');
}

/** Paths below the tenant's own, and the operators' whole. */
export function portalPosts(): string[] {
  return readdirSync(FOLDER).flatMap((file) => {
    if (file === 'http.ts') return [];
    const text = readFileSync(path.join(FOLDER, file), 'utf8');
    const operators = /const TENANTS = '([^']*)'/.exec(text)?.[1] ?? '';
    return [...text.matchAll(CALL)].flatMap((match) => {
      const [to = '', body] = argumentsAt(text, match.index + match[0].length);
      return body === undefined || body === 'undefined' ? [] : [pathOf(to, operators)];
    });
  });
}
