// One way to say which installation is meant, for every command that can reach one on Cloudflare.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { root } from '../lib/run.ts';
import { targetOf } from './as-operator.ts';
import { flagOf, Misuse, type Where, whereOf } from './where.ts';

afterEach(() => vi.unstubAllEnvs());

describe('where', () => {
  it.each<[Parameters<typeof whereOf>[0], Where | null]>([
    [{}, null],
    [{ local: true }, 'local'],
    [{ remote: true }, 'production'],
    [{ env: 'production' }, 'production'],
    [{ env: 'staging' }, 'staging'],
    [{ remote: true, env: 'staging' }, 'staging'],
  ])('%j is %s', (said, where) => {
    expect(whereOf(said)).toBe(where);
  });

  it.each([{ local: true, remote: true }, { local: true, env: 'staging' }, { env: 'stagin' }, { env: '' }])(
    '%j is refused, because a command that guesses might change the wrong installation',
    (said) => {
      expect(() => whereOf(said)).toThrow(Misuse);
    },
  );

  it.each(['local', 'production', 'staging'] as const)('%s is told again by the flag that is advised', (where) => {
    const [flag = '', env] = flagOf(where).split(' ');
    expect(whereOf(env === undefined ? { [flag.slice(2)]: true } : { env })).toBe(where);
  });
});

/** Each with what it wants beside the place. */
const COMMANDS = [
  ['deploy'],
  ['doctor'],
  ['tail'],
  ['tenant', 'list'],
  ['inspect', 'ID'],
  ['restore', '--tenant', 'ID'],
  ['verify'],
];

it('every command takes --env, and none goes on with an environment that there is not', async () => {
  const ended = COMMANDS.map(
    ([name, ...words]) =>
      new Promise<string>((resolve) => {
        const args = [`dev/${name}.ts`, ...words, '--env', 'stagin'];
        execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) =>
          resolve(`${name} ${error?.code} ${stdout}${stderr.split('\n')[0]}`),
        );
      }),
  );
  expect(await Promise.all(ended)).toEqual(COMMANDS.map(([name]) => `${name} 2 --env is production or staging.`));
});

describe('what is asked of the API', () => {
  const { staging } = JSON.parse(readFileSync(path.join(root, 'environments.json'), 'utf8'));

  it('goes to the environment’s own addresses, because a typed one may be another environment’s', async () => {
    vi.stubEnv('ACCESS_TOKEN', 'of-a-test');
    expect(await targetOf({ env: 'staging' })).toMatchObject({
      api: staging.api,
      portal: 'https://totlprovision-staging.totlcom.com',
    });
    expect(await targetOf({ remote: true, api: 'https://api.example.com' })).toMatchObject({
      api: 'https://api.example.com',
      portal: 'https://totlprovision.totlcom.com',
    });
  });

  it('says how to get the token of that environment where there is none', async () => {
    vi.stubEnv('ACCESS_TOKEN', '');
    await expect(targetOf({ env: 'staging' })).rejects.toThrow(`cloudflared access token -app=${staging.api}`);
  });
});
