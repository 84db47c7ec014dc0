// What a Cloudflare account holds, as far as this product uses one: databases, Workers with their versions, Pages projects, buckets, tails.
// In memory: it ends with the process that made it.
import { randomBytes } from 'node:crypto';
import { Refused } from './answer.ts';

export type Database = { uuid: string; name: string; created_at: string };
export type Bucket = { name: string; creation_date: string };

export type Binding = { name: string; type: string } & Record<string, unknown>;
export type Module = { name: string; type: string; text: string };
export type Version = {
  id: string;
  number: number;
  created_on: string;
  etag: string;
  main: string;
  modules: readonly Module[];
  bindings: readonly Binding[];
  compatibilityDate: string;
  compatibilityFlags: readonly string[];
  annotations: Record<string, string>;
};
export type Deployment = {
  id: string;
  source: string;
  strategy: string;
  author_email: string;
  created_on: string;
  annotations: Record<string, string>;
  versions: { version_id: string; percentage: number }[];
};
export type Worker = {
  id: string;
  name: string;
  created_on: string;
  modified_on: string;
  tags: string[];
  observability: object | undefined;
  versions: Version[];
  deployments: Deployment[];
  /** The classes of its objects, and the last migration of the list that made them. */
  classes: string[];
  migrationTag: string | undefined;
  subdomain: { enabled: boolean; previews_enabled: boolean };
  /** Its custom domains, which the dashboard gives. */
  hosts: string[];
  /** The version whose code its objects run; another than the one that answers while an update is put off. */
  objects: string;
};

export type PagesDeployment = {
  id: string;
  environment: string;
  branch: string;
  created_on: string;
  /** Paths of the site, each with the hash of its content. */
  manifest: Record<string, string>;
  /** Files that Pages reads and never serves, such as `_headers`. */
  rules: Record<string, string>;
};
export type Project = {
  id: string;
  name: string;
  /** Its name in front of `.pages.dev`: another than its own where somebody else has that. */
  subdomain: string;
  production_branch: string;
  created_on: string;
  deployments: PagesDeployment[];
  hosts: string[];
};

export class Account {
  readonly id: string;
  readonly token: string;
  /** In front of `.workers.dev`. */
  readonly subdomain: string;
  readonly databases = new Map<string, Database>();
  readonly workers = new Map<string, Worker>();
  readonly projects = new Map<string, Project>();
  readonly assets = new Map<string, Uint8Array>();
  readonly buckets = new Map<string, Bucket>();
  /** By id, the Worker that is listened to. */
  readonly tails = new Map<string, string>();
  /** Custom domains that Workers and projects get as soon as they are there, by their name. */
  readonly promised = new Map<string, string>();
  /** Names in front of `.pages.dev` that other accounts have. */
  readonly elsewhere = new Set<string>();
  /** What the token may not do: a part of a call's path, such as `/d1/`. */
  readonly forbidden = new Set<string>();

  constructor(subdomain: string) {
    this.id = hex();
    this.token = `stand-in-${hex()}`;
    this.subdomain = subdomain;
  }

  worker(name: string): Worker {
    const found = this.workers.get(name);
    if (!found) throw new Refused(404, 10007, 'This Worker does not exist on your account.');
    return found;
  }

  project(name: string): Project {
    const found = this.projects.get(name);
    if (!found)
      throw new Refused(
        404,
        8000007,
        'Project not found. The specified project name does not match any of your existing projects.',
      );
    return found;
  }

  database(nameOrId: string): Database {
    const found = this.databases.get(nameOrId) ?? [...this.databases.values()].find(({ name }) => name === nameOrId);
    if (!found) throw new Refused(404, 7404, `The database ${nameOrId} could not be found`);
    return found;
  }
}

export const hex = (bytes = 16): string => randomBytes(bytes).toString('hex');
export const now = (): string => new Date().toISOString();

export function versionOf(worker: Worker, id: string): Version {
  const found = worker.versions.find((one) => one.id === id);
  if (!found) throw new Refused(404, 10217, `Version ${id} does not exist.`);
  return found;
}

/** The version in service: of two that share the requests, the one that has more of them. */
export function servedVersion(worker: Worker): Version {
  const shares = worker.deployments.at(-1)?.versions ?? [];
  const most = shares.toSorted((one, two) => two.percentage - one.percentage)[0];
  return versionOf(worker, most?.version_id ?? '');
}

/** The deployment of a Pages project that its own addresses show. */
export const servedDeployment = ({ deployments }: Project): PagesDeployment | undefined =>
  deployments.findLast(({ environment }) => environment === 'production');
