// The steps of a deploy as values: what each runs, where it reaches, what it changes. Nothing is run here.
import { accountOf, type Environment, type EnvironmentName } from '../operate/environment.ts';

export const PARTS = ['d1', 'worker', 'portal', 'docs'] as const;
export type Part = (typeof PARTS)[number];

export type Step = {
  part: Part;
  title: string;
  command: readonly [string, ...string[]];
  /** What it adds to the caller's environment. */
  env: Record<string, string>;
  /** The change it makes, and why doing it twice does no harm. */
  changes: string;
  /** Reaches Cloudflare and needs an account; a dry run only shows it. */
  account: boolean;
  /** Skipped if this command's output contains this text: the step's result already exists. */
  unless?: { command: readonly [string, ...string[]]; says: string };
  /** What is wrong with a step that ended well, in a sentence that says what to do; read from what it printed. */
  oddIn?: (printed: string) => string | null;
};

const folderOf = (name: EnvironmentName, part: Part): string => `.wrangler/deploy/${name}/${part}`;
/** Where the portal of an environment is put together. */
export const portalFolder = (name: EnvironmentName): string => folderOf(name, 'portal');

/** Pages takes this branch for production; every other one would be a preview, with an address of its own. */
const BRANCH = 'main';

/** All steps for the parts wanted, in order: everything is built first, so that a failed build changes nothing. */
export function stepsOf(environment: Environment, parts: readonly Part[]): Step[] {
  const { name } = environment;
  const builds: Step[] = [
    {
      part: 'worker',
      title: 'Build the Worker',
      command: ['wrangler', 'deploy', '--dry-run', ...envFlag(environment), '--outdir', folderOf(name, 'worker')],
      env: {},
      changes: `Writes ${folderOf(name, 'worker')}; wrangler reads the whole of wrangler.toml.`,
      account: false,
    },
    {
      part: 'portal',
      title: 'Build the portal',
      command: ['npm', 'run', '--silent', 'build:for', '--', name],
      env: {},
      changes: `Writes ${portalFolder(name)}, which calls ${environment.origins.api}.`,
      account: false,
    },
    {
      part: 'docs',
      title: 'Build the docs site',
      command: ['npm', 'run', '--silent', 'docs:build'],
      env: {},
      changes: 'Writes docs/.vitepress/dist.',
      account: false,
    },
  ];
  const reaching: Step[] = [
    {
      part: 'd1',
      title: 'Bring the index up to date',
      command: ['wrangler', 'd1', 'migrations', 'apply', environment.database, '--remote', ...envFlag(environment)],
      env: {},
      changes: `Runs what is pending of schema/d1 in the database ${environment.database}; what has run is left alone.`,
      account: true,
    },
    {
      part: 'worker',
      title: 'Deploy the Worker',
      command: ['wrangler', 'deploy', ...envFlag(environment)],
      env: {},
      changes: `Puts this version of ${environment.worker.name} into service, objects' migrations first. No preview address.`,
      account: true,
    },
    ...pages(environment, 'portal', environment.portalProject, portalFolder(name)),
    ...pages(environment, 'docs', environment.docsProject, 'docs/.vitepress/dist'),
  ];
  return [...builds, ...reaching].filter(({ part }) => parts.includes(part));
}

/** With several environments in wrangler.toml, wrangler has to be told which; an empty name is the top level. */
const envFlag = ({ wranglerEnv }: Environment): string[] => [`--env=${wranglerEnv}`];

/** Pages reads no wrangler.toml of a Worker, so the account is told by a variable, folder and project on the command. */
function pages(environment: Environment, part: Part, project: string, folder: string): Step[] {
  const env = accountOf(environment);
  return [
    {
      part,
      title: `Make the Pages project ${project}`,
      command: ['wrangler', 'pages', 'project', 'create', project, '--production-branch', BRANCH],
      env,
      changes: 'An empty project, where there is none of this name.',
      account: true,
      unless: { command: ['wrangler', 'pages', 'project', 'list', '--json'], says: `"${project}"` },
      oddIn: (printed) => {
        const address = /https:\/\/([\w-]+\.pages\.dev)/.exec(printed)?.[1];
        return address === undefined || address === `${project}.pages.dev`
          ? null
          : `${project}.pages.dev is another account’s, and this project got ${address}: delete it (npx wrangler pages project delete ${project}), and put a name of your own into environments.json.`;
      },
    },
    {
      part,
      title: part === 'portal' ? 'Deploy the portal' : 'Deploy the docs site',
      command: [
        ...(['wrangler', 'pages', 'deploy', folder, '--project-name', project] as const),
        '--branch',
        BRANCH,
        '--commit-dirty=true',
      ],
      env,
      changes: `Puts these files into service at ${project}; the ones before stay in its history.`,
      account: true,
    },
  ];
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command as somebody would type it from the repository's root. */
export const shown = ({ command, env }: Pick<Step, 'command' | 'env'>): string =>
  [
    ...Object.entries(env).map(([key, value]) => `${key}=${quoted(value)}`),
    ...(command[0] === 'wrangler' ? ['npx'] : []),
    ...command.map(quoted),
  ].join(' ');
