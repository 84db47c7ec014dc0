// Whether an answer may be given at all, whoever asked for whatever. Pure.
import { fits } from '../../test/support/json-schema.ts';
import type { Operation } from './operations.ts';

export type Given = { status: number; type: string; text: string };

/** Lines of a stack, and paths of the files in it. */
const STACK = /\n\s+at \S|node_modules|\.(?:ts|js|mjs):\d+/;
/** What nobody routes has no row in the document. */
const UNROUTED = 404;

/**
 * What is wrong with an answer; null: nothing. `foreign`: texts that this visitor must never be shown; `own`: their own
 * credentials, which nobody needs to be told again.
 */
export function wrongWith(
  { answers }: Operation,
  { status, type, text }: Given,
  { foreign, own }: { foreign: readonly string[]; own: readonly string[] },
): string | null {
  if (status >= 500) return `answered ${status}`;
  if (STACK.test(text)) return 'told where it broke';
  const told = foreign.find((one) => text.includes(one));
  if (told !== undefined) return `told a byte of another tenant: ${told}`;
  if (own.some((one) => text.includes(one))) return 'repeated a credential';
  const media = type.split(';')[0] ?? '';
  const described = answers[status];
  if (described === undefined && status === UNROUTED)
    return /"code":"not_found"/.test(text) ? null : 'has an unknown 404';
  if (described === undefined) return `answered ${status}, of which the document knows nothing`;
  const schema = described[media];
  if (schema === undefined) return Object.keys(described).length === 0 ? null : `answered ${status} as ${media}`;
  if (!/^application\/(problem\+)?json$/.test(media)) return null;
  try {
    return fits(schema, JSON.parse(text)) ? null : `answered ${status} in another form than the document’s`;
  } catch (error) {
    return `answered ${status} with what cannot be read: ${(error as Error).message}`;
  }
}
