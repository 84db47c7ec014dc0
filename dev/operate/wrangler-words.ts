// What wrangler says where a command fails, for sentences of ours: the cause alone, never the request's path, which has the account's id.

/** A token that is refused is told with the name of its variable too: only the advice to set one means that there is none. */
export const NOT_SIGNED_IN = /set a CLOUDFLARE_API_TOKEN|not authenticated|not logged in|run `?wrangler login/i;
export const NO_SUCH_DATABASE = /couldn't find (a )?D(1|B)|database \S+ could not be found|\[code: 7404\]/i;
const CAUSE_MAX_CHARACTERS = 200;

/** Where `--json` was asked, an error's own text is only that a request failed, and names its path; what Cloudflare said is in its notes. */
const withoutPath = (text: string): string => text.replaceAll(/\s*\(\/accounts\/[^)]*\)/g, '').trim();

/** The cause in what a failed command has printed, as JSON or in words; null if there is none. */
export function causeIn(output: string): string | null {
  const notes = /"notes":\s*\[\s*\{\s*"text":\s*"((?:[^"\\]|\\.)*)"/.exec(output)?.[1];
  const text = /"(?:text|message)":\s*"((?:[^"\\]|\\.)*)"/.exec(output)?.[1];
  // In words the cause is the first line with a code, after the line that names the request.
  const coded = /^\s*(.+\[code: \d+\])\s*$/m.exec(output)?.[1];
  const line = /ERROR\S*\s+(.+)/.exec(output)?.[1];
  const found = notes ?? coded ?? text ?? line;
  return found === undefined ? null : withoutPath(found.replaceAll('\\n', ' ')).slice(0, CAUSE_MAX_CHARACTERS);
}
