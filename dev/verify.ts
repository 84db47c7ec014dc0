// `npm run verify -- --remote`, `-- --env staging` or `-- https://portal.example.com`: builds the portal of this commit with the settings of that
// environment, downloads what is deployed there, and says of each file whether it is that. Ends with 1 if one is not.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { standSession } from './doctor/stand-session.ts';
import { root } from './lib/run.ts';
import { ENVIRONMENTS, readEnvironment, variable } from './operate/environment.ts';
import { Misuse, WHERE_OPTIONS, whereOf } from './operate/where.ts';
import { standPort } from './stand/claim.ts';
import type { Origins } from './stand/portal-files.ts';
import { addressesFrom } from './stand/ports.ts';
import { copyInWords, heldAgainstThis } from './supply/of-this-commit.ts';

const USAGE = `Usage: npm run verify -- --remote | --env NAME | ORIGIN_OF_THE_PORTAL
         with ACCESS_TOKEN, as \`cloudflared access token -app=ORIGIN\` prints it, where Access stands before it
       npm run verify -- --local [--port N]    the stand on this machine, while it runs; --stand is the same`;

type Target = { portal: string; origins: Origins; cookie: string };

/** The environment of a name, or the one that has its portal at an origin. */
async function deployed(wanted: string): Promise<Target> {
  const isName = ENVIRONMENTS.some((one) => one === wanted);
  if (!isName && (!URL.canParse(wanted) || new URL(wanted).origin !== wanted))
    throw new Misuse('It wants an environment or the portal’s origin.');
  const token = (process.env.ACCESS_TOKEN ?? '').trim();
  // fetch would refuse anything else with a message that quotes it.
  if (!/^[\w.-]*$/.test(token))
    throw new Misuse('ACCESS_TOKEN is not a token: it wants what cloudflared prints, alone.');
  for (const name of ENVIRONMENTS) {
    const { worker, origins } = await readEnvironment(root, name);
    const portal = variable(worker, 'PORTAL_ORIGIN');
    if (name === wanted || portal === wanted) return { portal, origins, cookie: token && `CF_Authorization=${token}` };
  }
  throw new Misuse(`No environment of this repository has its portal at ${wanted}.`);
}

async function stand(port: string | undefined): Promise<Target> {
  const addresses = addressesFrom(port === undefined ? await standPort(path.join(root, '.stand')) : Number(port));
  const cookie = await standSession(addresses.team);
  if (cookie === null) throw new Error(`No stand answers at ${addresses.team}: run npm start first.`);
  return { portal: addresses.portal, origins: { api: addresses.apiBehindAccess, engine: addresses.api }, cookie };
}

async function verify({ portal, origins, cookie }: Target): Promise<boolean> {
  const held = await heldAgainstThis(portal, origins, cookie);
  for (const { file, differs } of held)
    console.log(differs === null ? `same      ${file}` : `DIFFERENT ${file} ${differs}`);
  const others = held.filter(({ differs }) => differs !== null).length;
  const builds = `${await copyInWords()} builds for ${origins.api}`;
  console.log(
    others === 0
      ? `All ${held.length} files at ${portal} are what ${builds}.`
      : `${others} of ${held.length} files at ${portal} are not what ${builds}.`,
  );
  return others === 0;
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { ...WHERE_OPTIONS, stand: { type: 'boolean', default: false }, port: { type: 'string' } },
  });
  const where = whereOf({ ...values, local: values.local || values.stand });
  if (where !== null && positionals.length > 0) throw new Misuse('An origin says where by itself.');
  const target = where === 'local' ? await stand(values.port) : await deployed(where ?? positionals[0] ?? '');
  process.exitCode = (await verify(target)) ? 0 : 1;
} catch (error) {
  const { message, code, cause } = error as Error & { code?: string; cause?: { code?: string } };
  const isMisuse = error instanceof Misuse || code?.startsWith('ERR_PARSE_ARGS');
  console.error(isMisuse ? `${message}\n${USAGE}` : `${message}${cause?.code ? ` (${cause.code})` : ''}`);
  process.exitCode = isMisuse ? 2 : 1;
}
