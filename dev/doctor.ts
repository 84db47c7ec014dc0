// `npm run doctor`: looks at a configuration and at its deployment, one line a check, and changes nothing.
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as configuration from './doctor/configuration.ts';
import { readSession, readToken } from './doctor/credentials.ts';
import { type Finding, lineOf, sumOf } from './doctor/finding.ts';
import { listMigrations, migrations } from './doctor/migrations.ts';
import { lookOffline } from './doctor/offline.ts';
import { lookOnline, type Places } from './doctor/online.ts';
import { placesOf } from './doctor/places.ts';
import { portalFiles } from './doctor/portal-files.ts';
import { QUESTIONS, questionLine } from './doctor/questions.ts';
import { standSession } from './doctor/stand-session.ts';
import { root } from './lib/run.ts';
import { type EnvironmentName, readEnvironment } from './operate/environment.ts';
import { environmentNamed, Misuse } from './operate/where.ts';
import { standPort } from './stand/claim.ts';
import { addressesFrom } from './stand/ports.ts';

const HELP = `Usage: npm run doctor -- [--env production|staging] [--offline]
       npm run doctor -- --stand [--port N]

  --offline            only what stands in the repository; no network, no account
  --stand              the local stand in place of an environment, while it runs
  --token-file FILE    a machine token, or an engine.json; "-" reads it from standard input
  --session-file FILE  the value of the cookie CF_Authorization after a sign-in: looks behind Access
  --portal ORIGIN, --api ORIGIN, --engine ORIGIN, --team ORIGIN
                       other addresses than the repository's
  --port N             the stand's first port, where it is not the one that runs here
  --persist-to DIR     where the stand keeps its state, if not in .wrangler/state

One line a check: ok, warn or FAIL, what was found, and what to do. Ends with 1 where one failed.
It changes nothing and shows neither a token nor a session.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  env: text,
  offline: flag,
  stand: flag,
  help: flag,
  port: text,
  'persist-to': text,
  'token-file': text,
  'session-file': text,
  portal: text,
  api: text,
  engine: text,
  team: text,
} as const;

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const name = environmentNamed(values.env ?? 'production');
    if (values.stand && (values.env || values.offline)) throw new Error('--stand stands alone.');
    return { ...values, name };
  } catch (error) {
    throw new Misuse((error as Error).message.split('. ')[0]);
  }
}
type Options = ReturnType<typeof readOptions>;

async function look(options: Options): Promise<Finding[]> {
  const token = options['token-file'] === undefined ? null : await readToken(options['token-file']);
  if (options.stand) return lookAtStand(options, token);
  const offline = await lookOffline(root, options.name, !options.offline);
  if (options.offline || offline.some(({ name, level }) => name === 'configuration' && level === 'FAIL'))
    return offline;
  const environment = await readEnvironment(root, options.name);
  const { wranglerEnv, database } = environment;
  const cookie = options['session-file'] === undefined ? null : readSession(options['session-file']);
  const [listed, [places, online]] = await Promise.all([
    listMigrations({ database, wranglerEnv, where: 'remote' }),
    placesOf(environment).then(async (known): Promise<[Places, Finding[]]> => {
      const places = { ...known, ...given(options) };
      return [places, await lookOnline(places, { token, cookie })];
    }),
  ]);
  // Afterwards, since a build keeps this machine so busy that its clock would seem wrong.
  return [...offline, migrations(listed, 'remote'), ...online, await portalFiles(places, cookie)];
}

async function lookAtStand(options: Options, token: string | null): Promise<Finding[]> {
  const persistTo = options['persist-to'];
  const state = persistTo ?? path.join(root, '.stand');
  const addresses = addressesFrom(options.port === undefined ? await standPort(state) : Number(options.port));
  const { portal, apiBehindAccess: api, api: engine, team } = addresses;
  const places: Places = { portal, api, engine, team, previews: [], ...given(options) };
  const { worker, database } = await readEnvironment(root, 'production');
  const where = 'local';
  const demo = token ?? (await readToken(path.join(state, 'demo.json')).catch(() => null));
  const cookie = await standSession(places.team);
  if (cookie === null) throw new Error(`No stand answers at ${places.team}: run npm start first.`);
  const [listed, online] = await Promise.all([
    listMigrations({ database, wranglerEnv: '', where, ...(persistTo === undefined ? {} : { persistTo }) }),
    lookOnline(places, { token: demo, cookie }),
  ]);
  return [
    configuration.nodeVersion(process.versions.node),
    configuration.bindings(worker),
    migrations(listed, where),
    ...online,
  ];
}

const given = ({ portal, api, engine, team }: Options): Partial<Places> =>
  Object.fromEntries(Object.entries({ portal, api, engine, team }).filter(([, origin]) => origin !== undefined));

/** Without a network every check of a host fails, and each names a fix that does not help. */
const nobodyAnswers = (findings: readonly Finding[]): boolean =>
  ['access-keys', 'health', 'custom-domain', 'portal-protected'].every((name) =>
    findings.some((one) => one.name === name && one.level === 'FAIL' && one.finding.includes('does not answer')),
  );

/** A fix names the environment it is for. */
const inEnvironment = (fix: string, name: EnvironmentName): string =>
  name === 'production'
    ? fix
    : fix.replace('npm run deploy --', `npm run deploy -- --env ${name}`).replace('--remote', `--env ${name}`);

try {
  const options = readOptions();
  if (options.help) console.log(HELP);
  else {
    const findings = await look(options);
    for (const { fix, ...rest } of findings)
      console.log(lineOf(fix === undefined ? rest : { ...rest, fix: inEnvironment(fix, options.name) }));
    console.log(`\n${sumOf(findings)}`);
    if (!options.offline && !options.stand)
      console.log(`\nWhat cannot be seen from outside:\n${QUESTIONS.map(questionLine).join('\n')}`);
    if (nobodyAnswers(findings))
      console.log('No host answers: look at this machine’s network and name service before any line above.');
    process.exitCode = findings.some(({ level }) => level === 'FAIL') ? 1 : 0;
  }
} catch (error) {
  console.error((error as Error).message);
  if (error instanceof Misuse) console.error('See: npm run doctor -- --help');
  process.exitCode = 2;
}
