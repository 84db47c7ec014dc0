// The stand's four addresses (design §10). They move together, so that several stands can run side by side.
import net from 'node:net';

export const DEFAULT_PORT = 8787;

/** Each address stands for one of production's; all are on localhost, as WebAuthn requires. */
export type Addresses = {
  api: string;
  portal: string;
  apiBehindAccess: string;
  team: string;
  ports: readonly number[];
};

/** The four addresses from the first port on. */
export function addressesFrom(port: number): Addresses {
  const at = (offset: number) => `http://localhost:${port + offset}`;
  const ports = [port, port + 1, port + 2, port + 3];
  return { api: at(0), portal: at(1), apiBehindAccess: at(2), team: at(3), ports };
}

/** `localhost` may mean either: the stand takes both, or a stranger on the other one would get our visitors. */
export const LOOPBACK = ['127.0.0.1', '::1'] as const;

/** True for a loopback address that this machine does not have, as ::1 without IPv6: no fault, and nobody can be there. */
export const isAbsentAddress = (error: NodeJS.ErrnoException): boolean =>
  error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT';

type Held = { taken: number } | { taken: null; giveBack: () => Promise<void> };

const closed = (server: net.Server) => new Promise<void>((resolve) => server.close(() => resolve()));

/**
 * Holds ports on every loopback address until they are given back, so that nobody else gets them until the listeners
 * come up. A client that connects meanwhile is disconnected. If one is taken, none is held.
 */
export async function holdPorts(ports: readonly number[]): Promise<Held> {
  const held: net.Server[] = [];
  const giveBack = async () => void (await Promise.all(held.splice(0).map(closed)));
  for (const port of ports)
    for (const host of LOOPBACK) {
      const server = net.createServer((socket) => socket.destroy());
      const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
        server.once('error', resolve);
        server.listen(port, host, () => resolve(null));
      });
      if (!error) held.push(server);
      else if (!isAbsentAddress(error)) {
        await giveBack();
        return { taken: port };
      }
    }
  return { taken: null, giveBack };
}

/** The first of these ports that is taken on any loopback address, or null. */
export async function takenPort(ports: readonly number[]): Promise<number | null> {
  const held = await holdPorts(ports);
  if (held.taken === null) await held.giveBack();
  return held.taken;
}

/** Below what systems give to clients. A stretch for each process: one that is started beside others looks where they do not. */
const FIRST_PORT = 20_000;
const STRETCHES = 240;
const STRETCH = 50;
let used = 0;

/**
 * A first port with `count` free ones from there on, for a stand of a test beside others. They are given once before any is given again:
 * between this answer and its use others may be asked for.
 */
export async function freePorts(count: number): Promise<number> {
  const start = FIRST_PORT + (process.pid % STRETCHES) * STRETCH;
  for (let attempt = 0; attempt < STRETCH; attempt++) {
    if (used + count > STRETCH) used = 0;
    const first = start + used;
    used += count;
    const ports = Array.from({ length: count }, (_, offset) => first + offset);
    if ((await takenPort(ports)) === null) return first;
  }
  throw new Error(`No ${count} free ports in a row were found.`);
}
