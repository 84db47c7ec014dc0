// What this browser has asked access for, and the eight words it made of it. Kept only here: words given back by a
// server would prove nothing.
import type { VaultPurpose } from '../../../schema/signed.ts';
import { memory } from '../core/memory.ts';

export type AskedWords = { rights: readonly VaultPurpose[]; words: readonly string[] };

const keyOf = (tenant: string, grant: string): string => `totl.grant.${tenant}.${grant}`;

export const keepWords = (tenant: string, grant: string, { rights, words }: AskedWords): void =>
  memory.write(keyOf(tenant, grant), JSON.stringify({ rights, words }));

/** `earlier`: asked when the words did not yet say what the request is for, so they are compared with nobody's. */
export function readWords(tenant: string, grant: string): AskedWords | 'earlier' | null {
  const text = memory.read(keyOf(tenant, grant));
  if (text === null) return null;
  return text.startsWith('{') ? (JSON.parse(text) as AskedWords) : 'earlier';
}

/** Forgets the words of requests that no longer wait, and says which these were. */
export function forgetWords(tenant: string, waiting: readonly string[]): string[] {
  const kept = new Set(waiting.map((grant) => keyOf(tenant, grant)));
  const over = memory.keys().filter((key) => key.startsWith(keyOf(tenant, '')) && !kept.has(key));
  for (const key of over) memory.forget(key);
  return over.map((key) => key.slice(keyOf(tenant, '').length));
}
