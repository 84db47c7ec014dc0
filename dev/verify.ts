// `npm run verify -- https://portal.example.com`: builds the portal of this commit with the settings of the environment that has this address,
// downloads what is deployed there, and says of each file whether it is that. Ends with 1 if one is not.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { stagePortal } from './deploy/portal.ts';
import { standSession } from './doctor/stand-session.ts';
import { capture, root } from './lib/run.ts';
import { ENVIRONMENTS, readEnvironment, variable } from './operate/environment.ts';
import { standPort } from './stand/claim.ts';
import type { Origins } from './stand/portal-files.ts';
import { addressesFrom } from './stand/ports.ts';
import { askAt, holdAgainst } from './supply/deployed.ts';

const USAGE = `Usage: npm run verify -- ORIGIN_OF_THE_PORTAL
         with ACCESS_TOKEN, as \`cloudflared access token -app=ORIGIN\` prints it, where Access stands before it
       npm run verify -- --stand [--port N]    the local stand, while it runs`;

class Misuse extends Error {}

type Target = { portal: string; origins: Origins; cookie: string };

/** The origins are the repository's, never the deployed page's: that one might name a stranger's. */
async function deployed(portal: string): Promise<Target> {
  if (!URL.canParse(portal) || new URL(portal).origin !== portal) throw new Misuse('It wants the portal’s origin.');
  const token = (process.env.ACCESS_TOKEN ?? '').trim();
  // fetch would refuse anything else with a message that quotes it.
  if (!/^[\w.-]*$/.test(token))
    throw new Misuse('ACCESS_TOKEN is not a token: it wants what cloudflared prints, alone.');
  for (const name of ENVIRONMENTS) {
    const { worker, origins } = await readEnvironment(root, name);
    if (variable(worker, 'PORTAL_ORIGIN') === portal)
      return { portal, origins, cookie: token && `CF_Authorization=${token}` };
  }
  throw new Misuse(`No environment of this repository has its portal at ${portal}.`);
}

async function stand(port: string | undefined): Promise<Target> {
  const addresses = addressesFrom(port === undefined ? await standPort(path.join(root, '.stand')) : Number(port));
  const cookie = await standSession(addresses.team);
  if (cookie === null) throw new Error(`No stand answers at ${addresses.team}: run npm start first.`);
  return { portal: addresses.portal, origins: { api: addresses.apiBehindAccess, engine: addresses.api }, cookie };
}

/** What is built here, in words. */
async function commitInWords(): Promise<string> {
  const commit = await capture('git', ['rev-parse', '--short', 'HEAD']);
  if (!commit.ok) return 'this folder, which is no commit,';
  const changed = (await capture('git', ['status', '--porcelain'])).stdout.trim() !== '';
  return `commit ${commit.stdout.trim()}${changed ? ', with changes that are not committed,' : ''}`;
}

async function verify({ portal, origins, cookie }: Target): Promise<boolean> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-verify-'));
  try {
    const [dist, staged] = [path.join(folder, 'dist'), path.join(folder, 'staged')];
    const build = ['build', '--config', 'portal/vite.config.ts', '--logLevel', 'warn', '--outDir', dist];
    const built = await capture('vite', build);
    if (!built.ok) throw new Error(`The portal does not build: ${built.stderr}`);
    stagePortal(dist, staged, origins);
    const held = await holdAgainst(staged, askAt(portal, cookie));
    for (const { file, differs } of held)
      console.log(differs === null ? `same      ${file}` : `DIFFERENT ${file} ${differs}`);
    const others = held.filter(({ differs }) => differs !== null).length;
    const builds = `${await commitInWords()} builds for ${origins.api}`;
    console.log(
      others === 0
        ? `All ${held.length} files at ${portal} are what ${builds}.`
        : `${others} of ${held.length} files at ${portal} are not what ${builds}.`,
    );
    return others === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { stand: { type: 'boolean', default: false }, port: { type: 'string' } },
  });
  const target = values.stand ? await stand(values.port) : await deployed(positionals[0] ?? '');
  process.exitCode = (await verify(target)) ? 0 : 1;
} catch (error) {
  const { message, code, cause } = error as Error & { code?: string; cause?: { code?: string } };
  const isMisuse = error instanceof Misuse || code?.startsWith('ERR_PARSE_ARGS');
  console.error(isMisuse ? `${message}\n${USAGE}` : `${message}${cause?.code ? ` (${cause.code})` : ''}`);
  process.exitCode = isMisuse ? 2 : 1;
}
