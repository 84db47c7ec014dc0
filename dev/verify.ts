// `npm run verify -- https://portal.example.com`: builds the portal of this commit with the settings of the environment that has this address,
// downloads what is deployed there, and says of each file whether it is that. Ends with 1 if one is not.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { stagePortal } from './deploy/portal.ts';
import { capture, root } from './lib/run.ts';
import { ENVIRONMENTS, readEnvironment, variable } from './operate/environment.ts';
import type { Origins } from './stand/portal-files.ts';
import { askAt, holdAgainst } from './supply/deployed.ts';

const USAGE = `Usage: npm run verify -- ORIGIN_OF_THE_PORTAL
         with ACCESS_TOKEN, as \`cloudflared access token -app=ORIGIN\` prints it, where Access stands before it
         --api ORIGIN --engine ORIGIN  for a portal that is of no environment of this repository, such as a stand's`;

class Misuse extends Error {}

/** The origins are the repository's or the caller's, never the deployed page's: that one might name a stranger's. */
async function originsFor(portal: string, api?: string, engine?: string): Promise<Origins> {
  if (api !== undefined && engine !== undefined) return { api, engine };
  for (const name of ENVIRONMENTS) {
    const environment = await readEnvironment(root, name);
    if (variable(environment.worker, 'PORTAL_ORIGIN') === portal) return environment.origins;
  }
  throw new Misuse(`No environment has its portal at ${portal}: give --api and --engine.`);
}

/** What is built here, in words. */
async function commitInWords(): Promise<string> {
  const commit = await capture('git', ['rev-parse', '--short', 'HEAD']);
  if (!commit.ok) return 'these files, which are no commit';
  const changed = (await capture('git', ['status', '--porcelain'])).stdout.trim() !== '';
  return `commit ${commit.stdout.trim()}${changed ? ' with changes that are not committed' : ''}`;
}

function accessToken(): string {
  const token = (process.env.ACCESS_TOKEN ?? '').trim();
  // fetch would refuse anything else with a message that quotes it.
  if (!/^[\w.-]*$/.test(token))
    throw new Misuse('ACCESS_TOKEN is not a token: it wants what cloudflared prints, alone.');
  return token;
}

async function verify(args: readonly string[]): Promise<boolean> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { api: { type: 'string' }, engine: { type: 'string' } },
  });
  const [portal = ''] = positionals;
  if (!URL.canParse(portal) || new URL(portal).origin !== portal) throw new Misuse('It wants the portal’s origin.');
  const token = accessToken();
  const origins = await originsFor(portal, values.api, values.engine);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-verify-'));
  try {
    const [dist, staged] = [path.join(folder, 'dist'), path.join(folder, 'staged')];
    const build = ['build', '--config', 'portal/vite.config.ts', '--logLevel', 'warn', '--outDir', dist];
    const built = await capture('vite', build, { env: { NODE_ENV: 'production' } });
    if (!built.ok) throw new Error(`The portal does not build: ${built.stderr}`);
    stagePortal(dist, staged, origins);
    const held = await holdAgainst(staged, askAt(portal, token));
    for (const { file, differs } of held)
      console.log(`${differs === null ? 'same     ' : 'DIFFERENT'} ${file}${differs === null ? '' : ` ${differs}`}`);
    const others = held.filter(({ differs }) => differs !== null).length;
    const words = await commitInWords();
    console.log(
      others === 0
        ? `All ${held.length} files at ${portal} are what ${words} builds for ${origins.api}.`
        : `${others} of ${held.length} files at ${portal} are not what ${words} builds for ${origins.api}.`,
    );
    return others === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = (await verify(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  const isMisuse = error instanceof Misuse || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  console.error(
    isMisuse ? `${(error as Error).message}\n${USAGE}` : `${(error as Error).message}${cause ? ` (${cause})` : ''}`,
  );
  process.exitCode = isMisuse ? 2 : 1;
}
