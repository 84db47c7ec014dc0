// Pages: projects, and deployments of files that wrangler uploads by hash before it names them.
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { type Account, hex, now, type PagesDeployment, type Project, servedDeployment } from './account.ts';
import { ok, paged, Refused } from './answer.ts';
import { type Answers, type Asked, textOf } from './asked.ts';
import type { Sites } from './sites.ts';

const PROJECTS = '/accounts/:account/pages/projects';
const PROJECT = `${PROJECTS}/:project`;
const TOKEN_SECONDS = 1_800;
const RULES = ['_headers', '_redirects', '_routes.json', '_worker.bundle'];

const STAGES = ['queued', 'initialize', 'clone_repo', 'build', 'deploy'];
const stage = (name: string) => ({ name, status: 'success', started_on: now(), ended_on: now() });

const shown = (project: Project, { id, environment, branch, created_on }: PagesDeployment) => ({
  id,
  short_id: id.slice(0, 8),
  project_id: project.id,
  project_name: project.name,
  environment,
  url: `https://${id.slice(0, 8)}.${project.subdomain}.pages.dev`,
  created_on,
  modified_on: created_on,
  aliases: null,
  is_skipped: false,
  latest_stage: stage('deploy'),
  stages: STAGES.map(stage),
  env_vars: {},
  deployment_trigger: { type: 'ad_hoc', metadata: { branch, commit_hash: '', commit_message: '' } },
});

const CONFIG = { compatibility_date: '2026-08-01', compatibility_flags: [], env_vars: {} };
const described = (project: Project) => {
  const served = servedDeployment(project);
  return {
    id: project.id,
    name: project.name,
    subdomain: `${project.subdomain}.pages.dev`,
    domains: [`${project.subdomain}.pages.dev`, ...project.hosts],
    created_on: project.created_on,
    production_branch: project.production_branch,
    source: null,
    deployment_configs: { production: CONFIG, preview: CONFIG },
    ...(served === undefined
      ? {}
      : { canonical_deployment: shown(project, served), latest_deployment: shown(project, served) }),
  };
};

const text = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The tokens that let a deployment upload files: of this process, for half an hour. */
class UploadTokens {
  readonly #key = randomBytes(32);

  #mark(head: string): Buffer {
    return createHmac('sha256', this.#key).update(head).digest();
  }

  issue(): string {
    const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
    const head = `${text({ alg: 'HS256', typ: 'JWT' })}.${text({ exp, max_file_count_allowed: 20_000 })}`;
    return `${head}.${this.#mark(head).toString('base64url')}`;
  }

  require({ headers }: Asked): void {
    const [head = '', claims = '', mark = ''] = (headers.authorization ?? '').replace(/^Bearer /, '').split('.');
    const given = Buffer.from(mark, 'base64url');
    const wanted = this.#mark(`${head}.${claims}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
      throw new Refused(401, 8000013, 'Authorization failed');
  }
}

export function answersOfPages(account: Account, sites: Sites): Answers {
  const tokens = new UploadTokens();
  const assets = (answer: (asked: Asked) => unknown) => (asked: Asked) => {
    tokens.require(asked);
    return ok(answer(asked));
  };
  return {
    [`GET ${PROJECTS}`]: ({ query }) => paged([...account.projects.values()].map(described), query),
    [`POST ${PROJECTS}`]: (asked) => {
      const { name, production_branch } = asked.json<{ name: string; production_branch: string }>();
      if (account.projects.has(name))
        throw new Refused(409, 8000002, 'A project with this name already exists. Choose a different project name.');
      // The address is the whole world's: where another account has it, Cloudflare gives one with three letters more.
      const subdomain = account.elsewhere.has(name) ? `${name}-${hex(2).slice(0, 3)}` : name;
      const made: Project = {
        id: randomUUID(),
        name,
        subdomain,
        production_branch,
        created_on: now(),
        deployments: [],
        hosts: [account.promised.get(name) ?? []].flat(),
      };
      account.projects.set(name, made);
      return ok(described(made));
    },
    [`GET ${PROJECT}`]: (asked) => ok(described(account.project(asked.get('project')))),
    [`GET ${PROJECT}/upload-token`]: (asked) => {
      account.project(asked.get('project'));
      return ok({ jwt: tokens.issue() });
    },
    'POST /pages/assets/check-missing': assets((asked) =>
      asked.json<{ hashes: string[] }>().hashes.filter((hash) => !account.assets.has(hash)),
    ),
    'POST /pages/assets/upload': assets((asked) => {
      const files = asked.json<{ key: string; value: string }[]>();
      for (const { key, value } of files) account.assets.set(key, Buffer.from(value, 'base64'));
      return { successful_key_count: files.length, unsuccessful_keys: [] };
    }),
    'POST /pages/assets/upsert-hashes': assets(() => null),
    [`POST ${PROJECT}/deployments`]: async (asked) => {
      const project = account.project(asked.get('project'));
      const form = await asked.form();
      const manifest = JSON.parse(await textOf(form.get('manifest'))) as Record<string, string>;
      const lost = Object.values(manifest).filter((hash) => !account.assets.has(hash));
      if (lost.length > 0) throw new Refused(400, 8000029, `${lost.length} files of the manifest were never uploaded.`);
      const branch = (await textOf(form.get('branch'))) || project.production_branch;
      const rules: Record<string, string> = {};
      for (const name of RULES) if (form.has(name)) rules[name] = await textOf(form.get(name));
      const environment = branch === project.production_branch ? 'production' : 'preview';
      const deployment = { id: randomUUID(), environment, branch, created_on: now(), manifest, rules };
      project.deployments.push(deployment);
      await sites.update();
      return ok(shown(project, deployment));
    },
    [`GET ${PROJECT}/deployments/:deployment`]: (asked) => {
      const project = account.project(asked.get('project'));
      const found = project.deployments.find(({ id }) => id === asked.get('deployment'));
      if (!found) throw new Refused(404, 8000009, 'The deployment ID you have specified does not exist.');
      return ok(shown(project, found));
    },
  };
}
