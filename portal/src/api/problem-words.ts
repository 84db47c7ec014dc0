// A refusal in a person's words: where a part of the body will not do, which one it is and why; never the API's own path of it.
import type { Problem } from '../../../schema/problem.ts';

/** The member that a path ends at: `body.kinds.0` is about `kinds`. */
const memberOf = (field: string): string =>
  field
    .split('.')
    .filter((part) => !/^(\d+|…)$/.test(part))
    .at(-1) ?? field;

/** `ticketPattern` as "Ticket pattern", `url` as "URL". */
function membersWords(member: string): string {
  if (member === 'url') return 'URL';
  const words = member.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A schema's own words, which name its types and the API's values, in a person's. */
const SAID: readonly [said: RegExp, words: string][] = [
  [/^(Invalid input|Invalid option|must be one of)\b.*/, 'is not something that fits here'],
  [/^Too small: .* >=1 .*/, 'must not be empty'],
  [/^Too small: .* >=?(-?\d+)( \w+)?$/, 'must be at least $1$2'],
  [/^Too big: .* <=?(-?\d+)( \w+)?$/, 'must be at most $1$2'],
];

function plain(message: string): string {
  const found = SAID.find(([said]) => said.test(message));
  return found ? message.replace(...found) : message;
}

const isWhole = (field: string): boolean => field === 'body' || field === 'query';

/** By the member that each is about, for a form that says it at its field. */
export const fieldsOf = (errors: NonNullable<Problem['errors']>): ReadonlyMap<string, string> =>
  new Map(errors.filter(({ field }) => !isWhole(field)).map(({ field, message }) => [memberOf(field), plain(message)]));

/** Why members will not do that no field of a form is about. */
export const refusedWords = (fields: ReadonlyMap<string, string>): string =>
  [...fields].map(([member, why]) => `${membersWords(member)}: ${why}.`).join(' ');

export function wordsOf({ title, detail, errors = [] }: Pick<Problem, 'title' | 'detail' | 'errors'>): string {
  if (errors.length === 0) return `${title}. ${detail}`;
  const said = errors.map(({ field, message }) =>
    isWhole(field) ? `What was sent ${plain(message)}.` : `${membersWords(memberOf(field))}: ${plain(message)}.`,
  );
  return [...new Set(said)].join(' ');
}
