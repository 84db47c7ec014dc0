// Why a step of a deploy failed and what to do, in one sentence, from what wrangler printed. Only what is known by Cloudflare's code or wrangler's own
// words: anything else is left to the output above.
import { NOT_SIGNED_IN } from '../operate/wrangler-words.ts';

const CAUSES: readonly [RegExp, string][] = [
  [
    /\[code: (10000|9109)\]|Authentication error/,
    'The sign-in may not do this, or is another account’s: compare account_id in wrangler.toml with "npx wrangler whoami", and give the token the rights Workers Scripts, D1, Cloudflare Pages and Workers R2 Storage, each to edit.',
  ],
  [
    /\[code: (7404|10181)\]|couldn't find (a )?D(1|B)/i,
    'There is no such database in this account: put the database_id that "npx wrangler d1 create" or "npx wrangler d1 list" prints into wrangler.toml.',
  ],
  [
    /\[code: 10085\]/,
    'There is no such bucket: run "npx wrangler r2 bucket create" with the bucket_name of wrangler.toml, or take [[r2_buckets]] out.',
  ],
  [
    /already exists: SQLITE_ERROR|duplicate column name/i,
    'Somebody else has brought the index up to date at the same moment: go on with the command below, which begins with what is pending now.',
  ],
  [
    /\[code: 10079\]/,
    'Somebody else has deployed at the same moment, or from a copy with other [[migrations]] in wrangler.toml: agree on one copy, then go on.',
  ],
  [
    /\[code: (10064|10061|10074)\]/,
    'The class of the tenant objects is not the one that is deployed: a renamed class needs an entry in [[migrations]] of wrangler.toml, and nothing of it may be repeated.',
  ],
  [
    /\[code: 10021\]/,
    'Cloudflare refuses this Worker because it does not start: what it says is above, and nothing was put into service.',
  ],
  [
    /\[code: 8000002\]/,
    'A Pages project of this name exists already, and the list did not show it: look under Workers & Pages whose it is, or choose another name in environments.json.',
  ],
  [
    /fetch failed|ECONNREFUSED|ENOTFOUND|\[code: (7500|10013|1101)\]|internal error|status: 5\d\d|malformed response/i,
    'Cloudflare does not answer as it should: wait for www.cloudflarestatus.com, then go on.',
  ],
  [NOT_SIGNED_IN, 'wrangler is not signed in: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN.'],
];

/** The sentence for what a failed step has printed; null if it is not known. */
export const causeOf = (output: string): string | null => CAUSES.find(([form]) => form.test(output))?.[1] ?? null;
