// An environment to deploy to, as the repository describes it: wrangler.toml, environments.json, and the portal's own origins.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Unstable_Config } from 'wrangler';
import * as z from 'zod';
import { Origin } from '../../worker/core/env.ts';
import { type Origins, originsIn } from '../stand/portal-files.ts';

export const ENVIRONMENTS = ['production', 'staging'] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

const Project = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,56}[a-z0-9])?$/, { error: 'must be the name of a Pages project' });
const Projects = { portalProject: Project, docsProject: Project };
/**
 * Settings that wrangler.toml has no place for. portal/index.html has production's origins, as the set-up guide says.
 */
const Described = z.strictObject({
  production: z.strictObject(Projects),
  staging: z.strictObject({ ...Projects, api: Origin, engine: Origin }),
});

/** For wrangler's `--env`: production is the top level, which it calls by an empty name (decision 0056). */
export const wranglerEnvOf = (name: EnvironmentName): string => (name === 'production' ? '' : name);

export type Environment = {
  name: EnvironmentName;
  wranglerEnv: string;
  worker: Unstable_Config;
  /** The database's name, for wrangler's d1 commands. */
  database: string;
  /** Where this environment's API is, and what the portal is built with before they take its place. */
  origins: Origins;
  built: Origins;
  portalProject: string;
  docsProject: string;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`environments.json is not JSON: ${(error as Error).message}`);
  }
}

/** Reads an environment from a folder. Throws sentences that name the file where one cannot be read. */
export async function readEnvironment(folder: string, name: EnvironmentName): Promise<Environment> {
  const { unstable_readConfig } = await import('wrangler');
  const wranglerEnv = wranglerEnvOf(name);
  const worker = unstable_readConfig(
    { config: path.join(folder, 'wrangler.toml'), env: wranglerEnv },
    { hideWarnings: true },
  );
  const described = Described.safeParse(parsed(readFileSync(path.join(folder, 'environments.json'), 'utf8')));
  if (!described.success) {
    const issue = described.error.issues[0];
    throw new Error(`environments.json: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const built = originsIn(readFileSync(path.join(folder, 'portal/index.html'), 'utf8'));
  const { portalProject, docsProject } = described.data[name];
  const { api, engine } = name === 'production' ? built : described.data[name];
  const database = worker.d1_databases[0]?.database_name ?? '';
  return { name, wranglerEnv, worker, database, origins: { api, engine }, built, portalProject, docsProject };
}

/** A variable of the Worker as text; blank where wrangler.toml has none. */
export const variable = ({ vars }: Unstable_Config, name: string): string => {
  const value = vars[name];
  return typeof value === 'string' ? value : '';
};

/** The placeholder in wrangler.toml until `wrangler d1 create` has printed an id. */
export const PLACEHOLDER_ID = '00000000-0000-0000-0000-000000000000';

/** The account that wrangler.toml names; otherwise the one in the caller's own environment, or wrangler's sign-in. */
export const accountOf = ({ worker }: Environment): Record<string, string> =>
  worker.account_id ? { CLOUDFLARE_ACCOUNT_ID: worker.account_id } : {};
