// The stand's four addresses (design §10). They move together, so that several stands can run side by side.
import net from 'node:net';

export const DEFAULT_PORT = 8787;

/** Each address stands for one of production's; all are on localhost, as WebAuthn wants. */
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

/** The first of these ports that is taken, or null. */
export async function takenPort(ports: readonly number[]): Promise<number | null> {
  for (const port of ports) {
    const free = await new Promise<boolean>((resolve) => {
      const server = net.createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (!free) return port;
  }
  return null;
}
