// `npm run restore -- --tenant ID [--local | --remote]`: an operator puts a backup into an empty tenant. It asks the API again until all is in.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RestoreAnswer } from '../schema/backup.ts';
import type { Problem } from '../schema/problem.ts';
import { COOKIES } from './access.ts';
import { accessTokens } from './access-tokens.ts';
import { OPERATOR_EMAIL } from './demo-data.ts';
import { addressesFrom, DEFAULT_PORT } from './ports.ts';

const USAGE = `Usage: npm run restore -- --tenant ID [--at MS] [--json]
         --local [--port N] [--state-dir DIR]   into the stand that runs on this machine (default)
         --remote --api ORIGIN --portal ORIGIN  with an operator's Access token in ACCESS_TOKEN`;

type Options = { tenant: string; at: number | undefined; json: boolean };
/** Where to ask, and what proves who asks. */
type Target = { api: string; portal: string; cookie: string };

function readOptions() {
  const { values } = parseArgs({
    options: {
      tenant: { type: 'string' },
      at: { type: 'string' },
      local: { type: 'boolean', default: false },
      remote: { type: 'boolean', default: false },
      api: { type: 'string' },
      portal: { type: 'string' },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      'state-dir': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const at = values.at === undefined ? undefined : Number(values.at);
  if (!values.tenant) throw new Error('--tenant is required');
  if (values.local && values.remote) throw new Error('--local or --remote, not both');
  if (at !== undefined && !Number.isInteger(at)) throw new Error('--at must be the instant of a backup, in ms');
  return { ...values, tenant: values.tenant, at };
}

/** The stand's own sign-in: its key lies beside its state, readable by whoever started it. */
async function localTarget(port: number, stateDir: string | undefined): Promise<Target> {
  const addresses = addressesFrom(port);
  const folder = stateDir ?? path.join(import.meta.dirname, '../.stand');
  const file = (name: string) => path.join(folder, name);
  if (!existsSync(file('audience'))) throw new Error('There is no stand here: run `npm start` first.');
  const tokens = await accessTokens(file('access-key.json'), addresses.team, readFileSync(file('audience'), 'utf8'));
  const token = await tokens.mint({ email: OPERATOR_EMAIL, sub: OPERATOR_EMAIL });
  return { api: addresses.apiBehindAccess, portal: addresses.portal, cookie: `${COOKIES.api}=${token}` };
}

function remoteTarget(api: string | undefined, portal: string | undefined): Target {
  const token = process.env.ACCESS_TOKEN;
  if (!api || !portal) throw new Error('--remote needs --api and --portal');
  if (!token) throw new Error('--remote needs ACCESS_TOKEN, as `cloudflared access token -app=ORIGIN` prints it');
  return { api, portal, cookie: `CF_Authorization=${token}` };
}

async function restore({ api, portal, cookie }: Target, { tenant, at, json }: Options): Promise<void> {
  for (;;) {
    const response = await fetch(`${api}/v1/operator/tenants/${tenant}/restore`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: portal, 'content-type': 'application/json' },
      body: JSON.stringify(at === undefined ? {} : { at }),
    });
    if (!response.ok) {
      const problem = (await response.json().catch(() => null)) as Problem | null;
      throw new Error(problem ? `${problem.code}: ${problem.title}. ${problem.detail}` : `answered ${response.status}`);
    }
    const answer = (await response.json()) as RestoreAnswer;
    if (json) console.log(JSON.stringify(answer));
    else console.log(`${answer.chunksDone} of ${answer.chunks} chunks`);
    if (!answer.finished) continue;
    if (!json)
      console.log(
        `Restored: the backup of ${new Date(answer.backupAt).toISOString()}, audit head ${answer.head.seq} ${answer.head.hash}.`,
      );
    return;
  }
}

try {
  const options = readOptions();
  const target = options.remote
    ? remoteTarget(options.api, options.portal)
    : await localTarget(Number(options.port), options['state-dir']);
  await restore(target, options);
} catch (error) {
  console.error((error as Error).message);
  if (error instanceof TypeError || /--|Unknown option/.test((error as Error).message)) console.error(USAGE);
  process.exitCode = 1;
}
