// Names of acts: the API does what bears a name once. An act that nobody knows the outcome of keeps its name, so that pressing again does not
// do it twice.
import { isUnknown } from './http.ts';

/** By what was asked for: the names of acts whose answer is not known, in this tab. */
const unknown = new Map<string, string>();
const UNKNOWN_MAX = 100;

/** Asks under a name: a new one, or the one under which the same was asked for before without an answer. */
export async function named<Answer>(url: URL, what: string, ask: (url: URL) => Promise<Answer>): Promise<Answer> {
  const same = `${url} ${what}`;
  const act = unknown.get(same) ?? crypto.randomUUID();
  unknown.set(same, act);
  for (const oldest of unknown.keys()) if (unknown.size > UNKNOWN_MAX) unknown.delete(oldest);
  const asked = new URL(url);
  asked.searchParams.set('act', act);
  try {
    const answer = await ask(asked);
    unknown.delete(same);
    return answer;
  } catch (error) {
    if (!isUnknown(error)) unknown.delete(same);
    throw error;
  }
}
