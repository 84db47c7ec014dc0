// Which installation a command means: the stand on this machine, or an environment of wrangler.toml on Cloudflare. Every command is told the same way.
import { ENVIRONMENTS, type EnvironmentName } from './environment.ts';

/** The command is wrong. */
export class Misuse extends Error {}

/** The options that say where; for `parseArgs`. */
export const WHERE_OPTIONS = {
  local: { type: 'boolean', default: false },
  remote: { type: 'boolean', default: false },
  env: { type: 'string' },
} as const;
type Said = { local?: boolean; remote?: boolean; env?: string };

export type Where = 'local' | EnvironmentName;

/** The environment that `--env` names. */
export function environmentNamed(word: string): EnvironmentName {
  const name = ENVIRONMENTS.find((one) => one === word);
  if (!name) throw new Misuse(`--env is ${ENVIRONMENTS.join(' or ')}.`);
  return name;
}

/** `--env` names an environment, and by itself says that Cloudflare is meant; `--remote` alone means production. Null if nothing is said. */
export function whereOf({ local, remote, env }: Said): Where | null {
  if (local && (remote || env !== undefined))
    throw new Misuse('--local is the stand on this machine: neither --remote nor --env goes with it.');
  if (env !== undefined) return environmentNamed(env);
  if (remote) return 'production';
  return local ? 'local' : null;
}

/** What somebody types to mean the same again. */
export const flagOf = (where: Where): string =>
  where === 'local' ? '--local' : where === 'production' ? '--remote' : `--env ${where}`;
