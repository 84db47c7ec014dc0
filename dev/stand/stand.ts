// The local stand: the Worker in real workerd with real D1 and objects, the portal, the Access stand-in and the simulated
// fleet, in one Node process. Tests and the demo start their own on other ports with a state of their own.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startAccess } from './access.ts';
import { type AccessTokens, accessTokens } from './access-tokens.ts';
import { claim } from './claim.ts';
import { type DemoData, ensureDemoData, OPERATOR_EMAIL } from './demo-data.ts';
import { withLocalIndex } from './local-index.ts';
import { standLog } from './log.ts';
import { buildPortal, hotPortal } from './portal-build.ts';
import { servePortal } from './portal-files.ts';
import { type Addresses, addressesFrom, holdPorts } from './ports.ts';

const root = path.join(import.meta.dirname, '../..');
export const FLEET_SIZE = 25;
/** A simulated run takes some minutes instead of an hour. */
const FLEET_SPEED = 30;

export type StandOptions = {
  port: number;
  fresh?: boolean;
  /** How many simulated PCs; 0 for none. */
  fleet?: number;
  fleetSpeed?: number;
  /** Serve the portal by Vite with hot reload instead of its build. */
  hot?: boolean;
  /** Where state is kept; wrangler's own place where absent, so that `wrangler d1 execute --local` works on it. */
  stateDir?: string;
  onLine?: (line: string) => void;
  /** Opens what the portal's calls go through on their way to the API; absent: nothing. */
  between?: (api: string) => Promise<{ origin: string; close: () => Promise<void> }>;
};

export type Stand = {
  addresses: Addresses;
  demo: DemoData;
  tokens: AccessTokens;
  fleet: Awaited<ReturnType<typeof startFleet>> | null;
  close: () => Promise<void>;
};

const startFleet = async (stand: { api: string; token: string; spoolDir: string }, options: StandOptions) => {
  const { startFleet } = await import('../../engine/simulator/fleet.ts');
  return startFleet({
    apiOrigin: stand.api,
    token: stand.token,
    spoolDir: stand.spoolDir,
    machines: options.fleet ?? FLEET_SIZE,
    speed: options.fleetSpeed ?? FLEET_SPEED,
    onLine: (text) => options.onLine?.(`fleet: ${text}`),
  });
};

/** Brings a stand up. Throws one clear sentence if a port is taken. */
export async function startStand(options: StandOptions): Promise<Stand> {
  process.env.WRANGLER_SEND_METRICS ??= 'false';
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false';
  // Both would open the data to every page that can reach the port.
  process.env.X_LOCAL_EXPLORER ??= 'false';
  process.env.X_LOCAL_OBSERVABILITY ??= 'false';
  const addresses = addressesFrom(options.port);
  const held = await holdPorts(addresses.ports);
  if (held.taken !== null) throw new Error(`Port ${held.taken} is in use. Stop what uses it, or start with --port N.`);

  const stateDir = options.stateDir ?? path.join(root, '.wrangler/state');
  const standDir = options.stateDir ?? path.join(root, '.stand');
  const file = (name: string) => path.join(standDir, name);
  mkdirSync(standDir, { recursive: true });
  const undo: (() => Promise<unknown>)[] = [held.giveBack];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    undo.push(await claim(standDir, options.port));
    if (options.fresh) {
      rmSync(path.join(stateDir, 'v3'), { recursive: true, force: true });
      for (const name of ['demo.json', 'access-key.json', 'audience', 'fleet'])
        rmSync(file(name), { recursive: true, force: true });
    }
    return {
      addresses,
      close,
      ...(await bringUp(options, { addresses, stateDir, file, giveBackPorts: held.giveBack, undo })),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Beginning = {
  addresses: Addresses;
  stateDir: string;
  file: (name: string) => string;
  giveBackPorts: () => Promise<void>;
  undo: (() => Promise<unknown>)[];
};

/**
 * The parts in their order. Each adds its ending to `undo` as soon as it runs. `giveBackPorts` lets the listeners have
 * theirs.
 */
async function bringUp(
  options: StandOptions,
  { addresses, stateDir, file, giveBackPorts, undo }: Beginning,
): Promise<Omit<Stand, 'addresses' | 'close'>> {
  const built = options.hot ? null : await buildPortal(root);
  const demo = await withLocalIndex(root, stateDir, (db) => ensureDemoData(db, file('demo.json')));
  const audience = keptText(file('audience'), () => randomBytes(32).toString('hex'));
  const tokens = await accessTokens(file('access-key.json'), addresses.team, audience);
  const between = await options.between?.(addresses.apiBehindAccess);
  if (between) undo.push(() => between.close());
  const origins = { api: between?.origin ?? addresses.apiBehindAccess, engine: addresses.api };
  const hot = options.hot ? await hotPortal(root, origins) : null;
  if (hot) undo.push(hot.close);
  const log = standLog(file('log.ndjson'));
  undo.push(log.close);
  const worker = await startWorker(addresses, audience, stateDir, (line) => {
    log.write(line);
    options.onLine?.(line);
  });
  undo.push(() => worker.dispose());
  const origin = await worker.url;
  await giveBackPorts();
  const access = await startAccess({
    addresses,
    tokens,
    people: [...demo.people, { email: OPERATOR_EMAIL, role: 'operator' }],
    servePortal: hot?.serve ?? servePortal(built ?? '', origins),
    worker: origin,
  });
  undo.push(access.close);
  const fleet =
    options.fleet === 0
      ? null
      : await startFleet({ api: addresses.api, token: demo.token, spoolDir: file('fleet') }, options);
  if (fleet) undo.push(fleet.stop);
  return { demo, tokens, fleet };
}

function keptText(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

async function startWorker(addresses: Addresses, audience: string, stateDir: string, onLine: (line: string) => void) {
  const { unstable_startWorker } = await import('wrangler');
  const text = (value: string) => ({ type: 'plain_text' as const, value });
  const worker = await unstable_startWorker({
    config: path.join(root, 'wrangler.toml'),
    bindings: {
      ACCESS_TEAM_DOMAIN: text(addresses.team),
      ACCESS_AUD: text(audience),
      PORTAL_ORIGIN: text(addresses.portal),
      API_ORIGIN: text(addresses.apiBehindAccess),
      OPERATOR_EMAILS: text(OPERATOR_EMAIL),
      // Off in wrangler.toml, on here: kept beside the rest of the stand's state.
      BACKUP: { type: 'r2_bucket' as const, bucket_name: 'totlprovision-backup' },
    },
    dev: {
      server: { hostname: '127.0.0.1', port: 0 },
      inspector: false,
      persist: stateDir,
      logLevel: 'warn',
      watch: false,
      liveReload: false,
      structuredLogsHandler: ({ message }: { message: string }) => onLine(message),
    },
  } as Parameters<typeof unstable_startWorker>[0]);
  try {
    await worker.ready;
  } catch (error) {
    await worker.dispose();
    throw error;
  }
  return worker;
}
