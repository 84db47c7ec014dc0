import net from 'node:net';
import { expect, test } from 'vitest';
import { addressesFrom, freePorts, isAbsentAddress, LOOPBACK, takenPort } from './ports.ts';

test('the four addresses move together, so that a second stand needs one number', () => {
  const { api, portal, apiBehindAccess, team } = addressesFrom(9000);
  expect([api, portal, apiBehindAccess, team].map((origin) => new URL(origin).port)).toEqual([
    '9000',
    '9001',
    '9002',
    '9003',
  ]);
});

test('a port taken on either loopback address counts as taken, because localhost may mean either', async () => {
  const port = await freePorts(1);
  for (const host of LOOPBACK) {
    const squatter = net.createServer();
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      squatter.once('error', resolve);
      squatter.listen({ port, host, ipv6Only: true }, () => resolve(null));
    });
    if (error && isAbsentAddress(error)) continue;
    expect(await takenPort([port]), host).toBe(port);
    await new Promise((resolve) => squatter.close(resolve));
    expect(await takenPort([port])).toBeNull();
  }
});
