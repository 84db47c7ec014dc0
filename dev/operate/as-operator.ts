// An operator's calls to an installation's API: the stand on this machine, with its own sign-in, or a deployed one with an Access token.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../../schema/problem.ts';
import { root } from '../lib/run.ts';
import { accessTokens } from '../stand/access-tokens.ts';
import { standPort } from '../stand/claim.ts';
import { COOKIES } from '../stand/cookies.ts';
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';
import { addressesFrom } from '../stand/ports.ts';
import { type EnvironmentName, readEnvironment, variable } from './environment.ts';
import { Misuse, WHERE_OPTIONS, whereOf } from './where.ts';

/** The address, the caller's proof, and the advice if nobody answers. */
export type Target = { api: string; portal: string; cookie: string; hint: string };

/** The options that say where; for `parseArgs`. */
export const TARGET_OPTIONS = {
  ...WHERE_OPTIONS,
  api: { type: 'string' },
  portal: { type: 'string' },
  port: { type: 'string' },
  'state-dir': { type: 'string' },
} as const;
type TargetValues = {
  local?: boolean;
  remote?: boolean;
  env?: string;
  api?: string;
  portal?: string;
  port?: string;
  'state-dir'?: string;
};

/** Reads the address from the options. Throws one sentence if it cannot. */
export async function targetOf(values: TargetValues): Promise<Target> {
  const where = whereOf(values) ?? 'local';
  return where === 'local'
    ? localTarget(values.port, values['state-dir'] ?? path.join(root, '.stand'))
    : remoteTarget(where, values);
}

/** The stand's own sign-in: its key lies beside its state, readable by the person who started it. */
async function localTarget(port: string | undefined, folder: string): Promise<Target> {
  const addresses = addressesFrom(port === undefined ? await standPort(folder) : Number(port));
  const file = (name: string) => path.join(folder, name);
  if (!existsSync(file('audience'))) throw new Error('There is no stand here: run `npm start` first.');
  const tokens = await accessTokens(file('access-key.json'), addresses.team, readFileSync(file('audience'), 'utf8'));
  const token = await tokens.mint({ email: OPERATOR_EMAIL, sub: OPERATOR_EMAIL });
  const { apiBehindAccess: api, portal } = addresses;
  const hint = 'Run `npm start` first.';
  return { api, portal, cookie: `${COOKIES.api}=${token}`, hint };
}

/** The environment's own addresses, as the repository has them, unless the command names others. */
async function remoteTarget(name: EnvironmentName, given: Pick<TargetValues, 'api' | 'portal'>): Promise<Target> {
  const { origins, worker } = await readEnvironment(root, name);
  const { api = origins.api, portal = variable(worker, 'PORTAL_ORIGIN') } = given;
  const token = process.env.ACCESS_TOKEN;
  if (!token) throw new Misuse(`ACCESS_TOKEN is missing: \`cloudflared access token -app=${api}\` prints it.`);
  // fetch would refuse anything else, such as a line break in the middle, with a message that quotes it.
  if (!/^[\w.-]+$/.test(token.trim()))
    throw new Error('ACCESS_TOKEN is not a token: it wants what cloudflared prints, alone');
  return { api, portal, cookie: `CF_Authorization=${token.trim()}`, hint: 'Is that the API’s own domain?' };
}

/** One call; a GET if there is no body. Throws the problem as a sentence if the answer is not a success. */
export async function asOperator<T>({ api, portal, cookie, hint }: Target, route: string, body?: unknown): Promise<T> {
  const response = await fetch(`${api}/v1/operator/${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: { cookie, ...(body === undefined ? {} : { origin: portal, 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error: Error) => {
    const { code } = (error.cause ?? {}) as { code?: string };
    throw new Error(`${api} does not answer${code ? ` (${code})` : ''}. ${hint}`);
  });
  if (response.ok) return response.json() as Promise<T>;
  if (response.status >= 300 && response.status < 400)
    throw new Error(`${api} asks for a sign-in: ACCESS_TOKEN is of another application, or has run out.`);
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new Error(problem ? `${problem.code}: ${problem.title}. ${problem.detail}` : `answered ${response.status}`);
}
