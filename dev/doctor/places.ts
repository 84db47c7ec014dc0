// Where an environment's hosts are: from the repository, with the additional addresses that the platform gives.

import { capture } from '../lib/run.ts';
import { type Environment, variable } from '../operate/environment.ts';
import type { Places } from './online.ts';

/** An environment's addresses. Asks wrangler for the newest version of the Worker; without an account that one is left out. */
export async function placesOf(environment: Environment): Promise<Places> {
  const { worker, origins, portalProject, docsProject } = environment;
  const pages = [portalProject, docsProject].flatMap((project) => [
    `https://${project}.pages.dev`,
    `https://main.${project}.pages.dev`,
  ]);
  return {
    portal: variable(worker, 'PORTAL_ORIGIN'),
    ...origins,
    team: `https://${variable(worker, 'ACCESS_TEAM_DOMAIN')}`,
    previews: [...pages, ...(await versionHost(environment))],
  };
}

/** Where the newest version would answer if preview addresses were on: the first eight digits of its id before the host. */
async function versionHost({ wranglerEnv, origins }: Environment): Promise<string[]> {
  const host = new URL(origins.engine).host;
  if (!host.endsWith('.workers.dev')) return [];
  const { ok, stdout } = await capture('wrangler', ['versions', 'list', '--json', `--env=${wranglerEnv}`]);
  const id = ok ? /"id":\s*"([0-9a-f]{8})-/.exec(stdout)?.[1] : undefined;
  return id === undefined ? [] : [`https://${id}-${host}`];
}
