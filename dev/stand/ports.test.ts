import net from 'node:net';
import { expect, test } from 'vitest';
import { addressesFrom, freePorts, holdPorts, isAbsentAddress, LOOPBACK, takenPort } from './ports.ts';

test('the four addresses move together, so that a second stand needs one number', () => {
  const { api, portal, apiBehindAccess, team } = addressesFrom(9000);
  expect([api, portal, apiBehindAccess, team].map((origin) => new URL(origin).port)).toEqual([
    '9000',
    '9001',
    '9002',
    '9003',
  ]);
});

test('free ports are given once, because between the answer and its use another may be asked for', async () => {
  const given = await Promise.all([freePorts(4), freePorts(4), freePorts(1)]);
  const ports = given.flatMap((first, index) =>
    Array.from({ length: index < 2 ? 4 : 1 }, (_, offset) => first + offset),
  );
  expect(new Set(ports).size).toBe(9);
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

test('ports that are held are nobody else’s until they are given back, because what is to listen there comes up slowly', async () => {
  const first = await freePorts(2);
  const ports = [first, first + 1];
  const held = await holdPorts(ports);
  if (held.taken !== null) throw new Error('they were free');
  expect(await takenPort(ports)).toBe(first);
  expect(await holdPorts([first + 1])).toEqual({ taken: first + 1 });
  await held.giveBack();
  expect(await takenPort(ports)).toBeNull();
});

test('who connects to a port that is held is hung up on, because nobody answers there yet', async () => {
  const port = await freePorts(1);
  const held = await holdPorts([port]);
  if (held.taken !== null) throw new Error('it was free');
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  await held.giveBack();
});
