// A stand-in of Cloudflare on this machine, whole: the API that wrangler calls, workerd for what it uploads, the edge with Access before it, and the
// environment in which commands meet nothing else. For tests alone.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Access } from './access.ts';
import { Account } from './account.ts';
import { Api } from './api.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { Edge } from './edge.ts';
import { Runtime } from './runtime.ts';
import { Sites } from './sites.ts';
import { Tails } from './tails.ts';
import { WayOut } from './way-out.ts';

export type StandInOptions = {
  folder: string;
  /** The account's name in front of `.workers.dev`. */
  subdomain: string;
  /** The team's domain of Access. */
  team: string;
  /** Names for the certificate; `*.example.com` stands for one level. */
  names: readonly string[];
};

export type StandIn = {
  account: Account;
  access: Access;
  api: Api;
  runtime: Runtime;
  tails: Tails;
  wayOut: WayOut;
  certificate: Certificate;
  /** For every command: it calls this API, trusts this certificate, and has no other way out. */
  env: Record<string, string>;
  close: () => Promise<void>;
};

/** Starts it. `close` ends all of it. */
export async function startStandIn({ folder, subdomain, team, names }: StandInOptions): Promise<StandIn> {
  const at = (name: string): string => {
    const made = path.join(folder, name);
    mkdirSync(made, { recursive: true });
    return made;
  };
  const account = new Account(subdomain);
  const access = new Access(team, path.join(at('access'), 'key.json'));
  const tails = new Tails(account);
  const runtime = new Runtime(account, {
    folder: at('objects'),
    outside: async (request) =>
      request.url === `https://${team}/cdn-cgi/access/certs`
        ? Response.json(await access.certs())
        : new Response(`nobody outside is asked: ${new URL(request.url).host}`, { status: 502 }),
    onTail: (worker, events) => tails.tell(worker, events),
  });
  const sites = new Sites(account, at('sites'));
  const certificate = makeCertificate(at('tls'), names);
  const api = new Api(account, runtime, sites, tails);
  const edge = new Edge(account, access, runtime, sites, certificate);
  const wayOut = new WayOut(edge, api);
  await Promise.all([api.listen(), edge.listen(), wayOut.listen(), runtime.update()]);
  return {
    account,
    access,
    api,
    runtime,
    tails,
    wayOut,
    certificate,
    env: environmentOf({ account, api, wayOut, certificate, home: at('home') }),
    close: async () => {
      await Promise.all([api.close(), wayOut.close(), edge.close()]);
      await Promise.all([runtime.close(), sites.close()]);
    },
  };
}

type Known = Pick<StandIn, 'account' | 'api' | 'wayOut' | 'certificate'> & { home: string };

/** The home is a folder of its own: whoever runs the test is signed in to an account of theirs. */
const environmentOf = ({ account, api, wayOut, certificate, home }: Known): Record<string, string> => ({
  CLOUDFLARE_API_BASE_URL: api.base,
  CLOUDFLARE_API_TOKEN: account.token,
  HOME: home,
  XDG_CONFIG_HOME: home,
  // Otherwise `wrangler pages deploy` leaves a note in node_modules of which account to use next time.
  WRANGLER_CACHE_DIR: path.join(home, 'cache'),
  WRANGLER_SEND_METRICS: 'false',
  // wrangler's banner asks the registry for a newer version, and once a week npm does.
  WRANGLER_HIDE_BANNER: 'true',
  npm_config_update_notifier: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  HTTPS_PROXY: wayOut.origin,
  https_proxy: wayOut.origin,
  HTTP_PROXY: wayOut.origin,
  http_proxy: wayOut.origin,
  NO_PROXY: '127.0.0.1,localhost',
  no_proxy: '127.0.0.1,localhost',
  NODE_USE_ENV_PROXY: '1',
  NODE_EXTRA_CA_CERTS: certificate.file,
  CURL_CA_BUNDLE: certificate.file,
});
