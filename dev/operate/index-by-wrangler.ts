// The index through `wrangler d1 execute`: the one way to it that works the same on the stand's files and on Cloudflare.
import path from 'node:path';
import { capture } from '../lib/run.ts';
import { wranglerEnvOf } from './environment.ts';
import type { Where } from './where.ts';
import { causeIn, NO_SUCH_DATABASE, NOT_SIGNED_IN } from './wrangler-words.ts';

/** `persistTo`: where a local stand keeps its state; wrangler's own place where absent. */
export type Place = { where: Where; persistTo?: string };
export type Rows = Record<string, string | number | null>[];

/** Runs statements (made by `sql`, never by hand) and answers the rows of each. Throws one sentence where it cannot. */
export async function ask(place: Place, statements: readonly string[]): Promise<Rows[]> {
  // By its binding: the database of each environment has a name of its own, and the stand's is production's.
  const [reach, env] = place.where === 'local' ? ['--local', ''] : ['--remote', wranglerEnvOf(place.where)];
  const args = ['d1', 'execute', 'INDEX_DB', reach, `--env=${env}`, '--json', '--yes'];
  if (place.persistTo) args.push('--persist-to', path.resolve(place.persistTo));
  const { ok, stdout, stderr } = await capture('wrangler', [...args, '--command', statements.join(';\n')]);
  if (!ok) throw new Error(sentence(place, `${stdout}\n${stderr}`));
  try {
    return (JSON.parse(stdout) as { results: Rows }[]).map(({ results }) => results);
  } catch {
    throw new Error('wrangler’s answer cannot be read; run its command by hand to see it.');
  }
}

const INIT: Record<Where, string> = {
  local: 'npm run db:init:local',
  production: 'npm run db:init:remote',
  staging: 'npm run deploy -- --env staging --only d1',
};

/**
 * The fault, in words for the person who typed the command. The statements, which may hold a token's hash, are not
 * repeated.
 */
function sentence({ where }: Place, output: string): string {
  if (/no such table|no such column/i.test(output))
    return `The index has no tables yet, or old ones: run "${INIT[where]}" first.`;
  if (NOT_SIGNED_IN.test(output)) return 'wrangler is not signed in: run "npx wrangler login" first.';
  if (NO_SUCH_DATABASE.test(output))
    return `There is no such database in the account: check database_id ${where === 'staging' ? 'under [env.staging] ' : ''}in wrangler.toml.`;
  const cause = causeIn(output);
  return `wrangler could not ask the index${cause === null ? '' : ` (${cause})`}.`;
}
